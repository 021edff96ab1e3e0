"""What the model markets know of each symbol: its share in the market's moves, its smile, its spread, its listing.

Source: the market model, fitted to names 2013-2023 and SPX 1991-2025.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from allusetui.domain.calendar import Calendar
from allusetui.domain.frozen import frozen
from allusetui.domain.money import CENT, ZERO
from allusetui.domain.quote import Steps
from allusetui.market import listing
from allusetui.market.indices import VIX
from allusetui.pricing.surface import INDEX_SMILE, NAME_SMILE, Smile, index_long_run_vol

# The model gives VIX options a forward but no smile: out-of-the-money calls are dear, as they are in the market.
VIX_SMILE: Final = Smile(rho=0.60, eta=1.0, gamma=0.45)
DEAR_FROM: Final = Decimal(3)
_FAR_DAYS: Final = 60
_STEPS: Final = (
    (Decimal(50), Decimal("0.5")),
    (Decimal(150), Decimal(1)),
    (Decimal(500), Decimal("2.5")),
)
_WIDEST_STEP: Final = Decimal(5)
_SESSIONS_AHEAD: Final = timedelta(days=14)
_THREE_A_WEEK_FROM: Final = date(2026, 1, 1)
_NICKEL, _DIME = Decimal("0.05"), Decimal("0.10")


@frozen
class Traits:
    """A symbol's constants.

    `beta` and `own_vol` (annual, at VIX 19.5) split its moves, `tier` scales its option spreads, `report_move` is the
    size of an earnings day; None: it makes no reports. `american`: its options may be exercised early. `step` None:
    strike steps by price. `dear_tick` from 3 dollars.
    """

    beta: float
    own_vol: float
    tier: float
    report_move: float | None = None
    smile: Smile = NAME_SMILE
    american: bool = True
    pattern: str = "friday"
    step: Decimal | None = None
    tick: Decimal = CENT
    dear_tick: Decimal = CENT

    @property
    def steps(self) -> Steps:
        """The grid by price: (from which price, its tick); nothing where one tick is for all."""
        return () if self.dear_tick == self.tick else ((ZERO, self.tick), (DEAR_FROM, self.dear_tick))

    @property
    def kind(self) -> tuple[Smile, bool, Decimal, Decimal]:
        """What symbols have in common whose options are priced in one go."""
        return self.smile, self.american, self.tick, self.dear_tick

    @property
    def market_share(self) -> float:
        """Correlation of its moves with the market's at VIX 19.5."""
        market = self.beta * index_long_run_vol()
        size = float((market * market + self.own_vol * self.own_vol) ** 0.5)
        return market / size

    def strike_step(self, spot: Decimal, days: int) -> Decimal:
        """Steps .5 under 50 dollars, 1 under 150, 2.5 under 500, 5 above; double beyond 60 days."""
        step = self.step
        if step is None:
            step = next((each for limit, each in _STEPS if spot < limit), _WIDEST_STEP)
        return step * 2 if days > _FAR_DAYS else step


def expiries(pattern: str, day: date, calendar: Calendar) -> tuple[date, ...]:
    """Listed on `day`: by pattern, then third Fridays to 24 months."""
    if pattern == "sessions":
        near = (each for each in listing.expiries("daily", day, calendar) if each <= day + _SESSIONS_AHEAD)
        return tuple(sorted({*near, *listing.expiries("friday", day, calendar)}))
    largest = pattern == "largest" and day >= _THREE_A_WEEK_FROM
    return listing.expiries("mon-wed-fri" if largest else "friday", day, calendar)


def _name(beta: float, own_vol: float, tier: float, report_move: float, pattern: str = "largest") -> Traits:
    return Traits(beta, own_vol, tier, report_move, pattern=pattern)


_OTHER: Final = _name(1.2, 0.25, 1.0, 0.05, pattern="friday")
_KNOWN: Final = {
    "AAPL": _name(1.17, 0.21, 0.7, 0.04),
    "MSFT": _name(1.19, 0.17, 0.7, 0.04),
    "AMZN": _name(1.16, 0.24, 0.8, 0.06),
    "GOOG": _name(1.15, 0.18, 1.2, 0.05),
    "GOOGL": _name(1.15, 0.18, 1.0, 0.05),
    "META": _name(1.20, 0.25, 0.85, 0.07),
    "NVDA": _name(1.64, 0.33, 0.85, 0.075),
    "TSLA": _name(1.47, 0.50, 0.85, 0.075),
    "SPY": Traits(1.0, 0.0, 0.35, smile=INDEX_SMILE, pattern="sessions"),
    "QQQ": Traits(1.08, 0.07, 0.35, smile=INDEX_SMILE, pattern="sessions"),
    "IWM": Traits(1.10, 0.09, 0.5, smile=INDEX_SMILE, pattern="sessions"),
    "SPX": Traits(1.0, 0.0, 0.35, smile=INDEX_SMILE, american=False, step=Decimal(25), tick=_NICKEL, dear_tick=_DIME),
    "XSP": Traits(
        1.0, 0.0, 0.35, smile=INDEX_SMILE, american=False, step=Decimal("2.5"), tick=_NICKEL, dear_tick=_NICKEL
    ),
    VIX: Traits(0.0, 0.0, 1.0, smile=VIX_SMILE, american=False, step=Decimal(1), tick=_NICKEL, dear_tick=_NICKEL),
}


def of(symbol: str) -> Traits:
    """A symbol's constants; one that the model does not know is taken for a middling name."""
    return _KNOWN.get(symbol, _OTHER)
