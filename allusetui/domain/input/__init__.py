"""All that reaches the engine from outside, each with the time at which it was seen (`at_ms`)."""

from allusetui.domain.input.book import (
    BrokerLost,
    BrokerReturned,
    CashBooking,
    PositionsSeen,
    Settled,
    Settlement,
    Split,
)
from allusetui.domain.input.house import (
    DiskFailed,
    Ending,
    InboxFull,
    LawWritten,
    OperatorActed,
    ProposalsSeen,
    ReportDone,
    ReportFailed,
    TapeEnded,
)
from allusetui.domain.input.market import (
    AdviceSeen,
    BarsSeen,
    ChainSeen,
    HeadlineSeen,
    MarketSeen,
)
from allusetui.domain.input.order import (
    BrokerOrder,
    Execution,
    ForeignOrderSeen,
    OrderAcked,
    OrderCancelled,
    OrderDoubled,
    OrderExecuted,
    OrderRejected,
    OrdersSeen,
)
from allusetui.domain.input.start import (
    Holding,
    OpenOption,
    Provision,
    Resumed,
    Started,
)

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

__all__ = [
    "AdviceSeen",
    "BarsSeen",
    "BrokerLost",
    "BrokerOrder",
    "BrokerReturned",
    "CashBooking",
    "ChainSeen",
    "DiskFailed",
    "Ending",
    "Execution",
    "ForeignOrderSeen",
    "HeadlineSeen",
    "Holding",
    "InboxFull",
    "Input",
    "LawWritten",
    "MarketSeen",
    "OpenOption",
    "OperatorActed",
    "OrderAcked",
    "OrderCancelled",
    "OrderDoubled",
    "OrderExecuted",
    "OrderRejected",
    "OrdersSeen",
    "PositionsSeen",
    "ProposalsSeen",
    "Provision",
    "ReportDone",
    "ReportFailed",
    "Resumed",
    "Settled",
    "Settlement",
    "Split",
    "Started",
    "TapeEnded",
]
