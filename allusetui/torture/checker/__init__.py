"""The independent checker: the invariants of every run, judged from the broker's book and the journal alone."""
