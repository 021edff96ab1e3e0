"""A slow market (`partial_fill`): at most so many contracts of a symbol in any one second."""

from decimal import Decimal

from allusetui.broker.simulated.outages import Outage
from allusetui.broker.simulated.standing import Live, Taken
from allusetui.domain.moment import SECOND_MS


class SlowMarket:
    """What it has taken of each symbol lately, and what it takes next."""

    def __init__(self) -> None:
        self._taken: dict[str, list[tuple[int, int]]] = {}

    def allowance(self, live: Live, pace: Outage, at_ms: int) -> int:
        """How many contracts it takes at the instant: at most the pace over the symbol in any one second."""
        seconds, rest = divmod(at_ms - max(live.since_ms or 0, pace.start_ms), SECOND_MS)
        if rest or not seconds or not isinstance(pace.fault.value, Decimal):
            return 0
        recent = self._taken.setdefault(live.order.contract.symbol, [])
        recent[:] = [(ms, quantity) for ms, quantity in recent if ms > at_ms - SECOND_MS]
        share = int(pace.fault.value * seconds) - int(pace.fault.value * (seconds - 1))
        taken = max(0, min(live.open_quantity, share - sum(quantity for _, quantity in recent)))
        recent.append((at_ms, taken))
        return taken

    def standing(self) -> tuple[Taken, ...]:
        """What it remembers."""
        return tuple(Taken(symbol, *row) for symbol, rows in self._taken.items() for row in rows)

    def restore(self, rows: tuple[Taken, ...]) -> None:
        """Remember these, and nothing else."""
        self._taken = {}
        for row in rows:
            self._taken.setdefault(row.symbol, []).append((row.at_ms, row.quantity))


def next_look(live: Live, pace: Outage, after_ms: int) -> int:
    """When a waiting order is due: each second of a slow market."""
    base = max(live.since_ms or 0, pace.start_ms)
    return base + ((after_ms - base) // SECOND_MS + 1) * SECOND_MS
