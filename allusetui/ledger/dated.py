"""A journal's records with the day that each is of, late facts and corrections too, and the fact that caused it."""

from collections.abc import Iterator
from datetime import date

from allusetui.domain import event as ev
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import day_of
from allusetui.ledger.once import Records, once


@frozen
class Dated:
    """A record that counts once. `own`: the day that it names, None where it counts for the day on which it is told.

    `cause`: of a closed lot the fill or settlement that closed it; its day is that one's.
    """

    seq: int
    at_ms: int
    event: ev.Event
    told: date
    own: date | None
    cause: ev.Event | None = None

    @property
    def day(self) -> date:
        return self.own or self.told


def dated(records: Records) -> Iterator[Dated]:
    """Every record once, in the journal's order."""
    causes: dict[str | None, Dated] = {}
    for seq, at_ms, event in once(records):
        told = day_of(at_ms)
        if isinstance(event, ev.LotClosed):
            cause = causes.get(event.account)
            known = cause if cause is not None and cause.at_ms == at_ms else None
            yield Dated(seq, at_ms, event, told, known.own if known else None, known.event if known else None)
            continue
        found = Dated(seq, at_ms, event, told, ev.own_day(event, told))
        if isinstance(event, ev.FACTS):
            causes[event.account] = found
        yield found
