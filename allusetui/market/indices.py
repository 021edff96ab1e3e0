"""The indices that every market knows by name, and how long they tick."""

from typing import Final

from allusetui.domain.moment import MINUTE_MS

SPX, VIX, XSP = "SPX", "VIX", "XSP"
XSP_IN_SPX: Final = 10
"""SPX is so many times XSP."""
_VIX_OVERTIME_MS: Final = 15 * MINUTE_MS


def overtime_ms(symbol: str) -> int:
    """How long after the close the symbol still ticks."""
    return _VIX_OVERTIME_MS if symbol == VIX else 0
