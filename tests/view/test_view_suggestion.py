"""How a suggestion is shown: what would change, both distributions, how sure it is, what an answer does."""

from dataclasses import replace
from datetime import date

import pytest

from allusetui.domain.advice import Evidence, LadderTerms, Outcome, Outlook, Suggestion
from allusetui.domain.state import Approval
from allusetui.tui.layout import wrapped
from allusetui.view.approvals import approvals
from allusetui.view.charts import whiskers
from allusetui.view.fit import width_of_line
from allusetui.view.model import Seen
from allusetui.view.prompts import Prompt, prompts
from tests.replaying import replay_text
from tests.rules.situations import AAPL, situation
from tests.view.snapshots import seen_of, shown, text_of

NOW, BETTER = LadderTerms(0.3, 15, 1), LadderTerms(0.35, 17, 2)
BEFORE, AFTER = Outlook(1.34, 0.001, 0.1, 10.0), Outlook(1.3, 0.01, 1.0, 10.0)
EVIDENCE = Evidence(BETTER, BEFORE, AFTER, 0.0753, 0.054, 0.0967, 0.0952, 0.0928, 55, 2_048, 18, 97, 0.04, (AFTER,))
CHANGE = Suggestion("7", "2026-Q2", NOW, BETTER, EVIDENCE, ())


@pytest.fixture(scope="module")
def seen() -> Seen:
    return seen_of(replay_text(situation("2026-03-04T10:00:00", "2026-03-04T10:01:00", {"AAPL": AAPL})))


def with_one(seen: Seen, suggestion: Suggestion) -> Seen:
    approval = Approval("7", "REV", None, None, 0, None, "llms", "a sentence", date(2026, 3, 10), suggestion)
    state = replace(seen.snapshot.state, approvals={"7": approval})
    return replace(seen, snapshot=replace(seen.snapshot, state=state))


def asked(seen: Seen, suggestion: Suggestion) -> Prompt:
    (found,) = prompts(with_one(seen, suggestion))
    return found


def lines(seen: Seen, suggestion: Suggestion) -> list[str]:
    return [text_of(line) for line in asked(seen, suggestion).lines]


@pytest.mark.clause("13.3")
def test_13_3_a_change_is_shown_beside_what_is_now_with_its_evidence(seen: Seen) -> None:
    prompt = asked(seen, CHANGE)
    assert text_of(prompt.title) == "REV: Ladder with delta aim 0.3 → 0.35, expiry aim 15m → 17m, rungs apart 1m → 2m?"
    assert lines(seen, CHANGE) == [
        "now        delta 0.3, expiry in 15 months, rungs 1 month apart",
        "proposed   delta 0.35, expiry in 17 months, rungs 2 months apart",
        "what a dollar becomes in 18 months: ├ 5 %  ┃ half  ◆ mean  ┤ 95 %",
        "now        ├───────────┃───────◆────┤ 0.00 0.10 1.34 10.00",
        "proposed         ├────────────┃─────┤ 0.01 1.00 1.30 10.00",  # on the mean stands the half
        "scores +0.075, at 95 % +0.054 to +0.097: more than noise",
        "score: log growth of reinvested money, 25 % of it in the ladder",
        "costs 0.095, 0.093; 2048 paths, 55 candidates, seed 97",
        "expires in 6d 4h, at the close of Tue 10 Mar",
        "",
        "yes: so it buys from its next action on; what is held stays",
        "no: everything stays as it is",
    ]


@pytest.mark.clause("13.3")
def test_13_3_what_keeps_shows_the_best_other_and_that_a_yes_changes_nothing(seen: Seen) -> None:
    keep = replace(CHANGE, proposed=NOW, evidence=replace(EVIDENCE, low=-0.02))
    assert text_of(asked(seen, keep).title) == "REV: Keep how the ladder buys?"
    told = lines(seen, keep)
    assert told[1] == "best other delta 0.35, expiry in 17 months, rungs 2 months apart"
    assert "scores +0.075, at 95 % −0.020 to +0.097: no more than noise" in told
    assert told[-2:] == ["yes: approved; nothing changes", "no: everything stays as it is"]


def test_where_nothing_scores_better_only_what_is_now_is_drawn(seen: Seen) -> None:
    best = Suggestion("7", "2026-Q2", BETTER, BETTER, replace(EVIDENCE, gain=0.0, low=0.0, high=0.0), ())
    told = lines(seen, best)
    assert told[0] == "now        delta 0.35, expiry in 17 months, rungs 2 months apart"
    assert told[1].startswith("what a dollar becomes")
    assert sum("┤ " in line for line in told) == 2  # the key, and one drawing
    assert "nothing that was looked at scores better" in told


@pytest.mark.clause("13.3")
def test_13_3_what_came_of_the_one_before_stands_beside_it(seen: Seen) -> None:
    past = (Outcome("3", "2025-Q4", AFTER, 0.5), Outcome("3", "2026-Q1", Outlook(1.0, 0.2, 0.79, 2.51), 0.81))
    told = lines(seen, replace(CHANGE, past=past))
    assert "#3 promised 0.79 (0.20 to 2.51) by 2026-Q1: it became 0.81" in told
    assert not any("2025-Q4" in line for line in told)


LONG = replace(EVIDENCE, seed=2**32 - 1, cost_now=0.5)
FOLLOWED = (Outcome("12", "2026-Q1", Outlook(1.0, 0.2, 0.79, 22.51), 10.81),)


@pytest.mark.parametrize(
    "suggestion",
    [replace(CHANGE, evidence=LONG, past=FOLLOWED), replace(CHANGE, proposed=NOW, evidence=LONG, past=FOLLOWED)],
    ids=["change", "keep"],
)
def test_it_fits_a_box_of_13_lines_and_66_cells_unbroken(seen: Seen, suggestion: Suggestion) -> None:
    shown_lines = asked(seen, suggestion).lines
    assert len(shown_lines) == 13
    for line in shown_lines:
        assert width_of_line(line) <= 66
        assert [text_of(each).strip() for each in wrapped(line, 66)] == [text_of(line).strip()]


def test_the_list_says_what_would_change(seen: Seen) -> None:
    table = approvals(with_one(seen, CHANGE), 160)
    (cells,) = (shown(table, row) for row in table.rows)
    assert cells["what is asked"].text.startswith("Ladder with delta aim 0.3 → 0.35, expiry aim")


@pytest.mark.parametrize("width", [0, 1, 2, 26, 80])
def test_whiskers_are_as_wide_as_asked_and_hold_every_sign_where_there_is_room(width: int) -> None:
    drawn = whiskers(0.0, 1.0, 0.25, 0.75, width)
    assert len(drawn) == width
    if width >= 26:
        assert [drawn.index(sign) / (width - 1) for sign in "├┃◆┤"] == pytest.approx([0.0, 0.25, 0.75, 1.0], abs=0.02)
    assert len(whiskers(-3.0, 9.0, 0.5, 0.5, width)) == width
