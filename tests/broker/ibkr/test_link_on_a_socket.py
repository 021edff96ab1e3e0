"""8.6, 9.5: the adapter's link over a socket: made strictly, probed, lost, explained, and made again."""

import asyncio
from datetime import datetime
from decimal import Decimal

import pytest

from allusetui.broker.gateway.commands import Assign, Cut, LoseLink, Notice, ReadOnly, Restart, RestoreLink, SetNextId
from allusetui.broker.gateway.faults import Kind, LineFault
from allusetui.broker.ibkr.broker import Account, IbkrBroker
from allusetui.broker.ibkr.hours import Hours
from allusetui.broker.ibkr.standstill import Clocks
from allusetui.domain.contract import Side, Stock
from allusetui.domain.input import (
    BrokerLost,
    BrokerReturned,
    OrderAcked,
    OrderCancelled,
    OrdersSeen,
    PositionsSeen,
)
from allusetui.domain.moment import HOUR_MS, to_ms
from allusetui.domain.order import Order
from tests.broker.gateway.clients import serving
from tests.broker.gateway.desks import NOW, assembly
from tests.broker.ibkr.stands import (
    CLIENT,
    CODE,
    LATER,
    PUT,
    Stand,
    linked,
    name,
    stand,
)
from tests.broker.provisions import provision

pytestmark = pytest.mark.asyncio
QUICK_ANSWERS = (0.1, 60.0)
QUICK_BEATS = (5.0, 0.05)
EXECUTIONS, POSITION = 7, 61
AT_NIGHT_MS = 17 * HOUR_MS + HOUR_MS // 2
"""From ten in the morning to half past three at night."""


def reasons(desk: Stand) -> list[tuple[str, bool]]:
    return [(lost.reason, lost.alarm) for lost in desk.of(BrokerLost)]


# Made


@pytest.mark.clause("8.6", "9.5")
async def test_8_6_until_it_is_linked_and_synchronized_the_broker_is_lost_without_an_alarm() -> None:
    async with stand() as desk:
        first, second = desk.came[:2]
        assert isinstance(first, BrokerLost) and not first.alarm
        assert isinstance(second, BrokerReturned)


@pytest.mark.clause("8.6")
@pytest.mark.peer(16)
@pytest.mark.surprise(1)
@pytest.mark.parametrize("message", [61, 5, 99, 7])
async def test_8_6_a_start_up_question_that_is_not_answered_is_no_link(message: int) -> None:
    made = assembly()
    async with serving(made.gateway) as house:
        made.commands.do(LineFault(Kind.UNHEARD, message=message, count=1), house.now_ms)
        async with linked(house, waits=QUICK_ANSWERS) as broker:
            desk = Stand(house, made.commands, broker)
            await desk.until(lambda: len(reasons(desk)) > 1)
            assert "timed out" in reasons(desk)[1][0] and reasons(desk)[1][1]
            assert not desk.of(BrokerReturned)
            await desk.back(1)  # it tries again, and this time all is answered


@pytest.mark.clause("8.6")
@pytest.mark.peer(16)
async def test_8_6_a_start_up_question_that_is_refused_is_no_link_and_is_asked_again() -> None:
    made = assembly()
    async with serving(made.gateway) as house:
        made.commands.do(LineFault(Kind.UNHEARD, message=EXECUTIONS, count=1), house.now_ms)
        async with linked(house) as broker:
            desk = Stand(house, made.commands, broker)
            await desk.until(lambda: desk.sent(EXECUTIONS))
            ((_, _, request, *_),) = desk.sent(EXECUTIONS)
            desk.do(Notice(322, "Error processing request", int(request)))
            await desk.until(lambda: len(reasons(desk)) > 1)
            assert reasons(desk)[1] == ("322 Error processing request", True)
            await desk.back(1)


@pytest.mark.clause("8.6")
async def test_8_6_a_gateway_that_is_not_there_is_named_with_an_alarm_and_looked_for_again() -> None:
    made = assembly()
    async with serving(made.gateway) as house:
        port = house.port
    async with linked(house) as broker:
        desk = Stand(house, made.commands, broker)
        await desk.until(lambda: len(reasons(desk)) > 1)
        assert reasons(desk)[1] == (f"nobody listens on 127.0.0.1:{port}", True)


@pytest.mark.clause("8.6")
@pytest.mark.peer(18)
async def test_8_6_a_gateway_whose_clients_only_read_is_no_link_and_the_setting_is_named() -> None:
    made = assembly()
    made.commands.do(ReadOnly(), NOW)
    async with serving(made.gateway) as house, linked(house, waits=QUICK_ANSWERS) as broker:
        desk = Stand(house, made.commands, broker)
        await desk.until(lambda: len(reasons(desk)) > 1)
        assert "Read-Only" in reasons(desk)[1][0] and not desk.of(BrokerReturned)


@pytest.mark.clause("8.6")
@pytest.mark.peer(8)
async def test_8_6_a_client_id_in_use_is_named() -> None:
    async with stand() as first, linked(first.house, CLIENT, waits=QUICK_ANSWERS) as broker:
        desk = Stand(first.house, first.commands, broker)
        await desk.until(lambda: len(reasons(desk)) > 1)
        assert "client id is already in use" in reasons(desk)[1][0]


@pytest.mark.clause("8.6", "0.1")
async def test_8_6_a_gateway_without_our_account_is_not_ours() -> None:
    made = assembly()
    async with serving(made.gateway) as house, linked(house, account=Account("DU9999999")) as broker:
        desk = Stand(house, made.commands, broker)
        await desk.until(lambda: len(reasons(desk)) > 1)
        assert reasons(desk)[1] == ("the gateway has no account DU9999999", True)
        assert not desk.of(BrokerReturned)


# Lost


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
        desk.do(LineFault(Kind.UNHEARD, message=16))
        asked_ms = desk.now_ms
        desk.broker.ask_orders(asked_ms)
        await desk.until(lambda: True)
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
    async with stand() as desk:
        reference = await desk.rest()
        desk.do(LoseLink())
        await desk.report(BrokerLost, 2)
        desk.do(RestoreLink(quiet=True))
        await desk.back(2)
        answer = await desk.orders()
        assert answer.complete and {o.client_order_id for o in answer.orders} == {reference}


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


# Explained


@pytest.mark.clause("8.6")
async def test_8_6_at_the_hour_of_its_restart_a_gateway_may_be_away_without_an_alarm() -> None:
    async with stand() as desk:
        desk.house.now_ms = to_ms(datetime(2026, 3, 5, 23, 46))
        desk.do(Restart())
        await desk.back(2)
        assert reasons(desk)[-1] == ("the gateway hung up (the gateway restarts for the night)", False)


@pytest.mark.clause("8.6")
@pytest.mark.peer(2)
async def test_8_6_no_order_is_written_from_two_minutes_before_the_restart() -> None:
    async with stand() as desk:
        desk.house.now_ms = to_ms(datetime(2026, 3, 5, 23, 43, 1))
        assert desk.sell()
        await desk.orders()
        assert desk.sent(3) == []


@pytest.mark.clause("8.6")
@pytest.mark.parametrize(
    ("moment", "why"),
    [
        (datetime(2026, 3, 5, 23, 44, 59), None),
        (datetime(2026, 3, 5, 23, 45), "the gateway restarts for the night"),
        (datetime(2026, 3, 5, 23, 59, 59), "the gateway restarts for the night"),
        (datetime(2026, 3, 6, 0, 0), None),
        (datetime(2026, 3, 7, 12, 0), "the broker's weekend"),
        (datetime(2026, 3, 8, 23, 0), "the broker's weekend"),
        (datetime(2026, 3, 9, 0, 1), None),
    ],
)
async def test_8_6_when_nobody_need_worry(moment: datetime, why: str | None) -> None:
    assert Hours().absence(to_ms(moment)) == why


@pytest.mark.clause("8.6")
async def test_8_6_a_restart_over_midnight_is_one() -> None:
    late = Hours(datetime(2026, 3, 5, 23, 55).time())
    assert late.absence(to_ms(datetime(2026, 3, 6, 0, 9, 59))) is not None
    assert late.absence(to_ms(datetime(2026, 3, 6, 0, 10))) is None


# The night


@pytest.mark.clause("6.6", "7.2")
@pytest.mark.peer(33, 36)
@pytest.mark.surprise(7)
async def test_7_2_an_assignment_that_nobody_tells_of_stands_in_the_book_that_is_looked_at_in_the_night() -> None:
    held = provision(CODE, options=[(LATER, -2)])
    async with stand("", held) as desk:
        desk.do(Assign(LATER, 1))
        assert dict((await desk.positions()).positions) == {LATER: -2}
        looks_ms = desk.broker.next_ms(desk.now_ms)
        assert looks_ms == to_ms(datetime(2026, 3, 6, 3, 30))
        desk.wait(AT_NIGHT_MS)
        seen = await desk.report(PositionsSeen, 2)
        assert dict(seen.positions) == {LATER: -1, Stock("AAPL"): 100}
        assert desk.broker.next_ms(desk.now_ms) == to_ms(datetime(2026, 3, 6, 9, 0))


@pytest.mark.clause("9.5")
@pytest.mark.peer(34)
async def test_9_5_a_position_that_is_gone_and_not_told_to_be_is_not_listed_and_so_is_none() -> None:
    async with stand() as desk:
        await desk.fill()
        assert dict((await desk.positions()).positions) == {PUT: -1}
        desk.do(LineFault(Kind.MUTE, message=POSITION, count=1))
        desk.broker.place(Order(name(2), "GEN", PUT, None, Side.BUY, 1, Decimal(9)), desk.now_ms)
        await desk.until(lambda: len(desk.executions) == 2)
        assert dict((await desk.positions()).positions) == {}


@pytest.mark.clause("9.5")
async def test_9_5_what_was_there_before_and_what_we_have_no_word_for_is_kept_out_of_our_book() -> None:
    shares = Stock("AAPL")
    account = Account(CODE, foreign={shares: 300}, spare=Decimal(1_000))
    async with stand("", provision(CODE, shares=300, cash=50_000), account=account) as desk:
        seen = await desk.positions()
        assert (dict(seen.positions), dict(seen.foreign)) == ({shares: 300}, {shares: 300})
        assert seen.cash == 49_000


@pytest.mark.clause("8.6")
async def test_8_6_a_link_that_nobody_keeps_any_more_is_an_alarm() -> None:
    made = assembly()
    async with serving(made.gateway) as house:
        broker = IbkrBroker(("127.0.0.1", house.port, 7), Account(CODE), lambda: house.now_ms, lambda: None)

        async def dies() -> None:
            raise RuntimeError("a defect")

        broker.connection.keep = dies  # type: ignore[method-assign]
        broker.open()
        desk = Stand(house, made.commands, broker)
        await desk.until(lambda: len(reasons(desk)) > 1)
        assert reasons(desk)[1] == ("nothing keeps the link: RuntimeError", True)
        await asyncio.gather(broker.close(), return_exceptions=True)
