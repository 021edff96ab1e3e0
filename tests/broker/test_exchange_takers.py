"""Who trades with our orders: when they come, how much they take, and what the broker takes of it."""

from decimal import Decimal

from allusetui.broker.simulated.exchange import Exchange
from allusetui.broker.simulated.fees import BrokerFees
from allusetui.domain.contract import Side, Stock
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.order import Order
from allusetui.market.takers import SeededTakers
from tests.broker.exchanges import LATER, NOW, PUT, exchange, fill_times, fills, sell
from tests.broker.provisions import provision


class Crowd:
    """Implements `Takers`: they come on the third second, two at a time, and note how near to them limits were."""

    most = 2

    def __init__(self) -> None:
        self.nearness: dict[str, float] = {}

    def next_ms(
        self, order: Order, nearness: float | None, since_ms: int, after_ms: int, until_ms: int | None
    ) -> int | None:
        return since_ms + ((after_ms - since_ms) // SECOND_MS + 1) * SECOND_MS

    def come(self, order: Order, nearness: float, waited_ms: int, at_ms: int) -> bool:
        self.nearness.setdefault(order.client_order_id, nearness)
        return waited_ms >= 3 * SECOND_MS


def crowded(takers: Crowd | SeededTakers, quantity: int = 0) -> Exchange:
    """An exchange with these takers and the broker's fees, whose account holds so many puts."""
    return exchange("", provision(options=[(PUT, quantity)] if quantity else []), takers=takers, fees=BrokerFees())


def seconds(count: int) -> int:
    return NOW + count * SECOND_MS


def test_a_limit_at_the_middle_waits_until_somebody_comes() -> None:
    house = crowded(Crowd())
    house.place(sell("1.16"), NOW)
    assert fill_times(house.advance(seconds(10))) == [seconds(3)]


def test_a_limit_at_the_other_side_trades_at_once_and_never_more_than_is_shown() -> None:
    house = crowded(Crowd())
    now = fills(house.place(sell("1.14", 5), NOW))
    later = house.advance(seconds(5))
    assert [row.quantity for row in now + fills(later)] == [2, 2, 1]
    assert fill_times(later) == [seconds(1), seconds(2)]


def test_what_is_shown_is_there_once_for_all_orders() -> None:
    house = crowded(Crowd())
    rows = fills(house.place(sell("1.14", 2), NOW)) + fills(house.place(sell("1.14", 2, "o2"), NOW))
    assert [(row.client_order_id, row.quantity) for row in rows] == [("o1", 2)]
    assert [(row.client_order_id, row.quantity) for row in fills(house.advance(seconds(1)))] == [("o2", 2)]


def test_nothing_is_looked_at_before_somebody_comes_or_the_market_ticks() -> None:
    house = crowded(SeededTakers(1, 25))
    house.place(sell("1.16", 7), NOW)
    looks, at_ms = [], NOW
    while house.orders(at_ms).orders[0].filled == 0:
        following = house.next_ms(at_ms)
        assert following is not None
        house.advance(following)
        looks, at_ms = [*looks, following], following
    assert looks[-1] > NOW + 5 * SECOND_MS
    assert all((each - NOW) % (5 * SECOND_MS) == 0 for each in looks[:-1])
    assert (looks[-1] - NOW) % SECOND_MS == 0


def test_shares_are_there_in_any_number() -> None:
    house = crowded(Crowd())
    order = Order("s1", "GEN", Stock("AAPL"), None, Side.BUY, 300, Decimal(200))
    assert [row.quantity for row in fills(house.place(order, NOW))] == [300]


def test_how_near_a_limit_is_goes_from_the_middle_to_the_other_side() -> None:
    crowd = Crowd()
    house = crowded(crowd, quantity=-1)
    house.place(sell("1.16", order_id="above"), NOW)  # mid 1.155, bid 1.14
    house.place(sell("1.15", order_id="third"), NOW)
    house.place(Order("roll", "GEN", PUT, LATER, Side.BUY, 1, Decimal("-1.22")), NOW)  # net mid -1.235, far -1.19
    house.advance(seconds(1))
    assert {name: round(near, 4) for name, near in crowd.nearness.items()} == {
        "above": 0.0, "third": 0.3333, "roll": 0.3333,
    }  # fmt: skip


def test_the_least_fee_is_taken_once_an_order_however_it_fills() -> None:
    house = crowded(Crowd())
    paid = [row.commission for row in fills(house.place(sell("1.14", 5), NOW)) + fills(house.advance(seconds(5)))]
    # Sold at 1.14: .05644 each and nothing for the SEC on this day; 1.30, 2.60 and 3.25 of commission so far.
    assert paid == [Decimal("1.41"), Decimal("1.42"), Decimal("0.70")]
    assert house.positions(seconds(5)).cash == 100_000 + 5 * 114 - sum(paid)


def test_two_ones_pay_no_more_than_a_two() -> None:
    house = crowded(Crowd())
    house.place(sell("1.14", 1, "first"), NOW)
    rows = fills(house.place(sell("1.14", 2), NOW)) + fills(house.advance(seconds(1)))
    assert [(row.quantity, row.commission) for row in rows] == [(1, Decimal("1.06")), (1, Decimal("0.35"))]


def test_an_exchange_that_was_stored_in_between_goes_on_as_if_it_had_not_been() -> None:
    def waited(cut: int | None) -> list[tuple[int, int]]:
        house = crowded(SeededTakers(5, 2))
        house.place(sell("1.16", 7), NOW)
        told = list(house.advance(seconds(cut or 0)))
        if cut is not None:
            again = crowded(SeededTakers(5, 2))
            again.restore(house.standing())
            house = again
        told += house.advance(seconds(300))
        return [(when, row.quantity) for when, row in zip(fill_times(told), fills(told), strict=True)]

    whole = waited(None)
    assert sum(quantity for _, quantity in whole) == 7 and whole[0][0] > NOW
    assert all(waited(cut) == whole for cut in (1, 30, 100))
