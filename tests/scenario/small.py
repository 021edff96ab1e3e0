"""The smallest useful scenario, as text; a test adds tables to it, or replaces one text of it."""

from pathlib import Path

SMALL = Path(__file__).with_name("small.toml").read_text(encoding="utf-8")


def changed(old: str, new: str) -> str:
    """The small scenario with one text replaced."""
    assert old in SMALL
    return SMALL.replace(old, new)
