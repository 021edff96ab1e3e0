"""The LEAP ledger in the dashboard: both sides apart, their cost, what a fall would do."""

import pytest

from allusetui.view.leaps import leaps
from allusetui.view.model import Seen
from tests.replaying import replay_text
from tests.rules.situations import AAPL, holding, option, situation
from tests.view.snapshots import seen_of, text_of

NOON = ("2026-03-04T10:00:00", "2026-03-04T10:01:00")


@pytest.fixture(scope="module")
def seen() -> Seen:
    return seen_of(replay_text(situation(
        *NOON, {"AAPL": AAPL, "NVDA": AAPL, "SPX": "spot = 5000.0\niv = 0.18"}, holding("GEN", "AAPL", 100, 190.0),
        option("REV", "NVDA", "2027-06-18", 230.0, "C", 2, 11.0, "2026-01-05"),
        option("REV", "NVDA", "2027-09-17", 230.0, "C", 1, 13.0, "2026-01-05"),
        option("GEN", "SPX", "2026-12-18", 4250.0, "P", 1, 80.0, "2026-03-02"), accounts=("GEN", "REV", "COM"),
    )))  # fmt: skip


def page(seen: Seen, width: int = 100) -> list[str]:
    return [text_of(line) for line in leaps(seen, width)]


@pytest.mark.clause("17.7")
def test_17_7_growth_and_hedges_stand_one_below_the_other_each_with_its_own_sum(seen: Seen) -> None:
    found = page(seen)
    growth = next(i for i, line in enumerate(found) if line.startswith("growth: 2 LEAPs, worth "))
    hedges = next(i for i, line in enumerate(found) if line.startswith("hedges: 1 LEAP, worth "))
    assert growth < hedges
    assert [line.split()[0] for line in found[growth + 2 : growth + 4]] == ["REV", "REV"]
    assert found[growth + 4].startswith("rungs of REV: 2027-06 ")
    assert found[hedges + 2].split()[:3] == ["GEN", "SPX", "18Dec"]
    assert "2,200" in found[growth + 2]  # what both have cost


def test_the_last_lines_say_what_a_fall_does_to_the_book_and_by_what_model(seen: Seen) -> None:
    found = page(seen)
    start = found.index("in a fall of the market")
    gen = found[start + 2].split()
    assert gen[:3] == ["GEN", "−10%", "−2,000"] and gen[4].endswith("%")
    assert any(line.startswith("all") for line in found[start:])
    assert any("Black and Scholes" in line for line in found[start:])


@pytest.mark.parametrize("width", [30, 50, 80, 160])
def test_it_fits_whatever_the_width(seen: Seen, width: int) -> None:
    assert all(len(line) <= width for line in page(seen, width))


def test_who_holds_none_is_told_so() -> None:
    found = page(seen_of(replay_text(situation(*NOON, {"AAPL": AAPL}))))
    assert "growth: none held" in found and "hedges: none held" in found
