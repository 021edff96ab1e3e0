"""The program as a process on virtual time: killed, it leaves its disk and the book of the broker as they were."""

import asyncio
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from allusetui.broker.gateway.tickets import Ticket
from allusetui.codec.records import to_record
from allusetui.journal.archive import open_archive
from allusetui.law.load import load as load_law
from allusetui.scenario.load import parse
from allusetui.torture.checker.checker import judge
from allusetui.torture.house import House
from allusetui.torture.loop import VirtualLoop
from allusetui.torture.paper import on_paper
from allusetui.torture.process import Process, Way
from allusetui.torture.program import Program
from tests.faults.runs import ENTRY, STOP, fault

HOST, PORT = "127.0.0.1", 1
AT_WORK = fault("no_fill", "09:44:00", "20s", symbol="AAPL")
"""The entry of 09:45:00 works until 09:45:03, and nothing fills."""


def rows_of(program: Program) -> list[Any]:
    with closing(open_archive(program.folder)) as archive:
        return list(archive.select())


def records(program: Program, kind: str) -> list[dict[str, Any]]:
    return [record for row in rows_of(program) if (record := to_record(*row))["kind"] == kind]


@pytest.mark.clause("9.5", "15.1")
def test_9_5_killed_with_an_order_at_work_it_finds_what_filled_meanwhile_and_books_it_once(tmp_path: Path) -> None:
    text = ENTRY.replace("T09:30:00", "T09:44:00").replace("T12:00:00", "T09:46:00")
    program = on_paper(parse(text + fault("crash", "09:45:00.500", "30s"), "test.toml"), tmp_path)
    (sent,), (filled,) = records(program, "order.sent"), records(program, "order.filled")
    assert sent["data"]["quantity"] == filled["data"]["quantity"] == 4
    assert sent["ts"][11:19] == "09:45:00" and "09:45:30" <= filled["ts"][11:19] <= "09:45:35"
    steps = [record["data"]["step"] for record in records(program, "resume.step") if record["account"] == "GEN"]
    assert steps[-6:] == ["snapshot", "broker", "reconcile", "schedule", "risk", "active"]


@pytest.mark.clause("15.1")
def test_15_1_what_a_scenarios_accounts_hold_is_the_sessions_own_over_the_wire_too(tmp_path: Path) -> None:
    text = STOP.replace("T09:30:00", "T10:29:00").replace("T12:00:00", "T10:37:00")
    program = on_paper(parse(text, "test.toml"), tmp_path)
    (done,) = records(program, "stop.done")
    assert done["data"]["quantity"] == 4
    assert records(program, "reconcile.mismatch") == []


def test_what_the_dead_have_at_work_lives_on_and_nobody_cleans_up_after_them(tmp_path: Path) -> None:
    """A program that ends in good order cancels its entries, and closes its journal; a killed one does nothing."""
    text = ENTRY.replace("T09:30:00", "T09:44:00") + AT_WORK
    scenario, loop = parse(text, "test.toml"), VirtualLoop(0.01)
    house = House(scenario, loop)
    program = Program(house, tmp_path)

    async def work() -> list[Ticket]:
        program.prepare()
        async with house.opened():
            program.start()
            await asyncio.sleep(61)
            before = rows_of(program)
            program.kill()
            await asyncio.sleep(60)
            assert rows_of(program) == before
            assert list(house.assembly.gateway.sessions) == []
            lives = [ticket for ticket in house.assembly.book.tickets if ticket.standing.live or ticket.filled]
            program.start()
            await asyncio.sleep(60)
            await program.end()
            program.bury()
            return lives

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        (ticket,) = runner.run(work())
    assert ticket.filled == 4
    assert sum(record["data"]["quantity"] for record in records(program, "order.filled")) == 4
    found = judge(rows_of(program), load_law(), house.witness, house.now_ms())
    assert [violation.line for violation in found] == []


def test_a_killed_process_says_and_hears_nothing_more_and_its_peer_is_told_that_it_is_gone() -> None:
    loop, heard, gone = VirtualLoop(0.01), list[bytes](), list[str]()

    class Far(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            heard.append(data)
            self.transport.write(data)  # type: ignore[attr-defined]

        def connection_lost(self, exc: Exception | None) -> None:
            gone.append(type(exc).__name__)

    class Near(asyncio.Protocol):
        def data_received(self, data: bytes) -> None:
            raise AssertionError("the dead hear nothing")

    async def talk() -> None:
        transport, _ = await asyncio.get_running_loop().create_connection(Near, HOST, PORT)
        try:
            transport.write(b"one")
            transport.write(b"two")
            transport.write(b"three")
            await asyncio.sleep(60)
        finally:
            gone.append("the near one, in the end")

    async def work() -> None:
        process, sent = Process(loop), list[bytes]()

        def traffic(way: Way, data: bytes) -> None:
            sent.append(data)
            if data == b"three":
                process.kill()

        process.traffic = traffic
        await loop.create_server(Far, HOST, PORT)
        task = process.spawn(talk())
        await asyncio.sleep(120)
        assert not task.done() and sent == [b"one", b"two", b"three"]
        assert heard == [b"one", b"two"] and gone == ["NoneType"]
        process.bury()

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(work())
    assert gone[1:] == ["the near one, in the end"]


def test_a_stopped_process_does_nothing_until_it_goes_on_and_then_all_that_waited() -> None:
    loop, done = VirtualLoop(), list[float]()

    async def beat() -> None:
        while True:
            await asyncio.sleep(1)
            done.append(loop.time())

    async def work() -> None:
        process = Process(loop)
        process.spawn(beat())
        await asyncio.sleep(2.5)
        process.stop()
        await asyncio.sleep(60)
        process.go_on()
        await asyncio.sleep(1.25)

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(work())
    assert done == [pytest.approx(each) for each in (1.0, 2.0, 62.5, 63.5)]
