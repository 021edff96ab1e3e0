"""What is typed is text: the palette, the choice of an account, the filter of the journal."""

from dataclasses import replace

import pytest
from textual.events import Paste

from allusetui.domain.console import Key
from allusetui.tui.screens.ask import Ask
from allusetui.tui.screens.typing import Filter, Pick
from allusetui.tui.screens.why import Why
from allusetui.tui.widgets.field import Field
from tests.tui.consoles import afternoon
from tests.tui.desk import Desk, watching

pytestmark = pytest.mark.asyncio
LETTERS = ("p", "P", "e", "x", "r", "R", "a", "t", "q", "1", "question_mark", "y", "n")


def letters(text: str) -> list[str]:
    return [letter if letter != " " else "space" for letter in text]


def typed(desk: Desk) -> str:
    return desk.app.screen.query_one(Field).typed


@pytest.mark.parametrize("opener", [("ctrl+p",), ("slash",), ("j", "slash")])
async def test_letters_are_text_while_text_is_typed_and_kill_acts(opener: tuple[str, ...]) -> None:
    async with watching(afternoon()) as desk:
        await desk.press(*opener)
        screen = desk.app.screen
        await desk.press(*LETTERS)
        assert desk.console.keys == []
        assert typed(desk) == "pPexrRatq1?yn" and desk.app.screen is screen
        await desk.press("ctrl+x")
        assert desk.console.keys == [Key("kill")]
        await desk.press("backspace", "backspace", "backspace")
        assert typed(desk) == "pPexrRatq1"
        await desk.press("ctrl+u")
        assert typed(desk) == ""


@pytest.mark.parametrize("opener", [("ctrl+p",), ("slash",), ("j", "slash")])
async def test_what_is_pasted_is_one_line_of_plain_text_and_has_an_end(opener: tuple[str, ...]) -> None:
    async with watching(afternoon()) as desk:
        await desk.press(*opener)
        desk.app.screen.query_one(Field).post_message(Paste("\x1b]52;c;AAAA\x07[bold]\u202ep\nP" + "漢" * 10_000))
        await desk.pilot.pause()
        assert typed(desk).startswith("]52;c;AAAA[bold]p P漢") and len(typed(desk)) == 100
        assert typed(desk).isprintable()
        assert desk.text("typed").rstrip().endswith("▏")
        assert desk.console.keys == []


async def test_the_palette_runs_the_command_that_is_found() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("ctrl+p", *"orders", "enter")
        assert desk.full == "orders"
        await desk.press("ctrl+p", *"quit", "enter")
        assert isinstance(desk.app.screen, Pick) and "nothing fits" in desk.text("picks")
        await desk.press("escape", "escape")
        assert desk.app.screen is desk.app.main


async def test_the_palette_has_every_command_with_its_key_and_every_palette_of_colours() -> None:
    async with watching(afternoon(), (120, 60)) as desk:
        await desk.press("ctrl+p")
        for words in ("pause every account at once", "runbook: stale data", "colours: safe", "^x"):
            assert words in desk.text("picks")
        await desk.press(*letters("colours li"), "enter")
        assert desk.app.theme == "light" and "palette: light" in desk.line


@pytest.mark.parametrize(("words", "sent"), [("pause every", Key("pause")), ("kill", Key("kill"))])
async def test_what_acts_at_once_by_its_key_asks_in_the_palette(words: str, sent: Key) -> None:
    async with watching(afternoon()) as desk:
        await desk.press("ctrl+p", *letters(words), "enter")
        assert isinstance(desk.app.screen, Ask) and desk.console.keys == []
        await desk.press("n")
        assert desk.console.keys == []
        await desk.press("ctrl+p", *letters(words), "enter", "y")
        assert desk.console.keys == [sent]


async def test_the_palette_explains_the_chosen_row() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("2", "ctrl+p", *"why", "enter")
        assert isinstance(desk.app.screen, Why)
        assert "why REV" in desk.text("about")


async def test_arrows_choose_among_what_is_found() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("slash", "down", "down", "up", "enter")
        assert desk.app.account == "REV"
        assert [row for row in desk.text("sleeves").splitlines() if row.startswith("▸2 REV")]


async def test_an_account_is_chosen_by_its_name() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("slash", "c", "o")
        assert "COM" in desk.text("picks") and "SAFE" in desk.text("picks") and "REV" not in desk.text("picks")
        await desk.press("enter")
        assert desk.app.account == "COM"
        await desk.press("slash", "r", "escape", "p")
        assert desk.console.keys == [Key("pause", "COM")]


async def test_the_tenth_account_has_no_digit_and_is_found_by_its_name() -> None:
    async with watching(afternoon()) as desk:
        accounts = dict(desk.console.snapshot.state.accounts)
        accounts |= {f"MINI-{n}": replace(accounts["GEN"], name=f"MINI-{n}") for n in range(1, 9)}
        desk.console.publish(state=replace(desk.console.snapshot.state, accounts=accounts))
        await desk.poll()
        await desk.press("slash", *"mini8", "enter")
        assert desk.app.account == "MINI-8"


async def test_the_journal_is_filtered_at_each_letter_and_escape_shows_all_again() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("j", "slash", *letters("roll done"))
        assert isinstance(desk.app.screen, Filter)
        rows = [line for line in desk.text("journal").splitlines()[2:] if line.strip()]
        assert rows and all("roll done" in row for row in rows)
        await desk.press("enter")
        assert desk.full == "journal" and "journal /roll done" in desk.text("journal")
        await desk.press("slash", "z", "z", "z")
        assert "nothing fits" in desk.text("journal")
        await desk.press("escape")
        assert desk.text("journal").splitlines()[0].startswith("━ journal  ")


async def test_a_filtered_journal_goes_on_and_its_rows_are_explained() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("j", "slash", *"pause", "enter")
        assert "nothing fits" in desk.text("journal")
        desk.console.send(Key("pause", "REV"))
        desk.console.hear()
        await desk.poll()
        assert "operator acted" in desk.text("journal")
        await desk.press("enter")
        screen = desk.app.screen
        assert isinstance(screen, Why) and screen.asked.told == desk.console.snapshot.tail[-1]
