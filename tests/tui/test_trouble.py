"""What the dashboard shows and takes when something is not as it should be."""

import os

import pytest

from allusetui.domain.console import Key
from allusetui.domain.event import AlertRaised
from allusetui.domain.snapshot import Snapshot, Told
from allusetui.tui.app import Dashboard
from allusetui.tui.prefs import Prefs
from allusetui.view.commands import KEYS
from allusetui.view.model import Seen
from tests.tui.consoles import Clock, Served, afternoon, dashboard, paused_afternoon
from tests.tui.desk import Desk, watching
from tests.view.snapshots import LAW, snapshot_of

pytestmark = pytest.mark.asyncio


class Mute(Served):
    """An engine that has shown nothing yet."""

    def latest(self) -> Snapshot | None:  # type: ignore[override]
        return None


class Late(Served):
    """An engine that shows nothing before it has begun."""

    begun = False

    def latest(self) -> Snapshot | None:  # type: ignore[override]
        return super().latest() if self.begun else None


def unread() -> Seen:
    raise OSError("no calendar")


async def test_before_the_first_snapshot_everything_can_be_stopped() -> None:
    console, clock = Mute(snapshot_of(afternoon())), Clock()
    app = Dashboard(console, lambda: lambda shown: unread(), clock)
    async with app.run_test(size=(80, 24)) as pilot:
        desk = Desk(app, console, clock, pilot)
        await desk.until(lambda: "starting" in desk.text("header"))
        await desk.press("p", "P", "ctrl+x", "x", "r", "R", "a", "1")
        assert console.keys == [Key("pause"), Key("kill")]
        await desk.press("question_mark", "escape", "q", "d")
        assert app.return_value == "detach"


async def test_the_first_snapshot_is_shown_as_soon_as_it_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allusetui.tui.watch.FIRST_POLL_S", 60.0)
    console, clock = Late(snapshot_of(afternoon())), Clock()
    app = Dashboard(console, lambda: lambda shown: Seen(shown, LAW, afternoon().run.calendar), clock)
    async with app.run_test(size=(80, 24)) as pilot:
        desk = Desk(app, console, clock, pilot)
        await desk.until(lambda: app._lens is not None)
        console.begun = True
        assert "starting" in desk.text("header")
        app.look_soon()
        await desk.until(lambda: "GEN" in desk.text("sleeves"))


async def test_a_law_or_calendar_that_can_not_be_read_is_told_and_keys_work() -> None:
    console, clock = Served(snapshot_of(afternoon())), Clock()
    app = Dashboard(console, lambda: unread(), clock)  # type: ignore[arg-type, return-value]
    async with app.run_test(size=(80, 24)) as pilot:
        desk = Desk(app, console, clock, pilot)
        await desk.until(lambda: "can't be read: no calendar" in desk.line)
        await desk.press("ctrl+x")
        assert console.keys == [Key("kill")]


async def test_a_snapshot_that_can_not_be_read_is_told_and_the_next_one_is_shown() -> None:
    async with watching(afternoon()) as desk:
        lens = desk.app._lens
        desk.app._lens = lambda shown: unread()
        desk.console.publish()
        await desk.poll()
        assert "can't be shown: OSError: no calendar" in desk.line
        await desk.press("p")
        assert desk.console.keys == [Key("pause", "GEN")]
        desk.app._lens = lens
        desk.console.publish(session="next")
        await desk.poll()
        assert "next" in desk.text("header")


async def test_an_engine_that_has_ended_is_told() -> None:
    async with watching(afternoon(), prefs=Prefs(keys={**KEYS, "leave": "f8"})) as desk:
        desk.console.publish(ended=True)
        await desk.poll()
        assert "The engine has ended. f8 leaves." in desk.line


async def test_a_critical_alert_leaves_the_alert_line_once_a_person_has_read_it() -> None:
    async with watching(afternoon()) as desk:
        at_ms = desk.console.snapshot.now_ms
        alert = Told(9_000, at_ms, AlertRaised(account="GEN", severity="critical", text="margin use 65%"))
        desk.console.publish(alerts=(alert,))
        await desk.poll()
        assert "critical margin use 65%" in desk.line
        await desk.press("exclamation_mark", "escape")
        desk.console.publish()
        await desk.poll()
        assert "margin" not in desk.line
        assert "no alerts" in desk.text("header")


async def test_a_greeting_gives_way_to_the_first_alert() -> None:
    async with watching(afternoon(), prefs=Prefs(greeting="A new session. h handbook.")) as desk:
        await desk.until(lambda: "A new session." in desk.line)
        alert = AlertRaised(account="GEN", severity="critical", text="positions of others")
        desk.console.publish(alerts=(Told(9_000, desk.console.snapshot.now_ms, alert),))
        await desk.poll()
        assert "critical positions of others" in desk.line


async def test_keys_are_heard_while_views_fail_and_what_failed_is_drawn_once_it_can_be() -> None:
    async with watching(afternoon()) as desk:
        assert desk.console.snapshot.state.accounts
        desk.console.publish(volatile=None)
        await desk.poll()
        shown = desk.text("risk") + desk.text("sleeves") + desk.text("header")
        assert "can't be drawn" in shown
        await desk.press("p", "x", "r", "q", "escape")
        assert desk.console.keys[0] == Key("pause", "GEN")
        desk.console.publish(volatile=afternoon().run.runtime.engine.volatile)
        await desk.poll()
        assert "can't be drawn" not in desk.text("risk") + desk.text("sleeves") + desk.text("header")


async def test_a_question_that_can_not_be_made_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(seen: Seen) -> None:
        raise KeyError("AAPL")

    monkeypatch.setattr("allusetui.tui.shown.prompts", broken)
    async with watching(paused_afternoon()) as desk:
        await desk.until(lambda: "can't be shown: KeyError" in desk.line)
        await desk.press("p")
        assert desk.console.keys == [Key("pause", "GEN")]


async def test_a_wheel_never_changes_what_a_key_acts_on() -> None:
    async with watching(afternoon()) as desk:
        desk.app.main.query_one("#sleeves").on_mouse_scroll_down()  # type: ignore[attr-defined]
        assert desk.app.account == "GEN"


async def test_a_click_chooses_a_row() -> None:
    async with watching(afternoon()) as desk:
        await desk.pilot.click("#sleeves", offset=(5, 4))
        assert desk.app.account == "COM"


async def test_no_color_is_kept_for_the_next_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert dashboard(afternoon())[0].no_color
    assert os.environ["NO_COLOR"] == "1"


async def test_what_kills_the_screen_is_kept_and_not_printed() -> None:
    app, _, _ = dashboard(afternoon())

    def die() -> None:
        raise ValueError("account 4711")

    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            app.call_later(die)
            await pilot.pause()
            await pilot.pause()

    with pytest.raises(ValueError, match="account 4711"):
        await run()
    assert isinstance(app.failure, ValueError)
    assert app._exit_renderables == []
