"""A pass-through to another gateway, so that its transcript can be kept: messages go both ways as they are.

Orders pass only to paper accounts: nothing that trades real money goes through here.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

from allusetui.broker.gateway.frames import GREETING, Frames, WireError
from allusetui.broker.gateway.server import ADDRESS
from allusetui.broker.gateway.transcript import CLOSED, HEARD, OPENED, SAID, Record

ORDERING: Final = frozenset({3, 4, 21, 58})
"""What sends, cancels or exercises."""
_MANAGED: Final = "15"
_PAPER: Final = "D"
_CHUNK_BYTES: Final = 65_536


class Relay:
    """Clients of ours, each with a connection of its own to the gateway at `host` and `port`."""

    def __init__(
        self,
        host: str,
        port: int,
        now_ms: Callable[[], int],
        keep: Callable[[Record], None],
        say: Callable[[str], None],
    ) -> None:
        self._host = host
        self._port = port
        self._now_ms = now_ms
        self._keep = keep
        self._say = say
        self._count = 0
        self._server: asyncio.Server | None = None
        self._visits: set[asyncio.Task[None]] = set()

    async def open(self, port: int) -> int:
        """Listen; the port, where 0 was asked for the one that was free. Raises OSError where it is taken."""
        self._server = await asyncio.start_server(self._visit, ADDRESS, port)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def close(self) -> None:
        """Hang up on everybody."""
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._visits.add(task)
        task.add_done_callback(self._visits.discard)
        self._count += 1
        key = self._count
        self._note(key, OPENED)
        try:
            await self._pass_on(key, reader, writer)
        except OSError as error:
            self._say(f"the gateway at {self._host}:{self._port}: {error.strerror or 'is not to be had'}")
        except WireError as error:
            self._say(f"connection {key} ended: {error}")
        finally:
            self._note(key, CLOSED)
            writer.close()

    async def _pass_on(self, key: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(self._host, self._port)
        accounts: list[str] = []

        async def ours() -> None:
            there_writer.write(GREETING)
            begun = False
            async for fields, whole in _messages(reader, Frames(GREETING)):
                if begun and not may_pass(fields[0], accounts):
                    self._say(f"message {fields[0]} of connection {key} was held back: it is for no paper account")
                    continue
                begun = True
                self._note(key, HEARD, fields)
                there_writer.write(whole)
                await there_writer.drain()

        async def theirs() -> None:
            async for fields, whole in _messages(there_reader, Frames()):
                if fields[0] == _MANAGED and len(fields) > 2:
                    accounts[:] = [each for each in fields[2].split(",") if each]
                self._note(key, SAID, fields)
                writer.write(whole)
                await writer.drain()

        tasks = {asyncio.create_task(ours()), asyncio.create_task(theirs())}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            there_writer.close()

    def _note(self, key: int, way: str, fields: tuple[str, ...] = ()) -> None:
        self._keep(Record(self._now_ms(), key, way, fields))


def may_pass(message_id: str, accounts: Sequence[str]) -> bool:
    """Whether a message may reach the other gateway, which has told of `accounts`.

    Who speaks of anything but paper accounts, or in a form that can't be read here, may ask and not order.
    """
    if accounts and all(each.startswith(_PAPER) for each in accounts):
        return True
    return message_id.isascii() and message_id.isdecimal() and int(message_id) not in ORDERING


async def _messages(reader: asyncio.StreamReader, frames: Frames) -> AsyncIterator[tuple[tuple[str, ...], bytes]]:
    """The messages of one way: their fields, and their frame as it came. Raises WireError where it is no stream."""
    while data := await reader.read(_CHUNK_BYTES):
        for body in frames.feed(data):
            fields = body.removesuffix(b"\0").decode("ascii", "backslashreplace").split("\0")
            yield tuple(fields), len(body).to_bytes(4) + body
