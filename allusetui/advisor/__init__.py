"""Proposes, never acts: what may be better, with its evidence."""
