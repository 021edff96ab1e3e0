"""What can be read: curves, books, the constitution of today, and what was written."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

import pytest

from allusetui.domain.answer import Answer, Reply
from allusetui.domain.event import ReportWritten
from allusetui.domain.snapshot import Mark, Told
from allusetui.view.constitution import constitution
from allusetui.view.fit import width_of_line
from allusetui.view.inquiry import Inquiry, inquiry_page
from allusetui.view.model import Cell, Seen, Table, Tone
from allusetui.view.reports import books, curves, shelf, weeks, written
from allusetui.view.shelf import empty_shelf
from allusetui.view.sleeves import sleeves
from tests.replaying import replay_text
from tests.rules.situations import situation
from tests.view.snapshots import seen_of, shown, text_of
from tests.view.wednesdays import TO_ROLL, key, wednesday

TEXT = "ALL-USE weekly report 2026-W09\n  GEN     1,234.50\n"
HOSTILE = "\x1b[31mred\x07 \u202eevil [bold]x[/] " + "W" * 10_000


@pytest.fixture(scope="module")
def seen() -> Seen:
    """GEN is paused with three puts at level 2."""
    return seen_of(wednesday(key("10:02:00", "pause"), TO_ROLL, end="10:06:00", accounts=("GEN", "REV")))


def reported(seen: Seen, name: str = "2026-W09", text: str = TEXT) -> Seen:
    event = ReportWritten(period="weekly", name=name, sha256=sha256(text.encode()).hexdigest())
    return replace(seen, snapshot=replace(seen.snapshot, reports=(Told(7, seen.snapshot.now_ms, event),)))


def marked(seen: Seen, equities: list[int]) -> Seen:
    """A history of GEN that ends yesterday."""
    days = [date(2026, 3, 3) - timedelta(days=len(equities) - 1 - i) for i in range(len(equities))]
    marks = tuple(Mark(day, Decimal(e), Decimal(max(equities))) for day, e in zip(days, equities, strict=True))
    return replace(seen, snapshot=replace(seen.snapshot, marks={"GEN": marks}))


def test_the_newest_report_stands_first_after_what_is_always_there(seen: Seen) -> None:
    two = (*reported(seen).snapshot.reports, *reported(seen, "2026-W10").snapshot.reports)
    table = shelf(replace(seen, snapshot=replace(seen.snapshot, reports=two)), 40)
    always = ["curves", "books", "LEAPs", "weeks", "constitution", "questions"]
    assert [row.key for row in table.rows] == [*always, "weekly 2026-W10", "weekly 2026-W09"]


def test_a_report_is_shown_as_it_was_written_and_a_changed_file_says_so(seen: Seen) -> None:
    key = "weekly 2026-W09"
    files = {("weekly", "2026-W09"): TEXT}
    whole = written(reported(seen), key, lambda period, name: files.get((period, name)), 80)
    assert [text_of(line) for line in whole] == TEXT.splitlines()
    (first, *_) = written(reported(seen), key, lambda period, name: TEXT.replace("1,234", "9,234"), 80)
    assert first[0].tone is Tone.LOUD and "not what was written" in first[0].text
    (lost,) = written(reported(seen), key, empty_shelf, 80)
    assert "can't be read" in text_of(lost)


def test_a_line_of_a_report_that_is_too_long_goes_on_below_and_nothing_of_it_is_lost(seen: Seen) -> None:
    row = "GEN   " + "".join(f"{number:>8}" for number in range(11))
    lines = [text_of(line) for line in written(reported(seen, text=row), "weekly 2026-W09", lambda *of: row, 40)]
    assert all(len(line) <= 40 for line in lines) and lines[1].startswith("    ")
    assert "".join([lines[0], *(line[4:] for line in lines[1:])]) == row


def test_a_hostile_report_and_a_hostile_name_show_nothing_but_text(seen: Seen) -> None:
    name = "weekly\x1b[2J" + HOSTILE
    lines = written(reported(seen, name, HOSTILE), f"weekly {name}", lambda period, name: HOSTILE, 80)
    lost = written(seen, HOSTILE, empty_shelf, 80)
    cells = [cell.text for row in shelf(reported(seen, name), 80).rows for cell in row.cells]
    for text in [*map(text_of, (*lines, *lost)), *cells]:
        assert text.isprintable() and len(text) <= 80


def test_curves_end_with_what_the_account_is_worth_now(seen: Seen) -> None:
    lines = [text_of(line) for line in curves(marked(seen, [400_000, 410_000, 390_000]), 100)]
    head, top = lines[0], lines[1]
    now = f"{seen.snapshot.state.accounts['GEN'].cash:,.0f}"
    assert head.startswith("GEN equity:  3") and "drawdown %, at most 15:" in head
    assert top.startswith("410,000 ┤") and "03 Mar" not in top and now not in top
    assert any(line.startswith("01 Mar 26 to 04 Mar 26, 4 sessions") for line in lines)


def test_a_curve_without_any_mark_is_one_point_of_now(seen: Seen) -> None:
    lines = [text_of(line) for line in curves(replace(seen, snapshot=replace(seen.snapshot, marks={})), 80)]
    assert any("04 Mar 26 to 04 Mar 26, 1 session" in line for line in lines)
    assert sum(any(0x2800 < ord(c) <= 0x28FF for c in line) for line in lines) == len(seen.snapshot.state.accounts)


@pytest.mark.parametrize("width", [20, 40, 79, 119, 159])
def test_curves_fit(seen: Seen, width: int) -> None:
    assert all(width_of_line(line) <= width for line in curves(marked(seen, list(range(300_000, 300_400))), width))


def ledger(seen: Seen, width: int) -> dict[str, dict[str, int]]:
    """Account → figure → dollars, out of the blocks."""
    found: dict[str, dict[str, int]] = {}
    names: list[str] = []
    for text in map(text_of, books(seen, width)):
        label, figures = text[:12].strip(), text[12:].split()
        if not label:
            names = figures
        else:
            for name, figure in zip(names, figures, strict=True):
                found.setdefault(name, {})[label] = int(figure.replace(",", "").replace("−", "-"))
    return found


@pytest.mark.clause("2.7")
def test_2_7_a_mini_that_was_below_its_best_and_has_merged_has_lost_nothing() -> None:
    mini = "[accounts.MINI-1]\nequity = 100_000\nhigh_water = 110_000\nopened = 2023-03-06"
    merged = seen_of(
        replay_text(situation("2026-03-06T15:50:00", "2026-03-09T16:31:00", {}, mini, accounts=("COM", "MINI-1")))
    )
    table = sleeves(merged, 160)
    row = next(row for row in table.rows if row.key == "MINI-1")
    assert (shown(table, row)["state"].text, shown(table, row)["fall %"]) == ("merged", Cell("?/15"))
    lines = [text_of(line) for line in curves(merged, 120)]
    assert next(line for line in lines if line.startswith("MINI-1 equity")).endswith("at most 15:  0.00")


@pytest.mark.clause("17.7")
def test_17_7_books_sum_every_figure_for_itself_growth_and_hedges_apart(seen: Seen) -> None:
    found = ledger(seen, 160)
    whole = found.pop("all")
    assert list(found) == ["GEN", "REV", "COM"] and {"growth", "hedges", "leap cash", "tax reserve"} <= whole.keys()
    for figure, amount in whole.items():
        assert abs(sum(account[figure] for account in found.values()) - amount) <= len(found)
    assert found["GEN"]["options"] < 0 == found["REV"]["options"]


@pytest.mark.parametrize("width", [26, 40, 79])
def test_books_of_accounts_that_do_not_fit_beside_each_other_stand_below(seen: Seen, width: int) -> None:
    assert ledger(seen, width) == ledger(seen, 160)
    assert all(width_of_line(line) <= width for line in books(seen, width))


def clauses(seen: Seen, width: int = 160) -> dict[str, dict[str, Cell]]:
    """The first line of each clause."""
    table = constitution(seen, width)
    found = [shown(table, row) for row in table.rows]
    return {cells["clause"].text: cells for cells in found if cells["clause"].text}


def test_every_clause_is_told_once_in_the_laws_order(seen: Seen) -> None:
    assert list(clauses(seen)) == [clause.id for clause in seen.law.clauses]


def test_a_clause_tells_whom_it_holds_back_today_and_the_figures_or_the_laws_numbers(seen: Seen) -> None:
    found = clauses(seen)
    assert found["0.7"]["today"].text == "✗ GEN ✓ REV ✓ COM"
    assert found["0.7"]["figures"].text.startswith("GEN: no person has paused it")
    assert found["0.5"]["today"].text == "–" and found["0.5"]["figures"].text.startswith("steps 3, slippage cap 0.05")
    assert found["6.9"]["today"].text == "✓ GEN" and "ATR" in found["6.9"]["figures"].text


def told_in(table: Table) -> str:
    return "\n".join(text_of(row.cells) for row in table.rows)


def test_the_page_of_questions_says_how_to_ask_what_is_read_and_what_a_sentence_stands_on(seen: Seen) -> None:
    told = Told(7, seen.snapshot.now_ms, ReportWritten(period="weekly", name="2026-W09", sha256="0" * 64))
    answered = Reply(Answer(False, "I can't tell [#7].\nHow so [#7]."), {7: (told,)})
    assert not inquiry_page(seen, Inquiry(), 60).rows
    assert inquiry_page(seen, Inquiry(), 60).empty.startswith("/ asks the journal")
    assert "being read" in told_in(inquiry_page(seen, Inquiry("why?"), 60))
    assert "no journal" in told_in(inquiry_page(seen, Inquiry("why?", failure="no journal"), 60))
    table = inquiry_page(seen, Inquiry("why?", answered), 60)
    assert [row.key.partition(".")[0] for row in table.rows] == ["q", "#7", "#7", "#7", "#7"]
    assert len({row.key for row in table.rows}) == len(table.rows)
    assert told_in(table).count("report written") == 2


def test_the_page_of_the_weeks_is_asked_for_by_the_newest_report(seen: Seen) -> None:
    asked: list[tuple[str, str]] = []

    def read(period: str, name: str) -> str | None:
        asked.append((period, name))
        return f"{HOSTILE}\nAfter 60 typed weeks" if name else None

    assert [text_of(line) for line in weeks(seen, read, 40)] == ["the weeks are being counted"]
    lines = [text_of(line) for line in weeks(reported(seen), read, 40)]
    assert asked == [("weeks", ""), ("weeks", "2026-W09")]
    assert lines[-1] == "After 60 typed weeks"
    assert all(line.isprintable() and len(line) <= 40 for line in lines)
