"""All that reaches the engine from outside, each with the time at which it was seen (`at_ms`)."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from decimal import Decimal

from allusetui.domain.account import AccountType
from allusetui.domain.advice import Advice, Question
from allusetui.domain.contract import Contract, Option, Side
from allusetui.domain.frozen import frozen
from allusetui.domain.link import Linked
from allusetui.domain.money import ZERO
from allusetui.domain.order import root_of
from allusetui.domain.proposal import Proposal
from allusetui.domain.quote import Bar, Breadth, Chain, Quote


@frozen
class Holding:
    """Shares held at the start; `basis` a share."""

    symbol: str
    shares: int
    basis: Decimal
    assigned: bool = False


@frozen
class OpenOption:
    """An option already open at the start, traded at `price`."""

    contract: Option
    quantity: int
    price: Decimal
    opened: date


@frozen
class Provision:
    """An account as it is handed to the engine. Money in dollars."""

    name: str
    type: AccountType
    group: str
    trading: bool
    equity: Decimal
    base: Decimal
    cash: Decimal
    high_water: Decimal
    opened: date
    realized_quarter: Decimal
    holdings: tuple[Holding, ...] = ()
    options: tuple[OpenOption, ...] = ()
    ladder: Decimal = ZERO
    """What of the equity stands in LEAPs and hedges, dollars at mid."""


@frozen
class Started:
    """A new session begins; `link`: the broker's account that it is of, None for a simulated one."""

    at_ms: int
    session: str
    mode: str
    seed: int
    margin_rate: Decimal
    commission: Decimal
    accounts: tuple[Provision, ...]
    link: Linked | None = None


@frozen
class Resumed:
    """The process is up again; it last handled inputs at `seen_ms`. `findings`: what its state was made from."""

    at_ms: int
    seen_ms: int
    findings: str = "journal folded"


@frozen
class MarketSeen:
    """Quotes as they stand: underlyings by symbol, options by contract; `rate` continuously compounded."""

    at_ms: int
    underlyings: Mapping[str, Quote]
    options: Mapping[Option, Quote]
    rate: float
    breadth: Breadth | None = None


@frozen
class ChainSeen:
    """The answer to AskChain; None where it can't be had now, and why."""

    at_ms: int
    symbol: str
    chain: Chain | None
    reason: str = ""


@frozen
class BarsSeen:
    at_ms: int
    symbol: str
    bars: tuple[Bar, ...]


@frozen
class AdviceSeen:
    """The answer to AskAdvice; None where there is none, and why. What it holds is not to be trusted."""

    at_ms: int
    question: Question
    advice: Advice | None
    trouble: str = ""


@frozen
class HeadlineSeen:
    """A headline on a symbol, as somebody published it."""

    at_ms: int
    symbol: str
    text: str


@frozen
class Execution:
    """One fill of one leg: `price` a share, `commission` in dollars; `day`: when it was traded, None for now."""

    exec_id: str
    client_order_id: str
    contract: Contract
    side: Side
    quantity: int
    price: Decimal
    commission: Decimal
    day: date | None = None

    @property
    def root(self) -> tuple[str, int] | None:
        """As `root_of` its id."""
        return root_of(self.exec_id)


@frozen
class OrderAcked:
    at_ms: int
    client_order_id: str


@frozen
class OrderExecuted:
    at_ms: int
    executions: tuple[Execution, ...]


@frozen
class OrderCancelled:
    """The broker's proof that the order is dead; `filled` is what had filled before."""

    at_ms: int
    client_order_id: str
    filled: int


@frozen
class OrderRejected:
    """`fits`: how many of its contracts the account's margin would carry; None where margin is not why (0.10)."""

    at_ms: int
    client_order_id: str
    reason: str
    fits: int | None = None


@frozen
class ForeignOrderSeen:
    """An order at the broker that is none of ours; `id` is the broker's."""

    at_ms: int
    id: str
    symbol: str
    quantity: int


@frozen
class OrderDoubled:
    """Behind one order of ours the broker has several, which `permanents` names."""

    at_ms: int
    client_order_id: str
    permanents: tuple[str, ...]


@frozen
class BrokerOrder:
    """An order of ours as the broker lists it. `reachable`: whether a cancel of ours gets to it."""

    client_order_id: str
    open: bool
    filled: int
    reachable: bool = True


@frozen
class OrdersSeen:
    """The answer to AskOrders, asked at `asked_ms`, None for now. Only a complete answer proves an absence."""

    at_ms: int
    orders: tuple[BrokerOrder, ...]
    executions: tuple[Execution, ...]
    complete: bool
    foreign: tuple[ForeignOrderSeen, ...] = ()
    asked_ms: int | None = None

    @property
    def since_ms(self) -> int:
        """What it shows was collected no earlier than this."""
        return self.at_ms if self.asked_ms is None else self.asked_ms


@frozen
class Settlement:
    """A change without an order; `kind`: expired, assigned, called_away, exercised or cash_settled.

    `quantity` contracts (unsigned) of `contract` are gone; `price` a share is the strike, or the cash value settled.
    """

    id: str
    kind: str
    account: str
    contract: Option
    quantity: int
    price: Decimal


@frozen
class CashBooking:
    """Cash that came or went without a trade; `day`: the one that the broker books it for, None for now."""

    id: str
    account: str
    reason: str
    amount: Decimal
    symbol: str | None = None
    day: date | None = None


@frozen
class Split:
    """`ratio` new shares for each old one of `symbol`, from the open of `day`."""

    id: str
    symbol: str
    ratio: Decimal
    day: date


@frozen
class Settled:
    at_ms: int
    settlements: tuple[Settlement, ...] = ()
    bookings: tuple[CashBooking, ...] = ()
    splits: tuple[Split, ...] = ()


@frozen
class PositionsSeen:
    """The answer to AskPositions, asked at `asked_ms`, None for now: the book, and every settlement it still lists."""

    at_ms: int
    positions: Mapping[Contract, int]
    cash: Decimal
    settled: Settled
    complete: bool
    foreign: Mapping[Contract, int] = field(default_factory=dict)
    asked_ms: int | None = None

    @property
    def since_ms(self) -> int:
        """What it shows was collected no earlier than this."""
        return self.at_ms if self.asked_ms is None else self.asked_ms


@frozen
class BrokerLost:
    """The link is gone; `alarm`: at an hour at which nobody expects that."""

    at_ms: int
    reason: str
    alarm: bool = False


@frozen
class BrokerReturned:
    at_ms: int
    reason: str


@frozen
class OperatorActed:
    """A person's key. `account` None = all, `contract` for close, `amount` in dollars for money paid in or out.

    An answer names its `prompt` and the hash of what was `shown`; one that names none is for the first open prompt.
    """

    at_ms: int
    action: str
    account: str | None
    by: str
    contract: Option | None = None
    amount: Decimal | None = None
    prompt: str | None = None
    shown: str | None = None


@frozen
class ProposalsSeen:
    """Every change of the law that waits for a person's word by now."""

    at_ms: int
    waiting: tuple[Proposal, ...]


@frozen
class LawWritten:
    """What was approved by the prompt is in force, or did not come into force for the `trouble` that is told."""

    at_ms: int
    prompt: str
    trouble: str = ""


@frozen
class ReportDone:
    """A report was written: its name and the hash of its text; `reason` as it was asked for."""

    at_ms: int
    period: str
    name: str
    sha256: str
    reason: str | None = None


@frozen
class ReportFailed:
    """A report could not be written."""

    at_ms: int
    period: str
    name: str
    reason: str


@frozen
class DiskFailed:
    """The last batch could not be stored; what came up to `seen_ms` has been looked at and stored."""

    at_ms: int
    reason: str
    seen_ms: int


@frozen
class Ending:
    """The process is about to end in good order: no entry may outlive it."""

    at_ms: int


@frozen
class InboxFull:
    """More reports or keys came than the inbox holds: something was not heard."""

    at_ms: int


@frozen
class TapeEnded:
    """Nothing that is told from now on stands on the tape."""

    at_ms: int
    reason: str


Input = (
    Started
    | Resumed
    | MarketSeen
    | ChainSeen
    | BarsSeen
    | AdviceSeen
    | HeadlineSeen
    | OrderAcked
    | OrderExecuted
    | OrderCancelled
    | OrderRejected
    | ForeignOrderSeen
    | OrderDoubled
    | OrdersSeen
    | Settled
    | PositionsSeen
    | BrokerLost
    | BrokerReturned
    | OperatorActed
    | ProposalsSeen
    | LawWritten
    | ReportDone
    | ReportFailed
    | DiskFailed
    | Ending
    | InboxFull
    | TapeEnded
)
