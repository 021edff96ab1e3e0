"""What is drawn piece by piece is what there is: after any keys, in any haste, while what is below a box changes."""

from asyncio import Event, sleep
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from rich.color import ColorSystem
from rich.console import RenderableType
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual._context import visible_screen_stack
from textual.events import Key
from textual.geometry import Region
from textual.pilot import Pilot
from textual.screen import Screen

from allusetui.tui.app import Dashboard
from allusetui.tui.driver.cells import BLANK, Cell, cells, pieces
from allusetui.tui.screens.typing import Pick
from allusetui.tui.widgets.field import Field
from tests.tui.consoles import afternoon, dashboard, paused_afternoon
from tests.tui.test_screens import shown

pytestmark = pytest.mark.asyncio

SIZES = (160, 48), (120, 40), (80, 24)
SIZE = SIZES[0]
KEYS = ("question_mark", "escape", "j", "o", "b", "a", "tab", "2", "1", "w", "q", "n", "down", "ctrl+p")
BURSTS = 12


class Terminal:
    """Keeps what an app draws, as its driver would."""

    def __init__(self, app: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
        self.resize(SIZE)
        self.kinds: list[type] = []
        display = app._display

        def drawn(screen: Screen[Any], renderable: RenderableType | None) -> None:
            if isinstance(renderable, LayoutUpdate | ChopsUpdate) and not app._batch_count:
                self.kinds.append(type(renderable))
                for y, x, found in pieces(renderable, ColorSystem.TRUECOLOR):
                    if y < len(self.shown):
                        row = self.shown[y]
                        row[x : x + len(found)] = found[: max(len(row) - x, 0)]
            display(screen, renderable)

        monkeypatch.setattr(app, "_display", drawn)

    def resize(self, size: Sequence[int]) -> None:
        self.shown = [[BLANK] * size[0] for _ in range(size[1])]


def whole(app: Dashboard) -> list[list[Cell]]:
    """Every cell as it is now, drawn anew."""
    visible_screen_stack.set(app._background_screens)
    return [cells([strip], ColorSystem.TRUECOLOR) for strip in app.screen._compositor.render_strips()]


async def settled(pilot: Pilot[Any], terminal: Terminal) -> None:
    """Wait until the terminal shows what there is."""
    app = pilot.app
    assert isinstance(app, Dashboard)
    for _ in range(10):
        await pilot.pause(0.01)
        if terminal.shown == whole(app):
            return
    differ = [y for y, row in enumerate(whole(app)) if row != terminal.shown[y]]
    texts = ["".join(cell[0] for cell in terminal.shown[y]) for y in differ[:3]]
    pytest.fail(f"lines {differ} are old, under {app.screen_stack}: {texts}")


async def hurry(app: Dashboard, keys: list[str]) -> None:
    """Keys that come before anything is drawn between them."""
    for key in keys:
        app.post_message(Key(key, key if len(key) == 1 else None))
    heard = Event()
    app.call_later(heard.set)
    await heard.wait()


@pytest.mark.parametrize("seed", range(10))
async def test_no_haste_leaves_anything_old_on_the_terminal(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    app, console, clock = dashboard(paused_afternoon() if seed % 2 else afternoon())
    terminal, dice = Terminal(app, monkeypatch), np.random.default_rng(seed)
    async with app.run_test(size=SIZE) as pilot:
        await shown(pilot)
        await settled(pilot, terminal)
        for _ in range(BURSTS):
            await hurry(app, dice.choice(KEYS, dice.integers(1, 5)).tolist())
            if dice.random() < 0.5:
                console.publish()
                app.poll()
            if dice.random() < 0.2:
                size = next(each for each in dice.permutation(SIZES).tolist() if each != [*app.size])
                terminal.resize(size)
                await pilot.resize_terminal(*size)
            if dice.random() < 0.2:
                app.action_theme()
            clock.now_ms += 1_000
            await settled(pilot, terminal)
    assert {LayoutUpdate, ChopsUpdate} <= set(terminal.kinds)


async def test_a_box_that_opens_over_the_dashboard_is_all_that_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _, _ = dashboard(afternoon())
    terminal = Terminal(app, monkeypatch)
    async with app.run_test(size=SIZE) as pilot:
        await shown(pilot)
        await pilot.press("question_mark", "escape")
        await settled(pilot, terminal)
        terminal.kinds.clear()
        await pilot.press("question_mark")
        await settled(pilot, terminal)
        assert terminal.kinds == [ChopsUpdate]


async def test_where_the_focus_goes_the_whole_screen_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _, _ = dashboard(afternoon())
    terminal = Terminal(app, monkeypatch)
    async with app.run_test(size=SIZE) as pilot:
        await shown(pilot)
        await settled(pilot, terminal)
        terminal.kinds.clear()
        await pilot.press("tab", "tab")
        await settled(pilot, terminal)
        assert set(terminal.kinds) == {ChopsUpdate}


async def test_what_is_typed_is_drawn_though_a_tick_below_is_drawn_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _, _ = dashboard(afternoon())
    terminal = Terminal(app, monkeypatch)
    async with app.run_test(size=SIZE) as pilot:
        await shown(pilot)
        await pilot.press("ctrl+p")
        await settled(pilot, terminal)
        box = app.screen
        assert isinstance(box, Pick)
        box.query_one(Field).begin_with("pal")
        while not box._dirty_widgets:
            await sleep(0)
        box.refresh(Region(0, 0, 8, 1))  # as Textual hands on what has changed below
        await settled(pilot, terminal)
