"""What it would have come to to buy one symbol on the first day and to do nothing else: what the law is measured by."""

from datetime import date
from typing import Final

from allusetui.domain.calendar import Calendar
from allusetui.domain.frozen import frozen
from allusetui.market.model_market import ModelMarket

SYMBOL: Final = "SPY"


@frozen
class Held:
    """Shares of one, by the closes: no costs, no taxes, dividends bought into at the close of their ex-date."""

    growth: float
    worst_drawdown: float


def held(market: object, calendar: Calendar, first: date, last: date) -> Held | None:
    """From the close before `first` to the last; None where the market does not know the symbol's days."""
    if not isinstance(market, ModelMarket):
        return None
    closes = market.closes(SYMBOL, calendar.before(first).day, last)
    if len(closes) < 2:
        return None
    price = closes[0][1]
    shares, best, worst, worth = 1.0, price, 0.0, price
    for day, close in closes[1:]:
        shares *= float(dict(market.splits_on(day)).get(SYMBOL, 1))
        shares *= 1 + float(dict(market.dividends_on(day)).get(SYMBOL, 0)) / close
        worth = shares * close
        best = max(best, worth)
        worst = max(worst, 1 - worth / best)
    return Held(worth / price - 1, worst)
