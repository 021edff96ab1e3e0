"""Small journals for reports: events at New York times, and the events that most of them need."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from allusetui.domain.contract import Option, Right, Side
from allusetui.domain.event import (
    AccountMarked,
    AccountProvisioned,
    Event,
    Fall,
    LongMark,
    LotClosed,
    OrderFilled,
    WeekTyped,
)
from allusetui.domain.moment import to_ms
from allusetui.domain.money import ZERO
from allusetui.domain.order import Pocket

D = Decimal
Row = tuple[str, Event]
PUT = Option("AAPL", date(2026, 3, 13), D(195), Right.PUT)
LEAP = Option("NVDA", date(2027, 6, 18), D(230), Right.CALL)
HEDGE = Option("SPX", date(2026, 12, 18), D(4250), Right.PUT)


def journal(*rows: Row) -> list[tuple[int, int, Event]]:
    """Rows of `2026-03-02T16:00` and an event, as records."""
    return [(seq, to_ms(datetime.fromisoformat(at)), event) for seq, (at, event) in enumerate(rows, 1)]


def provisioned(account: str, equity: int | str, parent: str | None = None) -> AccountProvisioned:
    return AccountProvisioned(
        account=account, equity=D(equity), base=D(equity), type="gen", group="A1", trading=True, cash=D(equity),
        high_water=D(equity), opened=date(2026, 2, 2), realized_quarter=ZERO, holdings=(), options=(), parent=parent,
    )  # fmt: skip


def marked(
    account: str, equity: int | str, high: int | None = None, longs: tuple[LongMark, ...] = (),
    falls: tuple[Fall, ...] = (), **more: Any,
) -> AccountMarked:  # fmt: skip
    values: dict[str, Any] = {
        "leaps_growth": ZERO, "leaps_hedge": ZERO, "tax_reserve": ZERO, "leap_cash": ZERO, "unrealized": ZERO, **more,
    }  # fmt: skip
    return AccountMarked(
        account=account, equity=D(equity), cash=D(equity), stock=ZERO, short_options=ZERO, realized=ZERO, fees=ZERO,
        high_water=D(equity if high is None else high), rate=D("0.04"), longs=longs, falls=falls, **values,
    )  # fmt: skip


def filled(
    exec_id: str, side: Side, quantity: int, price: str, contract: Option = PUT, account: str = "GEN",
    pocket: Pocket = Pocket.CASH, **more: Any,
) -> OrderFilled:  # fmt: skip
    return OrderFilled(
        account=account, client_order_id=f"AU-1-{account}-{exec_id}-1.v1", contract=contract, side=side,
        quantity=quantity, price=D(price), commission=D("0.65") * quantity, exec_id=exec_id, intent=exec_id,
        pocket=pocket, **more,
    )  # fmt: skip


def closed(realized: str, contract: Option = PUT, account: str = "GEN") -> LotClosed:
    return LotClosed(
        account=account, contract=contract, quantity=1, proceeds=D(2), basis=D(1), book_usd=D(100), fees=D("1.30"),
        realized=D(realized), opened=date(2026, 2, 2),
    )  # fmt: skip


def typed(week: str, kind: str, group: str | None = None) -> WeekTyped:
    return WeekTyped(account=group, week=week, type=kind, all=(kind,), group=group)
