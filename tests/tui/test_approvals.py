"""Approval prompts: they come by themselves, hear nothing at first, and are answered once."""

import pytest

from allusetui.domain.snapshot import Key
from allusetui.tui.screens.ask import Approval
from tests.tui.consoles import paused_afternoon
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
async def test_it_is_deaf_for_500_ms_and_then_answers_for_the_contract_that_it_showed(key: str, action: str) -> None:
    async with watching(paused_afternoon()) as desk:
        box = await asked(desk)
        approval = desk.console.snapshot.state.approvals[box.prompt_id]
        desk.clock.now_ms += 499
        await desk.press(key)
        assert desk.console.keys == []
        desk.clock.now_ms += 1
        await desk.press(key)
        assert desk.console.keys == [Key(action, "GEN", approval.contract)]


async def test_it_is_never_answered_twice() -> None:
    async with watching(paused_afternoon()) as desk:
        first = await asked(desk)
        desk.clock.now_ms += 600
        await desk.press("y", "y", "y")
        assert len(desk.console.keys) == 1
        desk.console.hear()
        await desk.poll()
        second = await asked(desk)
        assert second.prompt_id != first.prompt_id
        await desk.press("a", "y")
        assert len(desk.console.keys) == 1


async def test_one_that_was_put_aside_stays_away_until_it_is_brought_back() -> None:
    async with watching(paused_afternoon()) as desk:
        first = await asked(desk)
        while isinstance(desk.app.screen, Approval):
            desk.clock.now_ms += 600
            await desk.press("escape")
            desk.console.publish()
            await desk.poll()
        assert desk.console.keys == []
        await desk.press("a")
        assert (await asked(desk)).prompt_id == first.prompt_id


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
        assert (await asked(desk)).prompt_id == first.prompt_id


async def test_it_goes_away_when_the_approval_is_gone() -> None:
    async with watching(paused_afternoon()) as desk:
        await asked(desk)
        desk.console.withdraw()
        await desk.poll()
        await desk.until(lambda: desk.app.screen is desk.app.main)
        assert desk.console.keys == []


async def test_pause_and_kill_work_under_a_prompt_at_once() -> None:
    async with watching(paused_afternoon()) as desk:
        await asked(desk)
        await desk.press("p", "P", "ctrl+x")
        assert desk.console.keys == [Key("pause", "GEN"), Key("pause"), Key("kill")]
