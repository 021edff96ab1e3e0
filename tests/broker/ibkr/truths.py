"""An order on its way at a clock, and the evidence that a broker may give of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from allusetui.broker.ibkr.evidence import (
    Evidence,
    FeeSeen,
    FillSeen,
    OpenSeen,
    Stage,
    StatusSeen,
)
from allusetui.broker.ibkr.truth import OrderTruth
from allusetui.domain.contract import Option, Right, Side
from allusetui.domain.input import (
    Execution,
    Input,
    OrderExecuted,
)

DAY = date(2026, 3, 5)
REF, OTHER = "AU-ab12cd-GEN-1-1.v1", "AU-ab12cd-GEN-2-1.v1"
PUT = Option("AAPL", date(2026, 3, 6), Decimal("199.5"), Right.PUT)
LATER = Option("AAPL", date(2026, 3, 13), Decimal("197.5"), Right.PUT)
ACCOUNT = "DU4000001"


def opened(stage: Stage = Stage.WORKING, ref: str = REF, permanent: int = 11, handle: int | None = 7) -> OpenSeen:
    return OpenSeen(ref, permanent, handle, ACCOUNT, stage, "AAPL", 4)


def status(stage: Stage, filled: int = 0, permanent: int = 11, handle: int | None = 7) -> StatusSeen:
    return StatusSeen(permanent, handle, stage, filled)


def fill(
    exec_id: str = "e.1.01", quantity: int = 4, ref: str = REF, contract: Option | None = PUT, price: str = "1.16"
) -> FillSeen:
    return FillSeen(exec_id, ref, 11, ACCOUNT, contract, Side.SELL, quantity, Decimal(price), DAY)


def fee(exec_id: str = "e.1.01", amount: str = "2.60") -> FeeSeen:
    return FeeSeen(exec_id, Decimal(amount))


@dataclass
class Wire:
    """A truth at a clock, with an order for four puts on its way under handle 7, and all that it reported."""

    truth: OrderTruth = field(default_factory=OrderTruth)
    now_ms: int = 1_000
    reports: list[Input] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.truth.sent(REF, 7, is_combo=False)

    def hear(self, *seen: Evidence) -> Sequence[Input]:
        news = [report for each in seen for report in self.truth.hear(each, self.now_ms)]
        self.reports += news
        return news

    def after(self, ms: int) -> Sequence[Input]:
        self.now_ms += ms
        news = self.truth.advance(self.now_ms)
        self.reports += news
        return news

    @property
    def executions(self) -> list[Execution]:
        return [e for r in self.reports if isinstance(r, OrderExecuted) for e in r.executions]
