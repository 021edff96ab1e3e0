"""When reports are written, and when they are written again: in what the journal says of it."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from errno import ENOSPC

import pytest

from allusetui.compose.run import build_run
from allusetui.domain.event import FACTS, AlertRaised, ReportWritten, own_day
from allusetui.domain.input import CashBooking, Execution, OrderExecuted, Settled
from allusetui.domain.moment import iso, to_ms
from allusetui.domain.state import Booked
from allusetui.journal.memory import MemoryJournal
from allusetui.law.load import load
from allusetui.reports.issue import page_of
from allusetui.reports.page import text
from allusetui.scenario.load import parse
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, holding, option, situation

FEB_27 = "2026-02-27"
MONDAY_MS = to_ms(datetime(2026, 3, 2, 8, 0))


def told(replayed: Replayed, period: str) -> list[tuple[str, str, str | None]]:
    """(when, name, reason) of a period's reports."""
    rows = replayed.of("report.written", period=period)
    return [(r["ts"][:16], r["data"]["name"], r["data"]["reason"]) for r in rows]


def quiet(start: str, end: str, *more: str) -> Replayed:
    return replay_text(situation(start, end, {"AAPL": AAPL}, *more, accounts=("GEN", "REV", "COM")))


@pytest.mark.clause("11.1", "11.2", "11.3", "S.5")
def test_11_2_a_month_is_reported_at_the_cut_of_its_last_session_and_a_quarter_on_the_first_session_after_it() -> None:
    # 03-31 is a Tuesday, 04-03 Good Friday: that week is cut on Thursday.
    r = quiet("2026-03-26T09:00:00", "2026-04-02T17:00:00")
    assert told(r, "weekly") == [("2026-03-27T16:30", "2026-W13", None), ("2026-04-02T16:30", "2026-W14", None)]
    assert told(r, "monthly") == [("2026-03-31T16:30", "2026-03", None)]
    assert told(r, "quarterly") == [("2026-04-01T16:30", "2026-Q1", None)]
    clauses = {row["data"]["period"]: row["clauses"] for row in r.of("report.written")}
    assert clauses == {
        "weekly": ["1.5", "11.1", "12.2"], "monthly": ["11.2", "12.2"], "quarterly": ["11.3", "17.7"],
    }  # fmt: skip


@pytest.mark.clause("1.7", "11.2")
def test_11_2_after_an_early_close_the_month_is_reported_at_14_30() -> None:
    # The day after Thanksgiving closes at 13:00; it is November's last session.
    assert told(quiet("2024-11-29T09:00:00", "2024-11-29T17:00:00"), "monthly") == [
        ("2024-11-29T14:30", "2024-11", None)
    ]


@pytest.mark.clause("11.3")
def test_11_3_a_quarter_that_ended_before_the_session_began_is_not_reported() -> None:
    r = quiet("2026-04-01T09:00:00", "2026-04-02T17:00:00")
    assert told(r, "quarterly") == [] and told(r, "monthly") == []


@pytest.mark.clause("11.2", "9.5")
def test_11_2_a_month_whose_hour_passed_while_the_process_was_down_is_reported_once_when_it_is_back() -> None:
    r = quiet("2026-02-27T15:00:00", "2026-03-02T17:00:00", fault(f"{FEB_27}T16:10:00", "crash", span="60h"))
    assert told(r, "monthly") == [("2026-03-02T04:10", "2026-02", None)]


class Full:
    """A reporter whose disk is full at first."""

    def __init__(self) -> None:
        self.tries = 0

    def write(self, period: str, name: str, at_ms: int) -> str:
        self.tries += 1
        if self.tries == 1:
            raise OSError(ENOSPC, "No space left on device")
        return "0" * 64


@pytest.mark.clause("11.1", "14.4")
def test_11_1_a_disk_that_refuses_a_report_is_told_and_the_report_tried_again_on_the_next_day() -> None:
    text = situation("2026-03-06T15:50:00", "2026-03-09T09:31:00", {"AAPL": AAPL})
    journal, reporter = MemoryJournal(), Full()
    build_run(parse(text, "test.toml"), journal, reporter).go()
    told = [(iso(at_ms)[:16], event) for _, at_ms, event in journal.read()]
    (failed,) = [(at, e.text) for at, e in told if isinstance(e, AlertRaised) and "report" in e.text]
    assert failed == (
        "2026-03-06T16:30",
        "The weekly report 2026-W10 could not be written (No space left on device); it is tried again.",
    )
    assert [(at, e.name) for at, e in told if isinstance(e, ReportWritten)] == [("2026-03-09T09:30", "2026-W10")]
    assert reporter.tries == 2


@pytest.fixture(scope="module")
def late_dividend() -> Replayed:
    """COM's 100 shares go ex on February's last session while the link is down; it is back on Monday."""
    aapl = but(AAPL, dividends=f"[{{ ex = {FEB_27}, amount = 0.25 }}]")
    return replay_text(situation(
        "2026-02-26T15:00:00", "2026-03-06T17:00:00", {"AAPL": aapl}, holding("COM", "AAPL", 100, 190.0),
        fault(f"{FEB_27}T09:20:00", "broker_down", span="74h"), accounts=("GEN",),
    ))  # fmt: skip


@pytest.mark.clause("11.1", "11.2")
def test_11_2_a_dividend_told_late_is_of_its_own_day_whose_week_and_month_are_issued_again(
    late_dividend: Replayed,
) -> None:
    (paid,) = late_dividend.of("cash.booked", reason="dividend")
    assert (paid["ts"][:10], paid["data"]["day"]) == ("2026-03-02", FEB_27)
    when = paid["ts"][:16]
    assert told(late_dividend, "weekly")[:2] == [
        (f"{FEB_27}T16:30", "2026-W09", None), (when, "2026-W09", "dividend"),
    ]  # fmt: skip
    assert told(late_dividend, "monthly") == [
        (f"{FEB_27}T16:30", "2026-02", None), (when, "2026-02", "dividend"),
    ]  # fmt: skip


@pytest.mark.clause("11.1", "11.2")
def test_11_1_it_counts_for_the_one_week_and_not_for_the_next(late_dividend: Replayed) -> None:
    records = list(late_dividend.journal.read())
    weeks = {name: text(page_of(records, "weekly", name, load())) for name in ("2026-W09", "2026-W10")}
    months = text(page_of(records, "monthly", "2026-02", load()))
    assert "COM         0.00      25.00     25.00  0.00" in weeks["2026-W09"]
    assert "COM         0.00      25.00     25.00  0.00" in months
    assert "COM         0.00       0.00      0.00  0.00" in weeks["2026-W10"]
    assert "COM        300,025.00   0.00   25.00" in weeks["2026-W10"]  # where it came, the marks saw it


@pytest.fixture
def filled() -> Replayed:
    """GEN has sold puts on Thursday; they have expired, the week is cut."""
    return replay_text(situation("2026-02-26T09:40:00", "2026-02-27T17:00:00", {"AAPL": AAPL}))


def corrected(replayed: Replayed, price: str) -> tuple[str, ...]:
    """A fill of Thursday that the broker corrects on Monday: the reasons for which reports are asked for again."""
    engine, (fill, *_) = replayed.run.runtime.engine, replayed.of("order.filled")
    (event,) = (e for seq, _, e in replayed.journal.read() if seq == fill["seq"])
    engine.state.fills["x"] = Booked(Execution(
        "x.01", event.client_order_id, event.contract, event.side, event.quantity, event.price, event.commission,
        date.fromisoformat(fill["ts"][:10]),
    ))  # fmt: skip
    again = replace(engine.state.fills["x"].execution, exec_id="x.02", price=Decimal(price), day=None)
    replayed.run.runtime.now_ms = MONDAY_MS
    replayed.run.runtime.deliver([OrderExecuted(replayed.run.runtime.now_ms, (again,))])
    return tuple(row["data"]["reason"] for row in replayed.of("report.written") if row["data"]["reason"])


@pytest.mark.clause("11.1", "11.2", "0.6")
def test_11_1_a_correction_counts_for_the_day_of_the_trade_and_its_reports_are_issued_again(filled: Replayed) -> None:
    assert corrected(filled, "0.50") == ("order.filled", "order.filled")
    late = [row["data"] for row in filled.of("order.filled") if row["data"]["day"]]
    assert [row["day"] for row in late] == ["2026-02-26", "2026-02-26"] and late[1]["price"] == 0.5


@pytest.mark.clause("11.1", "11.2")
def test_11_1_what_changes_nothing_in_a_report_does_not_issue_it_again(filled: Replayed) -> None:
    runtime = filled.run.runtime
    before = len(filled.of("report.written"))
    runtime.now_ms = MONDAY_MS
    nothing = CashBooking("Z1", "GEN", "fee", Decimal(0), day=date.fromisoformat(FEB_27))
    runtime.deliver([Settled(runtime.now_ms, bookings=(nothing,))])
    assert len(filled.of("cash.booked")) == 1 and len(filled.of("report.written")) == before


@pytest.mark.clause("11.3")
def test_11_3_shares_that_come_within_the_month_after_a_loss_issue_the_quarter_again() -> None:
    # COM sells AAPL at a loss in March (called away below what it paid); on 04-10 GEN is assigned AAPL: a wash sale.
    r = replay_text(situation(
        "2026-03-27T15:00:00", "2026-04-10T17:00:00", {"AAPL": but(AAPL, spot=198.0)},
        holding("COM", "AAPL", 100, 260.0), option("COM", "AAPL", "2026-03-27", 195.0, "C", -1, 1.0, "2026-03-23"),
        option("REV", "AAPL", "2026-04-10", 205.0, "P", -1, 3.0, "2026-03-26"), accounts=("REV",), capital=4_000_000,
    ))  # fmt: skip
    again = [row for row in told(r, "quarterly") if row[2] is not None]
    assert again == [("2026-04-10T16:00", "2026-Q1", "assignment.received")]
    assert "6,400.00" in text(page_of(r.journal.read(), "quarterly", "2026-Q1", load()))


@pytest.mark.clause("12.1")
def test_12_1_every_fact_of_the_broker_can_tell_its_day() -> None:
    assert {kind.kind for kind in FACTS} == {
        "order.filled", "cash.booked", "assignment.received", "called_away.received", "exercised.received",
        "expired.received",
    }  # fmt: skip
    started = next(event for _, _, event in quiet(f"{FEB_27}T09:00:00", f"{FEB_27}T09:05:00").journal.read())
    assert own_day(started, date(2026, 2, 27)) is None
