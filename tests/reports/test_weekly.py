"""The weekly report says what the journal says, and says it again the same way."""

import json
import re
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from allusetui.codec.records import decode, line
from allusetui.domain.contract import Option, Right, Side
from allusetui.domain.event import (
    AccountForked,
    AccountMarked,
    AccountMerged,
    AccountProvisioned,
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
from allusetui.domain.order import Purpose
from allusetui.reports.files import read, write
from allusetui.reports.income import Income
from allusetui.reports.page import as_json, markdown, text
from allusetui.reports.summary import summary
from allusetui.reports.weekly import WeeklyTable, WeekRow, weekly
from allusetui.reports.weekly_page import page

D = Decimal
ZERO = D(0)
PUT = Option("AAPL", date(2026, 3, 13), D("195"), Right.PUT)
CALL = Option("AAPL", date(2026, 3, 13), D("197.5"), Right.CALL)
W10, W11 = "2026-W10", "2026-W11"


def provisioned(account: str, equity: str) -> AccountProvisioned:
    return AccountProvisioned(
        account=account, equity=D(equity), base=D(equity), type="gen", group="A1", trading=True, cash=D(equity),
        high_water=D(equity), opened=date(2026, 3, 2), realized_quarter=ZERO, holdings=(), options=(),
    )  # fmt: skip


def marked(account: str, equity: str, at_cut: bool = True) -> Event:
    return AccountMarked(
        account=account, equity=D(equity), cash=D(equity), stock=ZERO, short_options=ZERO, leaps_growth=ZERO,
        leaps_hedge=ZERO, tax_reserve=ZERO, leap_cash=ZERO, high_water=D(equity), realized=ZERO, unrealized=ZERO,
        fees=ZERO, at_cut=at_cut,
    )  # fmt: skip


def test_what_stands_in_leaps_at_the_start_is_no_loss_of_the_first_week() -> None:
    begun = replace(provisioned("REV", "1000000"), ladder=D(8_000))
    (row,) = weekly(journal([begun, marked("REV", "992000")]), W10).accounts
    assert (row.equity, row.change) == (D(992_000), ZERO)


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
    marked("GEN", "1002000"), marked("REV", "500000"), *cut(W10, "Calm-Income"),
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
    marked("GEN", "999999", at_cut=False),
    assigned(), called_away(),
    marked("GEN", "1008000.50"), marked("REV", "499000"), *cut(W11, "Assignment", "Roll", "Earnings-Filter"),
]  # fmt: skip
AFTER = [
    filled("3", "1.30", "e9"), closed("1"), marked("GEN", "1"),
    ReportWritten(period="weekly", name=W11, sha256="0" * 64), *cut("2026-W12", "Calm-Income"),
]  # fmt: skip


def test_11_1_what_forks_and_merges_move_is_no_gain_of_anyone() -> None:
    def moved(kind: type[AccountForked] | type[AccountMerged], start: str, to: str) -> Event:
        return kind(account=start, from_=start, to=to, amount=D(100000))

    born = replace(provisioned("MINI-1", "100000"), parent="GEN")
    during = [
        moved(AccountForked, "GEN", "MINI-1"), born, moved(AccountMerged, "MINI-1", "COM"),
        marked("GEN", "900000"), marked("COM", "400000"), marked("MINI-1", "0"), *cut(W11, "Calm-Income"),
    ]  # fmt: skip
    before = [provisioned("GEN", "1000000"), provisioned("COM", "300000"), *cut(W10, "Calm-Income")]
    table = weekly(journal(before, during), W11)
    assert [(r.account, r.previous, r.flows, r.change) for r in (*table.accounts, table.totals)] == [
        ("GEN", D(1000000), D(-100000), ZERO), ("COM", D(300000), D(100000), ZERO), ("MINI-1", ZERO, ZERO, ZERO),
        ("Total", D(1300000), ZERO, ZERO),
    ]  # fmt: skip
    rows = summary(journal(before, during)).accounts
    assert [(r.account, r.start, r.flows, r.pnl) for r in rows] == [
        ("GEN", D(1000000), D(-100000), ZERO), ("COM", D(300000), D(100000), ZERO), ("MINI-1", ZERO, ZERO, ZERO)
    ]  # fmt: skip


def journal(*parts: list[Event]) -> list[tuple[int, int, Event]]:
    events = [event for part in parts for event in part]
    start = to_ms(datetime(2026, 3, 13, 16, 0))
    return [(seq, start + 1000 * seq, event) for seq, event in enumerate(events, 1)]


@pytest.fixture
def table() -> WeeklyTable:
    return weekly(journal(FIRST_WEEK, SECOND_WEEK, AFTER), W11)


def row(table: WeeklyTable, account: str) -> WeekRow:
    return next(found for found in table.accounts if found.account == account)


def test_11_1_equity_changes_from_cut_to_cut_and_a_deposit_is_no_gain(table: WeeklyTable) -> None:
    # 1,008,000.50 − 1,002,000 − 5,000 paid in = 1,000.50.
    gen = row(table, "GEN")
    assert (gen.previous, gen.equity, gen.flows, gen.change) == (D(1002000), D("1008000.50"), D(5000), D("1000.50"))
    assert row(table, "REV").change == D(-1000)
    assert (table.totals.equity, table.totals.change) == (D("1507000.50"), D("0.50"))


def test_11_1_the_first_week_begins_with_what_was_provisioned() -> None:
    gen = row(weekly(journal(FIRST_WEEK, SECOND_WEEK), W10), "GEN")
    assert (gen.previous, gen.change, gen.income.fees, gen.trades) == (D(1000000), D(2000), D("1.30"), (("entry", 1),))


def test_11_1_profit_and_fees_are_the_week_s_own_and_a_fill_told_twice_counts_once(table: WeeklyTable) -> None:
    gen = row(table, "GEN")
    assert gen.income.realized == D("-796.60")  # 177.40 − 1,000 + 26 dividend
    assert gen.income.fees == D("4.55")  # 1.30 + 1.95 + 1.30
    assert (table.totals.income.realized, table.totals.income.fees) == (D("-796.60"), D("5.20"))


def test_11_1_a_trade_is_an_intent_that_filled_however_many_fills_it_took(table: WeeklyTable) -> None:
    assert row(table, "GEN").trades == (("entry", 1), ("roll", 1))
    assert row(table, "REV").trades == (("profit_take", 1),)
    assert table.totals.trades == (("entry", 1), ("roll", 1), ("profit_take", 1))


def test_11_1_each_trade_stands_with_its_contract_and_the_average_of_its_fills(table: WeeklyTable) -> None:
    lines = text(page(table)).splitlines()
    start = lines.index("Trades one by one")
    assert lines[start + 1 : start + 4] == [
        "  GEN entry: sold 4 AAPL 2026-03-13 195 P at 1.50", "  GEN roll: sold 2 AAPL 2026-03-13 195 P at 1.50",
        "  REV profit take: sold 2 AAPL 2026-03-13 195 P at 1.50",
    ]  # fmt: skip
    assert json.loads(as_json(page(table)))["trades"][0]["quantity"] == 4


def test_11_1_a_trade_that_was_corrected_is_told_as_it_was_in_the_end() -> None:
    first = filled("1", "1.30", "e1")
    assert isinstance(first, OrderFilled)
    back = replace(first, exec_id="e1-back", side=Side.BUY)
    anew = replace(first, exec_id="e1.02", quantity=3, price=D("1.255"))
    found = weekly(journal([provisioned("GEN", "1"), intended("1", Purpose.ENTRY), first, back, anew]), W10)
    assert text(page(found)).count("GEN entry: sold 3 AAPL 2026-03-13 195 P at 1.2550") == 1
    gone = weekly(journal([provisioned("GEN", "1"), intended("1", Purpose.ENTRY), first, back]), W10)
    assert gone.trades == ()


def test_11_1_assignments_skips_levels_and_breakers_are_counted(table: WeeklyTable) -> None:
    gen = row(table, "GEN")
    assert (gen.assigned, gen.called_away) == (3, 1)
    assert gen.skips == (("earnings", 2), ("spread", 1))
    assert gen.levels == (("1", 2), ("2", 1))
    assert [(trip.tier, trip.vix) for trip in table.breakers] == [("hedged_week", D("51.25"))]


def test_12_1_the_week_s_type_stands_with_all_that_applied(table: WeeklyTable) -> None:
    assert row(table, "GEN").week_type == table.totals.week_type == "Assignment"
    assert table.totals.all_types == ("Assignment", "Roll", "Earnings-Filter")


def test_11_1_the_report_is_the_same_whatever_came_after_the_cut_and_from_the_stored_journal() -> None:
    at_the_cut = weekly(journal(FIRST_WEEK, SECOND_WEEK), W11)
    later = journal(FIRST_WEEK, SECOND_WEEK, AFTER)
    stored = [decode(line(*record)) for record in later]
    for again in (weekly(later, W11), weekly(stored, W11), weekly(iter(later), W11)):
        assert again == at_the_cut
        assert [form(page(again)) for form in (text, markdown, as_json)] == [
            form(page(at_the_cut)) for form in (text, markdown, as_json)
        ]


def test_11_1_without_a_typed_week_the_report_ends_where_it_was_written_or_with_the_journal() -> None:
    untyped = [event for event in SECOND_WEEK if not isinstance(event, WeekTyped)]
    open_end = weekly(journal(FIRST_WEEK, untyped), W11)
    written = ReportWritten(period="weekly", name=W11, sha256="0" * 64)
    assert weekly(journal(FIRST_WEEK, untyped, [written, closed("1")]), W11) == open_end
    assert open_end.totals.week_type is None
    assert "Total: not typed" in text(page(open_end))


def test_11_1_no_week_loses_or_repeats_what_happened_between_cut_and_report() -> None:
    between = [*FIRST_WEEK, closed("10"), *SECOND_WEEK]
    first, second = weekly(journal(between), W10), weekly(journal(between), W11)
    assert (first.totals.income.realized, second.totals.income.realized) == (ZERO, D("-786.60"))


def test_11_1_the_text_is_a_table_of_at_most_100_columns(table: WeeklyTable) -> None:
    found = text(page(table))
    assert max(map(len, found.splitlines())) <= 100
    assert "GEN      1,008,000.50  5,000.00   1,000.50" in found
    assert "GEN        900.00      26.00   -796.60  4.55" in found  # three fills of two at 1.50
    assert "  GEN: L1 × 2, L2 × 1" in found
    assert "  GEN: earnings 2, spread 1" in found
    assert re.search(r"^  2026-\d\d-\d\d \d\d:\d\d:\d\d ET hedged_week at VIX 51.25$", found, re.MULTILINE)
    assert found.splitlines()[1] == "Cut 2026-03-13 16:00:38 ET"
    assert "  Total: Assignment, all that applied: Assignment, Roll, Earnings-Filter" in found


def test_11_1_the_text_keeps_its_width_with_hundreds_of_millions_and_many_skips(table: WeeklyTable) -> None:
    huge = replace(
        row(table, "GEN"), account="A-LONG-ACCOUNT-NAME", equity=D("987654321.01"), flows=D("-987654321.01"),
        income=Income(*[D("-987654321.01")] * 6), skips=tuple((f"reason_{n}", n) for n in range(20)),
    )  # fmt: skip
    found = text(page(replace(table, accounts=(huge,), totals=huge)))
    assert max(map(len, found.splitlines())) <= 100
    assert "reason_19 19" in found


def test_11_1_names_from_outside_are_text_in_every_form(table: WeeklyTable) -> None:
    hostile = replace(table, accounts=(replace(row(table, "GEN"), account="a|b\n\x1b[31m*"),))
    assert "\x1b" not in text(page(hostile)) + markdown(page(hostile))
    assert "| a\\|b \\[31m\\* |" in markdown(page(hostile))


def test_11_1_markdown_and_json_hold_the_same_figures(table: WeeklyTable) -> None:
    assert "| GEN | 1,008,000.50 | 5,000.00 | 1,000.50 |" in markdown(page(table))
    found = json.loads(as_json(page(table)))
    assert found["week"] == W11
    assert found["accounts"][0]["equity"] == 1008000.5
    assert found["accounts"][0]["trades"] == {"entry": 1, "roll": 1}
    assert found["totals"]["all"] == ["Assignment", "Roll", "Earnings-Filter"]
    assert found["breakers"][0]["vix"] == 51.25


def test_11_1_three_files_are_written_and_the_hash_is_the_text_s(table: WeeklyTable, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    digest = write(folder, "weekly", W11, page(table))
    assert sorted(path.name for path in folder.iterdir()) == [f"weekly-{W11}.{end}" for end in ("json", "md", "txt")]
    assert digest == sha256((folder / f"weekly-{W11}.txt").read_bytes()).hexdigest()
    assert write(folder, "weekly", W11, page(table)) == digest


def test_a_written_report_is_read_back_and_a_name_that_is_none_of_ours_reads_nothing(
    table: WeeklyTable, tmp_path: Path
) -> None:
    write(tmp_path / "reports", "weekly", W11, page(table))
    (tmp_path / "weekly-secret.txt").write_text("not a report")
    (tmp_path / "reports" / "weekly-broken.txt").write_bytes(b"\xff\xfe")
    assert read(tmp_path / "reports", "weekly", W11) == text(page(table))
    for name in ("../weekly-secret", "W99", "broken"):
        assert read(tmp_path / "reports", "weekly", name) is None
    assert read(tmp_path / "reports", "../weekly", "secret") is None
    assert read(tmp_path / "nowhere", "weekly", W11) is None


def test_11_1_a_week_that_is_none_is_not_made_a_file_name(table: WeeklyTable, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is no name of a weekly report"):
        write(tmp_path, "weekly", "../2026-W11", page(table))


def test_11_1_an_empty_journal_has_an_empty_report() -> None:
    found = weekly([], W11)
    assert found.accounts == ()
    assert "none" in text(page(found))
