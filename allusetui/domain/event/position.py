"""What is held: levels, rolls, stops, assignments, expiries, lots and cash."""

from datetime import date
from decimal import Decimal

from allusetui.domain.contract import Contract, Option
from allusetui.domain.event.base import Event
from allusetui.domain.frozen import frozen


@frozen(kw_only=True)
class LevelChanged(Event):
    """A short put has another level of the protocol. `breach`: (strike − spot) / ATR; `stale`: only the buffer of
    8.3 has reached it.
    """

    kind = "protocol.level"
    contract: Option
    from_: int
    to: int
    spot: Decimal
    strike: Decimal
    atr: Decimal
    atr_source: str
    breach: float
    stale: bool


@frozen
class RollCandidate:
    """A contract to roll into and its economics, dollars a share; `refused` names why not, None = allowed."""

    contract: Option
    delta: float
    credit: Decimal
    cost: Decimal
    chain_cost: Decimal
    quantity: int
    refused: str | None


@frozen(kw_only=True)
class RollPrepared(Event):
    """What a short put could be rolled into, and the economics of the one that would be taken: dollars a share
    (6.2, 6.10).
    """

    kind = "roll.prepared"
    contract: Option
    candidates: tuple[RollCandidate, ...]
    cost: Decimal | None
    chain_cost: Decimal | None
    credit: Decimal | None
    first_credit: Decimal
    stale: bool


@frozen(kw_only=True)
class RollDone(Event):
    """`contract` was bought back and `candidate` sold. Dollars a share: `cost` of this roll, `chain_cost` of all of
    the chain's, its `first_credit`.
    """

    kind = "roll.done"
    contract: Option
    candidate: Option
    quantity: int
    cost: Decimal
    chain_cost: Decimal
    credit: Decimal
    first_credit: Decimal


@frozen(kw_only=True)
class RollRefused(Event):
    """No roll that the law allows: the position is stopped instead. Dollars a share (6.10)."""

    kind = "roll.refused"
    contract: Option
    candidates: tuple[RollCandidate, ...]
    cost: Decimal | None
    chain_cost: Decimal | None
    credit: Decimal | None
    first_credit: Decimal
    reason: str


@frozen(kw_only=True)
class StopDone(Event):
    """Bought back at level 3: `quantity` contracts at `price` a share on average (6.4)."""

    kind = "stop.done"
    contract: Option
    quantity: int
    price: Decimal


@frozen(kw_only=True)
class CallHeld(Event):
    """A call with a day or less to live that is not bought back, and why (6.5)."""

    kind = "call.held"
    contract: Option
    reason: str
    ask: Decimal


@frozen(kw_only=True)
class AssignmentFeared(Event):
    """An early assignment of a call is likely, and its profit too small to be taken (6.6)."""

    kind = "assignment.feared"
    contract: Option
    risk: float
    spot: Decimal
    ask: Decimal
    extrinsic: Decimal


@frozen(kw_only=True)
class AssignmentPrepared(Event):
    """A short option is left to be assigned: `shares` will change hands at `price`, of a cost of `basis` a share
    (7.1).
    """

    kind = "assignment.prepared"
    contract: Option
    quantity: int
    shares: int
    price: Decimal
    itm_probability: float
    basis: Decimal


@frozen(kw_only=True)
class AssignmentReceived(Event):
    """A short put has become shares: `price` a share is the strike, `basis` what one costs once premium and fees
    are counted.
    """

    kind = "assignment.received"
    contract: Option
    quantity: int
    shares: int
    price: Decimal
    basis: Decimal
    premium_usd: Decimal
    fees_usd: Decimal
    settlement: str


@frozen(kw_only=True)
class CalledAwayReceived(Event):
    """A short call has taken shares away: `price` a share is the strike, `proceeds` what one brought once premium
    and fees are counted.
    """

    kind = "called_away.received"
    contract: Option
    quantity: int
    shares: int
    price: Decimal
    proceeds: Decimal
    premium_usd: Decimal
    fees_usd: Decimal
    settlement: str


@frozen(kw_only=True)
class ExercisedReceived(Event):
    """A long option became shares: `price` a share is the strike; a call's `basis`, a put's `proceeds`."""

    kind = "exercised.received"
    contract: Option
    quantity: int
    shares: int
    price: Decimal
    basis: Decimal | None
    proceeds: Decimal | None
    premium_usd: Decimal
    fees_usd: Decimal
    settlement: str


@frozen(kw_only=True)
class ExpiredReceived(Event):
    """Gone at expiry: worthless, or settled in cash at `price` a share."""

    kind = "expired.received"
    contract: Option
    quantity: int
    shares: int
    price: Decimal
    settlement: str


@frozen(kw_only=True)
class LotClosed(Event):
    """A lot, or a part of one, has ended. `proceeds` and `basis` a share; in dollars `book_usd`, as which it stood in
    the books, `fees`, and `realized` net of them. `day`: the earlier one on which it was settled, None for the day on
    which it is told.

    With all its amounts and its quantity the other way round: a closing that a corrected fill takes back.
    """

    kind = "lot.closed"
    contract: Contract
    quantity: int
    proceeds: Decimal
    basis: Decimal
    book_usd: Decimal
    fees: Decimal
    realized: Decimal
    opened: date
    day: date | None = None


@frozen(kw_only=True)
class CashBooked(Event):
    """Dollars came, or went below zero, without a trade. `day`: the earlier one that the broker books it for, None for
    the day on which it is told.
    """

    kind = "cash.booked"
    reason: str
    amount: Decimal
    symbol: str | None
    settlement: str
    day: date | None = None

    @property
    def is_capital(self) -> bool:
        """Whether it is the owner's money, which came or went."""
        return self.reason in ("deposit", "withdrawal")

    @property
    def is_income(self) -> bool:
        """Whether it was earned or cost: neither the owner's money nor a tax that was paid."""
        return not self.is_capital and self.reason != "tax"


@frozen(kw_only=True)
class DividendAnnounced(Event):
    """A chain tells of a dividend to come, dollars a share, that was not known, or known as another amount."""

    kind = "dividend.announced"
    symbol: str
    ex: date
    a_share: Decimal


@frozen(kw_only=True)
class DividendExpected(Event):
    """A dividend that no broker will tell of: `shares` were held as they went `ex`, `a_share` dollars are to come each.

    `settlement`: that of the `cash.booked` which ends it.
    """

    kind = "dividend.expected"
    symbol: str
    ex: date
    shares: int
    a_share: Decimal
    amount: Decimal
    settlement: str


@frozen(kw_only=True)
class CashRefused(Event):
    """Money that a person wanted out and that is not there: `free` is what no put, order or reserve binds."""

    kind = "cash.refused"
    reason: str
    amount: Decimal
    free: Decimal


@frozen(kw_only=True)
class PositionAdjusted(Event):
    """What is held is another quantity, or another contract, without a trade: a split, a symbol that changed, or
    the broker's book that a person has accepted.
    """

    kind = "position.adjusted"
    reason: str
    contract: Contract
    from_: int
    to: int
    into: Contract
    settlement: str
