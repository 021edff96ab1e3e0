"""The list of approvals, and prompts of every subject."""

from dataclasses import replace
from datetime import date

import pytest

from allusetui.domain.event import ApprovalDecided, ApprovalRequested
from allusetui.domain.snapshot import Told
from allusetui.domain.state import Approval
from allusetui.view.alerts import alert_line
from allusetui.view.approvals import approvals
from allusetui.view.fit import width_of, width_of_line
from allusetui.view.model import Seen, Tone
from allusetui.view.prompts import prompts
from tests.replaying import replay_text
from tests.rules.situations import AAPL, situation
from tests.view.snapshots import seen_of, shown, text_of
from tests.view.wednesdays import TO_ROLL, key, wednesday

HOSTILE = "\x1b[2J\x1b]52;c;cm0gLXJm\x07 [link=evil]\u202eyes[/] " + "漢" * 10_000


@pytest.fixture(scope="module")
def asked() -> Seen:
    """10:10; a roll is asked for, a suggestion too, and an older roll was refused."""
    seen = seen_of(wednesday(key("10:02:00", "pause"), TO_ROLL, end="10:10:00"))
    suggestion = Approval("7", "GEN", None, None, 0, None, "llms", HOSTILE, date(2026, 3, 10))
    state = replace(seen.snapshot.state, approvals={**seen.snapshot.state.approvals, "7": suggestion})
    now_ms, end = seen.snapshot.now_ms, seen.snapshot.tail[-1].seq
    past = (
        Told(end + 1, now_ms - 60_000, ApprovalRequested(account="GEN", id="6", subject="llms", text=HOSTILE)),
        Told(end + 2, now_ms, ApprovalDecided(account="GEN", id="6", decision="refused", by="\x1b[31mshell")),
    )
    return replace(seen, snapshot=replace(seen.snapshot, state=state, tail=(*seen.snapshot.tail, *past)))


def test_open_ones_come_first_with_what_is_asked_since_when_and_until_when(asked: Seen) -> None:
    table = approvals(asked, 160)
    roll, suggestion, refused = (shown(table, row) for row in table.rows)
    assert [row.key for row in table.rows][:2] == ["open 1", "open 7"]
    assert (roll["asked"].text, roll["account"].text) == ("10:05", "GEN")
    assert roll["what is asked"].text.startswith("Roll 3 AAPL 13Mar 200P into AAPL 20Mar")
    assert (roll["state"].text, roll["state"].tone) == ("! open: ↵ answers", Tone.WARN)
    assert suggestion["asked"].text == "?"
    assert suggestion["until"].text == "expires in 6d 4h, at the close of Tue 10 Mar"
    assert refused["state"].text == "refused by [31mshell" and refused["asked"].text == "10:09"


def test_a_suggestion_is_asked_for_with_its_end_and_the_hash_of_its_terms(asked: Seen) -> None:
    prompt = next(p for p in prompts(asked) if p.id == "7")
    assert prompt.shown == asked.snapshot.state.approvals["7"].shown
    assert text_of(prompt.asked[0]).startswith("expires in 6d")
    assert text_of(prompt.on_yes) == "yes: approved, once"


def test_text_from_outside_is_text_and_has_an_end(asked: Seen) -> None:
    prompt = next(p for p in prompts(asked) if p.id == "7")
    texts = [cell.text for row in approvals(asked, 160).rows for cell in row.cells]
    texts += [text_of(line) for line in (prompt.title, *prompt.lines, alert_line(asked, 80))]
    assert all(text.isprintable() and width_of(text) < 1_000 for text in texts)


@pytest.mark.parametrize("width", [20, 40, 80, 120, 160])
def test_the_line_of_alerts_names_a_prompt_of_any_subject_and_fits(asked: Seen, width: int) -> None:
    line = alert_line(asked, width)
    assert width_of_line(line) <= width
    only = replace(asked.snapshot.state, approvals={"7": asked.snapshot.state.approvals["7"]})
    alone = replace(asked, snapshot=replace(asked.snapshot, state=only))
    assert text_of(alert_line(alone, 80)).startswith(" ! asked GEN: llms  a lists")


def test_where_nothing_is_asked_the_list_says_so() -> None:
    run = replay_text(situation("2026-03-04T10:00:00", "2026-03-04T10:01:00", {"AAPL": AAPL}))
    assert approvals(seen_of(run), 80).rows == ()
    assert approvals(seen_of(run), 80).empty == "nothing is asked of you"
