"""The line to the terminal: it is never waited for, and no more is put on it than it carries away."""

import asyncio
import os
import termios
from collections.abc import Callable
from contextlib import suppress
from select import select

ASK, ANSWER = "\x1b[5n", "\x1b[0n"
"""A terminal that is asked for its status answers when it has shown all that was sent before."""
_UNDERWAY_BYTES = 1_024
"""So many unanswered bytes may be underway; no further frame is made before they have arrived."""
_ASK_BYTES = 256
_PATIENCE_S, _MOST_PATIENCE_S = 2.0, 16.0
_CANCEL = b"\x18"
"""CAN: a terminal forgets the sequence that it has half received."""
_LAST_S = 0.2


class Line:
    """Writes without blocking; for the loop's thread alone.

    `freed` is called when the next frame may come, `lost` when the terminal is gone.
    """

    def __init__(
        self, fd: int, loop: asyncio.AbstractEventLoop, freed: Callable[[], None], lost: Callable[[], None]
    ) -> None:
        self._fd = fd
        self._loop = loop
        self._freed = freed
        self._lost = lost
        self._rest = b""
        self._answers = False
        self._underway = 0
        self._asked = 0
        self._patience_s = _PATIENCE_S
        self._patience: asyncio.TimerHandle | None = None
        self._open = True

    @property
    def is_free(self) -> bool:
        """Whether a frame that is sent now is shown soon."""
        return self._open and not self._rest and self._underway < _UNDERWAY_BYTES

    def send(self, text: str) -> None:
        """Put it on the line behind what is there. A frame is sent only where `is_free`, anything else is short."""
        if not self._open:
            return
        data = text.encode(errors="replace")
        self._underway += len(data) if self._answers else 0
        if not self._asked and self._underway >= _ASK_BYTES:
            data += ASK.encode()
            self._asked = self._underway
            self._patience = self._loop.call_later(self._patience_s, self._late)
        self._rest += data
        self._push()

    def answered(self) -> None:
        """The terminal has shown what it was asked about."""
        self._answers = True
        self._patience_s = _PATIENCE_S
        self._arrived(self._asked)

    def _late(self) -> None:
        """No answer: it is lost, or the line is stalled. Another frame finds out, in longer and longer intervals."""
        self._patience_s = min(2 * self._patience_s, _MOST_PATIENCE_S)
        self._arrived(self._underway)

    def _arrived(self, count: int) -> None:
        if self._patience is not None:
            self._patience.cancel()
        self._patience, self._asked = None, 0
        self._underway -= count
        if self.is_free:
            self._freed()
        else:
            self.send("")  # asks about what was sent since

    def _push(self) -> None:
        """Write what there is room for; come back when there is room again."""
        try:
            written = os.write(self._fd, self._rest)
        except BlockingIOError:
            written = 0
        except OSError:
            self.mute()
            self._lost()
            return
        waited, self._rest = self._loop.remove_writer(self._fd), self._rest[written:]
        if self._rest:
            self._loop.add_writer(self._fd, self._push)
        elif waited and self.is_free:
            self._freed()

    def mute(self) -> None:
        """Nothing is written any more."""
        self._open, self._rest = False, b""
        self._loop.remove_writer(self._fd)
        if self._patience is not None:
            self._patience.cancel()

    def finish(self, last: str) -> None:
        """Write the last words. What a stalled line has not taken by now is dropped: they outrank it."""
        if not self._open:
            return
        rest, is_stalled = self._rest, not self.is_free
        self.mute()
        if is_stalled:
            with suppress(termios.error):
                termios.tcflush(self._fd, termios.TCOFLUSH)
            rest = _CANCEL
        rest += last.encode()
        with suppress(OSError):  # gone now: nobody is left to see it
            while rest and select([], [self._fd], [], _LAST_S)[1]:
                rest = rest[os.write(self._fd, rest) :]
