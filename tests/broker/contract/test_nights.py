"""9.5: what becomes of options overnight; by nine in the morning the book shows it, at every broker."""

from dataclasses import replace
from decimal import Decimal

import pytest

from allusetui.domain.contract import Contract, Option, Right, Side, Stock
from allusetui.domain.input import OrderCancelled, Settled
from tests.broker.contract.twins import Twin, order
from tests.broker.contract.words import PUT, RESTING, Opened
from tests.broker.gateway.desks import provision
from tests.broker.scripts import at, fault

SHARES = Stock("AAPL")
CALL = replace(PUT, strike=Decimal(195), right=Right.CALL)
OUT = replace(PUT, strike=Decimal(190))
INDEX = Option("SPX", PUT.expiry, Decimal(5025), Right.PUT)
LOWER = "[[tape]]\nat = 2026-03-06T12:00:00\nset = { AAPL = 196.0 }\n"
SATURDAY, MORNING = at(9, day=7), at(9, day=6)


def book(twin: Twin) -> tuple[dict[Contract, int], Decimal]:
    _, seen = twin.ask()
    assert seen.complete
    return dict(seen.positions), seen.cash


@pytest.mark.clause("9.5")
@pytest.mark.parametrize(
    ("held", "quantity", "shares", "after", "cash"),
    [
        (PUT, -2, 0, {SHARES: 200}, -40_000),
        (OUT, -2, 0, {}, 0),
        (CALL, -3, 300, {}, 58_500),
        (CALL, 1, 0, {SHARES: 100}, -19_500),
        (INDEX, 2, 0, {}, 5_000),
    ],
    ids=["assigned", "expired", "called-away", "exercised", "cash-settled"],
)
def test_9_5_what_has_seen_its_last_close_is_gone_with_its_shares_and_its_cash(
    opened: Opened, held: Option, quantity: int, shares: int, after: dict[Contract, int], cash: int
) -> None:
    gen = provision("GEN", cash=500_000, shares=shares, options=[(held, quantity)])
    twin = opened(LOWER, gen, provision("REV"))
    before, money = book(twin)
    assert before[held] == quantity
    twin.until(SATURDAY)
    assert book(twin) == (after, money + cash)
    twin.until(SATURDAY + 3_600_000)
    assert book(twin) == (after, money + cash)
    assert sum(len(told.settlements) for told in twin.of(Settled)) <= 1


@pytest.mark.clause("9.5")
@pytest.mark.peer(33, 36)
def test_9_5_an_early_assignment_of_a_part_stands_in_the_book_by_the_next_morning(opened: Opened) -> None:
    assign = 'symbol = "AAPL"\nexpiry = 2026-03-06\nstrike = 200.0\nright = "P"\nquantity = 2'
    gen = provision("GEN", cash=500_000, options=[(PUT, -3)])
    twin = opened(fault("assign", assign, "2026-03-05T10:30:00", None), gen, provision("REV"))
    _, money = book(twin)
    twin.until(MORNING)
    assert book(twin) == ({PUT: -1, SHARES: 200}, money - 40_000)


@pytest.mark.clause("9.5")
@pytest.mark.peer(33)
def test_9_5_what_happened_in_the_night_while_the_process_was_dead_is_found_in_the_book(opened: Opened) -> None:
    gen = provision("GEN", cash=500_000, options=[(PUT, -2)])
    twin = opened(LOWER, gen, provision("REV"))
    _, money = book(twin)
    twin.until(at(15, 59, day=6))
    twin.crash()
    twin.until(SATURDAY)
    twin.begin_again()
    assert book(twin) == ({SHARES: 200}, money - 40_000)


@pytest.mark.clause("0.6")
def test_0_6_an_order_in_what_has_expired_has_ended_with_it(opened: Opened) -> None:
    twin = opened()
    resting = order(1, PUT, Side.SELL, RESTING)
    twin.until(at(15, 50, day=6))
    twin.place(resting)
    told = [report for report in twin.until(SATURDAY) if isinstance(report, OrderCancelled)]
    assert [(each.client_order_id, each.filled, each.at_ms) for each in told] == [
        (resting.client_order_id, 0, at(16, day=6))
    ]
