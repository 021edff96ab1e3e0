"""What the users of other systems suffer of orders that double, vanish or stick: each by its number, over a socket."""

from collections import Counter
from decimal import Decimal

import pytest

from allusetui.broker.gateway.commands import ByHand, LoseLink, Notice, OrderError, RestoreLink
from allusetui.broker.gateway.faults import Kind, LineFault
from allusetui.broker.gateway.fields import Wanted
from allusetui.domain.contract import Side, Stock
from allusetui.domain.input import (
    BrokerLost,
    BrokerReturned,
    OrderAcked,
    OrderCancelled,
    OrderExecuted,
    OrderRejected,
)
from allusetui.domain.moment import SECOND_MS
from tests.broker.gateway.desks import NOW
from tests.broker.ibkr.stands import AT_ONCE, CODE, PUT, Stand, name, stand

pytestmark = pytest.mark.asyncio
STATUS, PLACE = 3, 3
GOOG = Wanted(symbol="GOOG", sec_type="STK", exchange="SMART", currency="USD")
FALLS = "[[tape]]\nat = 2026-03-05T10:00:10\nset = { AAPL = 188.0 }\n"
REFUSED = '[[fault]]\nat = 2026-03-05T10:00:05\nfor = "60s"\nkind = "reject"\nsymbol = "AAPL"\n'


async def dead(desk: Stand, reference: str) -> bool:
    """Whether two whole answers, two seconds apart, list nothing of an order."""
    first = await desk.listed()
    desk.wait(2 * SECOND_MS)
    return reference not in first and reference not in await desk.listed()


@pytest.mark.clause("9.5")
@pytest.mark.peer(15)
async def test_peer_15_what_a_person_trades_at_the_brokers_own_screen_is_in_the_next_book_and_never_our_order() -> None:
    async with stand() as desk:
        await desk.fill(1)
        desk.do(ByHand(GOOG, Side.BUY, 30, Decimal(400)))
        book, seen = await desk.positions(), await desk.orders()
        assert dict(book.positions) == {PUT: -1, Stock("GOOG"): 30}
        assert {each.client_order_id for each in seen.orders} == {name(1)}
        assert {row.client_order_id for row in (*seen.executions, *desk.executions)} == {name(1)}


@pytest.mark.clause("9.5", "0.6")
@pytest.mark.peer(17)
async def test_peer_17_what_fills_while_1100_is_out_is_found_and_told_once_though_nobody_pushes_it() -> None:
    async with stand(FALLS) as desk:
        reference = desk.sell(1, Decimal(9), 2)
        await desk.report(OrderAcked)
        desk.do(LoseLink())
        await desk.report(BrokerLost, 2)
        desk.wait(20 * SECOND_MS)
        desk.do(RestoreLink(quiet=True))
        await desk.report(BrokerReturned, 2)
        seen, book = await desk.orders(), await desk.positions()
        assert [(each.client_order_id, each.open, each.filled) for each in seen.orders] == [(reference, False, 2)]
        assert [row.quantity for row in seen.executions] == [row.quantity for row in desk.executions] == [2]
        assert dict(book.positions) == {PUT: -2}


@pytest.mark.clause("9.5", "0.6")
@pytest.mark.peer(17, 20)
async def test_peer_17_a_rejected_order_leaves_no_position_and_the_one_after_it_is_its_own() -> None:
    async with stand(REFUSED) as desk:
        desk.wait(6 * SECOND_MS)
        refused = desk.sell(1, AT_ONCE, 3)
        told = await desk.report(OrderRejected)
        assert (told.client_order_id, told.reason) == (refused, "Order rejected - reason:rejected by the exchange")
        desk.wait(60 * SECOND_MS)
        await desk.fill(2)
        assert dict((await desk.positions()).positions) == {PUT: -1}
        assert len(desk.of(OrderRejected)) == 1 and {row.client_order_id for row in desk.executions} == {name(2)}


@pytest.mark.clause("0.6")
@pytest.mark.peer(18)
async def test_peer_18_an_order_that_the_gateway_swallowed_is_not_pending_for_ever_but_absent_twice() -> None:
    async with stand() as desk:
        await desk.rest(1)
        desk.do(LineFault(Kind.UNHEARD, message=PLACE, count=1))
        lost = desk.sell(2, AT_ONCE)
        await desk.until(lambda: len(desk.sent(PLACE)) == 2)
        assert await dead(desk, lost)
        assert lost not in {each.client_order_id for each in desk.of(OrderAcked)}


@pytest.mark.clause("0.6")
@pytest.mark.peer(18, 20)
@pytest.mark.parametrize(
    ("code", "text"),
    [
        (321, "Error validating request: the API interface is currently in Read-Only mode."),
        (110, "The price does not conform to the minimum price variation for this contract."),
    ],
)
async def test_peer_20_a_refusal_without_a_status_is_told_with_its_reason_once_the_order_is_nowhere(
    code: int, text: str
) -> None:
    async with stand() as desk:
        await desk.rest(1)
        desk.do(LineFault(Kind.UNHEARD, message=PLACE, count=1))
        refused = desk.sell(2, AT_ONCE)
        await desk.until(lambda: len(desk.sent(PLACE)) == 2)
        (handle,) = desk.broker.truth.handles_of(refused)
        desk.do(Notice(code, text, request_id=handle))
        for _ in range(3):
            assert refused not in await desk.listed()
            desk.wait(SECOND_MS)
        assert not desk.of(OrderRejected), "it may still turn up"
        assert refused not in await desk.listed()
        (told,) = desk.of(OrderRejected)
        assert (told.client_order_id, told.reason) == (refused, text)
        assert len(desk.of(OrderAcked)) == 1


@pytest.mark.clause("0.6")
@pytest.mark.peer(21)
async def test_peer_21_an_order_whose_status_never_comes_is_known_by_its_executions() -> None:
    async with stand() as desk:
        desk.do(LineFault(Kind.MUTE, message=STATUS))
        row = await desk.fill(1, quantity=4)
        assert (row.quantity, row.commission) == (4, Decimal("2.60"))
        assert [(each.open, each.filled) for each in (await desk.orders()).orders] == [(False, 4)]


@pytest.mark.clause("0.6")
@pytest.mark.peer(22)
async def test_peer_22_what_is_said_a_thousand_times_is_told_once_and_answered_never() -> None:
    async with stand() as desk:
        reference = await desk.rest()
        sent, told = len(desk.heard), Counter(map(type, desk.came))
        for _ in range(1_000):
            desk.do(OrderError(reference, 161, "Cancel attempted when order is not in a cancellable state."))
        assert (await desk.listed())[reference].open
        assert Counter(map(type, desk.of(OrderAcked))) == Counter({OrderAcked: told[OrderAcked]})
        assert not desk.of(OrderRejected) and not desk.of(OrderCancelled)
        assert len(desk.heard) - sent <= 3  # the three parts of one question


@pytest.mark.clause("6.3", "0.6")
@pytest.mark.peer(23)
async def test_peer_23_when_a_fill_is_told_the_book_has_it_and_a_roll_has_both_legs() -> None:
    async with stand() as desk:
        held: Counter[object] = Counter()
        for number in (1, 2):
            desk.roll(number, quantity=number)
            filled = await desk.report(OrderExecuted, number)
            assert len(filled.executions) == 2
            for row in filled.executions:
                held[row.contract] += row.side.sign * row.quantity
            assert dict((await desk.positions()).positions) == held
        assert sum(held.values()) == 0 and desk.now_ms == NOW and CODE in desk.sent(PLACE)[0]
