"""The box for questions: asked among the reports, looked up beside the screen, its citations open the records."""

from functools import partial
from pathlib import Path
from threading import Event, current_thread

import pytest

from allusetui.compose.answers import reply
from allusetui.domain.answer import Answer, Reply
from allusetui.domain.event import AlertRaised, StopDone
from allusetui.domain.snapshot import Told
from allusetui.journal.sqlite import SqliteJournal
from allusetui.law.own import SHIPPED_ALONE
from allusetui.tui.screens.reports import Reports
from allusetui.tui.screens.typing import Query
from allusetui.tui.screens.why import Why
from tests.tui.consoles import afternoon
from tests.tui.desk import Desk, watching

pytestmark = pytest.mark.asyncio
SIZE = (120, 40)


async def put(desk: Desk, question: str) -> None:
    """Type a question among the reports."""
    await desk.press("g", "slash")
    assert isinstance(desk.app.screen, Query)
    await desk.press(*("space" if c == " " else "question_mark" if c == "?" else c for c in question), "enter")


def session(folder: Path) -> Path:
    """A session's folder whose journal is the afternoon's."""
    journal = SqliteJournal(folder)
    for _, at_ms, event in afternoon().journal.read():
        journal.append(at_ms, [event])
    journal.close()
    return folder


@pytest.mark.clause("11.4")
async def test_11_4_an_answer_s_citation_opens_the_event_with_what_led_to_it(tmp_path: Path) -> None:
    asking = partial(reply, session(tmp_path / "session"), None, laws=SHIPPED_ALONE)
    async with watching(afternoon(), SIZE, asking=asking) as desk:
        await desk.press("g")
        await desk.press("down", "down", "down", "down", "down")
        assert "/ asks the journal" in desk.text("document")
        await desk.press("g")
        await put(desk, "why did REV stop TSLA?")
        await desk.until(lambda: "stopped out TSLA" in desk.text("document"))
        assert "why did REV stop TSLA?" in desk.text("document")
        await desk.press("down", "enter")
        screen = desk.app.screen
        assert isinstance(screen, Why) and screen.asked.told is not None
        assert isinstance(screen.asked.told.event, StopDone)
        assert "stop done" in desk.text("about")
        assert "protocol level" in desk.text("why") and "atr fixed" in desk.text("why")
        await desk.press("escape")
        assert isinstance(desk.app.screen, Reports) and "stopped out TSLA" in desk.text("document")


async def test_the_screen_goes_on_while_a_question_is_looked_up_and_takes_no_second_one() -> None:
    free, threads = Event(), list[str]()

    def slow(question: str) -> Reply:
        threads.append(current_thread().name)
        free.wait(30)
        return Reply(Answer(True, "It is so [#7].", (7,)), {7: (Told(7, 0, AlertRaised(severity="info", text="x")),)})

    async with watching(afternoon(), SIZE, asking=slow) as desk:
        await put(desk, "why?")
        assert "the journal is being read" in desk.text("document")
        await desk.press("slash")
        assert isinstance(desk.app.screen, Reports) and "a question is being looked up" in desk.line
        await desk.press("escape", "j")
        assert desk.full == "journal"
        free.set()
        await desk.press("g")
        await desk.until(lambda: desk.app.inquirer.current.reply is not None)
        await desk.press("down", "down", "down", "down", "down")
        await desk.until(lambda: "It is so" in desk.text("document"))
    assert threads == ["inquiry"]


async def test_a_question_that_fails_is_told_and_the_screen_lives(tmp_path: Path) -> None:
    async with watching(afternoon(), SIZE, asking=partial(reply, tmp_path / "none", None, laws=SHIPPED_ALONE)) as desk:
        await put(desk, "why did GEN pivot?")
        await desk.until(lambda: "can't be answered" in desk.text("document"))
        assert "No such file" in desk.text("document")
        await desk.press("enter")
        assert isinstance(desk.app.screen, Reports)


async def test_a_question_of_a_session_before_its_first_record_is_told_so(tmp_path: Path) -> None:
    async with watching(afternoon(), SIZE, asking=partial(reply, tmp_path, None, laws=SHIPPED_ALONE)) as desk:
        await put(desk, "why did GEN pivot?")
        await desk.until(lambda: "holds no record yet" in " ".join(desk.text("document").split()))


async def test_hostile_text_in_an_answer_is_shown_plainly() -> None:
    text = "\x1b[31m[bold]no[/] \x07[#7]."
    told = Told(7, 0, AlertRaised(severity="info", text="\x1b]0;x\x07[@click=app.quit]here[/]"))
    found = Reply(Answer(True, text, (7,)), {7: (told,)})
    async with watching(afternoon(), SIZE, asking=lambda question: found) as desk:
        await put(desk, "which alerts?")
        await desk.until(lambda: "[bold]no[/]" in desk.text("document"))
        assert "[@click=app.quit]here[/]" in desk.text("document")
        assert "\x1b" not in desk.text("document") and "\x07" not in desk.text("document")


async def test_an_empty_question_asks_nothing_and_escape_leaves() -> None:
    async with watching(afternoon(), SIZE) as desk:
        await put(desk, "  ")
        assert desk.app.inquirer.current.question == ""
        await desk.press("slash", "x", "escape")
        assert isinstance(desk.app.screen, Reports) and desk.app.inquirer.current.question == ""
