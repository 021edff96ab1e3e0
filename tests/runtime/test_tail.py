"""What is kept of a journal for a screen: bounded, and the same after a restart."""

from datetime import date, time, timedelta
from decimal import Decimal

from allusetui.domain.event import AccountMarked, ReportWritten, StateChanged
from allusetui.domain.moment import DAY_MS, at_clock
from allusetui.domain.money import ZERO
from allusetui.domain.snapshot import Mark
from allusetui.journal.memory import MemoryJournal
from allusetui.runtime.tail import REPORTS, SESSIONS, TailJournal

FIRST = date(2026, 3, 2)
CLOSE_MS = at_clock(FIRST, time(16))


def marked(equity: int, at_cut: bool = False) -> AccountMarked:
    return AccountMarked(
        account="GEN", equity=Decimal(equity), cash=Decimal(equity), stock=ZERO, short_options=ZERO, leaps_growth=ZERO,
        leaps_hedge=ZERO, tax_reserve=ZERO, leap_cash=ZERO, high_water=Decimal(400_000), realized=ZERO, unrealized=ZERO,
        fees=ZERO, at_cut=at_cut,
    )  # fmt: skip


def test_an_account_has_one_mark_a_session_the_last_of_its_day() -> None:
    kept = TailJournal(MemoryJournal())
    kept.append(CLOSE_MS, [marked(399_000)])
    kept.append(CLOSE_MS + 1_800_000, [marked(399_100, at_cut=True)])
    kept.append(CLOSE_MS + DAY_MS, [marked(398_000)])
    high = Decimal(400_000)
    following = FIRST + timedelta(days=1)
    assert kept.marks == {"GEN": (Mark(FIRST, Decimal(399_100), high), Mark(following, Decimal(398_000), high))}


def test_marks_and_reports_are_bounded_and_a_restart_finds_the_same() -> None:
    journal = MemoryJournal()
    kept = TailJournal(journal)
    for number in range(SESSIONS + 10):
        changed = StateChanged(account="GEN", from_="SAFE", to="SCANNING", reason=f"number {number}")
        written = ReportWritten(period="weekly", name=f"2026-W{number}", sha256="0" * 64)
        kept.append(CLOSE_MS + number * DAY_MS, [marked(number), changed, written])
    assert len(kept.marks["GEN"]) == SESSIONS and kept.marks["GEN"][-1].equity == SESSIONS + 9
    assert len(kept.reports) == REPORTS
    again = TailJournal(journal)
    assert (again.marks, again.moves, again.reports) == (kept.marks, kept.moves, kept.reports)
    assert again.moves["GEN"].event == changed
