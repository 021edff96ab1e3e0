"""What a replay came to, counted from a journal a trader can add up."""

import io
from dataclasses import replace
from datetime import date, datetime

from rich.console import Console

from allusetui.domain.contract import Option, Right, Side
from allusetui.domain.event import (
    BreakerTripped,
    CashBooked,
    EntrySkipped,
    Event,
    LotClosed,
    OrderAbandoned,
    OrderReplaced,
    OrderSent,
    RollDone,
    RollRefused,
    StopDone,
    WeekTyped,
)
from allusetui.domain.moment import to_ms
from allusetui.domain.money import ZERO
from allusetui.domain.order import Purpose
from allusetui.reports.summary import Summary, summary
from allusetui.reports.terminal import print_summary
from tests.reports.journals import PUT, D, marked, provisioned
from tests.reports.weeks import filled, level

NEXT = Option("AAPL", date(2026, 3, 20), D("190"), Right.PUT)


def sent(version: int) -> Event:
    fields = {
        "account": "GEN", "client_order_id": f"AU-1-GEN-1-1.v{version}", "purpose": Purpose.ENTRY, "contract": PUT,
        "candidate": None, "side": Side.SELL, "quantity": 5, "limit": D("1.5"), "intent": "1", "clip": 1,
        "version": version, "step": 0,
    }  # fmt: skip
    return OrderSent(**fields) if version == 1 else OrderReplaced(replaces=f"AU-1-GEN-1-1.v{version - 1}", **fields)


EVENTS = [
    provisioned("GEN", 1_600_000), provisioned("REV", 1_600_000), sent(1), sent(2),
    filled("1", "1.30", "e1"), filled("1", "1.30", "e2"), filled("1", "1.30", "e2"),
    OrderAbandoned(account="GEN", intent="1", client_order_id=None, reason="slippage_cap", quantity=1),
    OrderAbandoned(account="GEN", intent="2", client_order_id=None, reason="slippage_cap", quantity=1),
    OrderAbandoned(account="GEN", intent="3", client_order_id=None, reason="window_closed", quantity=1),
    level(0, 2), level(2, 3), level(3, 0),
    RollDone(account="GEN", contract=PUT, candidate=NEXT, quantity=5, cost=ZERO, chain_cost=ZERO, credit=D(2),
             first_credit=D(2)),
    RollRefused(account="GEN", contract=PUT, candidates=(), cost=None, chain_cost=None, credit=None, first_credit=D(2),
                reason="economics"),
    StopDone(account="GEN", contract=PUT, quantity=5, price=D("6.2")),
    LotClosed(account="GEN", contract=PUT, quantity=5, proceeds=D(2), basis=D("6.2"), book_usd=D(1000),
              fees=D("2.60"), realized=D("-2102.60"), opened=date(2026, 3, 5)),
    EntrySkipped(account="GEN", symbol="MSFT", reason="spread", window="gen"),
    CashBooked(account="GEN", reason="withdrawal", amount=D(-10000), symbol=None, settlement="c1"),
    CashBooked(account="GEN", reason="dividend", amount=D(26), symbol="AAPL", settlement="c2"),
    BreakerTripped(tier="safe", vix=D("66.1")), BreakerTripped(tier="halt", vix=None),
    marked("GEN", 1_601_000), marked("GEN", "1587897.40", 1_601_000),
    WeekTyped(account="A1", week="2026-W10", type="Preservation", all=("Preservation", "Roll"), group="A1"),
    WeekTyped(week="2026-W10", type="Preservation", all=("Preservation", "Roll"), group=None),
]  # fmt: skip


def found() -> Summary:
    return summary((seq, to_ms(datetime(2026, 3, 6, 12, 0)) + seq, event) for seq, event in enumerate(EVENTS, 1))


def test_an_account_s_result_leaves_out_what_its_owner_took() -> None:
    gen, rev = found().accounts
    # 1,587,897.40 − 1,600,000 + 10,000 taken out = −2,102.60.
    assert (gen.start, gen.final, gen.pnl) == (D(1600000), D("1587897.40"), D("-2102.60"))
    # −2,102.60 of a lot and 26 of a dividend, which is income and no flow.
    assert (gen.realized, gen.fees, gen.flows) == (D("-2076.60"), D("2.60"), D(-10000))
    assert (rev.start, rev.final, rev.pnl) == (D(1600000), D(1600000), ZERO)


def test_orders_are_counted_as_messages_and_a_fill_told_twice_once() -> None:
    rows = found()
    assert (rows.orders_sent, rows.orders_filled) == (2, 1)
    assert rows.abandoned == (("slippage_cap", 2), ("window_closed", 1))


def test_only_rising_levels_are_reached() -> None:
    assert found().levels == (("2", 1), ("3", 1))


def test_rolls_stops_skips_breakers_and_weeks_are_told() -> None:
    rows = found()
    assert (rows.rolls_done, rows.rolls_refused, rows.stops) == (1, 1, 1)
    assert rows.skips == (("spread", 1),)
    assert [(trip.tier, trip.vix) for trip in rows.breakers] == [("safe", D("66.1")), ("halt", None)]
    assert [(week.week, week.all) for week in rows.weeks] == [("2026-W10", ("Preservation", "Roll"))]


def test_the_terminal_shows_it_in_80_columns() -> None:
    file = io.StringIO()
    print_summary(Console(file=file, width=200), found())
    lines = file.getvalue().splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 80
    shown = file.getvalue()
    for figure in ("1,600,000.00", "1,587,897.40", "-2,102.60", "2.60", "-10,000.00"):
        assert figure in shown
    assert "Total 3,200,000.00 3,187,897.40 -10,000.00 -2,102.60 -2,076.60 2.60" in " ".join(shown.split())
    assert "2 sent, 1 filled" in shown
    assert "slippage_cap 2, window_closed 1" in shown
    assert "safe at VIX 66.10" in shown
    assert "halt at VIX unknown" in shown
    assert "Preservation, Roll" in shown


def test_hundreds_of_millions_stay_on_one_line_in_whole_dollars() -> None:
    rich = replace(found().accounts[0], start=D("987654321.09"), final=D("987654321.09"))
    file = io.StringIO()
    print_summary(Console(file=file, width=80), replace(found(), accounts=(rich,)))
    assert file.getvalue().splitlines()[1].split()[1:3] == ["987,654,321", "987,654,321"]


def test_markup_in_a_name_is_shown_not_obeyed() -> None:
    file = io.StringIO()
    records = [
        (1, 0, provisioned("[b]X", 1)),
        (2, 0, EntrySkipped(account="[b]X", symbol="A", reason="[red]", window="g")),
    ]
    print_summary(Console(file=file, width=80), summary(records))
    assert "[b]X" in file.getvalue()
    assert "[red] 1" in file.getvalue()
