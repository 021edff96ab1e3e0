"""What LEAPs and hedges cost to hold, and what a day on which everything falls does to the book and to them (17.7).

By Black and Scholes with the implied vol of each mid, which a fall leaves as it is, no dividends. An option on the VIX
keeps its price in a fall: nobody can say what the VIX would do, and a hedge is not to be shown better than it is.
"""

from decimal import Decimal

from allusetui.domain.account import Account
from allusetui.domain.contract import Option, Right
from allusetui.domain.event import Fall, LongMark
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import DAY_MS, YEAR_MS
from allusetui.domain.money import ZERO, to_cent, to_figure, to_price
from allusetui.pricing import black_scholes
from allusetui.pricing.implied_vol import implied_vol
from allusetui.rules.situation import VIX, Situation, clause
from allusetui.rules.valuation import option_delta, price_of, stock_value


@frozen
class _Model:
    """An option as the model sees it: dollars a share, years, and its implied vol; None where its price has none.

    `carry` is the rate for an option on the VIX, of which the spot stands for the forward, else zero.
    """

    option: Option
    price: float
    spot: float
    years: float
    rate: float
    carry: float
    vol: float | None

    @property
    def is_call(self) -> bool:
        return self.option.right is Right.CALL

    def gain(self, share: float) -> float:
        """Dollars a share that it gains where its underlying falls by `share`."""
        spot, strike = self.spot * (1 - share), float(self.option.strike)
        if self.option.symbol == VIX:
            return 0.0
        if self.vol is None:
            return max(spot - strike if self.is_call else strike - spot, 0.0) - self.price
        worth = black_scholes.price(spot, strike, self.years, self.rate, self.vol, self.is_call, self.carry)
        return worth - self.price

    @property
    def theta_day(self) -> float:
        """Dollars a share that a calendar day brings."""
        if self.vol is None:
            return 0.0
        strike = float(self.option.strike)
        greeks = black_scholes.greeks(self.spot, strike, self.years, self.rate, self.vol, self.is_call, self.carry)
        return greeks.theta * DAY_MS / YEAR_MS


def _model(s: Situation, account: Account, option: Option) -> _Model | None:
    """None where the underlying was never seen."""
    quote = s.quote(option.symbol)
    if quote is None:
        return None
    price, spot = float(price_of(s, account, option)), float(quote.mid)
    years = max(s.calendar.up_to(option.expiry).close_ms - s.now_ms, 0) / YEAR_MS
    rate, call = s.volatile.rate, option.right is Right.CALL
    carry = rate if option.symbol == VIX else 0.0
    vol = implied_vol(price, spot, float(option.strike), years, rate, call, carry)
    return _Model(option, price, spot, years, rate, carry, vol)


@clause("17.7")
def longs(s: Situation, account: Account) -> tuple[LongMark, ...]:
    """Every LEAP and hedge of the account at its mid, with its delta and what a day costs."""
    rows = []
    for option in account.longs():
        quantity, model = account.quantity(option), _model(s, account, option)
        delta = option_delta(s, option)
        theta = None if model is None else _usd(model.theta_day * quantity * option.multiplier)
        rows.append(
            LongMark(
                option, quantity, _cost(account, option), to_price(price_of(s, account, option)),
                None if model is None else to_price(model.spot), None if delta is None else to_figure(delta), theta,
            )
        )  # fmt: skip
    return tuple(rows)


def _cost(account: Account, option: Option) -> Decimal:
    lots = account.lots[option]
    return to_cent(sum((lot.price * lot.quantity * option.multiplier + lot.fees_usd for lot in lots), ZERO))


@clause("17.7")
def falls(s: Situation, account: Account) -> tuple[Fall, ...]:
    """What the account gains in each fall that the law names; nothing for one that holds nothing."""
    if not account.lots:
        return ()
    held = [option for option in account.lots if isinstance(option, Option)]
    models = [(model, account.quantity(o) * o.multiplier) for o in held if (model := _model(s, account, o)) is not None]
    stock = stock_value(s, account)
    return tuple(_fall(account, stock, models, share) for share in s.law.reports.falls)


def _fall(account: Account, stock: Decimal, models: list[tuple[_Model, int]], share: Decimal) -> Fall:
    book, growth, hedges = -float(share * stock), 0.0, 0.0
    for model, units in models:
        gain = model.gain(float(share)) * units
        if model.option in account.positions:
            book += gain
        elif model.option.is_index:
            hedges += gain
        else:
            growth += gain
    return Fall(share, _usd(book), _usd(growth), _usd(hedges))


def _usd(value: float) -> Decimal:
    return to_cent(Decimal(str(round(value, 4)))) + ZERO  # which turns −0 into 0
