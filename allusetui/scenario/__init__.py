"""Scenario files: what they say (model), how they are read (load), and what they expect of a journal (expect)."""
