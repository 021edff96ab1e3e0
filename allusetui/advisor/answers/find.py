"""The events that a query is about, and what led to them, read from the archive."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Final

from allusetui.advisor.answers.query import Query, Span
from allusetui.advisor.answers.topics import ANYTHING
from allusetui.domain import event as ev
from allusetui.domain.contract import Option
from allusetui.domain.order import Pocket
from allusetui.domain.snapshot import Told
from allusetui.ledger.leads import Lead, chain, symbol_of
from allusetui.ledger.once import once
from allusetui.ports import Archive


class Finder:
    """Reads an archive for one question after another. The records of a query's time are (after, until]."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.first = next((Told(*row) for row in archive.select(until=1)), None)
        self.last = next((Told(*row) for row in archive.select(backwards=True)), None)
        provisioned = archive.select((ev.AccountProvisioned.kind,))
        self.provisioned = tuple(Told(*row) for row in provisioned)

    @property
    def accounts(self) -> tuple[str, ...]:
        """Every account that there ever was, in the order they were made."""
        return tuple(dict.fromkeys(name for told in self.provisioned if (name := told.event.account) is not None))

    def numbered(self, accounts: Collection[str]) -> tuple[Told, ...]:
        """Where the accounts come from that have a number in their name, which has to stand somewhere too."""
        named = {name for name in accounts if any(c.isdigit() for c in name)}
        return tuple(told for told in self.provisioned if told.event.account in named)

    def bounds(self, span: Span) -> tuple[int, int]:
        """The records of a time, as (after, until]."""
        after = 0 if span.from_ms is None else self.archive.seq_at(span.from_ms - 1)
        until = self.archive.last_seq if span.to_ms is None else self.archive.seq_at(span.to_ms - 1)
        return after, until

    def edges(self, span: Span) -> tuple[Told, ...]:
        """The first and the last record of a time; of the whole journal where it has none."""
        after, until = self.bounds(span)
        if after >= until:
            return tuple(told for told in (self.first, self.last) if told is not None)
        ends = (*self.archive.select(after=after, until=after + 1), *self.archive.select(after=until - 1, until=until))
        return tuple({row[0]: Told(*row) for row in ends}.values())

    def found(self, query: Query, backwards: bool = False) -> Iterator[Told]:
        """The events that a query is about, the oldest first, or the newest."""
        after, until = self.bounds(query.span)
        kinds = None if query.topic is ANYTHING else query.topic.kinds
        account = query.accounts[0] if len(query.accounts) == 1 and self._is_own(query) else None
        rows = self.archive.select(kinds, after, until, account, query.clause, backwards)
        for row in rows if backwards else once(rows):
            if self._fits(query, row[2]):
                yield Told(*row)

    def nearest(self, query: Query) -> Told | None:
        """The newest event of the kind before the time that was asked about, else the first after it."""
        earlier = replace(query, span=Span(None, query.span.from_ms)) if query.span.from_ms is not None else None
        found = next(self.found(earlier, backwards=True), None) if earlier is not None else None
        return found or next(self.found(replace(query, span=Span())), None)

    def end_of(self, told: Told) -> Told | None:
        """What ended the stand that an event began: a pivot left, a latch released; None where it lasts."""
        ends = ENDS.get(told.event.kind)
        if ends is None:
            return None
        same = [name for name in ("latch", "tier", "trigger") if hasattr(told.event, name)]
        rows = self.archive.select((ends,), told.seq, None, told.event.account)
        later = (Told(*row) for row in rows)
        return next(
            (each for each in later if all(getattr(each.event, n) == getattr(told.event, n) for n in same)), None
        )

    def side_of(self, told: Told) -> str | None:
        """Which side of the ladder a closed lot was of; None for the book's. As the reports tell it (17.7)."""
        event = told.event
        if not isinstance(event, ev.LotClosed) or not isinstance(event.contract, Option):
            return None
        if event.contract.is_index:
            return "hedges"
        return "growth LEAPs" if _may_be_long(event) and self._paid_leap_cash(told) else None

    def _paid_leap_cash(self, told: Told) -> bool:
        """Whether the fill that closed a lot moved the money that is kept for LEAPs."""
        after = self.archive.seq_at(told.at_ms - 1)
        kinds = tuple(each.kind for each in ev.FACTS)
        causes = self.archive.select(kinds, after, told.seq - 1, told.event.account, backwards=True)
        cause = next((event for _, _, event in causes), None)
        return isinstance(cause, ev.OrderFilled) and cause.pocket is Pocket.LEAP_CASH

    def opened(self, seq: int) -> tuple[Told, ...]:
        """What led to a record, and the record itself."""
        told = Told(*next(self.archive.select(after=seq - 1, until=seq)))
        return (*self.chain(told), told)

    def chain(self, told: Told) -> tuple[Told, ...]:
        """What led to an event, back to the market's own figures."""
        return chain(told, self._lead)

    def _lead(self, lead: Lead, later: Told) -> Told | None:
        after = self.archive.seq_at(later.at_ms - lead.within_ms - 1)
        account = None if lead.system else later.event.account
        rows = self.archive.select(lead.kinds, after, later.seq - 1, account, backwards=True)
        return next((told for row in rows if lead.leads(told := Told(*row), later)), None)

    def _is_own(self, query: Query) -> bool:
        """Whether events of the system, which are everybody's, are not asked for."""
        return not _SYSTEM.intersection(query.topic.kinds) and query.topic is not ANYTHING

    def _shared(self, query: Query) -> tuple[None, ...]:
        """The account of events that concern every account, where such are asked for."""
        return () if self._is_own(query) else (None,)

    def _fits(self, query: Query, event: ev.Event) -> bool:
        topic = query.topic
        return (
            (
                not query.accounts
                or event.account in query.accounts
                or (event.account is None and not self._is_own(query))
            )
            and (not query.symbols or symbol_of(event) in query.symbols)
            and (topic.keep is None or topic.keep(event))
            and (query.level is None or (isinstance(event, ev.LevelChanged) and event.to == query.level > event.from_))
            and (query.reason is None or getattr(event, "reason", None) == query.reason)
            and (query.right is None or getattr(getattr(event, "contract", None), "right", query.right) is query.right)
        )


def _may_be_long(lot: ev.LotClosed) -> bool:
    """Whether what the lot stood in the books for is what was paid, not what was received."""
    units = lot.quantity * lot.contract.multiplier
    return abs(lot.book_usd - lot.basis * units) <= abs(lot.book_usd - lot.proceeds * units)


ENDS: Final = {
    ev.PivotEntered.kind: ev.PivotLeft.kind,
    ev.FreezeOn.kind: ev.FreezeOff.kind,
    ev.LatchSet.kind: ev.LatchReleased.kind,
    ev.BreakerTripped.kind: ev.BreakerCleared.kind,
    ev.TriggerOn.kind: ev.TriggerOff.kind,
}
_SYSTEM: Final = frozenset(
    each.kind
    for each in (
        ev.BreakerTripped, ev.BreakerCleared, ev.TriggerOn, ev.TriggerOff, ev.TriggersJudged, ev.AtrFixed,
        ev.OperatorKey,
        ev.BrokerDown, ev.BrokerUp, ev.DataStale, ev.DataInvalid, ev.AlertRaised, ev.ReportWritten, ev.SessionStarted,
    )
)  # fmt: skip
"""Kinds whose events may be nobody's own, and so concern every account."""
