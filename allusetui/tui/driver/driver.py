"""Textual's driver on our own terms: cells that changed go out, keys come in, and nothing here can block."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, runtime_checkable

from rich.color import ColorSystem
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.driver import Driver
from textual.events import Key, MouseEvent, MouseMove, Resize
from textual.geometry import Size
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from allusetui.tui.driver.canvas import Canvas
from allusetui.tui.driver.cells import pieces
from allusetui.tui.driver.keys import Reader
from allusetui.tui.driver.line import Line
from allusetui.tui.driver.terminal import ENTER, LEAVE, SHOW, SHOW_LATER, Terminal

REPAINT = "ctrl+l"
_STORM_S = 0.05
"""A window that is dragged has many sizes: one is drawn."""
_TORN_BYTES = 1_024
"""A frame so long may be shown in two halves; the marks against that cost sixteen bytes."""
_MOST_ASIDE, _LONGEST_ASIDE = 16, 100_000
"""What a stalled line may keep of what is not drawn: pieces, characters of each."""
_TURNS = 64
"""Turns of the loop in which a key has climbed from the app to its pane and back, and has been acted on."""
_MOST_WAITING = 2_000
"""Messages that may wait for a busy screen; who types more than that is no person."""


@runtime_checkable
class Host(Protocol):
    """What the driver tells its app, from the thread that reads the keys."""

    def take(self, key: Key, settled: bool) -> bool:
        """A key, before anybody else hears of it; `settled`: all before it have been acted on. True: it is taken."""

    def lose(self) -> None:
        """The terminal is gone."""


class CellDriver(Driver):
    """Draws what changed, at once or as soon as the line is free: what it was free for is never older than that."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        assert isinstance(app, Host)
        self._host: Host = app
        self._terminal = Terminal(lambda: self._soon(self._resized), lambda: self._soon(self._wake))
        self._size = self._terminal.size
        self._canvas = Canvas(*self._size, self._terminal.erases)
        self._line = Line(self._terminal.fd, self._loop, self._frame, self._host.lose)
        self._reader = Reader(self._terminal.fd, self._take, self._heard, self._answered, self._host.lose)
        self._aside: list[str] = []
        self._to_send: asyncio.Handle | None = None
        self._to_measure: asyncio.TimerHandle | None = None
        self._waiting: deque[Message] = deque()
        self._heard_count = self._settled_count = 0
        self._settling = False
        self._shows_whole_frames = False

    # Out

    def paint(self, update: LayoutUpdate | ChopsUpdate, system: ColorSystem) -> None:
        """What Textual has drawn; all that is drawn in one turn of the loop goes out as one frame."""
        for y, x, cells in pieces(update, system):
            self._canvas.paint(y, x, cells)
        self._plan()

    def repaint(self) -> None:
        """Draw everything again: somebody else has written on the terminal."""
        self._canvas.forget()
        self._plan()

    def write(self, data: str) -> None:
        """Send what is not drawn, with the next frame: the bell, a copy to the clipboard. Bells do not pile up."""
        if data not in self._aside and len(self._aside) < _MOST_ASIDE and len(data) < _LONGEST_ASIDE:
            self._aside.append(data)
            self._plan()

    def _plan(self) -> None:
        if self._to_send is None:
            self._to_send = self._loop.call_soon(self._frame)

    def _frame(self) -> None:
        """Send what has changed. A line that is not free comes back when it is; what was drawn by then is one frame."""
        self._to_send = None
        if self._line.is_free:
            text = self._canvas.changes()
            if len(text) > _TORN_BYTES and self._shows_whole_frames:
                text = SHOW_LATER + text + SHOW
            text = "".join(self._aside) + text
            self._aside.clear()
            if text:
                self._line.send(text)

    # The terminal

    def start_application_mode(self) -> None:
        self._terminal.take()
        self._line.send(ENTER + self._terminal.questions)
        self._resize(self._terminal.size)
        self._reader.start()

    def disable_input(self) -> None:
        """The keys are read until the driver stops: what stops something is heard to the last."""

    def stop_application_mode(self) -> None:
        for handle in (self._to_send, self._to_measure):
            if handle is not None:
                handle.cancel()
        self._reader.stop()
        self._line.finish(LEAVE)
        self._terminal.give_back()
        self._terminal.close()

    def _wake(self) -> None:
        """The process was stopped and goes on: the shell has had the terminal meanwhile."""
        if self._reader.is_alive():
            self._terminal.take()
            self._line.send(ENTER)
            self._measure()

    def _resized(self) -> None:
        if self._to_measure is None:
            self._to_measure = self._loop.call_later(_STORM_S, self._measure)

    def _measure(self) -> None:
        self._to_measure = None
        size = self._terminal.size
        if size == self._size:
            self.repaint()
        else:
            self._resize(size)

    def _resize(self, size: tuple[int, int]) -> None:
        """Textual lays everything out for the size, and then paints it: a frame before that would be an old one."""
        self._size = size
        self._canvas.resize(*size)
        self._app.post_message(Resize(Size(*size), Size(*size)))

    # In; `_take`, `_heard` and `_answered` are called in the reader's thread

    def _take(self, key: Key) -> bool:
        try:
            return self._host.take(key, self._heard_count == self._settled_count)
        except Exception:  # the screen is half there: the key goes the long way, and the reader reads on
            return False

    def _heard(self, message: Message) -> None:
        if len(self._waiting) < _MOST_WAITING and not isinstance(message, MouseMove):  # moves were not asked for
            self._heard_count += 1
            self._waiting.append(message)
            self._soon(self._deliver)

    def _answered(self) -> None:
        self._soon(self._line.answered)

    def _deliver(self) -> None:
        """Hand over one message; the next one follows when it has been acted on.

        Textual would act on a key of the app's before one that a pane hears, though it came after it.
        """
        if not self._settling and self._waiting:
            self._settling = True
            self._hand_over(self._waiting.popleft())
            self._settle(_TURNS)

    def _hand_over(self, message: Message) -> None:
        if isinstance(message, TerminalSupportsSynchronizedOutput):
            self._shows_whole_frames = True
        elif isinstance(message, Resize) or (isinstance(message, MouseEvent) and not self._is_inside(message)):
            return  # the kernel tells the size; the rest is noise
        elif isinstance(message, Key) and message.key == REPAINT:
            self.repaint()
        else:
            self.process_message(message)

    def _is_inside(self, event: MouseEvent) -> bool:
        return 0 <= event.x < self._canvas.width and 0 <= event.y < self._canvas.height

    def send_message(self, message: Message) -> None:
        self._app.post_message(message)

    def _settle(self, turns: int) -> None:
        if turns:
            self._loop.call_soon(self._settle, turns - 1)
        else:
            self._settling = False
            self._settled_count += 1
            self._deliver()

    def _soon(self, call: Callable[[], object]) -> None:
        """From any thread, and from a signal's handler."""
        with suppress(RuntimeError):  # the loop is closed: the screen has ended
            self._loop.call_soon_threadsafe(call)
