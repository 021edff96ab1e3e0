"""When the gateway is expected to be away: its nightly restart, and the weekend. Pure."""

from datetime import time

from allusetui.domain.frozen import frozen
from allusetui.domain.moment import MINUTE_MS, at_clock, day_of

_BEFORE_MS = 2 * MINUTE_MS
_SATURDAY = 5


@frozen
class Hours:
    """`restarts`: when the gateway is set to restart itself, New York time; `takes_ms`: how long that may last."""

    restarts: time = time(23, 45)
    takes_ms: int = 15 * MINUTE_MS

    def absence(self, at_ms: int) -> str | None:
        """Why nobody need worry that the gateway is away at an instant; None where somebody should."""
        day = day_of(at_ms)
        if self._is_restarting(at_ms):
            return "the gateway restarts for the night"
        return "the broker's weekend" if day.weekday() >= _SATURDAY else None

    def takes_orders(self, at_ms: int) -> bool:
        """Whether an order that is written now is not about to be lost: none from two minutes before a restart."""
        return not self._is_restarting(at_ms) and not self._is_restarting(at_ms + _BEFORE_MS)

    def _is_restarting(self, at_ms: int) -> bool:
        """A restart shortly before midnight may last into the next day."""
        for back_ms in (0, self.takes_ms):
            begun_ms = at_clock(day_of(at_ms - back_ms), self.restarts)
            if begun_ms <= at_ms < begun_ms + self.takes_ms:
                return True
        return False
