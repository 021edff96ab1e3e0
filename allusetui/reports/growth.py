"""What a sleeve grew into in a period: forks, merges, and forks that wait (2.6–2.8, 3.6)."""

from collections.abc import Iterable
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.frozen import frozen
from allusetui.ledger.dated import Dated


@frozen
class Growth:
    """Dollars that left a sleeve for another: `what` forked or merged; or the `reason` for which a fork waits."""

    at_ms: int
    what: str
    from_: str
    to: str | None
    amount: Decimal
    reason: str | None = None


def growth_of(rows: Iterable[Dated]) -> tuple[Growth, ...]:
    """Forks, merges and waiting forks, in order."""
    found = []
    for row in rows:
        match row.event:
            case ev.AccountForked() as event:
                found.append(Growth(row.at_ms, "forked", event.from_, event.to, event.amount))
            case ev.AccountMerged() as event:
                found.append(Growth(row.at_ms, "merged", event.from_, event.to, event.amount))
            case ev.ForkWaiting(account=str() as name) as event:
                found.append(Growth(row.at_ms, "waiting", name, None, event.amount, event.reason))
            case _:
                pass
    return tuple(found)
