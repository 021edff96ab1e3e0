"""The gateway without its sockets: bytes in with their instants, bytes out; it never waits and looks at no clock."""

from collections import Counter
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import Final

from allusetui.broker.gateway.fields import Fields
from allusetui.broker.gateway.frames import NO_MESSAGE, Value, WireError, split, written
from allusetui.broker.gateway.part import Ending, Faults, Part, Route, Sound
from allusetui.broker.gateway.requests import NAMES, START, Start, start
from allusetui.broker.gateway.session import NOBODY, SERVER_VERSION, USUAL, Limits, Session, Sessions, agreed
from allusetui.broker.gateway.transcript import CLOSED, HEARD, OPENED, SAID
from allusetui.broker.gateway.unserved import UNSERVED
from allusetui.domain.moment import local

IN_USE: Final = "Unable to connect as the client id is already in use. Retry with a unique client id."
_MANAGED, _NEXT_ID = 15, 9
_FARMS: Final = (
    (2104, "Market data farm connection is OK:usopt"),
    (2106, "HMDS data farm connection is OK:ushmds"),
    (2158, "Sec-def data farm connection is OK:secdefil"),
)

Tap = Callable[[int, int, str, Sequence[str]], None]
"""Hears everything: instant, connection, which way (as a transcript has it), fields."""


class Gateway:
    """The protocol of every connection over one set of parts.

    `accounts`: the broker's codes, as every client is told them. What a caller does: `connected`, `received` and `lost`
    as it happens, `advance` when `next_ms` says so, and after each of them send what `drain` gives.
    """

    def __init__(
        self,
        sessions: Sessions,
        parts: Sequence[Part],
        accounts: Sequence[str],
        limits: Limits = USUAL,
        faults: Faults | None = None,
    ) -> None:
        self.sessions = sessions
        self.counts: Counter[str] = Counter()
        """How often something was refused, by what it was."""
        self.tap: Tap | None = None
        self.parts = parts
        self.accounts = accounts
        self._limits = limits
        self._faults: Faults = faults or Sound()
        self._routes = {START: Route(start, self._begin)}
        for part in parts:
            self._routes.update(part.routes())
        self._now_ms = 0
        self._out: list[tuple[int, int, int, bytes | Ending]] = []
        self._count = 0
        self._notices: list[str] = []

    # The caller's side

    def connected(self, key: int, at_ms: int) -> None:
        """A connection has been made; `key` is the caller's name for it."""
        self.advance(at_ms)
        self._note_down(key, OPENED)
        self.sessions.open(Session(key, self._send))

    def received(self, key: int, data: bytes, at_ms: int) -> None:
        """Bytes of a connection, in any pieces."""
        self.advance(at_ms)
        session = self.sessions.of_key(key)
        if session is None:
            return
        try:
            for body in session.frames.feed(data):
                self._hear(session, body)
                if session.gone:
                    break
        except WireError as error:
            self._refuse(session, error, NOBODY)
            self._end(session)

    def lost(self, key: int, at_ms: int) -> None:
        """A connection is gone; its orders are not."""
        self.advance(at_ms)
        self._forget(key)

    def hang_up(self, client_id: int | None) -> None:
        """Tears a client's connection down without a word."""
        session = None if client_id is None else self.sessions.of_client(client_id)
        if session is not None:
            self._end(session, Ending.ABORT)

    def next_ms(self, after_ms: int) -> int | None:
        """When something is due that nobody asks for."""
        due = [self._out[0][0]] if self._out else []
        due += [ms for part in self.parts if (ms := part.next_ms(after_ms)) is not None]
        return min((ms for ms in due if ms > after_ms), default=None)

    def advance(self, at_ms: int) -> None:
        """What is due up to the instant happens; its clock never goes back."""
        self._now_ms = max(self._now_ms, at_ms)
        for part in self.parts:
            part.advance(self._now_ms)

    def drain(self) -> list[tuple[int, bytes | Ending]]:
        """What leaves now, in order: bytes of a connection, or its end."""
        leaving: list[tuple[int, list[bytes] | Ending]] = []
        while self._out and self._out[0][0] <= self._now_ms:
            _, _, key, piece = heappop(self._out)
            if isinstance(piece, Ending):
                leaving.append((key, piece))
            elif leaving and leaving[-1][0] == key and isinstance(leaving[-1][1], list):
                leaving[-1][1].append(piece)
            else:
                leaving.append((key, [piece]))
        return [(key, each if isinstance(each, Ending) else b"".join(each)) for key, each in leaving]

    def notices(self) -> list[str]:
        """One line for each kind of trouble that is new since the last time."""
        found, self._notices = self._notices, []
        return found

    # Messages in

    def _hear(self, session: Session, body: bytes) -> None:
        if not session.speaks:
            self._greet(session, body)
            return
        if session.too_fast(self._limits, self._now_ms) and not self._warn(session):
            return
        try:
            message_id, values = _parted(body)
        except WireError as error:
            self._refuse(session, error, NOBODY)
            return
        self._note_down(session.key, HEARD, [str(message_id), *values])
        if self._faults.hears(session, message_id, values, self._now_ms):
            self._dispatch(session, message_id, values)

    def _dispatch(self, session: Session, message_id: int, values: list[str]) -> None:
        route = self._routes.get(message_id)
        if route is None and message_id in UNSERVED:
            name, id_at = UNSERVED[message_id]
            self._note(f"{name} not served", f"client {session.client_id} asks {name}, which is not served here")
            refused = f"Error validating request.-'bZ' : cause - {name} is not served by this gateway"
            session.error(_subject(values, id_at), 321, refused)
            return
        if route is None:
            self._note("unknown message", f"a client sent message {message_id}, which this gateway does not know")
            session.error(NOBODY, 505, f"Fatal Error: Unknown message id {message_id}")
            return
        if session.client_id is None and message_id != START:
            session.error(NOBODY, 504, "Not connected")
            return
        fields = Fields(message_id, values)
        try:
            request = route.parse(fields)
            fields.done()
        except WireError as error:
            self._refuse(session, error, _subject(values, route.id_at))
            return
        route.answer(session, request, self._now_ms)

    def _greet(self, session: Session, body: bytes) -> None:
        """The version: the client says a range, and has to speak ours."""
        said = body.decode("ascii", "backslashreplace")
        held = agreed(said)
        if held is None:
            raise WireError(NO_MESSAGE, "version", said, "a range as v157..178", fatal=True)
        self._note_down(session.key, HEARD, [said])
        if not held:
            text = f"This gateway speaks version {SERVER_VERSION}; the client speaks {said}"
            self._note("version refused", text)
            session.error(NOBODY, 503, text)
            self._end(session)
            return
        session.speaks = True
        session.send(SERVER_VERSION, f"{local(self._now_ms):%Y%m%d %H:%M:%S} EST")

    def _begin(self, session: Session, request: Start, at_ms: int) -> None:
        if session.client_id is not None:
            session.error(NOBODY, 501, "Already connected")
            return
        if self.sessions.of_client(request.client_id) is not None:
            session.error(NOBODY, 326, IN_USE)
            self._end(session)
            return
        session.client_id = request.client_id
        session.send(_MANAGED, 1, ",".join(self.accounts))
        session.send(_NEXT_ID, 1, self.sessions.next_id(request.client_id))
        for code, text in _FARMS:
            session.error(NOBODY, code, text)
        for part in self.parts:
            part.joined(session, at_ms)

    def _warn(self, session: Session) -> bool:
        """Tells it to slow down; whether it stays connected."""
        most = self._limits.messages
        self._note("too fast", f"client {session.client_id} sends more than {most} messages a second")
        rates = f"max={most} rec={most + 1} ({session.warned})"
        session.error(NOBODY, 100, f"Max rate of messages per second has been exceeded:{rates}")
        if session.warned < self._limits.warnings:
            return True
        self._end(session)
        return False

    # Trouble

    def _refuse(self, session: Session, error: WireError, request_id: int) -> None:
        name = NAMES.get(error.message_id, "a message")
        self._note(f"{name} refused: {error.field}", f"{name} of client {session.client_id} refused: {error}")
        session.error(request_id, 320, f"Error reading request: {error}")

    def _note(self, kind: str, line: str) -> None:
        """Counted always, told once."""
        if not self.counts[kind]:
            self._notices.append(line)
        self.counts[kind] += 1

    def _end(self, session: Session, ending: Ending = Ending.CLOSE) -> None:
        """The gateway closes the connection, after what it has said."""
        self._put(self._now_ms, session.key, ending)
        self._forget(session.key)

    def _forget(self, key: int) -> None:
        session = self.sessions.close(key)
        if session is not None:
            self._note_down(key, CLOSED)
            session.gone = True
            for part in self.parts:
                part.lost(session, self._now_ms)

    def _note_down(self, key: int, way: str, fields: Sequence[str] = ()) -> None:
        if self.tap is not None:
            self.tap(self._now_ms, key, way, fields)

    # Messages out

    def _send(self, session: Session, values: tuple[Value, ...]) -> None:
        if session.gone:
            return
        if self.tap is not None:
            self.tap(self._now_ms, session.key, SAID, [written(value) for value in values])
        for due_ms, piece in self._faults.sends(session, values, self._now_ms):
            self._put(due_ms, session.key, piece)

    def _put(self, due_ms: int, key: int, piece: bytes | Ending) -> None:
        self._count += 1
        heappush(self._out, (due_ms, self._count, key, piece))


def _parted(body: bytes) -> tuple[int, list[str]]:
    """A message's id and the fields after it."""
    first, *values = split(body)
    return Fields(NO_MESSAGE, [first]).whole("message id"), values


def _subject(values: list[str], id_at: int | None) -> int:
    """The request's id, where the message has one that can be read."""
    found = values[id_at] if id_at is not None and id_at < len(values) else ""
    return int(found) if found.isascii() and found.isdecimal() and len(found) < 10 else NOBODY
