"""0.6, 6.10: executions of the adapter over a socket: corrected, lost, torn, doubled, and those of a roll."""

from decimal import Decimal

import pytest

from allusetui.broker.gateway.commands import (
    Correct,
    Nameless,
    Resend,
)
from allusetui.broker.gateway.faults import Kind, LineFault
from allusetui.domain.contract import Side
from allusetui.domain.input import (
    OrderAcked,
    OrderCancelled,
    OrderExecuted,
)
from allusetui.domain.moment import SECOND_MS
from tests.broker.ibkr.stands import (
    AT_ONCE,
    LATER,
    PUT,
    name,
    stand,
)
from tests.rules.situations import fault

pytestmark = pytest.mark.asyncio
EXECUTION, COMMISSION, OPEN = 11, 59, 5


@pytest.mark.clause("0.6")
@pytest.mark.peer(21)
@pytest.mark.surprise(4)
async def test_0_6_a_correction_replaces_and_the_same_row_again_changes_nothing() -> None:
    async with stand() as desk:
        first = await desk.fill(quantity=4)
        desk.do(Resend(name(1)))
        desk.do(Correct(name(1), Decimal("1.20")))
        await desk.until(lambda: len(desk.executions) == 2)
        corrected = desk.executions[1]
        assert first.root is not None and corrected.root == (first.root[0], first.root[1] + 1)
        assert (corrected.quantity, corrected.price) == (4, Decimal("1.20"))
        answer = await desk.orders()
        assert [row.exec_id for row in answer.executions] == [corrected.exec_id]
        assert {o.client_order_id: o.filled for o in answer.orders} == {name(1): 4}


@pytest.mark.clause("0.6", "10.3")
@pytest.mark.peer(21)
@pytest.mark.surprise(5)
@pytest.mark.parametrize("late", [EXECUTION, COMMISSION])
async def test_0_6_an_execution_and_its_commission_find_each_other_in_either_order(late: int) -> None:
    async with stand() as desk:
        desk.do(LineFault(Kind.DELAY, message=late, count=1, delay_ms=1_000))
        desk.sell(limit=AT_ONCE)
        await desk.report(OrderAcked)
        assert not desk.executions
        desk.wait(1_000)
        await desk.until(lambda: desk.executions)
        assert [row.commission for row in desk.executions] == [Decimal("0.65")]


@pytest.mark.clause("0.6", "10.3")
@pytest.mark.peer(21)
@pytest.mark.surprise(5)
async def test_0_6_a_commission_that_was_lost_is_asked_for() -> None:
    async with stand() as desk:
        desk.do(LineFault(Kind.MUTE, message=COMMISSION, count=1))
        desk.sell(limit=AT_ONCE)
        await desk.until(lambda: desk.executions)
        assert [row.commission for row in desk.executions] == [Decimal("0.65")]
        assert not desk.broker.truth.wants_executions


@pytest.mark.clause("0.6")
@pytest.mark.peer(17)
@pytest.mark.surprise(5)
async def test_0_6_a_fill_that_was_lost_is_asked_for() -> None:
    async with stand() as desk:
        desk.do(LineFault(Kind.MUTE, message=EXECUTION, count=1))
        desk.sell(limit=AT_ONCE)
        await desk.until(lambda: desk.executions)
        assert [row.client_order_id for row in desk.executions] == [name(1)]


@pytest.mark.clause("0.6")
@pytest.mark.surprise(6)
async def test_0_6_without_permanent_numbers_each_fill_goes_to_its_own_order() -> None:
    async with stand() as desk:
        desk.do(Nameless(2))
        await desk.rest(1)
        row = await desk.fill(2)
        assert row.client_order_id == name(2)
        listed = await desk.listed()
        assert (listed[name(1)].open, listed[name(1)].filled) == (True, 0)


@pytest.mark.clause("0.6")
@pytest.mark.parametrize(
    "fault",
    [
        LineFault(Kind.DUPLICATE),
        LineFault(Kind.SPLIT, message=EXECUTION, count=1),
        LineFault(Kind.REORDER, message=OPEN, count=1),
    ],
)
async def test_0_6_doubled_torn_and_disordered_messages_change_nothing(fault: LineFault) -> None:
    async with stand() as desk:
        desk.do(fault)
        desk.sell(limit=AT_ONCE, quantity=2)
        await desk.until(lambda: desk.wait(20) or desk.executions)  # what is torn needs its time
        assert [row.quantity for row in desk.executions] == [2]
        assert not desk.of(OrderCancelled)


@pytest.mark.clause("6.10")
@pytest.mark.peer(23)
@pytest.mark.surprise(20)
async def test_6_10_a_roll_is_one_combo_whose_legs_are_told_together() -> None:
    async with stand() as desk:
        reference = desk.roll()
        filled = await desk.report(OrderExecuted)
        assert {(row.contract, row.side, row.quantity) for row in filled.executions} == {
            (PUT, Side.BUY, 2), (LATER, Side.SELL, 2),
        }  # fmt: skip
        assert {row.client_order_id for row in desk.executions} == {reference} and len(desk.executions) == 2
        (row,) = desk.sent(3)
        assert "BAG" in row and row.count("SMART") >= 3 and "NonGuaranteed" not in row
        book = await desk.positions()
        assert dict(book.positions) == {PUT: 2, LATER: -2}


@pytest.mark.clause("0.6", "6.10")
@pytest.mark.peer(23)
@pytest.mark.surprise(20)
async def test_6_10_faults_22_a_combo_that_fills_in_part_is_booked_by_leg_and_its_rest_goes_on() -> None:
    slow = fault("2026-03-05T09:00:00", "partial_fill", "AAPL", value=2)
    async with stand(slow) as desk:
        reference, booked = desk.roll(quantity=3), []
        for parts in (1, 2):
            await desk.until(lambda: desk.of(OrderAcked))
            desk.wait(SECOND_MS)
            told = (await desk.report(OrderExecuted, parts)).executions
            booked.append({(row.contract, row.side, row.quantity) for row in told})
            listed = (await desk.listed())[reference]
            assert (listed.open, listed.filled) == (parts == 1, 2 if parts == 1 else 3)
        assert booked == [{(PUT, Side.BUY, each), (LATER, Side.SELL, each)} for each in (2, 1)]
        assert dict((await desk.positions()).positions) == {PUT: 3, LATER: -3}
