"""The terminal itself: opened anew so that it never blocks, made raw, and given back as it was."""

import os
import signal
import sys
import termios
import tty
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

from allusetui.tui.driver.line import ASK

ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h\x1b[?1000h\x1b[?1006h\x1b[>25u"
"""Another screen, no cursor, no wrapping, pastes told apart, the mouse's buttons and wheel, keys in full."""
LEAVE = "\x1b[<u\x1b[?1006l\x1b[?1000l\x1b[?2004l\x1b[?7h\x1b[m\x1b[?1049l\x1b[?25h"
WHOLE_FRAMES = "\x1b[?2026$p"
"""Asks whether the terminal can be told to show a frame as a whole."""
SHOW_LATER, SHOW = "\x1b[?2026h", "\x1b[?2026l"
_USUAL_SIZE = (80, 24)

Handler = Callable[[int, FrameType | None], Any] | int | None


class Terminal:
    """The controlling terminal. Raises OSError where there is none.

    `changed`: its size may be another; `woken`: the process was stopped and goes on. Both are called in a signal's
    handler.
    """

    def __init__(self, changed: Callable[[], None], woken: Callable[[], None]) -> None:
        # Opened anew: a descriptor that others hold too must not be made non-blocking under their hands.
        try:
            path = os.ttyname(sys.__stdin__.fileno() if sys.__stdin__ is not None else 0)
        except OSError:  # a terminal that has no name in here: a container's
            path = "/dev/tty"
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._changed = changed
        self._woken = woken
        self._before: list[Any] | None = None
        self._handlers: dict[int, Handler] = {}

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines; the usual ones where the terminal does not know."""
        with suppress(OSError):
            width, height = os.get_terminal_size(self.fd)
            if width and height:
                return width, height
        return _USUAL_SIZE

    @property
    def erases(self) -> bool:
        """Whether it erases in the background colour that is set: GNU screen and the oldest do not."""
        return not os.environ.get("TERM", "dumb").startswith(("screen", "dumb", "vt", "ansi"))

    @property
    def questions(self) -> str:
        """What to ask it at the start. Apple's prints what it does not know."""
        return ASK if os.environ.get("TERM_PROGRAM") == "Apple_Terminal" else WHOLE_FRAMES + ASK

    def take(self) -> None:
        """Make it raw, and hear of what happens to it."""
        self._before = self._before or termios.tcgetattr(self.fd)
        raw = termios.tcgetattr(self.fd)
        raw[tty.LFLAG] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
        raw[tty.IFLAG] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
        raw[tty.OFLAG] &= ~termios.OPOST
        raw[tty.CC] = [*raw[tty.CC]]
        raw[tty.CC][termios.VMIN] = 1
        termios.tcsetattr(self.fd, termios.TCSANOW, raw)
        self._on(signal.SIGWINCH, lambda number, frame: self._changed())
        self._on(signal.SIGCONT, lambda number, frame: self._woken())
        # The engine lives in this process: whatever a shell does to the terminal, it is not to be stopped.
        for number in (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
            self._on(number, signal.SIG_IGN)

    def give_back(self) -> None:
        """As it was."""
        if self._before is not None:
            with suppress(termios.error):  # it is gone
                termios.tcflush(self.fd, termios.TCIFLUSH)
                termios.tcsetattr(self.fd, termios.TCSANOW, self._before)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()

    def close(self) -> None:
        os.close(self.fd)

    def _on(self, number: signal.Signals, handler: Handler) -> None:
        before = signal.signal(number, handler)
        self._handlers.setdefault(number, before)


def let_go() -> None:
    """A terminal that is lost is read from and written to no more, by anybody in this process."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.close(null)
