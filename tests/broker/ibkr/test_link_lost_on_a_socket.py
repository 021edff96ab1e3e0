"""8.6, 9.5, 0.6: the adapter's link over a socket is lost, found out and made again."""

import pytest

from allusetui.broker.gateway.commands import Cut, LoseLink, Notice, RestoreLink, SetNextId, SoundAgain
from allusetui.broker.gateway.faults import Kind, LineFault
from allusetui.broker.ibkr.broker import Account, IbkrBroker
from allusetui.broker.ibkr.standstill import Clocks
from allusetui.domain.input import (
    BrokerLost,
    BrokerOrder,
    OrderAcked,
    OrderCancelled,
    OrdersSeen,
    PositionsSeen,
)
from allusetui.domain.moment import MINUTE_MS
from tests.broker.gateway.clients import serving
from tests.broker.gateway.desks import assembly
from tests.broker.ibkr.stands import (
    CLIENT,
    CODE,
    PUT,
    QUICK_ANSWERS,
    QUICK_BEATS,
    Stand,
    name,
    reasons,
    stand,
)
from tests.broker.scripts import tape

pytestmark = pytest.mark.asyncio
ALL_OPEN, VALUE = 16, 73


@pytest.mark.clause("8.6", "9.5")
@pytest.mark.peer(9, 13)
@pytest.mark.surprise(8)
async def test_8_6_a_connection_that_is_cut_is_told_and_made_again_with_the_orders_in_hand() -> None:
    async with stand() as desk:
        reference = await desk.rest()
        desk.do(Cut(CLIENT))
        await desk.back(2)
        assert reasons(desk)[-1] == ("the gateway hung up", True)
        assert (await desk.listed())[reference].open
        desk.broker.cancel(reference, desk.now_ms)
        assert (await desk.report(OrderCancelled)).client_order_id == reference


@pytest.mark.clause("8.6")
@pytest.mark.surprise(8)
async def test_8_6_while_the_link_is_lost_nothing_is_written_and_every_answer_is_incomplete() -> None:
    async with stand() as desk:
        await desk.house.server.close()
        await desk.report(BrokerLost, 2)
        written = len(desk.heard)
        assert desk.sell() and desk.broker.cancel(name(1), desk.now_ms) == ()
        assert not (await desk.orders()).complete and not (await desk.positions()).complete
        assert len(desk.heard) == written


@pytest.mark.clause("8.6")
@pytest.mark.surprise(8)
async def test_8_6_a_question_that_is_out_when_the_link_breaks_is_answered_as_incomplete() -> None:
    async with stand() as desk:
        desk.do(LineFault(Kind.UNHEARD, message=ALL_OPEN))
        asked_ms = desk.now_ms
        desk.broker.ask_orders(asked_ms)
        await desk.until(lambda: desk.sent(ALL_OPEN))
        desk.do(Cut(CLIENT))
        answer = await desk.report(OrdersSeen)
        assert (answer.complete, answer.asked_ms) == (False, asked_ms)


@pytest.mark.clause("8.6", "0.6")
@pytest.mark.peer(16)
@pytest.mark.surprise(9)
@pytest.mark.parametrize("message", [16, 99, 7])
async def test_8_6_a_question_that_is_never_answered_ends_as_incomplete_and_the_link_is_made_anew(message: int) -> None:
    async with stand(waits=QUICK_ANSWERS) as desk:
        desk.do(LineFault(Kind.UNHEARD, message=message, count=1))
        assert not (await desk.orders()).complete
        await desk.back(2)
        assert (await desk.orders()).complete


@pytest.mark.clause("8.6")
@pytest.mark.peer(16)
@pytest.mark.surprise(9)
@pytest.mark.parametrize("message", [61, 76])
async def test_8_6_a_book_that_is_never_told_is_not_an_empty_one(message: int) -> None:
    async with stand(waits=QUICK_ANSWERS) as desk:
        await desk.fill()
        desk.do(LineFault(Kind.UNHEARD, message=message, count=1))
        assert not (await desk.positions()).complete
        await desk.back(2)
        assert (await desk.positions()).complete


@pytest.mark.clause("8.6", "9.5")
async def test_9_5_a_book_whose_cash_is_not_told_is_not_whole_and_is_no_empty_purse() -> None:
    async with stand() as desk:
        desk.do(LineFault(Kind.MUTE, message=VALUE))
        assert not (await desk.positions()).complete
        desk.do(SoundAgain())
        seen = await desk.positions()
        assert (seen.complete, seen.cash) == (True, 100_000)


@pytest.mark.clause("8.6")
@pytest.mark.surprise(10)
async def test_8_6_questions_asked_while_one_is_out_are_answered_once_the_newest_by_its_own_answer() -> None:
    async with stand() as desk:
        first_ms = desk.now_ms
        desk.broker.ask_orders(first_ms)
        desk.broker.ask_positions(first_ms)
        for _ in range(3):
            desk.wait(10)
            desk.broker.ask_orders(desk.now_ms)
            desk.broker.ask_positions(desk.now_ms)
        await desk.until(lambda: len(desk.of(OrdersSeen)) == len(desk.of(PositionsSeen)) == 1)
        await desk.orders()
        answered = [answer.asked_ms for answer in desk.of(OrdersSeen)]
        assert answered[0] == desk.now_ms and all(answer.complete for answer in desk.of(OrdersSeen))


@pytest.mark.clause("8.6")
@pytest.mark.peer(10)
@pytest.mark.surprise(17)
async def test_8_6_a_half_open_connection_is_probed_found_out_and_made_again() -> None:
    async with stand(waits=QUICK_BEATS) as desk:
        desk.do(LineFault(Kind.HALF_OPEN, count=4))
        await desk.until(lambda: any("half-open" in reason for reason, _ in reasons(desk)))
        await desk.back(2)
        assert len(desk.of(BrokerLost)) == 2


@pytest.mark.clause("8.6", "9.5")
async def test_8_6_a_process_that_has_just_woken_writes_no_order_and_hears_nothing_of_what_waited_for_it() -> None:
    made, lead = assembly(), [0.0]
    async with serving(made.gateway) as house:
        clocks, address = Clocks(lambda: lead[0]), ("127.0.0.1", house.port, CLIENT)
        broker = IbkrBroker(
            address, Account(CODE), lambda: house.now_ms, lambda: None, clocks=clocks, waits=QUICK_BEATS
        )
        broker.open()
        desk = Stand(house, made.commands, broker)
        await desk.back(1)
        lead[0] = 60.0
        desk.sell()
        await desk.back(2)
        assert desk.sent(3) == []
        assert reasons(desk)[1] == ("60 s went by unseen: a process stopped, a machine asleep, or a clock set", True)
        await broker.close()


@pytest.mark.clause("8.6", "8.3")
async def test_8_6_the_first_word_after_a_standstill_drops_the_link_and_is_not_heard_without_waiting_for_a_beat() -> (
    None
):
    made, lead = assembly(), [0.0]
    async with serving(made.gateway) as house:
        clocks, address = Clocks(lambda: lead[0]), ("127.0.0.1", house.port, CLIENT)
        broker = IbkrBroker(address, Account(CODE), lambda: house.now_ms, lambda: None, clocks=clocks)
        broker.open()
        desk = Stand(house, made.commands, broker)
        await desk.back(1)
        said: list[int] = []
        broker.connection.library.errorEvent += lambda about, code, text, contract: said.append(code)
        desk.do(Notice(2104, "Market data farm connection is OK:usfarm"))
        await desk.until(lambda: said == [2104])
        lead[0] = 60.0
        desk.do(Notice(2103, "Market data farm connection is broken:usfarm"))
        await desk.report(BrokerLost, 2)
        assert reasons(desk)[1] == ("60 s went by unseen: a process stopped, a machine asleep, or a clock set", True)
        await desk.back(2)
        assert 2103 not in said and len(desk.of(BrokerLost)) == 2
        await broker.close()


@pytest.mark.clause("8.6")
@pytest.mark.surprise(17)
async def test_8_6_a_quiet_link_is_kept_up_by_its_probes() -> None:
    async with stand(waits=QUICK_BEATS) as desk:
        await desk.until(lambda: len(desk.sent(49)) > 5)
        assert len(desk.of(BrokerLost)) == 1
        trip_ms = desk.broker.connection.round_trip_ms
        assert trip_ms is not None and 0 < trip_ms < 1_000
        desk.do(LoseLink())
        await desk.report(BrokerLost, 2)
        assert desk.broker.connection.round_trip_ms is None


@pytest.mark.clause("8.6", "9.5")
@pytest.mark.surprise(17)
@pytest.mark.parametrize("kept", [True, False])
async def test_8_6_1100_is_a_lost_broker_and_1101_and_1102_are_a_return(kept: bool) -> None:
    async with stand() as desk:
        reference = await desk.rest()
        for count in (2, 3, 4):
            desk.do(LoseLink())
            await desk.report(BrokerLost, count)
            assert not (await desk.orders()).complete
            desk.do(RestoreLink(data_kept=kept))
            await desk.back(count)
        assert reasons(desk)[-1][0].startswith("1100 ")
        assert (await desk.listed())[reference].open
        assert desk.sent(62) == []  # no account summary is subscribed to, once for each return


@pytest.mark.clause("9.5", "0.6")
async def test_9_5_what_filled_while_1100_was_out_is_found_by_asking() -> None:
    async with stand(tape("AAPL = 150.0", "2026-03-05T10:02:00")) as desk:  # the put gains enough for what rests
        reference = await desk.rest(quantity=3)
        desk.do(LoseLink())
        await desk.report(BrokerLost, 2)
        desk.wait(5 * MINUTE_MS)
        desk.do(RestoreLink(quiet=True))
        await desk.back(2)
        assert desk.executions == []
        answer = await desk.orders()
        assert (answer.complete, answer.orders) == (True, (BrokerOrder(reference, open=False, filled=3),))
        assert [(row.client_order_id, row.quantity) for row in answer.executions] == [(reference, 3)]
        assert dict((await desk.positions()).positions) == {PUT: -3}


@pytest.mark.clause("0.6", "9.5")
@pytest.mark.peer(18)
async def test_0_6_an_order_written_to_a_gateway_that_lost_the_broker_is_absent_and_not_guessed() -> None:
    async with stand() as desk:
        await desk.fill(1)
        desk.do(LineFault(Kind.MUTE, message=4, count=1))  # 1100 itself is not heard
        desk.do(LoseLink())
        desk.sell(2)
        await desk.until(lambda: len(desk.sent(3)) == 2)
        desk.do(RestoreLink(quiet=True))
        listed = await desk.listed()
        assert name(2) not in listed and not desk.of(OrderCancelled)
        assert len(desk.of(OrderAcked)) == 1


@pytest.mark.clause("8.6")
@pytest.mark.peer(8)
async def test_8_6_an_error_storm_of_farms_is_no_loss() -> None:
    async with stand() as desk:
        for code in (2103, 2105, 2157, 2104, 2107, 2108, 2119, 10197, 1300):
            desk.do(Notice(code, "a farm"))
        assert (await desk.orders()).complete
        assert len(desk.of(BrokerLost)) == 1


@pytest.mark.clause("0.6")
@pytest.mark.peer(2)
async def test_0_6_numbers_that_were_used_before_end_no_order() -> None:
    async with stand() as desk:
        await desk.rest(1)
        desk.do(SetNextId(CLIENT, 1))
        desk.do(Cut(CLIENT))
        await desk.back(2)
        second = await desk.rest(2)
        assert {ref: o.open for ref, o in (await desk.listed()).items()} == {name(1): True, second: True}
