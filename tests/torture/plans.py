"""Plans made by hand: one fault, at an instant of a Thursday on which four puts are sold."""

from datetime import datetime
from typing import Final

from allusetui.torture.plan import Fault, Plan
from tests.faults.runs import ENTRY, HELD, head, move

BEGINS: Final = datetime(2026, 3, 5, 9, 44)
ENDS: Final = datetime(2026, 3, 5, 9, 50)
FILLS: Final = 60_500
"""Half a second after the entry was sent, and as long before it fills."""
TEXT: Final = ENTRY.replace("T09:30:00", "T09:44:00").replace("T12:00:00", "T09:50:00")


def alone(*names: str, at_ms: int, salt: int = 1) -> Plan:
    """These faults at an instant, and nothing else."""
    faults = tuple(Fault(number, name, at_ms, salt) for number, name in enumerate(names))
    return Plan(0, TEXT, BEGINS, ENDS, None, ("AAPL",), (), True, 0.01, None, faults)


EVENING, MORNING, NEXT_END = datetime(2026, 3, 5, 16, 8), datetime(2026, 3, 6, 9, 26), datetime(2026, 3, 6, 9, 36)


def in_the_morning(faults: dict[str, float], salt: int = 1, spot: float = 175.0) -> Plan:
    """Four puts are held, and stopped before the close where the spot falls; the faults, each so many seconds after the
    next day's 09:26.
    """
    text = head("night", "16:00:00").replace("T09:30:00", "T15:52:00").replace("03-05T16:00:00", "03-06T09:36:00")
    text += HELD.replace("2026-03-06", "2026-03-13") + move("15:53:00", AAPL=spot)
    begins = datetime(2026, 3, 5, 15, 52)
    from_ms = round((MORNING - begins).total_seconds()) * 1_000
    rows = [(name, from_ms + round(at_s * 1_000)) for name, at_s in faults.items()]
    plan = tuple(Fault(number, name, at_ms, salt) for number, (name, at_ms) in enumerate(rows))
    return Plan(0, text, begins, NEXT_END, (EVENING, MORNING), ("AAPL",), (), True, 0.01, None, plan)
