"""8.6, 9.5: the adapter's link over a socket: made strictly, explained, and what is looked at in the night."""

import asyncio
from datetime import datetime
from decimal import Decimal

import pytest

from allusetui.broker.gateway.commands import Assign, Notice, ReadOnly, Restart
from allusetui.broker.gateway.faults import Kind, LineFault
from allusetui.broker.ibkr.broker import Account, IbkrBroker
from allusetui.broker.ibkr.hours import Hours
from allusetui.domain.contract import Side, Stock
from allusetui.domain.input import (
    BrokerLost,
    BrokerReturned,
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
    QUICK_ANSWERS,
    Stand,
    linked,
    name,
    reasons,
    stand,
)
from tests.broker.provisions import provision

pytestmark = pytest.mark.asyncio
EXECUTIONS, POSITION = 7, 61
AT_NIGHT_MS = 17 * HOUR_MS + HOUR_MS // 2
"""From ten in the morning to half past three at night."""


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
            await desk.until(lambda: any("timed out" in reason and alarm for reason, alarm in reasons(desk)))
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
        await desk.until(lambda: any("Read-Only" in reason for reason, _ in reasons(desk)))
        assert not desk.of(BrokerReturned)


@pytest.mark.clause("8.6")
@pytest.mark.peer(8)
async def test_8_6_a_client_id_in_use_is_named() -> None:
    async with stand() as first, linked(first.house, CLIENT, waits=QUICK_ANSWERS) as broker:
        desk = Stand(first.house, first.commands, broker)
        await desk.until(lambda: any("client id is already in use" in reason for reason, _ in reasons(desk)))
        assert not desk.of(BrokerReturned)


@pytest.mark.clause("8.6")
async def test_8_6_a_gateway_without_our_account_is_not_ours() -> None:
    made = assembly()
    async with serving(made.gateway) as house, linked(house, account=Account("DU9999999")) as broker:
        desk = Stand(house, made.commands, broker)
        await desk.until(lambda: len(reasons(desk)) > 1)
        assert reasons(desk)[1] == ("the gateway has no account DU9999999", True)
        assert not desk.of(BrokerReturned)


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


@pytest.mark.clause("9.5")
@pytest.mark.peer(33, 36)
@pytest.mark.surprise(7)
async def test_9_5_an_assignment_that_nobody_tells_of_stands_in_the_book_that_is_looked_at_in_the_night() -> None:
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
