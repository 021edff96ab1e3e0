"""Every key, in every pane; under every question; and a pane that fails takes nothing else with it."""

from pathlib import Path

import pytest

from allusetui.domain.console import Key
from allusetui.tui.keys import FULL, bound
from allusetui.tui.prefs import Prefs
from allusetui.tui.screens.ask import Approval, Ask
from allusetui.tui.screens.main import Main
from allusetui.tui.screens.typing import Filter, Pick, Query
from allusetui.tui.screens.why import Why
from allusetui.tui.widgets.pane import Pane
from allusetui.view.commands import COMMANDS, KEYS
from allusetui.view.model import Line, Seen
from tests.tui.consoles import afternoon, paused_afternoon
from tests.tui.desk import Desk, watching

pytestmark = pytest.mark.asyncio
SENT = {
    "pause": Key("pause", "GEN"),
    "pause_all": Key("pause"),
    "kill": Key("kill"),
    "no_entries": Key("no_entries", "GEN"),
}
EMPTY = ("orders", "approvals", "alerts")
"""The panes that have no row that afternoon."""
ASKS = ("close", "resume", "reset", "leave", "help")
WAYS = {"sleeves": (), "risk": ("tab",), **{name: (KEYS[name],) for name in FULL}, "why": ("enter",)}


async def home(desk: Desk, way: tuple[str, ...]) -> None:
    """Back to the dashboard, and from there to a pane."""
    for _ in range(9):
        if isinstance(desk.app.screen, Main):
            break
        await desk.press("escape")
    desk.app.main.query_one("#sleeves").focus()
    await desk.press(*map(bound, way))


def acted(desk: Desk, name: str, place: str, before: str | None) -> bool:
    """Whether the command has done what it is there for; `before`: the pane that had the screen for itself."""
    screen = desk.app.screen
    if name in SENT:
        return desk.console.keys == [SENT[name]]
    if name in ASKS:
        return isinstance(screen, Ask)
    if name in FULL:
        return desk.full == (None if name == before else name)
    match name:
        case "why":
            return "nothing more is known" in desk.line if place in ("reports", "guides") else isinstance(screen, Why)
        case "maximise":  # an answer has the screen for itself already
            return isinstance(screen, Why) if place == "why" else desk.full == (place if before is None else None)
        case "find":
            return isinstance(screen, {"journal": Filter, "reports": Query}.get(before or "", Pick))
        case "palette":
            return isinstance(screen, Pick)
        case "theme":
            return "palette: " in desk.line
        case "copy":
            return ("nothing to copy here" if before in EMPTY else "copied") in desk.line
        case _:
            return "picture: " in desk.line


@pytest.mark.parametrize("place", WAYS)
async def test_every_key_acts_in_every_pane(place: str, tmp_path: Path) -> None:
    async with watching(afternoon(), prefs=Prefs(pictures=tmp_path)) as desk:
        for command in COMMANDS:
            await home(desk, WAYS[place])
            desk.console.keys.clear()
            assert (desk.full or "why") == place or place in ("sleeves", "risk")
            before = desk.full
            await desk.press(bound(command.key))
            assert acted(desk, command.name, place, before), command.name


async def under_a_question(desk: Desk, heard: tuple[str, ...]) -> None:
    """Of all keys only those act that act at once, and the question stays."""
    screen = desk.app.screen
    for command in COMMANDS:
        if command.key not in heard and command.name not in SENT:
            await desk.press(bound(command.key))
            assert desk.app.screen is screen and desk.console.keys == [], command.name
    await desk.press("e")
    assert desk.console.keys == []
    await desk.press("p", "P", "ctrl+x")
    assert desk.console.keys == [Key("pause", "GEN"), Key("pause"), Key("kill")]
    assert desk.app.screen is screen and "pause GEN, pause all, kill sent" in desk.line


@pytest.mark.parametrize(
    ("opener", "heard"), [("x", ()), ("r", ("enter", "?", "q")), ("question_mark", ("enter", "?", "q", "b"))]
)
async def test_under_a_question_only_what_acts_at_once_acts(opener: str, heard: tuple[str, ...]) -> None:
    async with watching(afternoon()) as desk:
        await desk.press(opener)
        await under_a_question(desk, heard)


async def test_under_the_question_of_leaving_what_acts_at_once_acts() -> None:
    async with watching(afternoon()) as desk:
        await desk.press("q", "p", "P", "ctrl+x", "r", "x", "j")
        assert desk.console.keys == [Key("pause", "GEN"), Key("pause"), Key("kill")]
        assert isinstance(desk.app.screen, Ask) and desk.app.return_value is None
        assert "pause GEN, pause all, kill sent" in desk.line


async def test_under_a_prompt_only_what_acts_at_once_acts() -> None:
    async with watching(paused_afternoon()) as desk:
        await desk.until(lambda: isinstance(desk.app.screen, Approval))
        desk.clock.now_ms += 600
        await under_a_question(desk, ())


def broken(seen: Seen, width: int) -> tuple[Line, ...]:
    raise ZeroDivisionError("\x1b[2Jno [bold]equity")


@pytest.mark.parametrize("place", ["main", *FULL, "why"])
async def test_a_pane_that_fails_is_a_box_that_says_so_and_everything_else_goes_on(place: str) -> None:
    way = () if place == "main" else ("enter",) if place == "why" else (bound(KEYS[place]),)
    async with watching(afternoon(), (160, 48)) as desk:
        await desk.press(*way)
        for pane in list(desk.app.screen.query(Pane)):
            source, pane._source = pane._source, broken
            desk.console.publish()
            await desk.poll()
            shown = "\n".join(pane.render_line(y).text for y in range(pane.size.height))
            assert "can't be drawn" in shown, pane.id
            assert shown.replace("\n", "").isprintable()
            others = [other for other in desk.app.screen.query(Pane) if other is not pane and other.size.height]
            assert all("can't be drawn" not in other.render_line(0).text for other in others)
            await desk.press("p")
            assert desk.console.keys.pop() == Key("pause", "GEN")
            pane._source = source
        desk.console.publish()
        await desk.poll()
        assert not any("can't be drawn" in pane.render_line(0).text for pane in desk.app.screen.query(Pane))
