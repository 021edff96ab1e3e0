"""Enter: why, from each pane, and the way back."""

from dataclasses import replace

import pytest

from allusetui.domain.event import AlertRaised
from allusetui.domain.snapshot import Told
from allusetui.rules.explain import OfAccount, OfEntry, OfPosition
from allusetui.tui.screens.ask import Ask
from allusetui.tui.screens.main import Full
from allusetui.tui.screens.why import Why
from allusetui.tui.widgets.pane import Pane
from tests.tui.consoles import afternoon
from tests.tui.desk import Desk, watching

pytestmark = pytest.mark.asyncio


def asked(desk: Desk) -> Why:
    screen = desk.app.screen
    assert isinstance(screen, Why)
    return screen


async def test_enter_on_a_sleeve_explains_the_account_and_escape_goes_back() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("2", "enter")
        assert asked(desk).asked.subject == OfAccount("REV")
        assert "why REV" in desk.text("about")
        assert "✗ refuses 6.4      no stop awaits a reset" in desk.text("why")
        await desk.press("escape")
        assert desk.app.screen is desk.app.main


async def test_enter_on_a_position_explains_it() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("tab", "enter")
        subject = asked(desk).asked.subject
        assert isinstance(subject, OfPosition) and (subject.account, subject.option.symbol) == ("GEN", "SPY")
        assert "level 1: watched" in desk.text("why")


async def test_enter_on_a_hedge_row_explains_the_hedge() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("tab")
        pane = desk.app.main.query_one("#risk", Pane)
        while "VIX" not in (pane.cursor or ""):
            await desk.press("down")
        await desk.press("enter")
        subject = asked(desk).asked.subject
        assert isinstance(subject, OfPosition) and (subject.account, subject.option.symbol) == ("GEN", "VIX")
        assert "why GEN VIX 18Sep 78C" in desk.text("about")
        assert "its profit is enough" in desk.text("why") and "times" in desk.text("why")
        await desk.press("escape")
        assert desk.app.screen is desk.app.main


async def test_enter_in_the_journal_explains_the_event_where_the_cursor_stands() -> None:
    async with watching(afternoon(), (120, 40)) as desk:
        await desk.press("j", "up", "enter")
        told = asked(desk).asked.told
        assert told is not None and told.seq == desk.console.snapshot.tail[-2].seq
        assert "what led to it:" in desk.text("why")
        await desk.press("escape")
        assert isinstance(desk.app.screen, Full)


async def test_enter_at_a_tails_end_explains_the_newest() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("j", "enter")
        told = asked(desk).asked.told
        assert told is not None and told.seq == desk.console.snapshot.tail[-1].seq


async def test_enter_on_an_alert_explains_it() -> None:
    async with watching(afternoon()) as desk:
        told = Told(9_000, desk.console.snapshot.now_ms, AlertRaised(account="COM", severity="warning", text="look"))
        desk.console.publish(alerts=(told,))
        await desk.poll()
        await desk.press("exclamation_mark", "enter")
        assert (asked(desk).asked.told, asked(desk).asked.subject) == (told, OfAccount("COM"))
        assert "alert raised" in desk.text("why")


@pytest.mark.parametrize("key", ["o", "s"])
async def test_enter_in_a_pane_without_rows_explains_the_chosen_account(key: str) -> None:
    async with watching(afternoon()) as desk:
        await desk.press("3", key, "enter")
        assert asked(desk).asked.subject == OfAccount("COM")


async def test_enter_on_a_symbol_of_an_account_goes_deeper_and_each_escape_one_step_back() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("enter")
        pane = desk.app.screen.query_one("#why", Pane)
        while "IWM" not in (pane.cursor or ""):
            await desk.press("down")
        await desk.press("enter")
        assert asked(desk).asked.subject == OfEntry("GEN", "IWM")
        assert "a chain is at hand" in desk.text("why")
        await desk.press("escape")
        assert asked(desk).asked.subject == OfAccount("GEN")
        assert "IWM" in (desk.app.screen.query_one("#why", Pane).cursor or "")
        await desk.press("escape")
        assert desk.app.screen is desk.app.main


async def test_enter_on_a_row_that_says_all_says_so() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("enter", "down", "enter")
        assert asked(desk).asked.subject == OfAccount("GEN")
        assert "nothing more is known of this row" in desk.line


@pytest.mark.parametrize("opener", ["x", "r", "question_mark"])
async def test_enter_under_a_question_asks_nothing(opener: str) -> None:
    async with watching(afternoon()) as desk:
        await desk.press(opener)
        assert isinstance(desk.app.screen, Ask)
        await desk.press("enter")
        assert not any(isinstance(screen, Why) for screen in desk.app.screen_stack)
        assert desk.console.keys == []


async def test_a_why_follows_what_happens() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("2", "enter")
        assert "✗ refuses 6.4" in desk.text("why")
        state = desk.console.snapshot.state
        free = replace(state, accounts={**state.accounts, "REV": replace(state.accounts["REV"], latches=set())})
        desk.console.publish(state=free)
        await desk.poll()
        assert "✓ holds   6.4" in desk.text("why")


async def test_another_pane_takes_the_place_of_every_why() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("j", "enter", "enter", "j")
        assert desk.app.screen is desk.app.main
        await desk.press("enter", "o")
        assert isinstance(desk.app.screen, Full) and len(desk.app.screen_stack) == 2


async def test_help_and_the_footer_name_the_key() -> None:
    async with watching(afternoon()) as desk:
        assert "↵ why" in desk.text("keys")
        await desk.press("question_mark")
        assert "enter     why: what was looked at" in desk.text("body")
