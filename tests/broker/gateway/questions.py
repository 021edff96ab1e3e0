"""What clients ask the gateway of contracts, prices, bars and news, field by field; and two headlines to ask for."""

from collections.abc import Sequence

from allusetui.broker.gateway.frames import Value
from tests.broker.gateway.wire import Wire

AAPL, SPX = 265598, 416904
COMBO: tuple[Value, ...] = (0, "AAPL", "BAG", "", 0.0, "", "", "SMART", "", "USD", "", "")
TOLD = """
[[headline]]
at = 2026-03-05T09:50:00
symbol = "AAPL"
text = "Apple said to look at something"
[[headline]]
at = 2026-03-05T10:05:00
symbol = "AAPL"
text = "Apple looked at it"
"""


def details(wire: Wire, **wanted: Value) -> list[list[str]]:
    """Asks for contract details, number 5."""
    names = (
        "con_id", "symbol", "sec_type", "expiry", "strike", "right", "multiplier", "exchange", "primary", "currency",
        "local", "trading_class",
    )  # fmt: skip
    usual: dict[str, Value] = dict.fromkeys(names, "") | {"con_id": 0, "strike": 0.0, "currency": "USD"} | wanted
    return wire.say(9, 8, 5, *(usual[name] for name in names), False, "", "", "")


def ids(messages: list[list[str]]) -> list[int]:
    return [int(each[12]) for each in messages if each[0] == "10"]


def ask(
    wire: Wire, number: int, contract: Sequence[Value], generic: str = "", snapshot: bool = False
) -> list[list[str]]:
    """Asks for quotes of a contract's twelve fields."""
    return wire.say(1, 11, number, *contract, False, generic, snapshot, False, "")


def stock(symbol: str, exchange: str = "SMART") -> tuple[Value, ...]:
    return 0, symbol, "STK", "", 0.0, "", "", exchange, "", "USD", "", ""


def index(symbol: str) -> tuple[Value, ...]:
    return 0, symbol, "IND", "", 0.0, "", "", "CBOE", "", "USD", "", ""


def option(symbol: str = "AAPL", strike: float = 200.0, right: str = "P") -> tuple[Value, ...]:
    return 0, symbol, "OPT", "20260320", strike, right, "100", "SMART", "", "USD", "", ""


def bars(
    wire: Wire, contract: tuple[Value, ...], span_text: str = "3 D", size: str = "1 day", kind: str = "TRADES",
    end: str = "", form: int = 1, number: int = 5,
) -> list[list[str]]:  # fmt: skip
    return wire.say(20, number, *contract, False, end, size, span_text, True, kind, form, False, "")
