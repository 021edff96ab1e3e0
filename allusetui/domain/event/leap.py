"""The LEAP ladder: what is planned, bought, rolled and closed of it (§17). `side` is growth or hedge."""

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal

from allusetui.domain.contract import Option
from allusetui.domain.event.base import Event, Figure
from allusetui.domain.frozen import frozen


@frozen
class LeapPurchase:
    """`quantity` contracts at `mid` dollars a share, for which at `most` so much may be paid."""

    contract: Option
    quantity: int
    delta: float
    dte: int
    mid: Decimal
    most: Decimal
    deviation: str | None


@frozen(kw_only=True)
class LeapsPlanned(Event):
    """What `budget` dollars buy: leap cash, or the proceeds of what is rolled. `reason`: why what is `left` stays.

    `again`: leap cash is looked at once more on a later session, after `tries` that found no contract fit to be bought.
    """

    kind = "leap.planned"
    side: str
    budget: Decimal
    left: Decimal
    purchases: tuple[LeapPurchase, ...]
    rolls: Option | None
    reason: str | None
    tries: int
    again: bool


@frozen(kw_only=True)
class LeapSkipped(Event):
    """No contract of the symbol is fit to be bought at this look, and the figures that decided it."""

    kind = "leap.skipped"
    symbol: str
    reason: str
    figures: Mapping[str, Figure] = field(default_factory=dict)


@frozen(kw_only=True)
class LeapDue(Event):
    """A LEAP is to be rolled: its expiry is near, or its delta has drifted; `delta` None where no quote tells it."""

    kind = "leap.due"
    contract: Option
    quantity: int
    side: str
    reason: str
    delta: float | None


@frozen(kw_only=True)
class LeapSold(Event):
    """The first half of a roll: `proceeds` dollars, net of fees, are what the second may spend."""

    kind = "leap.sold"
    contract: Option
    quantity: int
    price: Decimal
    side: str
    reason: str
    proceeds: Decimal


@frozen(kw_only=True)
class LeapOpened(Event):
    """Leap cash has bought a LEAP, at `price` a share on average; `deviation`: where it leaves 17.3."""

    kind = "leap.opened"
    contract: Option
    quantity: int
    price: Decimal
    side: str
    deviation: str | None


@frozen(kw_only=True)
class LeapRolled(Event):
    """`contract` was sold, `quantity` at `price`; `candidate` bought, `candidate_quantity` at `candidate_price`."""

    kind = "leap.rolled"
    contract: Option
    quantity: int
    price: Decimal
    side: str
    reason: str
    candidate: Option
    candidate_quantity: int
    candidate_price: Decimal
    deviation: str | None


@frozen(kw_only=True)
class LeapClosed(Event):
    """Sold by hand, or by a roll that bought nothing: the cash stays leap cash.

    `reason`: `closed` by hand, nothing fits, or what ended the order.
    """

    kind = "leap.closed"
    contract: Option
    quantity: int
    price: Decimal
    side: str
    reason: str
