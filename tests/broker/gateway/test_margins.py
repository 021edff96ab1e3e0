"""What margin an account needs: the figures of FINRA 4210 and Regulation T by hand."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from allusetui.broker.gateway.margins import requirement
from allusetui.domain.contract import Contract, Option, Right, Stock

AAPL = Stock("AAPL")
PRICES: dict[Contract, Decimal] = {AAPL: Decimal(200)}
THIS, NEXT = date(2026, 3, 6), date(2026, 3, 13)


def option(strike: int, right: Right, expiry: date = THIS, price: str = "2.00") -> Option:
    found = Option("AAPL", expiry, Decimal(strike), right)
    PRICES[found] = Decimal(price)
    return found


PUT, LOW_PUT, NEXT_PUT = option(190, Right.PUT), option(50, Right.PUT, price="0.01"), option(195, Right.PUT, NEXT)
CALL, NEXT_CALL, SOON_CALL = option(210, Right.CALL), option(205, Right.CALL, NEXT), option(205, Right.CALL, THIS)


@pytest.mark.parametrize(
    ("held", "initial", "maintenance", "equity"),
    [
        ({}, 0, 0, 50_000),
        ({AAPL: 100}, 10_000, 5_000, 70_000),  # half and a quarter of 20 000
        ({PUT: -1}, 3_000, 3_000, 49_800),  # a fifth of 200 less 10 out of the money
        ({LOW_PUT: -1}, 500, 500, 49_999),  # at least a tenth of the strike
        ({CALL: -2}, 6_000, 6_000, 49_600),  # a fifth of 200 less 10 out of the money, twice
        ({CALL: -2, AAPL: 100}, 13_000, 8_000, 69_600),  # one of two covered by the shares
        ({PUT: 3}, 0, 0, 50_000),  # paid in full
        ({PUT: -1, NEXT_PUT: 1}, 0, 0, 49_800),  # a later put with a higher strike
        ({NEXT_PUT: -1, PUT: 1}, 3_500, 3_500, 49_800),  # an earlier one with a lower strike is no cover
        ({CALL: -1, NEXT_CALL: 1}, 0, 0, 49_800),
        ({NEXT_CALL: -1, SOON_CALL: 1}, 3_500, 3_500, 49_800),  # an earlier one is no cover
        ({AAPL: -100}, 10_000, 5_000, 30_000),
    ],
)
def test_an_account_needs(held: Mapping[Contract, int], initial: int, maintenance: int, equity: int) -> None:
    need = requirement(Decimal(50_000), held, PRICES.__getitem__)
    assert (need.initial, need.maintenance, need.equity) == (initial, maintenance, equity)
    assert need.met
    assert not requirement(need.initial - need.equity + 49_999, held, PRICES.__getitem__).met
