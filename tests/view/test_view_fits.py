"""Every table and line fits the width that it was made for, whatever happens."""

from decimal import Decimal

import pytest

from allusetui.domain.event import AlertRaised
from allusetui.domain.snapshot import Proof, Told
from allusetui.view.alerts import alert_line, alerts
from allusetui.view.approvals import approvals
from allusetui.view.calendar import calendar
from allusetui.view.constitution import constitution
from allusetui.view.fit import Spec, choose, cut, width_of, width_of_line
from allusetui.view.header import header
from allusetui.view.journal import journal
from allusetui.view.ladder import ladder
from allusetui.view.model import Column, Seen, Table, Tone
from allusetui.view.orders import orders
from allusetui.view.protocol import at_risk, bar_of
from allusetui.view.reports import shelf
from allusetui.view.runbook import runbook
from allusetui.view.sleeves import sleeves
from allusetui.view.words import age, signed
from tests.replaying import replay_text
from tests.rules.situations import AAPL, but, fault, holding, operator, option, situation, tape
from tests.view.snapshots import WIDTHS, seen_of

STEPS = (1.0, 2.0, 3.0)


@pytest.fixture(scope="module")
def busy() -> Seen:
    """Everything at once: a stop asked for, a call being bought back, a stale put, a hostile alert."""
    held = option("GEN", "AAPL", "2026-03-13", 200.0, "P", -3, 20.0, "2026-03-03")
    call = option("COM", "NVDA", "2026-03-13", 222.5, "C", -2, 2.0, "2026-03-03")
    run = replay_text(
        situation(
            "2026-03-04T10:00:00", "2026-03-04T10:05:20", {"AAPL": but(AAPL, atr=4.0), "NVDA": AAPL, "TSLA": AAPL},
            held, call, holding("COM", "NVDA", 300, 190.0), operator("2026-03-04T10:02:00", "pause", "GEN"),
            tape("2026-03-04T10:04:00", AAPL=187.0), fault("2026-03-04T09:59:00", "no_fill", "NVDA", "20m"),
            fault("2026-03-04T10:04:00", "stale", "TSLA", "5m"), accounts=("GEN", "REV", "COM"),
        )
    )  # fmt: skip
    hostile = Told(10_000, run.run.end_ms, AlertRaised(severity="critical", text="全角 " * 90))
    proofs = {"GEN": Proof("pause", run.run.end_ms - 100, 30_000, 29_999, 8.0)}
    return seen_of(run, alerts=(hostile,), proofs=proofs)


@pytest.mark.parametrize("width", [*WIDTHS, 40, 20, 200])
@pytest.mark.parametrize(
    "pane", [sleeves, at_risk, orders, alerts, journal, ladder, calendar, approvals, shelf, constitution]
)
def test_a_table_fits_its_width_and_every_cell_its_column(busy: Seen, pane: object, width: int) -> None:
    table = pane(busy, width)  # type: ignore[operator]
    assert isinstance(table, Table) and table.rows and table.width <= width
    for row in table.rows:
        assert len(row.cells) == len(table.columns)
        assert all(width_of(cell.text) <= c.width for cell, c in zip(row.cells, table.columns, strict=True))


@pytest.mark.parametrize("width", [*WIDTHS, 40, 30, 200])
def test_the_runbook_fits_its_width(busy: Seen, width: int) -> None:
    assert all(width_of_line(line) <= width for line in runbook(busy, width))


@pytest.mark.parametrize("width", [*WIDTHS, 40, 20, 200])
def test_the_header_and_the_line_of_alerts_fit(busy: Seen, width: int) -> None:
    lines = (*header(busy, width, 90_000.0), alert_line(busy, width))
    assert all(width_of_line(line) <= width for line in lines)


@pytest.mark.parametrize("pane", [sleeves, at_risk, orders, alerts, journal, approvals])
def test_keys_of_rows_are_each_their_own(busy: Seen, pane: object) -> None:
    keys = [row.key for row in pane(busy, 120).rows]  # type: ignore[operator]
    assert len(set(keys)) == len(keys)


def test_the_least_wanted_column_goes_first_and_what_is_left_goes_to_the_ones_that_grow() -> None:
    specs = (Spec(Column("a", 5)), Spec(Column("b", 5), 2), Spec(Column("c", 5), 1, 20))
    assert [(c.title, c.width) for c in choose(specs, 17)] == [("a", 5), ("b", 5), ("c", 5)]
    assert [(c.title, c.width) for c in choose(specs, 16)] == [("a", 5), ("c", 10)]
    assert [c.width for c in choose(specs, 40)] == [5, 5, 20]


def test_a_cut_text_says_that_there_was_more_and_counts_wide_characters_twice() -> None:
    assert cut("MONITORING", 5) == "MONI…" and cut("SAFE", 4) == "SAFE" and cut("SAFE", 0) == ""
    assert width_of("全角") == 4 and width_of(cut("全角全角", 6)) <= 6


@pytest.mark.parametrize(
    ("breach", "bar"),
    [
        (None, "?    1     2     3"),
        ("-1.42", "−1.4 1     2     3"),
        ("0", "     1     2     3"),
        ("0.5", "███  1     2     3"),
        ("1.75", "█████1████▌2     3"),
        ("9", "█████1█████2█████3"),
    ],
)
def test_the_bar_grows_with_the_breach_and_keeps_its_three_marks(breach: str | None, bar: str) -> None:
    assert bar_of(None if breach is None else Decimal(breach), STEPS, 18) == bar


def test_where_the_distance_has_a_column_the_bar_of_a_calm_position_is_empty() -> None:
    assert bar_of(Decimal("-1.42"), STEPS, 18, tells=False) == "     1     2     3"


def test_a_change_of_nothing_has_no_minus_and_ages_are_short() -> None:
    assert signed(Decimal("-0.0001")) == "+0.0%" and signed(Decimal("-0.006")) == "−0.6%" and signed(None) == "?"
    assert [age(s) for s in (0.14, 2.0, 12.9, 75, 3 * 3600, 90_000, float("inf"))] == [
        "0.1s", "2s", "12s", "1m", "3h", "1d", "?",
    ]  # fmt: skip


def test_an_alert_that_was_read_is_dim_and_has_no_mark(busy: Seen) -> None:
    (new,), (read,) = alerts(busy, 80).rows, alerts(busy, 80, read_seq=10_000).rows
    assert new.cells[1].text.startswith("!") and {cell.tone for cell in read.cells} == {Tone.DIM}
