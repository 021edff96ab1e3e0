"""What has come due since the engine was last asked. Pure: calendar and clock."""

from allusetui.domain.calendar import Session
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import SECOND_MS


@frozen
class Since:
    """The span since the last look: open at its beginning, closed at its end."""

    after_ms: int
    now_ms: int

    def passed(self, at_ms: int) -> bool:
        return self.after_ms < at_ms <= self.now_ms

    def passed_grid(self, session: Session, period_s: int) -> bool:
        """Whether a point of the session's grid lies in the span (0.12)."""
        period = period_s * SECOND_MS
        last = (self.now_ms - session.open_ms) // period
        return last >= 0 and last > (self.after_ms - session.open_ms) // period
