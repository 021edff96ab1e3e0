"""First in, first out: what a trade opens, what it closes, what that realizes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Self, TypeVar

from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen
from allusetui.domain.money import ZERO, down_to_cent


@frozen
class Lot:
    """`quantity` (− = short) at `price` a share; `fees_usd` paid to open it and not yet realized.

    `fill`: the root of the execution that opened it, where the broker may still correct that.
    """

    quantity: int
    price: Decimal
    fees_usd: Decimal
    opened: date
    assigned: bool = False
    fill: str = ""

    def split(self, taken: int) -> tuple[Self, Self | None]:
        """The first `taken` of the lot (same sign) and what remains, fees shared to the cent."""
        if taken == self.quantity:
            return self, None
        fees = down_to_cent(self.fees_usd * taken / self.quantity)
        return replace(self, quantity=taken, fees_usd=fees), replace(
            self, quantity=self.quantity - taken, fees_usd=self.fees_usd - fees
        )


def delivered_on(option: Option, seen: date) -> date:
    """The day on which an option brought or took what it did: no broker shows an expiry before the night after it."""
    return min(seen, option.expiry)


AnyLot = TypeVar("AnyLot", bound=Lot)


def take(lots: list[AnyLot], quantity: int) -> tuple[list[AnyLot], list[AnyLot]]:
    """Close `quantity` (same sign as the lots) from the front: (lots taken, lots that remain).

    Raises ValueError when the lots hold less: a close beyond what is held is a fault, not a trade.
    """
    taken: list[AnyLot] = []
    rest = list(lots)
    open_quantity = quantity
    while open_quantity:
        if not rest or (rest[0].quantity > 0) != (open_quantity > 0):
            raise ValueError(f"{quantity} to close, {total(lots)} held")
        head = rest.pop(0)
        part = head.quantity if abs(head.quantity) <= abs(open_quantity) else open_quantity
        first, remainder = head.split(part)
        if remainder is not None:
            rest.insert(0, remainder)
        taken.append(first)
        open_quantity -= part
    return taken, rest


def adjusted(lots: Iterable[AnyLot], ratio: Decimal) -> list[AnyLot]:
    """The lots after a split, `ratio` for one: each keeps its cost; where one ends in a fraction the next has it."""
    before, after, cost = 0, 0, ZERO
    found: list[AnyLot] = []
    for lot in lots:
        before += lot.quantity
        cost += lot.quantity * lot.price
        quantity = int(before * ratio) - after
        if quantity:
            found.append(replace(lot, quantity=quantity, price=cost / quantity))
            after, cost = after + quantity, ZERO
    return found


def closing_part(held: int, signed: int) -> int:
    """How much of a trade of `signed` closes what is held the other way round; the rest of it opens."""
    if not held or (held > 0) == (signed > 0):
        return 0
    return signed if abs(signed) <= abs(held) else -held


def total(lots: Iterable[Lot]) -> int:
    """The signed quantity of the lots together."""
    return sum([lot.quantity for lot in lots])


def average_price(lots: Iterable[Lot]) -> Decimal:
    """The average price a share over the lots, weighted by quantity; zero for none."""
    rows = list(lots)
    quantity = total(rows)
    return sum((lot.price * lot.quantity for lot in rows), ZERO) / quantity if quantity else ZERO
