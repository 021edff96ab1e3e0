"""The keys of `[[tape]]`'s `set`, and what each may be set to."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from allusetui.scenario import values
from allusetui.scenario.values import Problem

BREADTH: Final = "breadth"
PARTS: Final[dict[str, Callable[[object], Decimal | int | str]]] = {
    "iv": values.volatility,
    "oi": values.count_or_missing,
    "volume": values.count_or_missing,
    "spread_pct": values.spread,
    "atr": values.range_or_none,
}
KEYS_ALLOWED: Final = "AAPL, AAPL.iv, AAPL.oi, AAPL.volume, AAPL.spread_pct, AAPL.atr, breadth"


def split_key(key: str) -> tuple[str, str]:
    """Gives the symbol and the part ("" for its price) that a tape key names; ("", "breadth") for breadth.

    Raises Problem for any other key.
    """
    if key == BREADTH:
        return "", BREADTH
    symbol, dot, part = key.rpartition(".")
    if part in PARTS and values.SYMBOL.fullmatch(symbol):
        return symbol, part
    if values.SYMBOL.fullmatch(key):
        return key, ""
    guess = values.near_miss(part, PARTS) if dot else ""
    raise Problem(f"{values.shown(key)} is not a key of the tape; allowed: {KEYS_ALLOWED}{guess}", key)


def tape_values(table: object) -> dict[str, Decimal | str]:
    """Gives the values of one tape point by key, numbers as Decimal; raises Problem for a wrong key or value."""
    if not isinstance(table, dict) or not table:
        raise Problem(f"{values.shown(table)} sets nothing; allowed: a table such as {{ AAPL = 191.0, VIX = 28.0 }}")
    return {key: _value(key, value) for key, value in table.items()}


def _value(key: str, value: object) -> Decimal | str:
    _, part = split_key(key)
    read = {"": values.spot, BREADTH: values.percent, **PARTS}[part]
    try:
        exact = read(value)
    except Problem as problem:
        raise Problem(str(problem), key) from None
    return exact if isinstance(exact, str) else Decimal(exact)
