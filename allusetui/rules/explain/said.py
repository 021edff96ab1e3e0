"""What the last window said of a symbol: the filters that only a chain can tell are judged by it."""

from collections.abc import Mapping, Sequence
from datetime import date

from allusetui.domain.account import Account, AccountType
from allusetui.domain.contract import Right
from allusetui.domain.event import EntryPlanned, EntrySkipped, Event
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import day_of
from allusetui.domain.snapshot import Told
from allusetui.rules.explain.finding import Finding, Value, Verdict, allows
from allusetui.rules.situation import Situation

PLANNED = "planned"
_LIQUIDITY = ("open_interest", "volume", "spread")
_ORDER = (
    "no_chain", "bad_quote", "stale", "no_expiry", "no_strike", *_LIQUIDITY, "hedged_week", "per_symbol_cap", "sizing",
    "adv", "margin_cap",
)  # fmt: skip
"""The reasons of §9 from the chain on: what refused first was looked at after all that stand before it."""


@frozen
class Said:
    """Of a symbol's last window its day, the outcome, every reason told, and the events that the tail still has.

    `is_today`: whether it was today's, and said this of the very right that is asked about.
    """

    day: date | None
    is_today: bool
    outcome: str | None
    reasons: frozenset[str]
    events: Mapping[str, Told]

    def finding(self, clause_id: str) -> Finding:
        """The outcome itself."""
        verdict = allows(self.outcome == PLANNED) if self.is_today else Verdict.UNSEEN
        if self.outcome is None:
            verdict = Verdict.WAITS
        figures: dict[str, Value] = {}
        if verdict is not Verdict.HOLDS:
            figures = {"outcome": self.outcome, "on": None if self.is_today else self.day}
        planned = self.events.get(PLANNED)
        if planned is not None and isinstance(planned.event, EntryPlanned):
            event = planned.event
            figures |= {
                "quantity": event.quantity, "strike_price": event.contract.strike, "expiry": event.contract.expiry,
                "delta": event.delta, "but": event.deviation,
            }  # fmt: skip
        return Finding((clause_id,), "it was planned today", verdict, figures)

    def verdict(self, reason: str) -> Verdict:
        """Of a filter that today's window looked at."""
        if not self.is_today or (self.outcome != PLANNED and self.outcome not in _ORDER):
            return Verdict.UNSEEN
        if self.outcome == PLANNED:
            return Verdict.HOLDS
        if reason == self.outcome or (reason in self.reasons and {reason, self.outcome} <= {*_LIQUIDITY}):
            return Verdict.REFUSES
        # Each of 8.1 is looked at, whichever of them fails.
        passed = {reason, self.outcome} <= {*_LIQUIDITY} or _ORDER.index(reason) < _ORDER.index(self.outcome)
        return Verdict.HOLDS if passed else Verdict.UNSEEN

    def look(
        self, reason: str, clauses: tuple[str, ...], fact: str, law: Mapping[str, Value],
        figures: Mapping[str, Value] | None = None, refuses: bool = False,
    ) -> Finding:  # fmt: skip
        """A filter that takes a chain: judged by what the window said of it, and refused by what is known without one.

        `figures`: what is known of it now.
        """
        told = self.events.get(reason)
        found: dict[str, Value] = dict(figures or {})
        if told is not None and isinstance(told.event, EntrySkipped):
            found |= {**told.event.figures, "said_ms": told.at_ms}
        elif reason in self.reasons:
            found["said on"] = self.day
        return Finding(clauses, fact, Verdict.REFUSES if refuses else self.verdict(reason), found, law)


def said_of(s: Situation, account: Account, symbol: str, window: str, right: Right, tail: Sequence[Told]) -> Said:
    """What a window of the account last said of a symbol's calls or puts."""
    log = account.windows.get(window)
    if log is None:
        return Said(None, False, None, frozenset(), {})
    mine = [told for told in tail if told.event.account == account.name and day_of(told.at_ms) == log.day]
    events = {what: told for told in mine if (what := _said(told.event, symbol, window, right)) is not None}
    reasons = frozenset(reason for name, reason in log.told if name == symbol)
    outcome = log.outcome.get(symbol)
    # COM's calls and puts have one outcome: that one of them was planned says nothing of the other.
    both = account.type is AccountType.COM and account.shares(symbol) > 0
    unclear = both and outcome == PLANNED and PLANNED not in events
    return Said(log.day, log.day == s.today and not unclear, outcome, reasons, events)


def _said(event: Event, symbol: str, window: str, right: Right) -> str | None:
    """The reason of a skip, or that it was planned; None of an event that tells of something else."""
    match event:
        case EntrySkipped() if (event.symbol, event.window) == (symbol, window):
            return event.reason
        case EntryPlanned(contract=option) if (option.symbol, option.right, event.window) == (symbol, right, window):
            return PLANNED
        case _:
            return None
