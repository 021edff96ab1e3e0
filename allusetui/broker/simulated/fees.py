"""What trading costs at the simulated broker: a flat fee of the script, or Interactive Brokers' by date.

Rates are dollars a contract unless they say otherwise, each from its day on; days before the first row have the first.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final, Protocol

from allusetui.domain.contract import Contract, Option, Side
from allusetui.domain.frozen import frozen
from allusetui.domain.money import ZERO, to_cent

COMMISSION: Final = Decimal("0.65")
"""The script's for each contract and leg, and what the rules reckon with everywhere."""
Rates = tuple[tuple[date, Decimal], ...]

# Market model, costs; Interactive Brokers, commissions of options (up to 10 000 contracts a month): from which premium.
_TIERS: Final = ((Decimal("0.10"), COMMISSION), (Decimal("0.05"), Decimal("0.50")), (ZERO, Decimal("0.25")))
_LEAST_AN_ORDER: Final = Decimal("1.00")
# Options Clearing Corporation, press release of 2021-04-19, and 89 FR 105645.
_CLEARING: Final[Rates] = (
    (date(2020, 1, 1), Decimal("0.055")),
    (date(2020, 9, 1), Decimal("0.045")),
    (date(2021, 6, 1), Decimal("0.02")),
    (date(2025, 1, 1), Decimal("0.025")),
)
# The options exchanges' regulatory fees as Interactive Brokers passes their sum on: its knowledge base, ORF.
_EXCHANGES: Final[Rates] = (
    (date(2019, 2, 1), Decimal("0.0379")),
    (date(2022, 1, 1), Decimal("0.02135")),
    (date(2025, 3, 3), Decimal("0.02815")),
)
# FINRA, By-Laws, schedule A, section 1: the trading activity fee on what is sold.
_ACTIVITY: Final[Rates] = (
    (date(2012, 7, 1), Decimal("0.002")),
    (date(2022, 1, 1), Decimal("0.00218")),
    (date(2023, 1, 1), Decimal("0.00244")),
    (date(2024, 1, 1), Decimal("0.00279")),
    (date(2026, 1, 1), Decimal("0.00329")),
)
# SEC, fee rate advisories under section 31 of the Exchange Act: dollars a million of what is sold, index options not.
_SALES: Final[Rates] = (
    (date(2014, 3, 18), Decimal("22.10")),
    (date(2015, 2, 14), Decimal("18.40")),
    (date(2016, 2, 16), Decimal("21.80")),
    (date(2017, 7, 4), Decimal("23.10")),
    (date(2018, 5, 22), Decimal("13.00")),
    (date(2019, 4, 16), Decimal("20.70")),
    (date(2020, 2, 18), Decimal("22.10")),
    (date(2021, 2, 25), Decimal("5.10")),
    (date(2022, 5, 14), Decimal("22.90")),
    (date(2023, 2, 27), Decimal("8.00")),
    (date(2024, 5, 22), Decimal("27.80")),
    (date(2025, 5, 14), ZERO),
    (date(2026, 4, 4), Decimal("20.60")),
)
_MILLION: Final = 1_000_000


@frozen
class Trade:
    """A fill, or a leg of one: `price` in dollars a share."""

    contract: Contract
    side: Side
    quantity: int
    price: Decimal


class Fees(Protocol):
    """What the broker takes."""

    def due(self, day: date, trades: Sequence[Trade]) -> Decimal:
        """For all that one order traded on a day, in dollars to the cent; more trades never make it less."""


class FlatFees:
    """Implements `Fees`: the same for every contract, nothing for shares."""

    def due(self, day: date, trades: Sequence[Trade]) -> Decimal:
        contracts = sum(each.quantity for each in trades if isinstance(each.contract, Option))
        return COMMISSION * contracts if contracts else ZERO


class BrokerFees:
    """Implements `Fees` as Interactive Brokers charges options; nothing for shares.

    By premium .65, .50 from under .10 on and .25 from under .05 on, at least 1.00 an order and day, and what others are
    owed passed on by date. What is not in it: the exchanges' own fees and rebates, which go by where an order trades.
    Source: market model, costs.
    """

    def due(self, day: date, trades: Sequence[Trade]) -> Decimal:
        options = [each for each in trades if isinstance(each.contract, Option)]
        if not options:
            return ZERO
        own = sum((_tier(each.price) * each.quantity for each in options), ZERO)
        return to_cent(max(own, _LEAST_AN_ORDER) + sum((_passed_on(day, each) for each in options), ZERO))


def _tier(price: Decimal) -> Decimal:
    return next(rate for least, rate in _TIERS if price >= least)


def _passed_on(day: date, trade: Trade) -> Decimal:
    """What of a trade in options goes to clearing house, exchanges, FINRA and SEC."""
    each = _rate(_CLEARING, day) + _rate(_EXCHANGES, day)
    if trade.side is Side.BUY:
        return each * trade.quantity
    sold = (each + _rate(_ACTIVITY, day)) * trade.quantity
    if isinstance(trade.contract, Option) and trade.contract.is_index:
        return sold
    value = trade.price * trade.contract.multiplier * trade.quantity
    return sold + _rate(_SALES, day) * value / _MILLION


def _rate(rates: Rates, day: date) -> Decimal:
    return next((rate for first, rate in reversed(rates) if day >= first), rates[0][1])
