"""The job in bt: it knows a portfolio's weights and no contract, so each symbol's wheel is a price series made for it.

Usage: python by_bt.py SHARED YEARS
"""

import bt
import numpy as np
import pandas as pd
from job import CAPITAL, DAYS, FEE, NAMES, SIZE, WEEK, Week, arguments, show


def worth(loop, close: np.ndarray) -> tuple[np.ndarray, int]:
    """What a dollar in each symbol's wheel is worth each day, (9, days), and the trades; bt can't do this."""
    at_start, start = np.ones(len(NAMES)), close[:, 0]
    shares = np.zeros(len(NAMES))
    strikes = signs = premiums = shares
    table, trades = np.empty_like(close), 0
    for day in range(close.shape[1]):
        spot = close[:, day]
        if day % WEEK == 0:
            week, start = Week(loop, spot), spot
            sold = [week.sold(row, covered=shares[row] > 0) for row in range(len(NAMES))]
            strikes, signs, premiums = np.array(sold).T
            trades += len(NAMES)
        owed = np.maximum(signs * (spot - strikes), 0)
        table[:, day] = at_start * (1 + (premiums - FEE / SIZE - owed + shares * (spot - start)) / start)
        if day % WEEK == WEEK - 1:
            at_start = table[:, day]
            shares = np.where(owed > 0, signs < 0, shares).astype(float)
    return table, trades


def main() -> None:
    loop, years = arguments()
    *_, close = loop.bars(DAYS * years)

    def go():
        table, trades = worth(loop, close)
        frame = pd.DataFrame(table.T, columns=NAMES, index=pd.bdate_range("2014-01-02", periods=close.shape[1]))
        algos = [bt.algos.RunWeekly(), bt.algos.SelectAll(), bt.algos.WeighEqually(), bt.algos.Rebalance()]
        test = bt.Backtest(bt.Strategy("wheel", algos), frame, initial_capital=CAPITAL, progress_bar=False)
        result = bt.run(test, progress_bar=False)
        return float(result.prices.iloc[-1, 0] / result.prices.iloc[0, 0] * CAPITAL), trades

    show("bt", bt.__version__, go)


if __name__ == "__main__":
    main()
