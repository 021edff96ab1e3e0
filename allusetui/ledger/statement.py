"""A broker's statement in our own words: what it says was traded, settled, paid and held in a period."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from allusetui.domain.contract import Contract
from allusetui.domain.frozen import frozen


class Ended(StrEnum):
    """How an option ended without a trade."""

    ASSIGNED = "assigned"
    EXERCISED = "exercised"
    EXPIRED = "expired"


@frozen
class StatedTrade:
    """An execution, `quantity` signed, at `price` a share; `fees` paid, dollars. `at` is New York's time.

    `where`: the place in the file. `contract` None for what we can't hold, which `label` then names. `exec_id` and
    `order_ref` are empty where the statement does not tell them.
    """

    where: str
    label: str
    contract: Contract | None
    at: datetime
    quantity: Decimal
    price: Decimal
    fees: Decimal
    exec_id: str = ""
    order_ref: str = ""


@frozen
class StatedEnding:
    """`quantity` contracts, never negative, that ended."""

    where: str
    label: str
    contract: Contract | None
    day: date
    ended: Ended
    quantity: Decimal


@frozen
class StatedCash:
    """Dollars in, or out below zero: `reason` dividend, withholding, interest, fee, transfer or other."""

    where: str
    day: date
    reason: str
    amount: Decimal
    label: str


@frozen
class Statement:
    """A period of one account, both days included. What the file has no section for is None.

    `shares`: the stock that changed hands by what ended, at the strike. `held`: labels of what we can't hold, too.
    """

    account: str
    first: date
    last: date
    trades: tuple[StatedTrade, ...] | None
    endings: tuple[StatedEnding, ...] | None
    shares: tuple[StatedTrade, ...]
    cash: tuple[StatedCash, ...] | None
    held: Mapping[Contract | str, Decimal] | None
    ending_cash: Decimal | None
