"""The dashboard that only watches: everything is seen, and nothing leaves."""

import pytest
from textual.pilot import Pilot

from allusetui.domain.snapshot import Snapshot
from allusetui.tui.onlooker import Onlooker
from allusetui.tui.screens.main import Full
from allusetui.tui.screens.why import Why
from allusetui.tui.widgets.pane import Pane
from allusetui.view.model import Seen
from tests.tui.consoles import Clock, Served, afternoon, paused_afternoon
from tests.view.snapshots import LAW, snapshot_of

pytestmark = pytest.mark.asyncio


def onlooker(console: Served) -> Onlooker:
    def read(shown: Snapshot) -> Seen:
        return Seen(shown, LAW, paused_afternoon().run.calendar)

    return Onlooker(console, lambda: read, Clock())


def text(app: Onlooker, name: str) -> str:
    pane = app.main.query_one(f"#{name}", Pane)
    return "\n".join(pane.render_line(y).text for y in range(pane.size.height))


async def ready(app: Onlooker, pilot: Pilot[str]) -> None:
    for _ in range(500):
        if app.main.query_one("#risk", Pane).keys:
            return
        await pilot.pause(0.01)
    raise AssertionError("it never showed anything")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("p", "pause"), ("P", "pause all"), ("ctrl+x", "kill"), ("e", "no entries"), ("x", "close"),
        ("r", "resume"), ("R", "reset"),
    ],
)  # fmt: skip
async def test_a_key_that_would_do_something_is_refused_with_a_word(key: str, words: str) -> None:
    console = Served(snapshot_of(paused_afternoon()))
    app = onlooker(console)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(app, pilot)
        await pilot.press(key)
        await pilot.pause()
        assert f"{words} NOT SENT: this dashboard only watches" in text(app, "alert")
        assert app.screen is app.main
    assert console.keys == []


async def test_approvals_are_listed_and_not_answered() -> None:
    console = Served(snapshot_of(paused_afternoon()))
    app = onlooker(console)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(app, pilot)
        await pilot.press("a", "home", "enter", "y", "n")
        await pilot.pause()
        assert isinstance(app.screen, Full) and app.screen.pane_name == "approvals"
    assert console.keys == []


@pytest.mark.parametrize("width", [40, 80, 160])
async def test_it_says_so_and_asks_for_no_approval(width: int) -> None:
    console = Served(snapshot_of(paused_afternoon()))
    assert console.snapshot.state.approvals
    app = onlooker(console)
    async with app.run_test(size=(width, 24)) as pilot:
        await ready(app, pilot)
        assert "watching only" in text(app, "keys")
        assert app.screen is app.main
        if width >= 80:
            assert "asked" in text(app, "alert")


async def test_what_looks_works_and_q_leaves_the_engine_running() -> None:
    console = Served(snapshot_of(afternoon()))
    app = onlooker(console)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(app, pilot)
        await pilot.press("j")
        await pilot.pause()
        assert isinstance(app.screen, Full)
        await pilot.press("j", "enter")
        await pilot.pause()
        assert isinstance(app.screen, Why)
        await pilot.press("p")
        await pilot.press("q")
        await pilot.pause()
        assert app.return_value == "detach"
    assert console.keys == [] and not console.ended
