"""Decimal money. Every rounding has a name; nothing else rounds."""

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

ZERO = Decimal(0)
CENT = Decimal("0.01")
_FOURTH = Decimal("0.0001")


def to_cent(amount: Decimal) -> Decimal:
    """To the cent, half to even."""
    return amount.quantize(CENT, ROUND_HALF_EVEN)


def down_to_cent(amount: Decimal) -> Decimal:
    """To the cent, toward zero: what can be given without giving too much."""
    return amount.quantize(CENT, ROUND_DOWN)


def to_price(value: Decimal | float) -> Decimal:
    """To the four decimals of the journal, half to even."""
    return Decimal(str(value) if isinstance(value, float) else value).quantize(_FOURTH, ROUND_HALF_EVEN)


def to_figure(value: float) -> float:
    """A ratio, delta or other plain figure, to the four decimals of the journal."""
    return round(value, 4)


def share_of(fees_usd: Decimal, part: int, whole: int) -> Decimal:
    """What `part` of `whole` contracts bears of their fees, to the cent; all of it for the whole."""
    return fees_usd if part == whole else to_cent(fees_usd * part / whole)


def up_to_tick(price: Decimal, tick: Decimal) -> Decimal:
    """The lowest price on the grid that is not below `price`."""
    return (price / tick).to_integral_value(ROUND_CEILING) * tick


def down_to_tick(price: Decimal, tick: Decimal) -> Decimal:
    """The highest price on the grid that is not above `price`."""
    return (price / tick).to_integral_value(ROUND_FLOOR) * tick
