"""Two weeks of GEN and REV as a journal: what the weekly report of the second is made from, and what came after."""

from datetime import date, datetime

from allusetui.domain.contract import Option, Right, Side
from allusetui.domain.event import (
    AssignmentReceived,
    BreakerTripped,
    CalledAwayReceived,
    CashBooked,
    EntrySkipped,
    Event,
    LevelChanged,
    LotClosed,
    OrderFilled,
    OrderIntended,
    ReportWritten,
    WeekTyped,
)
from allusetui.domain.moment import to_ms
from allusetui.domain.money import ZERO
from allusetui.domain.order import Purpose
from allusetui.reports.weekly import WeeklyTable, WeekRow, weekly
from tests.reports.journals import PUT, D, marked, provisioned

CALL = Option("AAPL", date(2026, 3, 13), D("197.5"), Right.CALL)
W10, W11 = "2026-W10", "2026-W11"


def intended(intent: str, purpose: Purpose, account: str = "GEN") -> Event:
    return OrderIntended(
        account=account, intent=intent, purpose=purpose, contract=PUT, candidate=None, side=Side.SELL, quantity=5
    )


def filled(intent: str, commission: str, exec_id: str, account: str = "GEN") -> Event:
    return OrderFilled(
        account=account, client_order_id=f"AU-1-{account}-{intent}-1.v1", contract=PUT, side=Side.SELL, quantity=2,
        price=D("1.5"), commission=D(commission), exec_id=exec_id, intent=intent,
    )  # fmt: skip


def closed(realized: str) -> Event:
    return LotClosed(
        account="GEN", contract=PUT, quantity=2, proceeds=D("1.5"), basis=D("0.6"), book_usd=D(300), fees=D("2.60"),
        realized=D(realized), opened=date(2026, 3, 9),
    )  # fmt: skip


def skipped(symbol: str, reason: str) -> Event:
    return EntrySkipped(account="GEN", symbol=symbol, reason=reason, window="gen")


def level(from_: int, to: int) -> Event:
    return LevelChanged(
        account="GEN", contract=PUT, from_=from_, to=to, spot=D("190"), strike=D("195"), atr=D("4"),
        atr_source="bars", breach=1.25, stale=False,
    )  # fmt: skip


def cut(week: str, kind: str, *applied: str) -> list[Event]:
    return [
        WeekTyped(account="A1", week=week, type=kind, all=(kind, *applied), group="A1"),
        WeekTyped(week=week, type=kind, all=(kind, *applied), group=None),
    ]


def assigned() -> Event:
    return AssignmentReceived(
        account="GEN", contract=PUT, quantity=3, shares=300, price=D(195), basis=D("193.5"), premium_usd=D(450),
        fees_usd=ZERO, settlement="s1",
    )  # fmt: skip


def called_away() -> Event:
    return CalledAwayReceived(
        account="GEN", contract=CALL, quantity=1, shares=100, price=D("197.5"), proceeds=D("198.3"),
        premium_usd=D(80), fees_usd=ZERO, settlement="s2",
    )  # fmt: skip


FIRST_WEEK = [
    provisioned("GEN", "1000000"), provisioned("REV", "500000"),
    intended("1", Purpose.ENTRY), filled("1", "1.30", "e1"), skipped("MSFT", "spread"),
    marked("GEN", "1002000", at_cut=True), marked("REV", "500000", at_cut=True), *cut(W10, "Calm-Income"),
]  # fmt: skip
SECOND_WEEK = [
    ReportWritten(period="weekly", name=W10, sha256="0" * 64),
    intended("2", Purpose.ENTRY), filled("2", "1.30", "e2"), filled("2", "1.95", "e3"), filled("2", "1.95", "e3"),
    intended("3", Purpose.ENTRY),
    intended("4", Purpose.ROLL), filled("4", "1.30", "e4"),
    intended("5", Purpose.PROFIT_TAKE, "REV"), filled("5", "0.65", "e5", "REV"),
    closed("177.40"), closed("-1000"),
    skipped("NVDA", "earnings"), skipped("TSLA", "earnings"), skipped("MSFT", "spread"),
    level(0, 1), level(1, 2), level(2, 0), level(0, 1),
    CashBooked(account="GEN", reason="deposit", amount=D(5000), symbol=None, settlement="c1"),
    CashBooked(account="GEN", reason="dividend", amount=D(26), symbol="AAPL", settlement="c2"),
    BreakerTripped(tier="hedged_week", vix=D("51.25")),
    marked("GEN", "999999"),
    assigned(), called_away(),
    marked("GEN", "1008000.50", at_cut=True), marked("REV", "499000", at_cut=True),
    *cut(W11, "Assignment", "Roll", "Earnings-Filter"),
]  # fmt: skip
AFTER = [
    filled("3", "1.30", "e9"), closed("1"), marked("GEN", "1", at_cut=True),
    ReportWritten(period="weekly", name=W11, sha256="0" * 64), *cut("2026-W12", "Calm-Income"),
]  # fmt: skip


def journal(*parts: list[Event]) -> list[tuple[int, int, Event]]:
    events = [event for part in parts for event in part]
    start = to_ms(datetime(2026, 3, 13, 16, 0))
    return [(seq, start + 1000 * seq, event) for seq, event in enumerate(events, 1)]


def second_week() -> WeeklyTable:
    return weekly(journal(FIRST_WEEK, SECOND_WEEK, AFTER), W11)


def row(table: WeeklyTable, account: str) -> WeekRow:
    return next(found for found in table.accounts if found.account == account)
