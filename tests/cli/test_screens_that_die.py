"""A dashboard that dies is made once more; the engine goes on either way, and nothing of the account is printed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from allusetui.cli import screen, session
from allusetui.cli.crash import SCREEN_LOG
from allusetui.domain.console import Console
from allusetui.runtime.live import Live
from allusetui.runtime.thread import EngineThread
from allusetui.tui.prefs import Prefs
from tests.runtime.engines import until
from tests.runtime.started import WORKING, Started


class Dying:
    """A screen that starts the engine, and dies of a value that nobody must see."""

    made = 0

    def __init__(self, begin: Callable[[], None]) -> None:
        Dying.made += 1
        self._begin = begin
        self.lost = False
        self.failure: Exception | None = None

    def run(self) -> None:
        self._begin()
        try:
            raise ValueError("account 4711")
        except ValueError as error:
            self.failure = error

    def leave(self, end: bool) -> None:
        """It has left already."""

    def look_soon(self) -> None:
        """Whatever the engine has: nobody draws it."""


@pytest.fixture
def engine() -> EngineThread:
    return EngineThread(lambda: Live(Started(WORKING, 20.0).session, Started.wall_s))


def test_a_dashboard_that_dies_is_made_once_more_and_the_engine_goes_on(
    engine: EngineThread, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def dying(console: Console, prefs: Prefs, folder: Path, begin: Callable[[], None], settings: Path | None) -> Dying:
        return Dying(begin)

    def ended(console: EngineThread, started: bool) -> None:
        until(lambda: console.latest() is not None)
        assert not console.ended.is_set()
        console.end()
        console.join()

    monkeypatch.setattr(Dying, "made", 0)
    monkeypatch.setattr(screen, "dashboard", dying)
    monkeypatch.setattr(session, "_wait_headless", ended)
    session._with_screen(engine, tmp_path, Prefs(), None)
    told = capsys.readouterr()
    assert Dying.made == 2
    assert told.err == "allusetui: the dashboard failed (ValueError)\n" * 2
    assert "The engine goes on." in told.out
    assert engine.failure is None
    log = (tmp_path / SCREEN_LOG).read_text("utf-8")
    assert log.count("ValueError\n") == log.count(" in run\n") == 2
    assert "4711" not in log
