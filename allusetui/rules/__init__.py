"""The law's verbs: pure functions from what is known to what the law says of it. One file a section."""
