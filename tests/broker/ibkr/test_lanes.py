"""0.8: cancels and orders never wait behind data, and all together stay below the broker's limit."""

import asyncio
import struct
from collections.abc import Callable
from math import inf

import pytest
from ib_async.wrapper import Wrapper

from allusetui.broker.gateway.session import Limits
from allusetui.broker.ibkr.client import SHARES, Lane, LaneClient
from allusetui.broker.ibkr.pacing import BULK_A_SECOND
from allusetui.domain.input import OrderCancelled
from tests.broker.ibkr.stands import PUT, name, stand

pytestmark = pytest.mark.asyncio
LIMIT_A_SECOND = 50
CANCELS_A_SECOND = 20


class Line:
    """A lane client whose clock and socket are the test's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 100.0
        self.sent: list[tuple[float, str]] = []
        self.timers: list[tuple[float, Callable[[], None]]] = []
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "time", lambda: self.now_s)
        monkeypatch.setattr(loop, "call_at", self._call_at)
        self.client = LaneClient(Wrapper(None))  # type: ignore[arg-type]
        monkeypatch.setattr(self.client.conn, "sendMsg", self._write)

    def _call_at(self, due_s: float, call: Callable[[], None]) -> asyncio.TimerHandle:
        self.timers.append((due_s, call))
        return asyncio.TimerHandle(due_s, call, (), asyncio.get_running_loop())

    def _write(self, data: bytes) -> None:
        (length,) = struct.unpack(">I", data[:4])
        assert length == len(data) - 4
        self.sent.append((self.now_s, data[4:].decode()))

    def say(self, text: str, lane: Lane = Lane.BULK, until_s: float = inf) -> None:
        self.client.hurry(lane, lambda: self.client.sendMsg(text), until_s)

    def run(self, until_s: float) -> None:
        """Timers fire in their turn."""
        while self.timers and min(due for due, _ in self.timers) <= until_s:
            self.timers.sort(key=lambda row: row[0])
            self.now_s, call = self.timers.pop(0)
            call()
        self.now_s = until_s

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.sent]


@pytest.mark.clause("0.8")
@pytest.mark.surprise(12)
async def test_0_8_cancels_leave_at_once_though_two_hundred_requests_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(monkeypatch)
    for number in range(200):
        line.say(f"data {number}")
    assert len(line.sent) == BULK_A_SECOND and line.client.waiting == 200 - BULK_A_SECOND
    for number in range(CANCELS_A_SECOND):
        line.say(f"cancel {number}", Lane.CANCEL)
    assert line.texts[BULK_A_SECOND:] == [f"cancel {number}" for number in range(CANCELS_A_SECOND)]


@pytest.mark.clause("0.8")
async def test_0_8_orders_and_a_probe_of_the_same_second_take_no_cancels_place(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(monkeypatch)
    cancels = [f"cancel {number}" for number in range(CANCELS_A_SECOND)]
    for number in range(20):
        line.say(f"order {number}", Lane.ORDER)
    line.say("probe", Lane.PROBE)
    assert len(line.sent) == 21
    for cancel in cancels:
        line.say(cancel, Lane.CANCEL)
    assert line.texts[21:] == cancels and {at_s for at_s, _ in line.sent} == {line.now_s}


@pytest.mark.clause("0.8")
async def test_0_8_a_flood_of_data_leaves_room_to_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(monkeypatch)
    for number in range(200):
        line.say(f"data {number}")
    for number in range(5):
        line.say(f"order {number}", Lane.ORDER)
    assert [text for text in line.texts if "order" in text] == [f"order {number}" for number in range(4)]
    line.run(line.now_s + 1.1)
    assert line.texts.index("order 4") == BULK_A_SECOND + 4  # ahead of the data that waited before it


@pytest.mark.clause("0.6", "0.8")
async def test_0_6_what_has_waited_past_its_time_never_leaves_and_what_is_behind_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = Line(monkeypatch)
    for number in range(21):
        line.say(f"order {number}", Lane.ORDER, line.now_s + 0.5)
    line.say("order later", Lane.ORDER, line.now_s + 2)
    line.run(line.now_s + 3)
    assert line.texts == [*(f"order {number}" for number in range(20)), "order later"]
    assert line.client.waiting == 0


@pytest.mark.clause("0.6", "0.8")
async def test_0_6_an_order_that_waited_past_its_time_is_known_not_to_have_left_until_the_next_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else a kill would send the cancel of an order that the broker has never heard of."""
    line = Line(monkeypatch)
    for number in range(21):
        line.say(f"3\0{number}\0", Lane.ORDER, line.now_s + 0.5)
    line.run(line.now_s + 2)
    assert line.client.waiting == 0
    assert [n for n in range(21) if line.client.withdraw(n)] == [20]
    line.client.reset()
    assert not line.client.withdraw(20)


@pytest.mark.clause("0.8")
async def test_0_8_of_what_waits_cancels_leave_first_then_orders_then_data(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(monkeypatch)
    for number in range(CANCELS_A_SECOND):
        line.say(f"cancel {number}", Lane.CANCEL)
        line.say(f"order {number}", Lane.ORDER)
    line.sent.clear()
    line.say("order", Lane.ORDER)
    line.say("cancel", Lane.CANCEL)
    for number in range(40):
        line.say(f"data {number}")
    line.run(line.now_s + 1.1)
    urgent = [text for text in line.texts if "data" not in text]
    assert urgent == ["cancel", "order"] and line.texts.index("order") < line.texts.index("data 8")


@pytest.mark.clause("0.8")
async def test_0_8_a_cancel_that_has_to_wait_waits_no_longer_than_for_cancels(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(monkeypatch)
    for number in range(CANCELS_A_SECOND):
        line.say(f"cancel {number}", Lane.CANCEL)
    line.now_s += 0.9
    for number in range(40):
        line.say(f"data {number}")
    line.say("cancel", Lane.CANCEL)
    line.run(line.now_s + 0.2)
    assert line.texts[-1] == "cancel"


@pytest.mark.clause("0.8")
async def test_0_8_no_second_ever_sees_more_than_the_broker_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(monkeypatch)
    for number in range(300):
        line.say(f"data {number}")
        if number % 3 == 0:
            line.say(f"cancel {number}", Lane.CANCEL)
            line.say(f"order {number}", Lane.ORDER)
    line.run(line.now_s + 30)
    assert line.client.waiting == 0 and len(line.sent) == 500
    times = [at_s for at_s, _ in line.sent]
    most = max(sum(start <= at_s < start + 1 for at_s in times) for start in times)
    # No share stands in another but the data's and the orders' in what the two have together.
    assert most == sum(share for lanes, share in SHARES if lanes not in ({Lane.ORDER}, {Lane.BULK}))
    assert most + 1 < LIMIT_A_SECOND  # with a probe
    assert [text for text in line.texts if "data" in text] == [f"data {number}" for number in range(300)]


@pytest.mark.clause("0.6", "0.8")
async def test_0_8_an_order_that_waits_to_leave_and_is_cancelled_never_leaves() -> None:
    async with stand(limits=Limits(messages=10_000)) as desk:  # the house's clock stands still
        await desk.rest(100)
        client = desk.broker.connection.library.client
        for number in range(1, 25):
            desk.sell(number)
        left = 24 - client.waiting
        assert 0 < left < 24
        for number in range(1, 25):
            desk.came += desk.broker.cancel(name(number), desk.now_ms)
        assert client.waiting == max(left - CANCELS_A_SECOND, 0)
        await desk.until(lambda: len(desk.of(OrderCancelled)) == 24)
        assert set(await desk.listed()) == {name(100), *(name(number) for number in range(1, left + 1))}


@pytest.mark.parametrize("start_s", [0.0, 0.0005, 1.001, 63.2499, 12_345.678])
async def test_a_timer_that_fires_in_time_sends_and_is_not_set_for_the_same_instant_again(
    monkeypatch: pytest.MonkeyPatch, start_s: float
) -> None:
    """Not where a thousand times the second is a hair less than its millisecond either, as of 1.001, which is first."""
    line = Line(monkeypatch)
    line.now_s = start_s
    for number in range(BULK_A_SECOND + 1):
        line.say(f"data {number}")
    ((due_s, call),) = line.timers
    line.timers.clear()
    line.now_s = due_s
    call()
    assert line.sent[-1] == (due_s, f"data {BULK_A_SECOND}")
    assert not line.timers and line.client.waiting == 0


async def test_what_waits_when_the_connection_ends_is_not_sent_on_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(monkeypatch)
    for number in range(BULK_A_SECOND + 5):
        line.say(f"data {number}")
    line.client.reset()
    assert line.client.waiting == 0
    line.say("first")
    assert line.texts[-1] == "first"


@pytest.mark.clause("0.8")
@pytest.mark.surprise(12)
async def test_0_8_twenty_orders_are_cancelled_over_the_wire_while_two_hundred_requests_are_queued() -> None:
    async with stand(limits=Limits(messages=10_000)) as desk:  # the house's clock stands still
        for number in range(1, 21):
            await desk.rest(number)
        library = desk.broker.connection.library
        contract = desk.broker.contracts.known(PUT)
        assert contract is not None
        for _ in range(200):
            library.client.reqContractDetails(library.client.getReqId(), contract)
        waiting = library.client.waiting
        assert waiting > 150
        for number in range(1, 21):
            desk.broker.cancel(f"AU-ab12cd-GEN-{number}-1.v1", desk.now_ms)
        await desk.until(lambda: len(desk.of(OrderCancelled)) == 20)
        assert library.client.waiting > waiting - 2 * BULK_A_SECOND  # most of the data waits still
