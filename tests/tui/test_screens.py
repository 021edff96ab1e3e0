"""How the dashboard looks: each screen at the sizes that it is made for, each palette once."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from allusetui.tui.app import Dashboard
from allusetui.tui.prefs import Prefs
from allusetui.tui.screens.ask import Approval
from tests.tui.consoles import advised, afternoon, amended, dashboard, laddered, paused_afternoon

Compare = Callable[..., bool]


async def shown(pilot: Pilot[Any]) -> None:
    """Wait until everything is drawn."""
    app = pilot.app
    assert isinstance(app, Dashboard)
    for _ in range(500):
        if app.account is not None:
            break
        await pilot.pause(0.01)
    await pilot.pause()
    app.poll()
    await pilot.pause()


async def asked(pilot: Pilot[Any]) -> None:
    for _ in range(500):
        if isinstance(pilot.app.screen, Approval):
            break
        await pilot.pause(0.01)
    await shown(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 48)], ids=["80x24", "120x40", "160x48"])
def test_the_dashboard(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, _, _ = dashboard(afternoon())
    assert snap_compare(app, terminal_size=size, run_before=shown)


@pytest.mark.parametrize("palette", ["light", "contrast", "safe", "ansi"])
def test_the_palette(snap_compare: Compare, palette: str) -> None:
    app, _, _ = dashboard(afternoon(), Prefs(theme=palette))
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown)


def test_without_colours(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app, _, _ = dashboard(afternoon())
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown)


def test_the_prompt(snap_compare: Compare) -> None:
    app, _, _ = dashboard(paused_afternoon())
    assert snap_compare(app, terminal_size=(80, 24), run_before=asked)


def test_the_prompt_of_a_suggestion(snap_compare: Compare) -> None:
    app, _, _ = dashboard(advised())
    assert snap_compare(app, terminal_size=(80, 24), run_before=asked)


def test_the_prompt_of_an_amendment(snap_compare: Compare) -> None:
    app, _, _ = dashboard(amended())
    assert snap_compare(app, terminal_size=(80, 24), run_before=asked)


@pytest.mark.parametrize(
    "keys", [("b",), ("ctrl+p", "p", "a"), ("j", "slash", "r", "o")], ids=["runbook", "commands", "filter"]
)
def test_a_screen_behind_a_key(snap_compare: Compare, keys: tuple[str, ...]) -> None:
    app, _, _ = dashboard(afternoon())

    async def pressed(pilot: Pilot[Any]) -> None:
        await shown(pilot)
        await pilot.press(*keys)
        await shown(pilot)

    assert snap_compare(app, terminal_size=(80, 24), run_before=pressed)


def test_the_list_of_approvals(snap_compare: Compare) -> None:
    app, _, clock = dashboard(paused_afternoon())

    async def listed(pilot: Pilot[Any]) -> None:
        await asked(pilot)
        while isinstance(pilot.app.screen, Approval):
            clock.now_ms += 600
            await pilot.press("escape")
            await shown(pilot)
        clock.now_ms = 0
        await pilot.press("a")
        await shown(pilot)

    assert snap_compare(app, terminal_size=(80, 24), run_before=listed)


def test_the_help(snap_compare: Compare) -> None:
    app, _, _ = dashboard(afternoon())

    async def helped(pilot: Pilot[Any]) -> None:
        await shown(pilot)
        await pilot.press("question_mark")
        await pilot.pause()

    assert snap_compare(app, terminal_size=(80, 24), run_before=helped)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
def test_the_why_of_a_position(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, _, _ = dashboard(afternoon())

    async def explained(pilot: Pilot[Any]) -> None:
        await shown(pilot)
        await pilot.press("tab", "enter")
        await pilot.pause()
        await shown(pilot)

    assert snap_compare(app, terminal_size=size, run_before=explained)


@pytest.mark.parametrize(
    ("size", "keys"),
    [
        pytest.param((80, 24), ["c"], id="calendar"),
        pytest.param((120, 40), ["g"], id="curves"),
        pytest.param((80, 24), ["g", "down"], id="books"),
        pytest.param((120, 40), ["g", "down", "down"], id="LEAPs"),
        pytest.param((120, 40), ["g", "down", "down", "down", "down"], id="constitution"),
    ],
)
def test_what_can_be_read(snap_compare: Compare, size: tuple[int, int], keys: list[str]) -> None:
    app, _, _ = dashboard(afternoon())
    assert snap_compare(app, terminal_size=size, run_before=pressing(*keys))


@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["80x24", "160x48"])
def test_the_ladder(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, _, _ = dashboard(laddered())
    assert snap_compare(app, terminal_size=size, run_before=pressing(*(["l"] if size == (80, 24) else [])))


def pressing(*keys: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    async def pressed(pilot: Pilot[Any]) -> None:
        await shown(pilot)
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        await shown(pilot)

    return pressed
