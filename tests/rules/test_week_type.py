"""12.1: what kind of week it was, at the cut, for each ALL-USE account and for the user."""

from itertools import combinations
from typing import Any

import pytest

from allusetui.law.load import load
from allusetui.rules.week_type import week_type
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, holding, operator, option, situation, tape

FRIDAY = "2026-03-06"
AFTERNOON = (f"{FRIDAY}T15:50:00", f"{FRIDAY}T16:31:00")
PUT = option("GEN", "AAPL", FRIDAY, 199.5, "P", -5, 1.1, "2026-03-05")
LADDER = ("Preservation", "Hedged", "Assignment", "Roll", "Earnings-Filter")


def user(replayed: Replayed, week: str = "2026-W10") -> list[dict[str, Any]]:
    """What the user's weeks were typed, in order."""
    return [r["data"] for r in replayed.of("week.typed", week=week) if r["account"] is None]


def group(replayed: Replayed, account: str) -> dict[str, Any]:
    (row,) = replayed.of("week.typed", account=account)
    data: dict[str, Any] = row["data"]
    return data


def kinds(replayed: Replayed) -> tuple[str, list[str]]:
    (data,) = user(replayed)
    return data["type"], data["all"]


@pytest.mark.clause("12.1")
@pytest.mark.parametrize("applying", [c for n in range(6) for c in combinations(LADDER, n)], ids="+".join)
def test_12_1_the_first_that_applies_names_the_week_and_all_are_listed(applying: tuple[str, ...]) -> None:
    facts = set(applying)
    named, applied = week_type(facts)
    ranks = [LADDER.index(kind) for kind in applied if kind in LADDER]
    assert set(applied) == (facts or {"Calm-Income"})
    assert ranks == sorted(ranks)
    assert named == applied[0]
    assert load().week_type.order == (*LADDER, "Calm-Income")


@pytest.mark.clause("12.1", "1.5")
def test_12_1_a_week_in_which_nothing_happened_is_calm_at_16_30() -> None:
    replayed = replay_text(situation(*AFTERNOON, {"AAPL": AAPL}))
    rows = replayed.of("week.typed")
    assert [(r["ts"][:19], r["account"], r["data"]["week"]) for r in rows] == [
        (f"{FRIDAY}T16:30:00", "A1", "2026-W10"), (f"{FRIDAY}T16:30:00", None, "2026-W10"),
    ]  # fmt: skip
    assert kinds(replayed) == ("Calm-Income", ["Calm-Income"])
    (written,) = replayed.of("report.written")
    assert written["ts"][:19] == f"{FRIDAY}T16:30:00"


@pytest.mark.clause("12.1")
def test_12_1_a_worthless_expiry_is_calm_income() -> None:
    assert kinds(replay_text(situation(*AFTERNOON, {"AAPL": but(AAPL, spot=206.0)}, PUT)))[0] == "Calm-Income"


@pytest.mark.clause("12.1")
def test_12_1_an_assignment_makes_an_assignment_week() -> None:
    replayed = replay_text(situation(*AFTERNOON, {"AAPL": but(AAPL, spot=197.0)}, PUT))
    assert kinds(replayed) == ("Assignment", ["Assignment"])


@pytest.mark.clause("12.1")
def test_12_1_a_call_away_makes_an_assignment_week() -> None:
    replayed = replay_text(situation(
        *AFTERNOON, {"AAPL": AAPL}, holding("COM", "AAPL", 100, 190.0),
        option("COM", "AAPL", FRIDAY, 195.0, "C", -1, 1.0, "2026-03-02"), accounts=("COM",),
    ))  # fmt: skip
    assert kinds(replayed)[0] == "Assignment"


@pytest.mark.clause("12.1")
def test_12_1_a_level_3_makes_a_preservation_week_over_an_assignment() -> None:
    # 199.5 − 187.4 = 12.1 > 3 × 4; nothing fills, so the put is assigned as well.
    replayed = replay_text(situation(
        f"{FRIDAY}T15:44:00", f"{FRIDAY}T16:31:00", {"AAPL": but(AAPL, spot=187.4, atr=4.0)}, PUT,
        fault(f"{FRIDAY}T15:44:00", "no_fill", "AAPL"),
    ))  # fmt: skip
    assert kinds(replayed) == ("Preservation", ["Preservation", "Assignment"])


@pytest.mark.clause("12.1", "6.12", "6.13")
@pytest.mark.parametrize(
    ("vix", "applied"),
    [(50.0, ["Calm-Income"]), (50.01, ["Hedged"]), (65.0, ["Hedged"]), (65.01, ["Preservation", "Hedged"])],
)
def test_12_1_the_vix_tiers_make_hedged_and_preservation_weeks(vix: float, applied: list[str]) -> None:
    replayed = replay_text(situation(*AFTERNOON, {"AAPL": AAPL}, tape(f"{FRIDAY}T15:52:00", VIX=vix)))
    assert kinds(replayed) == (applied[0], applied)
    assert group(replayed, "A1")["all"] == applied


@pytest.mark.clause("12.1")
def test_12_1_a_roll_done_makes_a_roll_week_and_a_refused_one_does_not() -> None:
    # 2.0 ATR under the strike; the first credit decides what the roll may cost.
    rolled = {
        credit: replay_text(situation(
            f"{FRIDAY}T09:30:00", f"{FRIDAY}T16:31:00",
            {"AAPL": but(AAPL, spot=197.0, atr=4.0)}, tape(f"{FRIDAY}T09:40:00", AAPL=195.0),
            tape(f"{FRIDAY}T12:00:00", AAPL=210.0),
            option("GEN", "AAPL", "2026-03-13", 203.0, "P", -1, credit, "2026-03-05"),
        ))
        for credit in (20.0, 0.5)
    }  # fmt: skip
    assert len(rolled[20.0].of("roll.done")) == 1
    assert kinds(rolled[20.0]) == ("Roll", ["Roll"])
    assert len(rolled[0.5].of("roll.refused")) == 1
    assert kinds(rolled[0.5]) == ("Preservation", ["Preservation"])


@pytest.mark.clause("12.1", "1.6")
def test_12_1_a_skip_for_earnings_makes_an_earnings_filter_week() -> None:
    replayed = replay_text(situation(
        "2026-03-05T09:44:00", f"{FRIDAY}T16:31:00", {"AAPL": but(AAPL, earnings="[2026-03-04]")}
    ))  # fmt: skip
    assert kinds(replayed) == ("Earnings-Filter", ["Earnings-Filter"])


@pytest.mark.clause("12.1")
def test_12_1_each_all_use_account_has_its_own_type_and_the_user_the_sum() -> None:
    # A2.GEN is assigned; the accounts of A1 are not.
    replayed = replay_text(situation(
        *AFTERNOON, {"AAPL": but(AAPL, spot=197.0)}, "[accounts.A2.GEN]\nequity = 400000",
        option("A2.GEN", "AAPL", FRIDAY, 199.5, "P", -5, 1.1, "2026-03-05"), accounts=("GEN", "A2.GEN"),
    ))  # fmt: skip
    assert [r["account"] for r in replayed.of("week.typed")] == ["A1", "A2", None]
    assert group(replayed, "A1")["type"] == "Calm-Income"
    assert group(replayed, "A2")["type"] == "Assignment"
    assert kinds(replayed)[0] == "Assignment"


@pytest.mark.clause("12.1")
def test_12_1_only_what_came_since_the_last_cut_counts() -> None:
    # Assigned on Fri 03-06; the week after is calm.
    replayed = replay_text(situation(f"{FRIDAY}T15:50:00", "2026-03-13T16:31:00", {"AAPL": but(AAPL, spot=197.0)}, PUT))
    assert user(replayed)[0]["type"] == "Assignment"
    assert user(replayed, "2026-W11") == [{**user(replayed, "2026-W11")[0], "type": "Calm-Income"}]


@pytest.mark.clause("12.1", "6.12")
def test_12_1_a_hedged_week_that_goes_on_at_the_cut_is_one_the_week_after_too() -> None:
    replayed = replay_text(situation(
        f"{FRIDAY}T15:50:00", "2026-03-20T16:31:00", {"AAPL": AAPL}, tape(f"{FRIDAY}T15:52:00", VIX=51.0),
        tape("2026-03-09T11:00:00", VIX=20.0),
    ))  # fmt: skip
    weeks = [user(replayed, week)[0]["type"] for week in ("2026-W10", "2026-W11", "2026-W12")]
    assert weeks == ["Hedged", "Hedged", "Calm-Income"]


# The put is assigned at Friday's close, but the link is down over the cut: the news comes at 18:00.
@pytest.fixture(scope="module")
def late() -> Replayed:
    return replay_text(situation(
        f"{FRIDAY}T15:50:00", "2026-03-13T16:31:00", {"AAPL": but(AAPL, spot=197.0)}, PUT,
        fault(f"{FRIDAY}T15:55:00", "broker_down", span="125m"),
    ))  # fmt: skip


@pytest.mark.clause("12.1")
def test_12_1_an_assignment_told_after_the_cut_counts_for_the_week_of_the_expiry(late: Replayed) -> None:
    (received,) = late.of("assignment.received")
    assert received["ts"][:19] == f"{FRIDAY}T18:00:00"
    assert [w["type"] for w in user(late)] == ["Calm-Income", "Assignment"]
    assert [w["type"] for w in user(late, "2026-W11")] == ["Calm-Income"]


@pytest.mark.clause("12.1", "1.5")
def test_12_1_the_report_of_that_week_is_issued_again(late: Replayed) -> None:
    told = [(r["ts"][:19], r["data"]["name"]) for r in late.of("report.written", period="weekly")]
    assert told == [
        (f"{FRIDAY}T16:30:00", "2026-W10"), (f"{FRIDAY}T18:00:00", "2026-W10"), ("2026-03-13T16:30:00", "2026-W11"),
    ]  # fmt: skip


@pytest.mark.clause("12.1", "1.5", "9.5")
def test_12_1_a_cut_that_passed_while_the_process_was_down_is_made_up_for_once() -> None:
    # Down from Friday 15:50 to Monday 08:00, less the hour that the clocks skip: the assignment is found first, and
    # the week is typed with it.
    replayed = replay_text(situation(
        f"{FRIDAY}T15:45:00", "2026-03-09T12:00:00", {"AAPL": but(AAPL, spot=197.0)}, PUT,
        fault(f"{FRIDAY}T15:50:00", "crash", span="3790m"),
    ))  # fmt: skip
    assert [(r["ts"][:19], r["data"]["name"]) for r in replayed.of("report.written")] == [
        ("2026-03-09T08:00:00", "2026-W10")
    ]
    assert kinds(replayed) == ("Assignment", ["Assignment"])


@pytest.mark.clause("12.1")
def test_12_1_what_the_operator_does_has_no_type_of_its_own() -> None:
    replayed = replay_text(situation(
        *AFTERNOON, {"AAPL": AAPL}, operator(f"{FRIDAY}T15:52:00", "pause", "GEN"),
        operator(f"{FRIDAY}T15:53:00", "kill"),
    ))  # fmt: skip
    assert kinds(replayed)[0] == "Calm-Income"
