"""The driver on a real terminal: it gives back what it took, and hears what stops something before all else."""

import os
import re
import signal
from pathlib import Path

import pytest

from allusetui.tui.driver.terminal import ENTER, LEAVE
from tests.cli.terminals import Terminal

pytestmark = pytest.mark.timeout(120)


class Dashboard(Terminal):
    """The dashboard without an engine; what it was asked to send is in `words`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "words"
        super().__init__(self._path, module="tests.tui.driven")

    @property
    def words(self) -> list[str]:
        return self._path.read_text("utf-8").split() if self._path.exists() else []

    def starts(self) -> None:
        self.shows("ALL-USE is starting")


def test_the_terminal_is_given_back_when_the_screen_is_left(tmp_path: Path) -> None:
    with Dashboard(tmp_path) as terminal:
        terminal.starts()
        assert not terminal.is_cooked
        terminal.type("q")
        terminal.shows("detach")
        terminal.type("d")
        terminal.until(lambda: b"left\r\n" in terminal.received)  # on the screen that was there before
        assert terminal.is_cooked
        assert terminal.ended() == 0
    assert terminal.received.startswith(ENTER.encode())
    assert LEAVE.encode() in terminal.received


def test_the_terminal_is_given_back_when_the_screen_crashes_and_no_value_is_printed(tmp_path: Path) -> None:
    with Dashboard(tmp_path) as terminal:
        terminal.starts()
        terminal.type("c")
        terminal.shows("failed ValueError")
        assert terminal.is_cooked
        assert terminal.ended() == 0
    assert LEAVE.encode() in terminal.received
    assert b"4711" not in terminal.received


def test_what_stops_something_does_not_wait_for_a_busy_screen(tmp_path: Path) -> None:
    with Dashboard(tmp_path) as terminal:
        terminal.starts()
        terminal.type("z")
        terminal.until(lambda: terminal.words == ["busy"])
        terminal.type("P\x18")
        terminal.until(lambda: "free" in terminal.words)
        assert terminal.words == ["busy", "pause", "kill", "free"]
        terminal.shows("pause all, kill sent")


def test_an_escape_before_it_does_not_hide_the_key_that_pauses(tmp_path: Path) -> None:
    with Dashboard(tmp_path) as terminal:
        terminal.starts()
        terminal.type("\x1bP")
        terminal.until(lambda: terminal.words == ["pause"])


def test_while_text_is_typed_letters_are_text_and_kill_kills(tmp_path: Path) -> None:
    with Dashboard(tmp_path) as terminal:
        terminal.starts()
        terminal.type("/")
        terminal.shows("▊")
        terminal.type("pPx")
        terminal.shows("pPx")
        terminal.type("\x18")
        terminal.until(lambda: terminal.words == ["kill"])


@pytest.mark.parametrize(
    "garbage",
    [
        b"\xff\xfe\xc3\xe2\x94",
        b"\x1b[99999999999u\x1b[\x1b[1;\x1b[<1;2",
        b"\x1b[<0;9999;9999M\x1b[<0;9999;9999m\x1b[<64;500;500M",
        b"\x1b[200~pPq\x18e\x1b[201~",
        b"\x1b]11;rgb:ppPP/qqqq/eeee\x1b\\\x1bP>|pPqe 1\x1b\\\x1b_Gi=1;PpqeP\x1b\\",
        b"\x1b[?62;22c\x1b[?1;2c\x1b[48;0;0;0;0t\x1b[?2048;1$y\x1b[8;24;80t",
        b"\x1b[0n" * 500,
        b"\x1b[<35;5;5M" * 3_000,
    ],
    ids=["bytes", "halves", "mouse outside", "paste", "replies", "reports", "answers", "mouse moves"],
)
def test_garbage_does_no_harm(garbage: bytes, tmp_path: Path) -> None:
    with Dashboard(tmp_path) as terminal:
        terminal.starts()
        for start in range(0, len(garbage), 1_000):
            terminal.type(garbage[start : start + 1_000])
        terminal._read(0.5)  # half a sequence is given up
        terminal.type("P")
        terminal.until(lambda: bool(terminal.words))
        terminal.type("q")
        terminal.shows("Leave the dashboard?")
        assert terminal.words == ["pause"]


def test_a_stop_key_does_not_stop_the_engine_and_one_that_was_stopped_draws_anew(tmp_path: Path) -> None:
    with Dashboard(tmp_path) as terminal:
        terminal.starts()
        os.kill(terminal.pid, signal.SIGTSTP)
        terminal.type("P")
        terminal.until(lambda: terminal.words == ["pause"])
        os.kill(terminal.pid, signal.SIGSTOP)
        terminal.screen.reset()
        terminal.received = b""
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.starts()
        assert ENTER.encode() in terminal.received


def test_without_colours_none_are_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    with Dashboard(tmp_path) as terminal:
        terminal.starts()
        terminal.type("q")
        terminal.shows("Leave the dashboard?")
    sent = re.findall(rb"\x1b\[([0-9;]*)m", terminal.received)
    assert sent
    assert not [params for params in sent if re.search(rb"(^|;)([34]8|3[0-7]|4[0-7]|9[0-7]|10[0-7])(;|$)", params)]


@pytest.mark.parametrize(("term", "erases"), [("xterm-256color", True), ("tmux-256color", True), ("screen", False)])
def test_a_terminal_that_does_not_erase_in_colour_is_not_asked_to(
    term: str, erases: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    with Dashboard(tmp_path) as terminal:
        terminal.starts()
        terminal.type("q")
        terminal.shows("esc stay")
        terminal.type("n")
        terminal.until(lambda: "esc stay" not in terminal.text)
    assert (re.search(rb"\x1b\[(K|\d+X)", terminal.received) is not None) is erases


def test_ctrl_l_draws_everything_again(tmp_path: Path) -> None:
    with Dashboard(tmp_path) as terminal:
        terminal.starts()
        terminal.screen.reset()
        terminal.type("\x0c")
        terminal.starts()


def test_a_window_that_is_dragged_is_drawn_in_its_last_size(tmp_path: Path) -> None:
    with Dashboard(tmp_path) as terminal:
        terminal.starts()
        terminal.received = b""
        for step in range(100):
            terminal.resize(40 + step, 10 + step // 4)
            terminal._read(0.005)
        terminal.resize(60, 12)
        terminal.type("q")
        terminal.until(lambda: "esc stay" in terminal.screen.display[9] + terminal.screen.display[8])
        drawn = len(re.findall(rb"\x1b\[2J", terminal.received))
        assert 1 <= drawn <= 40


def test_a_lost_terminal_ends_the_screen(tmp_path: Path) -> None:
    with Dashboard(tmp_path) as terminal:
        terminal.starts()
        terminal.hang_up()
        assert terminal.ended() == 0
        assert terminal.words == ["lost"]
