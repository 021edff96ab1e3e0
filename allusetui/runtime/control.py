"""The session's control socket: other processes watch the engine, press its keys and end it, whatever its screen does.

It lives in the engine's loop and never waits for a visitor: who reads slowly misses snapshots, and no more than one is
kept for him. What a visitor asked for is done though he has gone.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from allusetui import __version__
from allusetui.codec.shape import CodecError
from allusetui.domain.snapshot import Snapshot
from allusetui.runtime.answers import PATIENCE_S, Answers, Hub
from allusetui.runtime.status import status
from allusetui.runtime.talk import (
    HELLO,
    LONGEST_ASK_BYTES,
    OK,
    SNAPSHOT_PREFIX,
    ControlError,
    check_hello,
    line,
    listen,
    message_of,
    version_of,
)

VISITORS: Final = 32
_UNANSWERED: Final = 8
"""Questions of one visitor at a time: a flood of them takes its turn with everything else."""
_HELLO_S: Final = 5.0
_FAREWELL_S: Final = 0.2


class ControlServer:
    """Serves `hub` at `path` while it is entered. `wall_s` is the clock of its snapshots' beats.

    What is found at the path is replaced: that no second engine runs on the session is the folder lock's care.
    """

    def __init__(self, path: Path, hub: Hub, wall_s: Callable[[], float], patience_s: float = PATIENCE_S) -> None:
        self.hub = hub
        self.wall_s = wall_s
        self.answers = Answers(hub, patience_s)
        self.news = asyncio.Event()
        """Set once there is a newer snapshot; a fresh one stands here then."""
        self.closing = False
        self._path = path
        self._inode = 0
        self._visits: dict[asyncio.Task[None], _Visit] = {}
        self._server: asyncio.Server | None = None
        self._encoded: tuple[Snapshot, bytes] | None = None

    async def __aenter__(self) -> "ControlServer":
        listener = listen(self._path)
        self._inode = self._path.stat().st_ino
        self._server = await asyncio.start_unix_server(self._received, sock=listener, limit=LONGEST_ASK_BYTES)
        self.hub.watchers.append(self._shown)
        return self

    async def __aexit__(self, *raised: object) -> None:
        """Watchers get the last snapshot, if they take it at once; then nobody is served any more."""
        assert self._server is not None
        self.hub.watchers.remove(self._shown)
        self._server.close()
        if self._path.exists() and self._path.stat().st_ino == self._inode:
            self._path.unlink()  # and never that of an engine that has come after this one
        self.closing = True
        self._wake()
        farewells = [job for visit in self._visits.values() for job in visit.jobs()]
        if farewells:
            await asyncio.wait(farewells, timeout=_FAREWELL_S)
        visits = list(self._visits)
        for visit in visits:
            visit.cancel()
        await asyncio.gather(*visits, return_exceptions=True)

    def line_of(self, snapshot: Snapshot) -> bytes:
        """The snapshot's line, made once for all who watch."""
        from allusetui.codec.whole import encode  # imported here: no start waits for what its visitors need

        if self._encoded is None or self._encoded[0] is not snapshot:
            self._encoded = snapshot, SNAPSHOT_PREFIX + encode(snapshot) + b"}\n"
        return self._encoded[1]

    def _shown(self, snapshot: Snapshot) -> None:
        self.answers.look(snapshot)
        self._wake()

    def _wake(self) -> None:
        self.news.set()
        self.news = asyncio.Event()

    async def _received(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit, task = _Visit(self, reader, writer), asyncio.current_task()
        assert task is not None
        if len(self._visits) >= VISITORS:
            self._give_way()
        self._visits[task] = visit
        try:
            # It gives way, or all is over; Python 3.11 would print an error of a visitor's task that is cancelled.
            with suppress(asyncio.CancelledError):
                await visit.run()
        finally:
            self._visits.pop(task, None)

    def _give_way(self) -> None:
        """A kill always gets in: the oldest visitor goes, and first one who has not even said hello."""
        oldest = min(self._visits, key=lambda task: self._visits[task].greeted)
        del self._visits[oldest]
        oldest.cancel()


class _Visit:
    """One connection. Its answers and snapshots leave one after the other; each waits until the last one is gone."""

    def __init__(self, server: ControlServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.greeted = False
        self._version = ""
        self._watches_only = False
        self._answering: set[asyncio.Task[None]] = set()
        self._showing: asyncio.Task[None] | None = None
        self._server = server
        self._reader = reader
        self._writer = writer
        self._turn = asyncio.Lock()
        self._room = asyncio.Semaphore(_UNANSWERED)
        writer.transport.set_write_buffer_limits(high=0)

    async def run(self) -> None:
        try:
            await self._greet()
            while (message := await self._next()) is not None:
                await self._room.acquire()
                task = asyncio.create_task(self._answered(message))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)
            await self._heard()
        except (ControlError, OSError) as error:
            self._refuse(error)
            await self._heard()
        finally:
            for job in self.jobs():
                job.cancel()
            self._writer.transport.abort()  # what its visitor did not take is thrown away

    def jobs(self) -> list[asyncio.Task[None]]:
        """What still wants to tell the visitor something."""
        return [*self._answering, *([self._showing] if self._showing else [])]

    async def _heard(self) -> None:
        """The visitor has gone, but what he asked for is done."""
        if self._answering:
            await asyncio.wait(self._answering)

    async def _greet(self) -> None:
        try:
            async with asyncio.timeout(_HELLO_S):
                hello = await self._next()
        except TimeoutError:
            raise ControlError("no hello came") from None
        if hello is not None:
            check_hello(hello)
            self.greeted, self._version = True, version_of(hello)
            await self._say(line(HELLO))

    async def _next(self) -> dict[str, Any] | None:
        """The next message; None where the visitor has gone, be it in the middle of a line."""
        try:
            data = await self._reader.readline()
        except ValueError:
            raise ControlError(f"a message of more than {LONGEST_ASK_BYTES} bytes") from None
        return message_of(data) if data.endswith(b"\n") else None

    async def _answered(self, message: Mapping[str, Any]) -> None:
        try:
            answer = await self._answer(message)
        except (ControlError, CodecError) as error:
            answer = {"error": str(error)}
        try:
            await self._say(line(answer))
        except OSError:
            return  # gone before the answer
        finally:
            self._room.release()

    async def _answer(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        match message.get("ask"):
            case "key" | "end" if self._watches_only:
                raise ControlError("this dashboard only watches: it sends no keys")
            case "status":
                snapshot = self._server.hub.latest
                if snapshot is None:
                    raise ControlError("the engine has not begun yet")
                return {"status": status(snapshot, self._server.wall_s())}
            case "key":
                from allusetui.codec.whole import key_of

                await self._server.answers.press(key_of(message))
            case "watch":
                self._watch(message.get("format"), message.get("only") is True)
            case "end":
                self._server.hub.end()
            case _:
                raise ControlError("ask for status, key, watch or end")
        return OK

    def _watch(self, form: object, only: bool) -> None:
        from allusetui.codec.whole import FORMAT

        self._watches_only |= only
        if form != FORMAT:
            other = f"a dashboard of allusetui {self._version} can't show an engine of {__version__} (format {FORMAT})"
            raise ControlError(f"{other}: attach with the one that runs the engine; keys and status work from here too")
        if self._showing is None:
            self._showing = asyncio.create_task(self._show())

    async def _show(self) -> None:
        """The newest snapshot as soon as the one before is gone; the last one when the server closes."""
        shown = None
        try:
            while True:
                news, newest = self._server.news, self._server.hub.latest
                if newest is not None and newest is not shown:
                    await self._say(self._server.line_of(newest))
                    shown = newest
                elif self._server.closing:
                    return
                else:
                    await news.wait()
        except OSError:
            return  # gone
        except CodecError as error:
            self._refuse(error)

    async def _say(self, data: bytes) -> None:
        async with self._turn:
            self._writer.write(data)
            await self._writer.drain()

    def _refuse(self, error: Exception) -> None:
        """Say why in one line, and part."""
        if not self._writer.is_closing():
            self._writer.write(line({"error": str(error)}))
            self._writer.close()
