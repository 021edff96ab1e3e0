"""What comes from the terminal: keys, pastes, the mouse and the terminal's own answers, read in a thread of its own."""

import os
import re
import threading
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator
from select import select

from textual._xterm_parser import XTermParser
from textual.events import Key
from textual.keys import Keys
from textual.message import Message

from allusetui.tui.driver.line import ANSWER

_CHUNK_BYTES = 4_096
_TICK_S = 0.05
_PASTE_S = 1.0
"""A paste that pauses for so long has lost its end."""
_LONGEST_REPLY = 4_096
_CSI = re.compile(r"\x1b\[(?!\[|M|<[-\d;]+[mM]|\?\d+;\d\$y)[0-?]*[ -/]*[@-~]")
"""A whole sequence that is neither the mouse nor a mode: a key, or nothing of ours."""
_ESCAPE = "\x1b"
_TYPED_ON = re.compile(r"\x1b[^\x1b\[O]", re.DOTALL)
"""An escape and the key after it, which a slow line brings as one; no command of ours has alt."""
_HALF, _LONGEST_HALF = re.compile(r"\x1b\[[0-?]+[ -/]*\Z"), 32
_PASTE = re.compile(r"\x1b\[20([01])~")
_REPLY = re.compile(r"\x1b(?:\]\d|P(?:[>!]\||[01][$+]r)|_G)")
"""How a terminal's answer to a colour, version or graphics query begins: OSC, DCS, APC."""
_REPLY_END = re.compile(r"\x07|\x1b\\")


class Parser(XTermParser):
    """Makes messages of what is typed. Sequences that mean nothing to us are no keys."""

    def __init__(self, answered: Callable[[], None]) -> None:
        super().__init__()
        self._answered = answered
        self._last = ""
        self.pastes = False
        """Whether it is inside a paste: nothing there is a key."""

    @property
    def waits(self) -> bool:
        """Whether time decides what the last byte was: escape, or the beginning of a sequence."""
        return self._timeout_time is not None

    @property
    def is_half(self) -> bool:
        """Whether the last that came was a part of a sequence, and no key of a person's."""
        return not self.pastes and _HALF.search(self._last) is not None

    def feed(self, data: str) -> Iterable[Message]:
        self._last = (self._last + data)[-_LONGEST_HALF:]
        for mark in _PASTE.finditer(self._last):
            self.pastes = mark[1] == "0"
        return super().feed(data)

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterator[Key]:
        if sequence == ANSWER:
            self._answered()
        if _TYPED_ON.fullmatch(sequence):
            yield from super()._sequence_to_key_events(_ESCAPE)
            sequence = sequence[1]
        found = False
        for key in super()._sequence_to_key_events(sequence, alt):
            found = True
            yield key
        if not found and _CSI.fullmatch(sequence):
            yield Key(Keys.Ignore, sequence)


class Replies:
    """Takes the strings that a terminal answers with out of what is typed."""

    def __init__(self) -> None:
        self._held = ""

    @property
    def waits(self) -> bool:
        """Whether a reply has begun and not ended."""
        return bool(self._held)

    def __call__(self, text: str) -> str:
        """What is left of the text; a reply whose end has not come yet is held."""
        text, self._held = self._held + text, ""
        while (reply := _REPLY.search(text)) is not None:
            end = _REPLY_END.search(text, reply.end())
            if end is None:
                self._held = text[reply.start() :][:_LONGEST_REPLY]
                return text[: reply.start()]
            text = text[: reply.start()] + text[end.end() :]
        return text

    def give_up(self) -> None:
        """The end of a reply never came."""
        self._held = ""


class Reader(threading.Thread):
    """Reads until it is stopped, or the terminal is lost. All that it calls, it calls in its own thread.

    `take`: a key before anybody else hears of it, true where it was for the taker; `heard`: the others, in order.
    """

    def __init__(
        self,
        fd: int,
        take: Callable[[Key], bool],
        heard: Callable[[Message], None],
        answered: Callable[[], None],
        lost: Callable[[], None],
    ) -> None:
        super().__init__(name="keys", daemon=True)
        self._fd = fd
        self._take = take
        self._heard = heard
        self._answered = answered
        self._lost = lost
        self._ends, self._end = os.pipe()
        self._parser = Parser(answered)
        self._replies = Replies()
        self._decode = getincrementaldecoder("utf-8")(errors="ignore").decode

    def stop(self) -> None:
        """End it, and wait until it has ended."""
        os.write(self._end, b"x")
        if self.is_alive() and threading.current_thread() is not self:
            self.join()
        os.close(self._end)
        os.close(self._ends)

    def run(self) -> None:
        silent_s = 0.0
        while True:
            waits = self._parser.waits or self._parser.pastes or self._replies.waits
            ready = select([self._fd, self._ends], [], [], _TICK_S if waits else None)[0]
            if self._ends in ready:
                return
            if not ready:
                silent_s += _TICK_S
                self.silence(silent_s)
                continue
            silent_s = 0.0
            try:
                data = os.read(self._fd, _CHUNK_BYTES)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            if not data:
                self._lost()
                return
            self.feed(data)

    def silence(self, seconds: float) -> None:
        """Nothing has come for a while: what was begun and not ended is an escape, or nothing."""
        self._replies.give_up()
        if self._parser.is_half or (self._parser.pastes and seconds >= _PASTE_S):
            self._parser = Parser(self._answered)
        else:
            self._hand_over(list(self._parser.tick()))

    def feed(self, data: bytes) -> None:
        """Hand over what the bytes mean."""
        found: list[Message] = []
        for piece in re.split(r"(?=\x1b)", self._replies(self._decode(data))):
            try:
                found += self._parser.feed(piece) if piece else ()
            except Exception:  # no key of ours: the sequence broke the parser, which is of no use any more
                self._parser = Parser(self._answered)
        self._hand_over(found)

    def _hand_over(self, messages: list[Message]) -> None:
        for message in messages:
            if not (isinstance(message, Key) and self._take(message)):
                self._heard(message)
