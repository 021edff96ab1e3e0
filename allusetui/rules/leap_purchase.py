"""17.1–17.4: which contracts leap cash buys, and which the proceeds of a roll."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from allusetui.domain.account import Account, LeapSale
from allusetui.domain.advice import LadderTerms
from allusetui.domain.calendar import months_later
from allusetui.domain.contract import Option, Right
from allusetui.domain.event import LeapPurchase
from allusetui.domain.frozen import frozen
from allusetui.domain.money import ZERO, to_figure, to_price
from allusetui.domain.quote import Chain, Quote
from allusetui.pricing.implied_vol import model_delta
from allusetui.rules.cadence import calendar_days
from allusetui.rules.entry import Pick, data_refusal
from allusetui.rules.hedging import put_in, put_months
from allusetui.rules.ladder import (
    GROWTH,
    HEDGE,
    Placed,
    Rungs,
    budget,
    cost_usd,
    crowds,
    month_of,
    place,
    rungs_of,
    value_usd,
)
from allusetui.rules.liquidity import adv_room, liquidity_failures, slice_quote
from allusetui.rules.price_walk import most_for
from allusetui.rules.selection import StrikeRule, no_strike, slice_deltas, strikes_inside
from allusetui.rules.situation import Refusal, Situation, clause
from allusetui.rules.suggestion import terms_of

NO_FIT = "no_fit"
Offer = Callable[[date], Pick | list[Refusal]]
Chains = Mapping[str, Chain | None]


@frozen
class Plan:
    """What a budget, dollars, buys, what is left of it, and why symbols had no contract that is fit."""

    budget: Decimal
    left: Decimal
    purchases: tuple[LeapPurchase, ...]
    quotes: Mapping[Option, Quote]
    refused: Mapping[str, list[Refusal]]


@clause("17.1")
def growth_months(s: Situation, listed: Sequence[date]) -> list[date]:
    """The listed third Fridays in range."""
    low, high = (months_later(s.today, n) for n in (s.law.ladder.call_months.low, s.law.ladder.call_months.high))
    return [each for each in listed if low <= each <= high and s.calendar.is_monthly(each)]


class Shelf:
    """The growth calls of one symbol at one instant: each month is looked through once."""

    def __init__(self, s: Situation, chain: Chain, terms: LadderTerms) -> None:
        self._s = s
        self._chain = chain
        self._terms = terms
        self._listed = growth_months(s, chain.expiries)
        self._found: dict[date, tuple[list[Pick], list[Refusal]]] = {}
        self.taken: Counter[Option] = Counter()

    @clause("17.1", "17.6")
    def months(self, rungs: Rungs) -> list[date]:
        """Listed monthly expiries in range, the emptiest first; ties nearest the aim, then the earlier.

        Before all those that keep the distance between rungs, where one was approved.
        """
        aim = months_later(self._s.today, self._terms.months_aim)
        return sorted(
            self._listed,
            key=lambda e: (
                crowds(rungs, e, self._terms.spacing), rungs.months.get(month_of(e), ZERO),
                abs(calendar_days(aim, e)), e.toordinal(),
            ),
        )  # fmt: skip

    @clause("17.1", "8.1", "8.2")
    def offer(self, expiry: date) -> Pick | list[Refusal]:
        """The strike nearest the aim that is fit and of which today's volume leaves one more."""
        if expiry not in self._found:
            self._found[expiry] = _calls_in(self._s, self._chain, expiry, self._terms.delta_aim)
        picks, refusals = self._found[expiry]
        for found in picks:
            room = found.room - self.taken[found.option]
            if room > 0:
                return replace(found, room=room)
        return refusals


def _calls_in(s: Situation, chain: Chain, expiry: date, aim: float) -> tuple[list[Pick], list[Refusal]]:
    """The fit calls of a month outward from the aim, and why there may be none: what the one nearest it fails."""
    law, spot = s.law.ladder, s.quote(chain.symbol)
    assert spot is not None
    row = chain.slices[expiry, Right.CALL]
    deltas = slice_deltas(row, float(spot.mid), chain.at_ms, s.volatile.rate)
    rule = StrikeRule(law.call_delta, aim, 0.0)
    order = strikes_inside(row, deltas, rule)
    if not order:
        return [], [no_strike(row, deltas, rule, ("17.1",))]
    previous_counts = s.now_ms < s.clock(s.law.cadence.previous_volume_until)
    fit: list[Pick] = []
    refusals: list[Refusal] = []
    for index in order:
        failures = liquidity_failures(s.law, row, index, previous_counts)
        average = int(row.average_volume[index])
        if not failures:
            failures = [Refusal("adv", ("8.2",), {"adv": average if average >= 0 else None})]
            fit.append(
                Pick(
                    chain.symbol, row.option(index), slice_quote(chain, row, index),
                    float(deltas[index]), calendar_days(s.today, expiry), adv_room(s, row, index), average, None,
                    ("17.1", "17.3"),
                )
            )  # fmt: skip
        refusals = refusals or failures
    return fit, refusals


@clause("17.1")
def plan_calls(s: Situation, account: Account, chains: Chains) -> Plan:
    """Leap cash, one contract at a time for the symbol with the least ladder value, until none fits."""
    money = left = budget(s, account)
    rungs, refused = rungs_of(s, account, GROWTH), _data_refusals(s, account, s.universe(account), chains)
    terms = terms_of(s, account)
    shelves = {symbol: Shelf(s, chain, terms) for symbol, chain in chains.items() if chain is not None}
    open_symbols = [symbol for symbol in s.universe(account) if symbol not in refused]
    bought: dict[Option, tuple[Pick, int]] = {}
    while (found := _next_call(s, rungs, shelves, open_symbols, left, refused)) is not None:
        shelves[found.symbol].taken[found.option] += 1
        rungs.add(found.option, value_usd(found, 1))
        left -= cost_usd(s, found.option, most_for(s, found.quote))
        before, count = bought.get(found.option, (found, 0))
        bought[found.option] = replace(before, deviation=before.deviation or found.deviation), count + 1
    return _plan(s, money, list(bought.values()), refused)


def _next_call(
    s: Situation, rungs: Rungs, shelves: Mapping[str, Shelf], symbols: list[str], left: Decimal,
    refused: dict[str, list[Refusal]],
) -> Pick | None:  # fmt: skip
    """The next contract; a symbol without a fit one, or too dear, passes to the next."""
    for symbol in sorted(symbols, key=lambda each: rungs.symbols.get(each, ZERO)):
        shelf = shelves[symbol]
        found = place(s, rungs, shelf.months(rungs), shelf.offer, lambda _: 1)
        if isinstance(found, list):
            refused[symbol] = found
        elif cost_usd(s, found.pick.option, most_for(s, found.pick.quote)) <= left:
            return replace(found.pick, deviation=found.deviation)
    return None


def _data_refusals(s: Situation, account: Account, symbols: Iterable[str], chains: Chains) -> dict[str, list[Refusal]]:
    found: dict[str, list[Refusal]] = {}
    for symbol in symbols:
        refusal = data_refusal(s, symbol, chains.get(symbol))
        if (account.name, symbol) in s.state.rejecting:
            refusal = Refusal("rejecting", ("0.6",))
        if refusal is not None:
            found[symbol] = [refusal]
    return found


@clause("17.4", "17.1", "17.2")
def plan_roll(s: Situation, account: Account, held: Option, sale: LeapSale, chains: Chains) -> Plan:
    """What a roll's proceeds buy: calls on the same symbol, or the put of 17.2 on the first index of which one fits."""
    money = min(sale.proceeds, budget(s, account) + sale.proceeds)
    refused: dict[str, list[Refusal]] = {}
    rungs = rungs_of(s, account, HEDGE if held.is_index else GROWTH)
    for symbol in s.law.hedging.put_symbols if held.is_index else (held.symbol,):
        chain = chains.get(symbol)
        refused |= _data_refusals(s, account, (symbol,), chains)
        if symbol in refused or chain is None:
            continue
        shelf = Shelf(s, chain, terms_of(s, account))
        months = put_months(s, chain.expiries) if held.is_index else shelf.months(rungs)
        offer = _puts_of(s, chain) if held.is_index else shelf.offer
        found = place(s, rungs, months, offer, lambda pick: _affordable(s, pick, money))
        if isinstance(found, list):
            refused[symbol] = found
            continue
        if found.quantity:
            return _plan(s, money, [_cut_to_volume(s, found, money)], {})
    return _plan(s, money, [], refused)


def _affordable(s: Situation, found: Pick, money: Decimal) -> int:
    """floor(money / price), as many as today's volume allows."""
    return max(min(int(money // cost_usd(s, found.option, most_for(s, found.quote))), found.room), 0)


@clause("8.2")
def _cut_to_volume(s: Situation, found: Placed[Pick], money: Decimal) -> tuple[Pick, int]:
    pick = replace(found.pick, deviation=found.deviation)
    whole = money // cost_usd(s, pick.option, most_for(s, pick.quote))
    return (pick.cut_to_volume if found.quantity < whole else pick), found.quantity


def _puts_of(s: Situation, chain: Chain) -> Offer:
    """17.2's puts as the ladder takes them."""
    spot = s.quote(chain.symbol)
    assert spot is not None

    def offer(expiry: date) -> Pick | list[Refusal]:
        found = put_in(s, chain, expiry)
        if isinstance(found, list):
            return found
        row = chain.slices[expiry, Right.PUT]
        index = row.strikes.index(found.option.strike)
        years, mid = row.years(chain.at_ms), float(found.quote.mid)
        delta = model_delta(mid, float(spot.mid), float(found.option.strike), years, s.volatile.rate, False)
        return Pick(
            chain.symbol, found.option, found.quote, delta, calendar_days(s.today, expiry), found.room,
            int(row.average_volume[index]), None, ("17.2", "17.3"),
        )  # fmt: skip

    return offer


def _plan(s: Situation, money: Decimal, bought: list[tuple[Pick, int]], refused: Mapping[str, list[Refusal]]) -> Plan:
    rows = tuple(
        LeapPurchase(
            found.option, quantity, to_figure(found.delta), found.dte, to_price(found.quote.mid),
            most_for(s, found.quote), found.deviation,
        )
        for found, quantity in bought
    )  # fmt: skip
    spent = sum((row.quantity * cost_usd(s, row.contract, row.most) for row in rows), ZERO)
    return Plan(money, money - spent, rows, {found.option: found.quote for found, _ in bought}, refused)
