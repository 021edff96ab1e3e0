"""Feeds: what the market shows, from a script, with its faults, and on which sessions."""
