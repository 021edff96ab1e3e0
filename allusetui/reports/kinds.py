"""Which kinds of records the reports are made from; all others may be left out of what they are given."""

from allusetui.domain import event as ev
from allusetui.ledger.tax import year


def _named(*kinds: type[ev.Event]) -> frozenset[str]:
    return frozenset(kind.kind for kind in kinds)


ACCOUNTS = _named(ev.AccountProvisioned, ev.AccountMerged)
MARKS = _named(ev.AccountMarked)
WEEKS = _named(ev.WeekTyped, ev.ReportWritten)
LATE = _named(*ev.FACTS, ev.LotClosed)
"""What may come after a period and still count for it."""
_EARNED = LATE | _named(ev.AccountForked, ev.AccountMerged, ev.ForkWaiting, ev.BreakerTripped, ev.PositionAdjusted)
FLOWS = _named(
    ev.AccountProvisioned, ev.AccountForked, ev.AccountMerged, ev.CashBooked, ev.OrderFilled, ev.ExpiredReceived,
    ev.ReinvestDone, ev.TaxReleased,
)  # fmt: skip
WEEKLY = _EARNED | FLOWS | MARKS | WEEKS | _named(ev.OrderIntended, ev.EntrySkipped, ev.LevelChanged)
MONTHLY = _EARNED | FLOWS | MARKS | WEEKS
LADDER_MOVES = _named(
    ev.LeapOpened, ev.LeapRolled, ev.LeapClosed, ev.HedgeOpened, ev.HedgeReleased, ev.HedgeSkipped,
)  # fmt: skip
LADDER_TRADES = _named(ev.OrderFilled, ev.ExpiredReceived, ev.LotClosed)
"""Kinds of which the LEAP ledger needs the ladder's own."""
LADDER = _EARNED | FLOWS | MARKS | LADDER_MOVES
REINVESTED = _named(ev.ReinvestDone, ev.ReinvestPlanned, ev.LeapOpened, ev.LeapsPlanned)
TAXES = year.KINDS
QUARTERLY = LADDER | REINVESTED | TAXES | _named(ev.TriggerOn, ev.TriggerOff)
