"""Events ↔ the public journal's lines; inputs, state and snapshots ↔ exact forms of our own. Nothing is lost."""
