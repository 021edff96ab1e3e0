"""The job in backtrader: shares are its orders; an option it has not, so its premium is cash that is added.

Usage: python by_backtrader.py SHARED YEARS
"""

from datetime import datetime, timedelta

import backtrader
import numpy as np
import pandas as pd
from job import CAPITAL, DAYS, FEE, NAMES, SIZE, WEEK, Week, arguments, show

FIRST = datetime(2014, 1, 2)


class Wheel(backtrader.Strategy):
    """Sells at each week's first day, and takes or gives the shares at its last."""

    params = (("loop", None),)

    def __init__(self):
        self.trades = 0
        self.held = {}
        self.days = -1
        self.atr = [backtrader.indicators.AverageTrueRange(data, period=WEEK) for data in self.datas]

    def prenext(self):
        self.next()

    def next(self):
        self.days += 1
        if self.days % WEEK == 0:
            week = Week(self.p.loop, np.array([data.close[0] for data in self.datas]))
            for row, data in enumerate(self.datas):
                strike, sign, premium = week.sold(row, covered=self.getposition(data).size > 0)
                self.held[data] = (strike, sign)
                self.broker.add_cash(premium * SIZE - FEE)
                self.trades += 1
        if self.days % WEEK == WEEK - 1:
            for data, (strike, sign) in self.held.items():
                if sign < 0 and data.close[0] < strike:
                    self.buy(data, size=SIZE, exectype=backtrader.Order.Market)
                    self.broker.add_cash((data.close[0] - strike) * SIZE)
                elif sign > 0 and data.close[0] > strike:
                    self.sell(data, size=SIZE, exectype=backtrader.Order.Market)
                    self.broker.add_cash((strike - data.close[0]) * SIZE)
            self.held.clear()


def main() -> None:
    loop, years = arguments()
    high, low, close = loop.bars(DAYS * years)
    days = [FIRST + timedelta(days=day) for day in range(close.shape[1])]

    def go():
        cerebro = backtrader.Cerebro(stdstats=False)
        cerebro.broker.setcash(CAPITAL)
        cerebro.broker.set_coc(True)
        for row, name in enumerate(NAMES):
            columns = {"open": close[row], "high": high[row], "low": low[row], "close": close[row]}
            frame = pd.DataFrame({**columns, "volume": 1, "openinterest": 0}, index=pd.DatetimeIndex(days))
            cerebro.adddata(backtrader.feeds.PandasData(dataname=frame), name=name)
        cerebro.addstrategy(Wheel, loop=loop)
        strategy = cerebro.run()[0]
        return cerebro.broker.getvalue(), strategy.trades

    show("backtrader", backtrader.__version__, go)


if __name__ == "__main__":
    main()
