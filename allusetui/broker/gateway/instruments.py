"""What is listed, as the broker describes it: ids, classes, exchanges, price steps."""

from datetime import date
from decimal import Decimal
from typing import Final

from allusetui.broker.gateway.frames import Value
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import CASH_SETTLED, Contract, Option, Right
from allusetui.domain.frozen import frozen
from allusetui.domain.money import CENT

STOCK, INDEX, OPTION, COMBO = "STK", "IND", "OPT", "BAG"
SMART: Final = "SMART"
CURRENCY: Final = "USD"
STOCK_EXCHANGES: Final = ("SMART", "AMEX", "NYSE", "CBOE", "ISLAND", "ARCA", "BATS", "NASDAQ")
OPTION_EXCHANGES: Final = ("SMART", "AMEX", "CBOE", "PHLX", "ISE", "BOX")
INDEX_EXCHANGES: Final = ("CBOE",)
INDEX_OPTION_EXCHANGES: Final = ("SMART", "CBOE")

PriceSteps = tuple[tuple[Decimal, Decimal], ...]
"""(from which price, step), ascending."""
PENNY: Final[PriceSteps] = ((Decimal(0), CENT),)
_NICKEL, _DIME, _DEAR = Decimal("0.05"), Decimal("0.10"), Decimal(3)
_RULES: Final[dict[PriceSteps, int]] = {
    PENNY: 26,
    ((Decimal(0), CENT), (_DEAR, _NICKEL)): 32,
    ((Decimal(0), _NICKEL), (_DEAR, _DIME)): 109,
    ((Decimal(0), _NICKEL),): 110,
    ((Decimal(0), _DIME),): 111,
}
_OTHER_RULE: Final = 10_000
_STEP_UNITS: Final = 10_000


@frozen
class Facts:
    """An underlying as the broker knows it."""

    con_id: int
    name: str
    exchange: str


_KNOWN: Final = {
    "AAPL": Facts(265598, "APPLE INC", "NASDAQ"),
    "AMZN": Facts(3691937, "AMAZON.COM INC", "NASDAQ"),
    "GOOG": Facts(208813720, "ALPHABET INC-CL C", "NASDAQ"),
    "GOOGL": Facts(208813719, "ALPHABET INC-CL A", "NASDAQ"),
    "IWM": Facts(9579970, "ISHARES RUSSELL 2000 ETF", "ARCA"),
    "META": Facts(107113386, "META PLATFORMS INC-CLASS A", "NASDAQ"),
    "MSFT": Facts(272093, "MICROSOFT CORP", "NASDAQ"),
    "NVDA": Facts(4815747, "NVIDIA CORP", "NASDAQ"),
    "QQQ": Facts(320227571, "INVESCO QQQ TRUST SERIES 1", "NASDAQ"),
    "SPX": Facts(416904, "S&P 500 Stock Index", "CBOE"),
    "SPY": Facts(756733, "SS SPDR S&P 500 ETF TRUST-US", "ARCA"),
    "TSLA": Facts(76792991, "TESLA INC", "NASDAQ"),
    "VIX": Facts(13455763, "CBOE Volatility Index", "CBOE"),
    "XSP": Facts(137851301, "CBOE Mini SPX Index", "CBOE"),
}
_VIX: Final = "VIX"
_WEEKLIES: Final = {"SPX": "SPXW", _VIX: "VIXW"}
_TWICE: Final = frozenset({"SPX"})
_SYMBOLS: Final = {weekly: symbol for symbol, weekly in _WEEKLIES.items()}


@frozen
class Listed:
    """One line of the broker's list: a contract of ours under its id, class and names."""

    con_id: int
    contract: Contract
    trading_class: str
    local_symbol: str

    @property
    def symbol(self) -> str:
        return self.contract.symbol

    @property
    def sec_type(self) -> str:
        if isinstance(self.contract, Option):
            return OPTION
        return INDEX if self.contract.symbol in CASH_SETTLED else STOCK

    @property
    def settles_am(self) -> bool:
        """Whether it is settled by an opening price, which our exchange does not do: it can be looked at only."""
        return isinstance(self.contract, Option) and self.trading_class == self.symbol in _TWICE

    @property
    def exchanges(self) -> tuple[str, ...]:
        """Where it can be asked for."""
        if self.sec_type == OPTION:
            return INDEX_OPTION_EXCHANGES if self.contract.symbol in CASH_SETTLED else OPTION_EXCHANGES
        return INDEX_EXCHANGES if self.sec_type == INDEX else STOCK_EXCHANGES

    def described(self) -> tuple[str, Value, str, str]:
        """Expiry, strike, right and multiplier, as the broker writes them."""
        option = self.contract
        if not isinstance(option, Option):
            return "", "0.0", "", ""
        return f"{option.expiry:%Y%m%d}", option.strike, option.right.value, str(option.multiplier)

    def block(self, exchange: str) -> tuple[Value, ...]:
        """The eleven fields of a contract in orders, executions and positions."""
        expiry, strike, right, multiplier = self.described()
        return (
            self.con_id, self.symbol, self.sec_type, expiry, strike, right or "?", multiplier, exchange, CURRENCY,
            self.local_symbol, self.trading_class,
        )  # fmt: skip


def facts(symbol: str) -> Facts:
    """What is known of an underlying; of one that nobody knows as much as has to be said. Its id is then 0."""
    return _KNOWN.get(symbol, Facts(0, symbol, "CBOE" if symbol in CASH_SETTLED else "NYSE"))


def classes(symbol: str, expiry: date, calendar: Calendar) -> tuple[str, ...]:
    """The trading classes under which options are listed; the last is the one that settles as our exchange does.

    SPX's monthly expiry is listed twice: SPX settles by the open, SPXW by the close.
    """
    weekly = _WEEKLIES.get(symbol)
    if weekly is None:
        return (symbol,)
    is_monthly = calendar.is_vix_monthly if symbol == _VIX else calendar.is_monthly
    if not is_monthly(expiry):
        return (weekly,)
    return (symbol, weekly) if symbol in _TWICE else (symbol,)


def symbol_of(trading_class: str) -> str:
    """The underlying of a trading class."""
    return _SYMBOLS.get(trading_class, trading_class)


def local_head(trading_class: str, expiry: date, right: Right) -> str:
    """An option's name after OSI, up to its strike: class, expiry, right."""
    return f"{trading_class:<6}{expiry:%y%m%d}{right.value}"


def local_symbol(head: str, strike: Decimal) -> str:
    """The whole name: the strike is in thousandths."""
    return f"{head}{int(strike * 1000):08}"


def rule_id(steps: PriceSteps) -> int:
    """The market rule that says these price steps."""
    return _RULES.get(steps, _OTHER_RULE + int(steps[0][1] * _STEP_UNITS))


def step_at(steps: PriceSteps, price: Decimal) -> Decimal:
    """The price step that holds at a price; a credit's is that of its amount."""
    return next(step for low, step in reversed(steps) if abs(price) >= low)
