"""The real program on a line that stalls, is slow, or is dropped in the middle: the engine does not notice."""

import os
import re
import signal
from pathlib import Path
from time import perf_counter

import pytest

from allusetui.tui.driver.terminal import LEAVE
from tests.cli.shells import command, journal, lives, status
from tests.cli.terminals import Terminal

pytestmark = pytest.mark.timeout(240)

HEADER_CLOCK = re.compile(r"(\d\d):(\d\d):\d\d ET")


def minute(terminal: Terminal) -> int:
    """The minute of the day that the header shows."""
    found = HEADER_CLOCK.search(terminal.text)
    return int(found[1]) * 60 + int(found[2]) if found is not None else -1


def clock(sessions: Path) -> int:
    """The minute of the day at which the engine is."""
    at = str(status(sessions)["clock"])
    return int(at[11:13]) * 60 + int(at[14:16])


def gets(terminal: Terminal, seconds: int) -> int:
    """How many bytes come in so many seconds."""
    before, end_s = len(terminal.received), perf_counter() + seconds
    terminal.until(lambda: perf_counter() > end_s)
    return len(terminal.received) - before


def test_a_stalled_line_stops_nothing_and_shows_the_newest_once_it_flows(tmp_path: Path) -> None:
    with Terminal("run", "--sessions", tmp_path, "--speed", "300") as terminal:
        terminal.shows("GEN     SAFE")
        begun = clock(tmp_path)
        terminal.stall(lambda: clock(tmp_path) >= begun + 40)
        shown, now = minute(terminal), clock(tmp_path)
        assert shown <= begun + 5
        received = len(terminal.received)
        terminal.until(lambda: minute(terminal) >= now)
        assert len(terminal.received) - received < 24_000
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.ended() == 0
    rows = journal(tmp_path)
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert not any(row["kind"] in ("reconcile.mismatch", "latch.set") for row in rows)


def test_on_a_slow_line_a_key_acts_and_its_answer_is_not_behind_a_backlog(tmp_path: Path) -> None:
    with Terminal("run", "--sessions", tmp_path, "--speed", "300", bytes_s=2_000) as terminal:
        terminal.shows("GEN     SAFE")
        begun = clock(tmp_path)
        terminal.until(lambda: minute(terminal) >= begun + 30)
        terminal.type("p")
        received = len(terminal.received)
        terminal.shows("stops disarmed")
        assert len(terminal.received) - received < 8_000
        assert minute(terminal) >= clock(tmp_path) - 30


def test_a_program_that_is_ended_on_a_stalled_line_ends_at_once_and_gives_the_terminal_back(tmp_path: Path) -> None:
    with Terminal("run", "--sessions", tmp_path, "--speed", "300", answers=False) as terminal:
        terminal.shows("GEN     SAFE")
        begun = clock(tmp_path)
        terminal.stall(lambda: clock(tmp_path) >= begun + 20)
        received = len(terminal.received)
        os.kill(terminal.pid, signal.SIGTERM)
        began_s = perf_counter()
        terminal.stall(terminal.has_ended)
        assert perf_counter() - began_s < 5
        assert terminal.ended() == 0
        terminal.until(lambda: terminal.received.endswith(LEAVE.encode()))
    assert len(terminal.received) - received < 70_000
    assert command("status", "--sessions", tmp_path).returncode == 2


def test_a_terminal_that_gets_smaller_and_bigger_has_its_screen(tmp_path: Path) -> None:
    with Terminal("run", "--sessions", tmp_path) as terminal:
        terminal.shows("GEN     SAFE")
        for width, height in ((20, 5), (1, 1), (160, 48), (10, 30), (80, 24)):
            terminal.resize(width, height)
            terminal._read(0.2)
        terminal.until(lambda: "q leave" in terminal.screen.display[-1] and "GEN     SAFE" in terminal.text)
        for _ in range(5):  # to the end of the frame
            terminal._read(0.2)
        drawn = terminal.screen.display[2:]
        terminal.screen.reset()
        terminal.type("\x0c")
        terminal.until(lambda: terminal.screen.display[2:] == drawn)


@pytest.mark.clause("0.7")
@pytest.mark.parametrize(("typed", "account"), [("2p", "REV"), ("\x1b[B\x1b[Bp", "COM"), ("31p", "GEN")])
def test_0_7_an_account_that_is_chosen_and_paused_in_one_breath_is_the_one_paused(
    typed: str, account: str, tmp_path: Path
) -> None:
    with Terminal("run", "--sessions", tmp_path) as terminal:
        terminal.shows("GEN     SAFE")
        terminal.type(typed)
        terminal.shows("stops disarmed")
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.ended() == 0
    assert [row["account"] for row in journal(tmp_path) if row["kind"] == "latch.set"] == [account]


def test_the_first_screen_is_short_and_while_nothing_trades_only_the_clock_is_sent(tmp_path: Path) -> None:
    with Terminal("run", "--sessions", tmp_path, "--speed", "1") as terminal:
        terminal.shows("GEN     SAFE")
        while gets(terminal, 1) >= 50:
            assert len(terminal.received) < 5_000, "the first screen is not short"
        assert len(terminal.received) < 5_000
        assert 4 <= gets(terminal, 4) < 4 * 50


def test_an_attached_dashboard_that_is_ended_gives_the_terminal_back_and_the_engine_goes_on(tmp_path: Path) -> None:
    with Terminal("run", "--headless", "--sessions", tmp_path) as engine:
        engine.until(lambda: lives(tmp_path))
        with Terminal("attach", "--sessions", tmp_path) as watcher:
            watcher.shows("GEN     SAFE")
            os.kill(watcher.pid, signal.SIGTERM)
            watcher.until(lambda: watcher.received.endswith(LEAVE.encode()) and watcher.is_cooked)
            assert watcher.ended() == 0
        assert lives(tmp_path)
        os.kill(engine.pid, signal.SIGTERM)
        assert engine.ended() == 0
