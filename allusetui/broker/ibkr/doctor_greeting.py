"""Who listens at a port, found out by a Gateway's own first words, before any library is let near it."""

import asyncio
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from allusetui.broker.ibkr.client import VERSIONS
from allusetui.broker.ibkr.doctor_facts import Greeting

_HELLO: Final = f"v{VERSIONS[0]}..{VERSIONS[-1]}".encode()
_LONGEST: Final = 65_536
_START_API, _ERROR, _NEXT_ID, _ACCOUNTS = b"71", b"4", b"9", b"15"
_IN_USE: Final = b"326"


async def greet(host: str, port: int, client_id: int, wait_s: float, wall_s: Callable[[], float]) -> Greeting:
    """Connect, say what a client says, log in as `client_id` for a moment, and leave. Nothing is asked for.

    Every wait ends after `wait_s`.
    """
    began_s = wall_s()
    try:
        reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port), wait_s)
    except TimeoutError:
        return Greeting(error=f"no answer in {wait_s:g} s: no such machine, or a firewall")
    except OSError as error:
        return Greeting(error=_why(error))
    took_ms = (wall_s() - began_s) * 1000
    try:
        found = await _talk(reader, writer, client_id, wait_s, took_ms)
    finally:
        await _close(writer, wait_s)
    if found.version is None and not found.first and not found.closed:
        # A web server waits for the end of a line that a Gateway's client never sends.
        return replace(found, first=await _asked_as_web(host, port, wait_s))
    return found


async def _talk(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, client_id: int, wait_s: float, took_ms: float
) -> Greeting:
    first = b""
    try:
        writer.write(b"API\0" + _framed(_HELLO))
        first = await asyncio.wait_for(reader.read(4), wait_s)
        body = await _body(reader, first, wait_s)
    except TimeoutError:
        return Greeting(first=first, took_ms=took_ms)
    except (OSError, asyncio.IncompleteReadError):
        return Greeting(closed=True, first=first, took_ms=took_ms)
    fields = body.split(b"\0")
    if len(fields) != 3 or not fields[0].isdigit() or len(fields[0]) > 6:
        return Greeting(first=first + body[:60], closed=not first, took_ms=took_ms)
    version = int(fields[0])
    in_use = version in VERSIONS and await _is_in_use(reader, writer, client_id, wait_s)
    return Greeting(version=version, in_use=in_use, took_ms=took_ms)


async def _asked_as_web(host: str, port: int, wait_s: float) -> bytes:
    """What is said to a browser, of which a Gateway understands nothing."""
    with suppress(TimeoutError, OSError):
        async with asyncio.timeout(wait_s):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(b"HEAD / HTTP/1.0\r\n\r\n")
                return await reader.read(8)
            finally:
                await _close(writer, wait_s)
    return b""


async def _close(writer: asyncio.StreamWriter, wait_s: float) -> None:
    writer.close()
    with suppress(OSError, TimeoutError):
        await asyncio.wait_for(writer.wait_closed(), wait_s)


async def _body(reader: asyncio.StreamReader, head: bytes, wait_s: float) -> bytes:
    """The rest of a frame; what comes at once, of what can be none."""
    while 0 < len(head) < 4:
        more = await asyncio.wait_for(reader.read(4 - len(head)), wait_s)
        if not more:
            break
        head += more
    size = struct.unpack(">I", head)[0] if len(head) == 4 else 0
    if not 0 < size <= _LONGEST:
        return b""
    return await asyncio.wait_for(reader.readexactly(size), wait_s)


async def _is_in_use(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, client_id: int, wait_s: float) -> bool:
    """Whether the client id is refused; silence is no refusal."""
    writer.write(_framed(b"\0".join((_START_API, b"2", str(client_id).encode(), b"", b""))))
    with suppress(TimeoutError, OSError, asyncio.IncompleteReadError):
        async with asyncio.timeout(wait_s):
            while True:
                size = struct.unpack(">I", await reader.readexactly(4))[0]
                if size > _LONGEST:
                    return False
                fields = (await reader.readexactly(size)).split(b"\0")
                if fields[0] == _ERROR and _IN_USE in fields[2:4]:
                    return True
                if fields[0] in (_NEXT_ID, _ACCOUNTS):
                    return False
    return False


def _framed(body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + body


def _why(error: OSError) -> str:
    """In words: a refusal, a name nobody knows, a network that is not there."""
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    return error.strerror or str(error)
