"""Virtual time: it jumps to what is due, tells everybody the same hour, and joins what connects in memory."""

import asyncio
from collections.abc import Coroutine
from random import Random  # noqa: TID251 - an order is drawn by a seed
from typing import Any

import pytest

from allusetui.torture.loop import Draw, StuckError, VirtualLoop

HOST = "127.0.0.1"
WEEK_S = 7 * 86_400.0


def run(work: Coroutine[Any, Any, Any], latency_s: float = 0.0, draw: Draw | None = None) -> tuple[Any, float]:
    """What a coroutine gave, and when it was done."""
    loop = VirtualLoop(latency_s, draw)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(work), loop.time()


class Ear(asyncio.Protocol):
    """Notes what comes, and when; says it back where it is an echo."""

    def __init__(self, echo: bool = False) -> None:
        self.heard: list[tuple[float, bytes]] = []
        self.lost: list[str] = []
        self._echo = echo

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.heard.append((asyncio.get_running_loop().time(), data))
        if self._echo:
            self.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.append(type(exc).__name__)


async def joined() -> tuple[Ear, Ear]:
    """A client and the far end of its connection."""
    far, loop = Ear(echo=True), asyncio.get_running_loop()
    server = await loop.create_server(lambda: far, HOST, 0)
    near = Ear()
    await loop.create_connection(lambda: near, *server.sockets[0].getsockname())
    return near, far


def test_a_week_of_sleep_takes_no_time() -> None:
    async def work() -> None:
        async with asyncio.timeout(WEEK_S + 1):
            await asyncio.sleep(WEEK_S)

    assert run(work())[1] == pytest.approx(WEEK_S)


def test_timers_come_in_their_order_and_each_at_its_hour() -> None:
    async def work() -> list[float]:
        loop, rang = asyncio.get_running_loop(), []
        for delay_s in (3.0, 0.5, 2.0):
            loop.call_later(delay_s, lambda: rang.append(loop.time()))
        await asyncio.sleep(4)
        return rang

    assert run(work())[0] == pytest.approx([0.5, 2.0, 3.0])


def test_where_everybody_waits_for_ever_it_says_so() -> None:
    async def work() -> None:
        await asyncio.Event().wait()

    with pytest.raises(StuckError, match="nothing is due"):
        run(work())


@pytest.mark.parametrize("seed", [None, *range(8)])
def test_bytes_arrive_in_order_after_their_way_whatever_is_ready_first(seed: int | None) -> None:
    async def work() -> list[tuple[float, bytes]]:
        near, far = await joined()
        for number in range(5):
            near.transport.write(b"%d" % number)
        near.transport.close()
        await asyncio.sleep(1)
        assert near.lost == far.lost == ["NoneType"]
        return far.heard

    heard, _ = run(work(), 0.01, None if seed is None else Random(seed).randrange)
    assert heard == [(pytest.approx(0.02), b"%d" % number) for number in range(5)]


def test_a_connection_that_is_torn_down_is_told_so_at_the_other_end_only() -> None:
    async def work() -> tuple[list[str], list[str]]:
        near, far = await joined()
        near.transport.write(b"last words")
        near.transport.abort()
        near.transport.write(b"too late")
        await asyncio.sleep(1)
        assert [data for _, data in far.heard] == [b"last words"]
        assert near.heard == []  # what was said back found nobody
        return near.lost, far.lost

    assert run(work())[0] == (["NoneType"], ["ConnectionResetError"])


def test_where_nobody_listens_a_connection_is_refused_and_a_port_is_taken_once() -> None:
    async def work() -> None:
        loop = asyncio.get_running_loop()
        with pytest.raises(ConnectionRefusedError):
            await loop.create_connection(Ear, HOST, 4002)
        server = await loop.create_server(Ear, HOST, 4002)
        with pytest.raises(OSError, match="taken"):
            await loop.create_server(Ear, HOST, 4002)
        server.close()
        with pytest.raises(ConnectionRefusedError):
            await loop.create_connection(Ear, HOST, 4002)

    run(work())


def test_what_is_ready_at_once_comes_in_a_seeded_order() -> None:
    async def work() -> list[int]:
        order: list[int] = []

        async def note(number: int) -> None:
            await asyncio.sleep(0)
            order.append(number)

        await asyncio.gather(*map(note, range(6)))
        return order

    assert run(work())[0] == list(range(6))
    drawn = [run(work(), draw=Random(seed).randrange)[0] for seed in (1, 1, 2, 3)]
    assert drawn[0] == drawn[1]
    assert len({*map(tuple, drawn)}) == 3
    assert {*map(frozenset, drawn)} == {frozenset(range(6))}


def test_whoever_can_not_read_what_comes_loses_the_connection_and_somebody_is_told() -> None:
    told: list[object] = []

    class Deaf(Ear):
        def data_received(self, data: bytes) -> None:
            raise ValueError(data)

    async def work() -> list[str]:
        loop, far = asyncio.get_running_loop(), Ear()
        loop.set_exception_handler(lambda _, context: told.append(context["exception"]))
        server = await loop.create_server(lambda: far, HOST, 0)
        near = Deaf()
        await loop.create_connection(lambda: near, *server.sockets[0].getsockname())
        far.transport.write(b"what")
        await asyncio.sleep(1)
        return [*near.lost, *far.lost]

    assert run(work())[0] == ["ValueError", "ConnectionResetError"]
    assert [str(error) for error in told] == ["b'what'"]
