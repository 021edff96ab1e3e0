"""0.10 over a socket: the broker is asked what an order that opens would bind, and without its word none leaves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

import pytest

from allusetui.broker.gateway import account_messages
from allusetui.broker.gateway.commands import ReadOnly
from allusetui.broker.gateway.faults import Kind, LineFault
from allusetui.broker.gateway.fields import Fields
from allusetui.broker.gateway.holdings import Holdings
from allusetui.broker.gateway.placing import place_order
from allusetui.broker.ibkr import broker
from allusetui.broker.ibkr.broker import Account
from allusetui.domain.contract import Side
from allusetui.domain.input import OrderAcked, OrderExecuted, OrderRejected
from allusetui.domain.order import Order
from tests.broker.ibkr.stands import AT_ONCE, CODE, LATER, OTHER_CODE, PUT, RESTING, Stand, name, stand
from tests.broker.provisions import provision

pytestmark = pytest.mark.asyncio
PLACE, OPEN = 3, 5
CAP = Decimal("0.6")


@asynccontextmanager
async def asking(cap: Decimal = CAP) -> AsyncIterator[Stand]:
    """An adapter that knows what its account is worth, and asks before it opens."""
    async with stand(account=Account(CODE, margin_cap=cap)) as desk:
        await desk.positions()
        yield desk


def written(desk: Stand) -> list[bool]:
    """What was sent of orders: whether each was only asked about."""
    return [place_order(Fields(PLACE, values[1:])).what_if for values in desk.sent(PLACE)]


@pytest.mark.clause("0.10")
async def test_0_10_an_order_that_opens_is_asked_about_first_and_then_placed() -> None:
    async with asking() as desk:
        row = await desk.fill(quantity=2)
        assert (row.client_order_id, written(desk)) == (name(1), [True, False])


@pytest.mark.clause("0.10")
async def test_0_10_what_would_bind_too_much_is_refused_with_the_figures_and_never_placed() -> None:
    async with asking(Decimal("0.03")) as desk:
        desk.sell(quantity=1)
        refused = await desk.report(OrderRejected)
        assert refused.reason == "margin_cap: it would bind 4.0% of the broker's account, of which 3% may be"
        assert refused.fits == 0 and written(desk) == [True] and await desk.listed() == {}


@pytest.mark.clause("0.10")
async def test_0_10_a_refusal_names_the_largest_size_that_fits_and_that_is_asked_about_again() -> None:
    async with asking(Decimal("0.1")) as desk:
        first = desk.sell(quantity=6)
        fits = (await desk.report(OrderRejected)).fits
        assert fits == 2
        desk.broker.place(Order(f"{first[:-1]}2", "GEN", PUT, None, Side.SELL, fits, RESTING), desk.now_ms)
        await desk.report(OrderAcked)
        assert written(desk) == [True, True, False]


@pytest.mark.clause("0.10")
@pytest.mark.surprise(11)
async def test_0_10_what_the_broker_refuses_to_think_of_is_never_placed() -> None:
    async with asking() as desk:
        desk.sell(quantity=1_000)
        assert (await desk.report(OrderRejected)).reason.startswith("201 ")
        desk.do(ReadOnly())
        desk.sell(2)
        assert (await desk.report(OrderRejected, 2)).reason.startswith("321 ")
        assert written(desk) == [True, True]


@pytest.mark.clause("0.10")
@pytest.mark.surprise(9)
async def test_0_10_without_an_answer_in_time_nothing_is_placed_and_a_late_one_changes_nothing() -> None:
    async with asking() as desk:
        desk.do(LineFault(Kind.DELAY, message=OPEN, count=2, delay_ms=60_000))
        desk.sell(limit=AT_ONCE)
        assert (await desk.report(OrderRejected)).reason == "the broker does not say what margin it would need"
        desk.wait(60_000)
        assert await desk.listed() == {} and written(desk) == [True]


@pytest.mark.clause("0.6", "0.10")
async def test_0_6_an_order_whose_name_and_margin_took_too_long_together_is_never_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From 3 s on it is looked for, and a kill would not cancel it: it must not leave behind either's back."""
    async with asking() as desk:
        desk.do(LineFault(Kind.DELAY, message=OPEN, count=2, delay_ms=60_000))
        monkeypatch.setattr(broker, "_LEAVES_S", 0.3)
        desk.sell(limit=AT_ONCE)
        await desk.until(lambda: not desk.broker._resolving)
        desk.wait(60_000)
        assert await desk.listed() == {} and written(desk) == [True]
        assert desk.of(OrderRejected) == []


@pytest.mark.clause("0.10")
async def test_0_10_where_the_account_never_said_what_it_is_worth_nothing_is_placed() -> None:
    async with stand(account=Account(CODE, margin_cap=CAP)) as desk:
        desk.sell()
        assert "does not say" in (await desk.report(OrderRejected)).reason


@pytest.mark.clause("0.10")
async def test_0_10_in_an_account_kept_in_another_currency_nothing_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    in_dollars = account_messages.account_values

    def in_euros(holdings: Holdings, account: str, at_ms: int) -> dict[str, tuple[str, str]]:
        values = in_dollars(holdings, account, at_ms)
        return values | {"NetLiquidation": (values["NetLiquidation"][0], "EUR")}

    monkeypatch.setattr(account_messages, "account_values", in_euros)
    async with asking() as desk:
        desk.sell()
        refused = await desk.report(OrderRejected)
        assert refused.reason == f"account {CODE} is kept in EUR: its margin is not told in USD"
        assert written(desk) == [True]


@pytest.mark.clause("0.10", "6.4")
async def test_0_10_what_closes_is_never_asked_about() -> None:
    async with asking(Decimal("0.05")) as desk:
        await desk.fill()
        await desk.until(lambda: desk.broker.connection.library.positions())
        close = Order(name(2), "GEN", PUT, None, Side.BUY, 1, Decimal(2))
        desk.broker.place(close, desk.now_ms)
        await desk.report(OrderExecuted, 2)
        assert written(desk) == [True, False, False]


@pytest.mark.clause("0.10")
async def test_0_10_what_another_of_our_accounts_holds_makes_a_sale_no_close() -> None:
    rich = provision(OTHER_CODE, options=[(PUT, 2)])
    mapped = Account(CODE, {"COM": OTHER_CODE}, margin_cap=CAP)
    async with stand("", provision(CODE), rich, account=mapped) as desk:
        await desk.positions()
        await desk.rest()
        sale = desk.sent(PLACE)[-1]
        assert written(desk) == [True, False]
        assert sale[sale.index("DAY") + 3] == "O"


@pytest.mark.clause("0.10", "0.6")
async def test_0_10_a_later_version_is_asked_about_only_where_it_is_larger() -> None:
    async with asking() as desk:
        first = await desk.rest(quantity=2)
        for version, quantity in ((2, 1), (3, 3)):
            order = Order(f"{first[:-1]}{version}", "GEN", PUT, None, Side.SELL, quantity, RESTING)
            desk.broker.place(order, desk.now_ms)
            await desk.report(OrderAcked, version)
        assert written(desk) == [True, False, False, True, False]


@pytest.mark.clause("0.10", "6.10")
async def test_0_10_a_roll_is_asked_about_as_a_whole() -> None:
    async with asking() as desk:
        desk.roll()
        filled = await desk.report(OrderExecuted)
        assert {row.contract for row in filled.executions} == {PUT, LATER} and written(desk) == [True, False]
        assert all("BAG" in row for row in desk.sent(PLACE))


@pytest.mark.clause("0.10", "0.6")
async def test_0_10_a_cancel_while_the_broker_thinks_leaves_nothing_to_place() -> None:
    async with asking() as desk:
        reference = desk.sell(limit=AT_ONCE)
        assert desk.broker.cancel(reference, desk.now_ms)
        other = replace(PUT, strike=Decimal("202.5"))
        desk.sell(2, option=other)
        await desk.report(OrderAcked)
        assert set(await desk.listed()) == {name(2)}
