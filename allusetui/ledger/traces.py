"""What a lot knows of itself, and the facts that a journal tells of it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Self

from allusetui.domain import event as ev
from allusetui.domain.contract import Contract, Option
from allusetui.domain.frozen import frozen
from allusetui.domain.lot import Lot
from allusetui.domain.moment import day_of
from allusetui.domain.money import ZERO, down_to_cent


class Went(StrEnum):
    """How a lot ended."""

    TRADED = "traded"
    EXPIRED = "expired"
    SETTLED = "settled in cash"
    CALLED_AWAY = "called away"
    EXERCISED = "exercised"
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    YEAR_END = "marked at year end"


@frozen
class Trace(Lot):
    """A lot that knows its beginning: `number` is its own, parts of it keep it; `seq` the record that opened it.

    `intent`: its order. `mark`: the price a share at which a year's end last taxed it (§1256), and `marked_usd` what it
    has been taxed for so far.
    """

    number: int = 0
    seq: int = 0
    intent: str = ""
    mark: Decimal | None = None
    marked_usd: Decimal = ZERO

    def split(self, taken: int) -> tuple[Self, Self | None]:
        """As a lot's, what it was taxed for shared to the cent too."""
        first, rest = Lot.split(self, taken)
        if rest is None:
            return first, None
        part = down_to_cent(self.marked_usd * taken / self.quantity)
        return replace(first, marked_usd=part), replace(rest, marked_usd=self.marked_usd - part)


@frozen
class Fact:
    """What happened to a lot of `account`, by the record `seq` of the instant `at_ms`."""

    seq: int
    at_ms: int
    account: str
    contract: Contract
    lot: Trace

    @property
    def day(self) -> date:
        """New York's day."""
        return day_of(self.at_ms)


@frozen
class Opened(Fact):
    """A lot that was not there before."""


@frozen
class Delivered(Fact):
    """An option lot that ended in shares: assigned, called away or exercised. `shares`: the lots that came or went."""

    shares: tuple[Trace, ...]


@frozen
class Closed(Fact):
    """`lot` ended; `cause` is the record that ended it, `intent` the order's, `by` the option that took the shares,
    `traded` the earlier day on which it was traded, where it was told late.
    """

    event: ev.LotClosed
    went: Went
    cause: int
    intent: str
    by: Option | None = None
    traded: date | None = None

    @property
    def day(self) -> date:
        """New York's day of the trade."""
        return self.traded or day_of(self.at_ms)


@frozen
class Marked(Fact):
    """An index option at its year's last close: what it has gained since it was opened, or marked before, in `gain`.

    `lot` is as it was before; None in `price` where the close told none, which marks nothing.
    """

    price: Decimal | None
    gain: Decimal


@frozen
class Adjusted(Fact):
    """A lot after a split of `ratio` for one."""

    ratio: Decimal
