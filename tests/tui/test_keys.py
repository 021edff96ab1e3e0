"""What every key does: on the dashboard, over a question, and while text is typed."""

import asyncio

import pytest
from textual.events import Key as Pressed
from textual.screen import Screen

from allusetui.domain.console import Key
from allusetui.domain.contract import Option
from allusetui.tui.keys import FULL
from allusetui.tui.look import drawn
from allusetui.tui.prefs import Prefs
from allusetui.tui.screens.ask import Ask
from allusetui.tui.screens.help import help_of
from allusetui.tui.screens.why import Why
from allusetui.tui.widgets.pane import Pane
from allusetui.view.commands import KEYS
from tests.tui.consoles import afternoon, paused_afternoon
from tests.tui.desk import watching

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(
    ("key", "sent"),
    [("p", Key("pause", "GEN")), ("P", Key("pause")), ("ctrl+x", Key("kill")), ("e", Key("no_entries", "GEN"))],
)
async def test_a_key_that_acts_at_once_is_sent_and_told_before_the_engine_answers(key: str, sent: Key) -> None:
    async with watching(afternoon()) as desk:
        await desk.press(key)
        assert desk.console.keys == [sent]
        assert "sent" in desk.line


async def test_what_was_sent_is_told_until_the_journal_has_it() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("p")
        await desk.poll()
        assert "pause GEN sent" in desk.line
        desk.console.hear()
        await desk.poll()
        assert "sent" not in desk.line


async def test_a_key_without_an_answer_is_told_loudly_after_two_seconds() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("p")
        desk.clock.now_ms = 3_000
        await desk.poll()
        assert "pause GEN: NO ANSWER for 3 s. In a shell: allusetui pause" in desk.line


async def test_a_kill_without_an_answer_tells_how_to_kill_this_very_session_from_a_shell() -> None:
    async with watching(afternoon(), prefs=Prefs(shell=" --session main")) as desk:
        await desk.press("ctrl+x")
        desk.clock.now_ms = 3_000
        await desk.poll()
        assert "kill: NO ANSWER for 3 s. In a shell: allusetui kill --session main" in desk.line
        await desk.press("question_mark", "end")
        assert "allusetui pause --session main, or kill." in desk.text("body")


async def test_a_key_waits_while_the_session_links_and_is_told_so_and_loudly_once_it_has_begun() -> None:
    async with watching(afternoon()) as desk:
        desk.console.publish(begun=False)
        await desk.press("p")
        desk.clock.now_ms = 30_000
        await desk.poll()
        assert "pause GEN waits until the link is up" in desk.line
        desk.console.publish(begun=True)
        await desk.poll()
        assert "pause GEN: NO ANSWER for 30 s" in desk.line


async def test_a_key_that_the_engine_does_not_take_is_told_as_not_sent() -> None:
    async with watching(afternoon()) as desk:
        desk.console.full = True
        await desk.press("p")
        assert "pause GEN NOT SENT: its inbox is full" in desk.line


@pytest.mark.parametrize(("digit", "account"), [("1", "GEN"), ("2", "REV"), ("3", "COM")])
async def test_a_digit_chooses_the_account_that_p_pauses_and_the_keys_name_it(digit: str, account: str) -> None:
    async with watching(afternoon()) as desk:
        await desk.press(digit)
        assert f"pause {account}" in desk.text("keys")
        await desk.press("p")
        assert desk.console.keys == [Key("pause", account)]


async def test_an_arrow_chooses_the_next_account_and_its_riskiest_position() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("down")
        assert desk.app.account == "REV"
        assert [row for row in desk.text("risk").splitlines() if row.startswith("▸REV")]


async def test_choosing_a_position_chooses_its_account() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("tab", "end", "up")  # the last row is a hedge of GEN
        assert desk.app.account == "REV"
        await desk.press("p")
        assert desk.console.keys == [Key("pause", "REV")]


async def test_x_asks_before_it_closes_the_chosen_position() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("x")
        assert isinstance(desk.app.screen, Ask)
        assert "Close SPY" in desk.text("title")
        assert desk.console.keys == []
        await desk.press("y")
        (key,) = desk.console.keys
        assert (key.action, key.account) == ("close", "GEN")
        assert isinstance(key.contract, Option)
        assert (key.contract.symbol, str(key.contract.strike)) == ("SPY", "662.0")


@pytest.mark.parametrize("no", ["n", "escape"])
async def test_a_no_closes_nothing(no: str) -> None:
    async with watching(afternoon()) as desk:
        await desk.press("x", no)
        assert desk.console.keys == []
        assert desk.app.screen is desk.app.main


@pytest.mark.parametrize(("key", "action"), [("r", "resume"), ("R", "reset")])
async def test_resume_and_reset_ask_first(key: str, action: str) -> None:
    async with watching(paused_afternoon()) as desk:
        await desk.put_aside()
        await desk.press("2" if action == "reset" else "1", key)
        assert isinstance(desk.app.screen, Ask)
        await desk.press("y")
        assert [k.action for k in desk.console.keys] == [action]


@pytest.mark.parametrize(
    ("key", "settled", "sent"),
    [
        ("p", True, Key("pause", "GEN")),
        ("p", False, None),
        ("P", False, Key("pause")),
        ("ctrl+x", False, Key("kill")),
        ("e", True, None),
    ],
)
async def test_what_stops_something_is_taken_as_it_arrives_but_a_pause_after_keys_that_may_choose(
    key: str, settled: bool, sent: Key | None
) -> None:
    async with watching(afternoon()) as desk:
        pressed = Pressed(key, key[-1])
        assert await asyncio.to_thread(desk.app.take, pressed, settled) is (sent is not None)
        assert desk.console.keys == ([sent] if sent is not None else [])
        await desk.pilot.pause(0.05)
        assert ("sent" in desk.line) is (sent is not None)


async def test_a_key_that_is_taken_as_it_arrives_and_not_sent_is_told() -> None:
    async with watching(afternoon()) as desk:
        desk.console.full = True
        assert await asyncio.to_thread(desk.app.take, Pressed("ctrl+x", "\x18"), True)
        await desk.until(lambda: "NOT SENT" in desk.line)
        assert "kill NOT SENT: its inbox is full" in desk.line


async def test_help_that_was_read_to_its_end_begins_anew() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("question_mark")
        first = desk.text("body")
        await desk.press("pagedown")
        assert desk.text("body") != first
        await desk.press("escape", "question_mark")
        assert desk.text("body") == first


async def test_the_question_mark_shows_keys_and_a_runbook_line_and_escape_goes_back() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("tab", "question_mark")
        assert "ctrl+x    kill" in desk.text("body")
        assert "Level 3 stops out by itself" in desk.text("body")
        await desk.press("escape")
        assert desk.app.screen is desk.app.main


@pytest.mark.parametrize(
    ("answer", "given", "ended"), [("enter", "detach", False), ("d", "detach", False), ("e", "end", True)]
)
async def test_q_asks_whether_the_engine_goes_on(answer: str, given: str, ended: bool) -> None:
    async with watching(afternoon()) as desk:
        await desk.press("q", "end")
        assert "REV NVDA" in desk.text("body")
        await desk.press(answer)
        assert desk.app.return_value == given
        assert desk.console.ended is ended


async def test_q_and_escape_stay() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("q", "escape")
        assert desk.app.screen is desk.app.main
        assert desk.app.return_value is None


async def test_leaving_from_another_thread_ends_the_screen() -> None:
    async with watching(afternoon()) as desk:
        desk.app.leave(end=False)
        await desk.until(lambda: desk.app.return_value == "detach")
        assert not desk.console.ended


async def test_what_is_opened_again_is_shown_from_its_beginning_and_hears_again() -> None:
    async with watching(afternoon()) as desk:
        for _ in range(3):
            await desk.press("j", "up", "up", "up")
            journal = desk.app.screen.query_one("#journal", Pane)
            assert desk.full == "journal" and journal.cursor == journal.keys[-4]
            await desk.press("escape", "question_mark")
            assert isinstance(desk.app.screen, Ask) and "Keys: sleeves" in desk.text("title")
            await desk.press("escape", "tab", "question_mark")
            assert "Keys: risk" in desk.text("title")
            await desk.press("escape", "shift+tab", "enter")
            assert isinstance(desk.app.screen, Why) and "why GEN" in desk.text("about")
            await desk.press("escape")
            assert desk.app.screen is desk.app.main


async def test_what_keys_show_stands_ready_before_anybody_asks() -> None:
    async with watching(afternoon()) as desk:
        stands = desk.app._installed_screens
        await desk.until(lambda: {"box", "why", *FULL} <= stands.keys())
        await desk.until(lambda: all(isinstance(s, Screen) and s.is_running for s in stands.values()))
        assert desk.app.screen is desk.app.main


async def test_what_stood_ready_has_the_size_and_the_colours_of_now() -> None:
    async with watching(afternoon()) as desk:
        for name in ("j", "question_mark"):
            await desk.press(name, "escape")
        await desk.pilot.resize_terminal(160, 48)
        await desk.press("t", "j")
        journal = desk.app.screen.query_one("#journal", Pane)
        assert journal.size.width == 160
        plain, accent = drawn(desk.app.current_theme, "plain").color, drawn(desk.app.current_theme, "focus").color
        assert {s.style.color for s in journal.render_line(0) if s.style} == {accent}
        assert plain in {s.style.color for s in journal.render_line(2) if s.style}
        await desk.press("escape", "question_mark")
        title = desk.app.screen.query_one("#title", Pane)
        assert {s.style.color for s in title.render_line(0) if s.style} == {plain}


@pytest.mark.parametrize("renamed", [{}, {"ladder": "ctrl+f", "data": "ctrl+d"}], ids=["as shipped", "renamed"])
async def test_help_keeps_keys_and_words_apart(renamed: dict[str, str]) -> None:
    told = [line for line in help_of("", KEYS | renamed).lines if len(line) == 2]
    assert len(told) > 10
    assert [key.text for key, _ in told if not key.text.endswith(" ")] == []


@pytest.mark.parametrize("size", [(60, 12), (60, 14), (60, 15), (80, 16), (80, 20), (80, 24), (160, 48)])
async def test_a_box_that_is_too_small_for_its_text_says_that_there_is_more(size: tuple[int, int]) -> None:
    async with watching(afternoon(), size=size) as desk:
        await desk.press("question_mark")
        body, answers = (desk.app.screen.query_one(f"#{name}", Pane) for name in ("body", "answers"))
        assert not body.region.overlaps(answers.region)
        assert ("more" in desk.text("body").splitlines()[-1]) == (size[1] < 48)
