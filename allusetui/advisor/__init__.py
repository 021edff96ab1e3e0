"""Proposes and explains, never acts: what may be better, with its evidence, and what the journal tells."""
