"""Colours, copies, pictures, the runbook, and keys of one's own."""

import asyncio
import base64
from pathlib import Path

import pytest
from textual.events import Key as Pressed

from allusetui.domain.console import Key
from allusetui.tui.look import themes
from allusetui.tui.prefs import Prefs
from allusetui.tui.screens.ask import Ask
from allusetui.tui.widgets.field import Field
from allusetui.view.commands import KEYS
from tests.tui.consoles import afternoon
from tests.tui.desk import watching

pytestmark = pytest.mark.asyncio


def copied(sent: list[str]) -> str:
    """What the last OSC 52 puts on the clipboard."""
    (sequence,) = [each for each in sent if each.startswith("\x1b]52;c;")]
    assert sequence.endswith("\a")
    return base64.b64decode(sequence.removeprefix("\x1b]52;c;").removesuffix("\a")).decode()


async def test_t_goes_round_the_palettes() -> None:
    async with watching(afternoon()) as desk:
        names = []
        for _ in themes()[0]:
            await desk.press("t")
            names.append(desk.app.theme)
            assert f"palette: {desk.app.theme}" in desk.line
        assert sorted(names) == sorted(themes()[0]) and names[-1] == "dark"


async def test_the_terminal_s_own_colours_are_sent_as_such() -> None:
    async with watching(afternoon(), prefs=Prefs(theme="ansi")) as desk:
        assert desk.app.native_ansi_color
        await desk.press("t")
        assert not desk.app.native_ansi_color


async def test_a_row_is_copied_whole_though_it_is_shown_cut() -> None:
    async with watching(afternoon()) as desk:
        sent = desk.terminal()
        await desk.press("tab", "C")
        assert copied(sent).startswith("GEN  SPY 13Mar 662P  −4  649.00")
        assert "at 2: freeze, prepared roll" in copied(sent)
        assert "copied the row" in desk.line


async def test_a_why_is_copied_as_a_whole() -> None:
    async with watching(afternoon()) as desk:
        sent = desk.terminal()
        await desk.press("2", "enter", "C")
        text = copied(sent)
        assert text.startswith(" why REV") and "no stop awaits a reset" in text and text.count("\n") > 10


async def test_the_runbook_is_copied_and_what_has_nothing_is_told() -> None:
    async with watching(afternoon()) as desk:
        sent = desk.terminal()
        await desk.press("b", "C")
        assert "Orphan orders (0.6, 9.5)" in copied(sent)
        await desk.press("o", "C")
        assert "nothing to copy here" in desk.line and "Orphan orders" in copied(sent)


async def test_a_picture_goes_into_the_session_s_folder_and_its_path_is_told(tmp_path: Path) -> None:
    async with watching(afternoon(), (160, 24), prefs=Prefs(pictures=tmp_path)) as desk:
        await desk.press("S", "S")
        first, second = sorted(tmp_path.iterdir())
        assert first.name == "screen-2026-03-12T140000-0.svg"
        assert first.read_text(encoding="utf-8").startswith("<svg") and "sleeves" in first.read_text(encoding="utf-8")
        assert f"picture: {second}"[:60] in desk.line


async def test_a_picture_that_can_not_be_kept_is_told(tmp_path: Path) -> None:
    async with watching(afternoon(), prefs=Prefs(pictures=tmp_path / "gone")) as desk:
        await desk.press("S")
        assert "no picture: No such file or directory" in desk.line
    async with watching(afternoon()) as desk:
        await desk.press("S")
        assert "no session's folder" in desk.line


@pytest.mark.clause("14.4")
@pytest.mark.parametrize("way", [("b",), ("question_mark", "b")])
async def test_14_4_the_runbook_is_one_key_away_from_the_dashboard_and_from_its_help(way: tuple[str, ...]) -> None:
    async with watching(afternoon()) as desk:
        await desk.press(*way)
        await desk.until(lambda: desk.full == "runbook")
        assert "Stale data (8.3)" in desk.text("runbook")
        await desk.press("end")
        assert "Margin breach (0.10)" in desk.text("runbook")
        await desk.press("p")
        assert desk.console.keys == [Key("pause", "GEN")]
        await desk.press("escape")
        assert desk.app.screen is desk.app.main


@pytest.mark.parametrize(
    ("way", "words"),
    [((), "nothing defends that account"), (("tab",), "Level 3 stops out"), (("a",), "asks an open one again"),
     (("enter",), "copies all of it"), (("j",), "/ filters"), (("g",), "/ asks the journal")],
)  # fmt: skip
async def test_help_is_about_the_pane_where_a_person_is(way: tuple[str, ...], words: str) -> None:
    async with watching(afternoon()) as desk:
        await desk.press(*way, "question_mark")
        assert words in " ".join(desk.text("body").split())


async def test_renamed_keys_act_and_are_named_everywhere_and_the_old_ones_do_nothing() -> None:
    keys = {**KEYS, "pause": "f9", "kill": "ctrl+k", "help": "h", "palette": "#"}
    async with watching(afternoon(), prefs=Prefs(keys=keys)) as desk:
        assert "f9 pause GEN" in desk.text("keys") and "^k kill all" in desk.text("keys")
        await desk.press("p", "ctrl+x", "question_mark")
        assert desk.console.keys == [] and desk.app.screen is desk.app.main
        await desk.press("f9", "ctrl+k")
        assert desk.console.keys == [Key("pause", "GEN"), Key("kill")]
        await desk.press("h")
        assert isinstance(desk.app.screen, Ask) and "f9 P" in desk.text("body") and "ctrl+k" in desk.text("body")
        await desk.press("f9", "h", "number_sign")
        assert len(desk.console.keys) == 3
        assert "^k" in desk.text("picks")


async def test_what_can_not_be_used_of_the_settings_is_told_on_the_screen() -> None:
    wrong = Prefs(theme="pink", complaints=("settings.toml: keys.reset: 'r' is the key of resume; R stays",))
    async with watching(afternoon(), (160, 24), prefs=wrong) as desk:
        assert desk.app.theme == "dark"
        assert "keys.reset: 'r' is the key of resume; R stays (and 1 more)" in desk.line


async def test_a_letter_that_a_command_got_is_text_while_text_is_typed() -> None:
    keys = {**KEYS, "kill": "K", "pause_all": "ö"}
    async with watching(afternoon(), prefs=Prefs(keys=keys)) as desk:
        await desk.press("slash", "K", "ö", "ctrl+x", "p")
        assert desk.console.keys == []
        assert desk.app.screen.query_one(Field).typed == "Köp"
        await desk.press("escape", "K", "ö")
        assert desk.console.keys == [Key("kill"), Key("pause")]


@pytest.mark.parametrize(("key", "taken"), [("f9", True), ("p", False), ("K", True), ("ctrl+x", False)])
async def test_a_renamed_key_is_taken_as_it_arrives_and_the_old_one_is_not(key: str, taken: bool) -> None:
    async with watching(afternoon(), prefs=Prefs(keys={**KEYS, "pause": "f9", "kill": "K"})) as desk:
        assert await asyncio.to_thread(desk.app.take, Pressed(key, key), True) is taken


async def test_a_letter_that_comes_before_the_field_has_the_focus_is_no_command() -> None:
    async with watching(afternoon()) as desk:
        desk.app.action_find()  # the focus comes a moment later
        assert not await asyncio.to_thread(desk.app.take, Pressed("P", "P"), True)
        assert not desk.app.check_action("pause_all", ())
        assert desk.app.check_action("kill", ())
