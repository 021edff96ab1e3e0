"""12.1: what kind of week it was."""

from allusetui.rules.situation import clause

ORDER = ("Preservation", "Hedged", "Assignment", "Roll", "Earnings-Filter")
CALM = "Calm-Income"


@clause("12.1")
def week_type(facts: set[str]) -> tuple[str, tuple[str, ...]]:
    """The first type that applies, and all that do."""
    applied = tuple(kind for kind in ORDER if kind in facts) or (CALM,)
    return applied[0], applied
