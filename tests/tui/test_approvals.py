"""Approval prompts: they come by themselves, hear nothing at first, and are answered once."""

from dataclasses import replace
from decimal import Decimal

import pytest

from allusetui.domain.console import Key
from allusetui.domain.event import ApprovalDecided
from allusetui.domain.snapshot import Told
from allusetui.tui.screens.ask import Approval
from allusetui.tui.screens.typing import Pick
from allusetui.tui.screens.why import Why
from tests.tui.consoles import advised, afternoon, amended, paused_afternoon
from tests.tui.desk import Desk, watching

pytestmark = pytest.mark.asyncio


async def asked(desk: Desk) -> Approval:
    await desk.until(lambda: isinstance(desk.app.screen, Approval))
    await desk.pilot.pause()
    assert isinstance(desk.app.screen, Approval)
    return desk.app.screen


async def test_a_prompt_comes_by_itself_and_says_what_yes_and_no_do() -> None:
    async with watching(paused_afternoon()) as desk:
        await asked(desk)
        assert "Roll 10 AAPL 13Mar 253P" in desk.text("title")
        assert "yes:" in desk.text("body") and "no:" in desk.text("body")


@pytest.mark.parametrize(("key", "action"), [("y", "approve"), ("n", "refuse")])
async def test_it_is_deaf_for_500_ms_and_then_answers_for_the_prompt_that_it_showed(key: str, action: str) -> None:
    async with watching(paused_afternoon()) as desk:
        box = await asked(desk)
        approval = desk.console.snapshot.state.approvals[box.prompt.id]
        desk.clock.now_ms += 499
        await desk.press(key)
        assert desk.console.keys == []
        desk.clock.now_ms += 1
        await desk.press(key)
        assert desk.console.keys == [Key(action, "GEN", prompt=approval.id, shown=approval.shown)]


async def test_it_is_never_answered_twice() -> None:
    async with watching(paused_afternoon()) as desk:
        first = await asked(desk)
        desk.clock.now_ms += 600
        await desk.press("y", "y", "y")
        assert len(desk.console.keys) == 1
        desk.console.hear()
        await desk.poll()
        second = await asked(desk)
        assert second.prompt.id != first.prompt.id
        await desk.press("y")
        assert len(desk.console.keys) == 1


@pytest.mark.clause("13.3")
async def test_13_3_a_suggestion_comes_by_itself_and_its_key_names_what_was_shown() -> None:
    async with watching(advised()) as desk:
        box = await asked(desk)
        assert "delta aim 0.3 → 0.35" in desk.text("title")
        assert all(word in desk.text("body") for word in ("◆", "paths", "seed", "yes:", "no:", "expires in"))
        approval = desk.console.snapshot.state.approvals[box.prompt.id]
        desk.clock.now_ms += 600
        await desk.press("y")
        assert desk.console.keys == [Key("approve", "REV", prompt=approval.id, shown=approval.shown)]


@pytest.mark.clause("15.2")
async def test_15_2_a_change_of_the_law_comes_by_itself_and_its_key_is_no_account_s() -> None:
    async with watching(amended()) as desk:
        box = await asked(desk)
        assert "Law v1.4 with sizing.symbol_cap 0.25 → 0.15?" in desk.text("title")
        body = desk.text("body")
        assert all(word in body for word in ("(0.2, 0.3)", "why: No single gap.", "├", "yes:", "expires in"))
        approval = desk.console.snapshot.state.approvals[box.prompt.id]
        await desk.press("y")
        desk.clock.now_ms += 600
        await desk.press("y")
        assert desk.console.keys == [Key("approve", None, prompt=approval.id, shown=approval.shown)]


async def test_its_evidence_is_today_s_and_what_is_answered_stays_the_same() -> None:
    async with watching(paused_afternoon()) as desk:
        box = await asked(desk)
        shown = box.prompt.shown
        assert "spot 242.00" in desk.text("body")
        quotes = dict(desk.console.snapshot.volatile.quotes)
        quotes["AAPL"] = replace(quotes["AAPL"], bid=Decimal("239.9"), ask=Decimal("240.1"))
        desk.console.publish(volatile=replace(desk.console.snapshot.volatile, quotes=quotes))
        await desk.poll()
        assert "spot 240.00" in desk.text("body")
        assert box.prompt.shown == shown


async def test_one_that_was_put_aside_stays_away_until_it_is_asked_again_from_the_list() -> None:
    async with watching(paused_afternoon()) as desk:
        first = await asked(desk)
        await desk.put_aside()
        assert desk.console.keys == []
        await desk.press("a")
        assert desk.full == "approvals"
        open_ones = len(desk.console.snapshot.state.approvals)
        assert desk.text("approvals").count("! open: ↵ answers") == open_ones > 1
        await desk.press("home", "enter")
        assert (await asked(desk)).prompt.id == first.prompt.id
        desk.clock.now_ms += 600
        await desk.press("n")
        assert [key.prompt for key in desk.console.keys] == [first.prompt.id]
        await desk.press("enter")
        assert "it has its answer" in desk.line


async def test_the_list_explains_how_an_old_one_was_decided() -> None:
    async with watching(paused_afternoon()) as desk:
        await desk.put_aside()
        seq = desk.console.snapshot.tail[-1].seq + 1
        decided = ApprovalDecided(account="GEN", clauses=("0.7",), id="0", decision="refused", by="shell")
        desk.console.publish(tail=(*desk.console.snapshot.tail, Told(seq, desk.console.snapshot.now_ms, decided)))
        await desk.poll()
        await desk.press("a", "end", "enter")
        screen = desk.app.screen
        assert isinstance(screen, Why) and screen.asked.told is not None
        assert screen.asked.told.event == decided


async def test_an_answer_that_was_not_taken_can_be_given_again() -> None:
    async with watching(paused_afternoon()) as desk:
        first = await asked(desk)
        desk.clock.now_ms += 600
        desk.console.full = True
        await desk.press("y")
        desk.console.full = False
        assert "NOT SENT" in desk.line
        desk.console.publish()
        await desk.poll()
        assert (await asked(desk)).prompt.id == first.prompt.id


async def test_it_goes_away_when_the_approval_is_gone_and_says_how() -> None:
    async with watching(paused_afternoon()) as desk:
        box = await asked(desk)
        decided = ApprovalDecided(account="GEN", id=box.prompt.id, decision="expired", by="engine")
        seq = desk.console.snapshot.tail[-1].seq + 1
        desk.console.publish(tail=(*desk.console.snapshot.tail, Told(seq, desk.console.snapshot.now_ms, decided)))
        desk.console.withdraw()
        await desk.poll()
        await desk.until(lambda: desk.app.screen is desk.app.main)
        assert desk.console.keys == []
        assert f"prompt {box.prompt.id}: expired by engine" in desk.line


async def test_none_comes_up_while_text_is_typed_and_the_bell_calls() -> None:
    async with watching(afternoon()) as desk:
        sent = desk.terminal()
        await desk.press("slash", "y")
        approvals = paused_afternoon().run.runtime.engine.state.approvals
        state = replace(desk.console.snapshot.state, approvals=approvals)
        desk.console.publish(state=state)
        await desk.poll()
        assert isinstance(desk.app.screen, Pick)
        assert sent.count("\a") == len(approvals) and "asks: GEN: roll AAPL" in "".join(sent)
        await desk.press("y", "n")
        assert desk.console.keys == []
        await desk.press("escape")
        desk.console.publish()
        await desk.poll()
        await asked(desk)
        assert sent.count("\a") == len(approvals)


async def test_pause_and_kill_work_under_a_prompt_at_once() -> None:
    async with watching(paused_afternoon()) as desk:
        await asked(desk)
        await desk.press("p", "P", "ctrl+x")
        assert desk.console.keys == [Key("pause", "GEN"), Key("pause"), Key("kill")]
