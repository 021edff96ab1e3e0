"""The invariants, each a pure function from what is known to its breaches.

Those over a record get the books as they were before it; those over the books get them as they stand.
"""
