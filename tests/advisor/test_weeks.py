"""12.2, 12.3: what a journal's weeks say of the next one, and how good that has been."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from math import log

import numpy as np
import pytest

from allusetui.advisor.cuts import FACTS, cuts
from allusetui.advisor.weeks import FIRST, forecast
from allusetui.domain import event as ev
from allusetui.domain.moment import at_clock
from allusetui.law.load import load
from allusetui.reports.page import as_json, markdown, text
from allusetui.reports.weeks_page import page
from tests.advisor.weeks import MONDAY, records, told, until, week, years
from tests.reports.journals import PUT, typed

LAW = load().week_type


@pytest.mark.clause("12.3")
def test_12_3_before_fifty_typed_weeks_nothing_is_shown_but_the_count() -> None:
    rows = years(50)
    hidden, shown = forecast(until(rows, 49), LAW), forecast(rows, LAW)
    assert (hidden.weeks, hidden.needed, hidden.chances, hidden.score) == (49, 50, (), None)
    assert "49 weeks are typed: chances for the next one are shown from 50 on." in text(page(hidden))
    assert "Chance" not in text(page(hidden)) and '"next": []' in as_json(page(hidden))
    assert (shown.weeks, len(shown.chances)) == (50, 6)
    assert shown.score is not None and shown.score.weeks == 50 - FIRST


@pytest.mark.clause("12.2")
def test_12_2_every_type_is_counted_and_an_empty_journal_has_none() -> None:
    rows = records([told(n, kind, 18) for n, kind in enumerate(("Roll", "Calm-Income", "Roll"))])
    assert dict(forecast(rows, LAW).counts) == {
        "Preservation": 0, "Hedged": 0, "Assignment": 0, "Roll": 2, "Earnings-Filter": 0, "Calm-Income": 1,
    }  # fmt: skip
    assert "No week is typed yet" in text(page(forecast([], LAW)))


@pytest.mark.clause("12.3")
def test_12_3_what_the_vix_decides_beats_the_base_rates_and_what_it_does_not_does_not() -> None:
    found, luck = forecast(years(160), LAW).score, forecast(years(160, known=False), LAW).score
    assert found is not None and luck is not None
    assert found.verdict == "beats"
    assert "have beaten the base rates" in text(page(forecast(years(160), LAW)))
    assert found.log_overlay < 0.75 * found.log_base
    assert found.brier_overlay < found.brier_base
    assert luck.verdict != "beats"
    assert "have not beaten the base rates" in text(page(forecast(years(160, known=False), LAW)))


@pytest.mark.clause("12.3")
def test_12_3_a_chance_is_told_from_the_weeks_before_alone() -> None:
    """The scores of a walk are those of the forecasts that were shown on the way."""
    rows = years(60)
    walked = forecast(rows, LAW).score
    before = forecast(until(rows, 59), LAW)
    assert walked is not None and before.score is not None
    came = [event.type for _, _, event in rows if isinstance(event, ev.WeekTyped)][-1]
    last = next(chance for chance in before.chances if chance.type == came)
    for name, chance in (("log_overlay", last.overlay), ("log_base", last.base)):
        total, sofar = getattr(walked, name) * walked.weeks, getattr(before.score, name) * before.score.weeks
        assert total - sofar == pytest.approx(-log(chance), abs=1e-6)


@pytest.mark.clause("12.3")
def test_12_3_chances_and_bands_add_up() -> None:
    shown = forecast(years(120), LAW)
    assert sum(chance.overlay for chance in shown.chances) == pytest.approx(1)
    assert sum(chance.base for chance in shown.chances) == pytest.approx(1)
    assert shown.score is not None
    assert sum(band.count for band in shown.score.bands) == 6 * shown.score.weeks
    assert sum(band.count * band.came for band in shown.score.bands) == pytest.approx(shown.score.weeks)
    assert all(one.high <= other.low for one, other in pairwise(shown.score.bands))


@pytest.mark.clause("12.3")
def test_12_3_the_same_journal_gives_the_same_page_in_each_form() -> None:
    pages = [page(forecast(years(80), LAW)) for _ in range(2)]
    for form in (text, markdown, as_json):
        assert form(pages[0]) == form(pages[1])
    assert max(map(len, text(pages[0]).splitlines())) <= 100


@pytest.mark.clause("12.2", "12.3")
def test_12_3_a_week_that_is_told_again_counts_once_by_its_last_type_and_keeps_its_facts() -> None:
    """An assignment that comes on Monday counts for the week before."""
    late = [(at_clock(MONDAY + timedelta(days=7), load().cadence.closing.report_cut), typed(week(0), "Assignment"))]
    (first, second) = cuts(records([told(0, "Calm-Income", 18), late, told(1, "Roll", 25)]))
    assert (first.type, first.final, second.final) == ("Calm-Income", "Assignment", "Roll")
    assert first.facts[FACTS.index("Assignment")] == 0
    assert first.facts[FACTS.index("vix")] == pytest.approx(log(18))


@pytest.mark.clause("12.3")
def test_12_3_the_facts_are_what_the_journal_says_at_the_cut() -> None:
    moved = ev.LevelChanged(
        account="GEN", contract=PUT, from_=0, to=2, spot=Decimal(190), strike=Decimal(195), atr=Decimal(2),
        atr_source="bars", breach=2.5, stale=False,
    )  # fmt: skip
    skipped = ev.EntrySkipped(account="GEN", symbol="AAPL", reason="earnings", window="gen")
    other = ev.EntrySkipped(account="GEN", symbol="AAPL", reason="spread", window="gen")
    found = cuts(records([told(0, "Roll", 20, moved, skipped, other), told(1, "Calm-Income", 30)]))
    first, second = (dict(zip(FACTS, cut.facts, strict=True)) for cut in found)
    assert (first["Roll"], first["level"], first["earnings skips"]) == (1, 2, 1)
    assert (second["Roll"], second["level"], second["earnings skips"]) == (0, 0, 0)
    assert first["drawdown"] == pytest.approx(1 - 5000 / 6000)
    assert np.isnan(first["vix week"]) and np.isnan(first["index vol"])
    # The week after 2020-01-10 lies in the season of reports, which begins on the tenth day after the quarter's first.
    assert (first["report season"], second["report season"]) == (1, 1)
    season = [dict(zip(FACTS, cut.facts, strict=True))["report season"] for cut in cuts(years(13))]
    assert season == [1] * 5 + [0] * 8
