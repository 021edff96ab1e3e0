"""Plans made by hand: one fault, at an instant of a Thursday on which four puts are sold."""

from datetime import datetime
from typing import Final

from allusetui.torture.plan import Fault, Plan
from tests.faults.runs import ENTRY

BEGINS: Final = datetime(2026, 3, 5, 9, 44)
ENDS: Final = datetime(2026, 3, 5, 9, 50)
FILLS: Final = 60_500
"""Half a second after the entry was sent, and as long before it fills."""
TEXT: Final = ENTRY.replace("T09:30:00", "T09:44:00").replace("T12:00:00", "T09:50:00")


def alone(*names: str, at_ms: int, salt: int = 1) -> Plan:
    """These faults at an instant, and nothing else."""
    faults = tuple(Fault(number, name, at_ms, salt) for number, name in enumerate(names))
    return Plan(0, TEXT, BEGINS, ENDS, None, ("AAPL",), (), True, 0.01, None, faults)
