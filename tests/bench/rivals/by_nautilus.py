"""The job in nautilus_trader: each week's nine contracts are instruments with quotes, chosen and priced before the run.

Usage: python by_nautilus.py SHARED YEARS
"""

from decimal import Decimal

import nautilus_trader
import numpy as np
import pandas as pd
from job import CAPITAL, DAYS, FEE, NAMES, SIZE, WEEK, Week, arguments, show
from nautilus_trader.backtest.engine import BacktestEngine
from nautilus_trader.config import BacktestEngineConfig, LoggingConfig
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.data import QuoteTick
from nautilus_trader.model.enums import AccountType, AssetClass, OmsType, OptionKind, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
from nautilus_trader.model.instruments import Equity, OptionContract
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.trading.strategy import Strategy

HOUSE = Venue("SIM")
TICK = Price.from_str("0.01")
DEEP = Quantity.from_int(1_000_000)
LEAST = 0.01


def option(name: str, strike: float, sign: int, born: int, dies: int) -> OptionContract:
    symbol = Symbol(f"{name}{born}{'C' if sign > 0 else 'P'}")
    return OptionContract(
        instrument_id=InstrumentId(symbol, HOUSE), raw_symbol=symbol, asset_class=AssetClass.EQUITY, currency=USD,
        price_precision=2, price_increment=TICK, multiplier=Quantity.from_int(SIZE), lot_size=Quantity.from_int(1),
        underlying=name, option_kind=OptionKind.CALL if sign > 0 else OptionKind.PUT,
        strike_price=Price(strike, 2), activation_ns=born, expiration_ns=dies + 10**15, ts_event=born, ts_init=born,
    )  # fmt: skip


def share(name: str) -> Equity:
    symbol = Symbol(name)
    return Equity(InstrumentId(symbol, HOUSE), symbol, USD, 2, TICK, Quantity.from_int(1), 0, 0)


def quote(instrument: InstrumentId, price: float, at: int) -> QuoteTick:
    both = Price(max(price, LEAST), 2)
    return QuoteTick(instrument, both, both, DEEP, DEEP, at, at)


class Wheel(Strategy):
    """Sells each week's contract at its first quote and buys it back at its last, with the shares of an assignment."""

    def __init__(self, weeks: dict, last: dict) -> None:
        super().__init__()
        self.weeks, self.last = weeks, last
        self.trades = 0

    def on_start(self) -> None:
        for week in self.weeks:
            self.subscribe_quote_ticks(week)

    def on_quote_tick(self, tick: QuoteTick) -> None:
        _, sign, name = self.weeks[tick.instrument_id]
        if self.portfolio.is_flat(tick.instrument_id):
            self._order(tick.instrument_id, OrderSide.SELL, 1)
            self.trades += 1
        elif tick.ts_event == self.last[tick.instrument_id]:
            self._order(tick.instrument_id, OrderSide.BUY, 1)
            if float(tick.bid_price) > LEAST:
                self._order(InstrumentId(Symbol(name), HOUSE), OrderSide.SELL if sign > 0 else OrderSide.BUY, SIZE)

    def _order(self, instrument: InstrumentId, side: OrderSide, size: int) -> None:
        self.submit_order(self.order_factory.market(instrument, side, Quantity.from_int(size)))


def prepare(loop, close: np.ndarray):
    """Instruments, quotes, and what each contract is: all that the engine does not choose."""
    at = [int(moment.value) for moment in pd.bdate_range("2014-01-02", periods=close.shape[1], tz="UTC")]
    shares, instruments, quotes = [0] * len(NAMES), [], []
    weeks, last = {}, {}
    for day in range(0, close.shape[1] - WEEK + 1, WEEK):
        week, end = Week(loop, close[:, day]), day + WEEK - 1
        for row, name in enumerate(NAMES):
            strike, sign, premium = week.sold(row, covered=shares[row] > 0)
            made = option(name, strike, sign, at[day], at[end])
            instruments.append(made)
            weeks[made.id], last[made.id] = (strike, sign, name), at[end]
            owed = max(sign * (close[row, end] - strike), 0.0)
            quotes += [quote(made.id, premium, at[day] + 1), quote(made.id, owed, at[end] + 1)]
            last[made.id] = at[end] + 1
            if owed > 0:
                shares[row] -= sign
    for row, name in enumerate(NAMES):
        quotes += [quote(InstrumentId(Symbol(name), HOUSE), close[row, day], at[day]) for day in range(close.shape[1])]
    return instruments, quotes, weeks, last


def main() -> None:
    loop, years = arguments()
    *_, close = loop.bars(DAYS * years)

    def go():
        instruments, quotes, weeks, last = prepare(loop, close)
        engine = BacktestEngine(BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True)))
        engine.add_venue(HOUSE, OmsType.NETTING, AccountType.MARGIN, [Money(CAPITAL, USD)], USD, Decimal(1))
        for instrument in [share(name) for name in NAMES] + instruments:
            engine.add_instrument(instrument)
        engine.add_data(sorted(quotes, key=lambda each: each.ts_init), validate=False, sort=False)
        strategy = Wheel(weeks, last)
        engine.add_strategy(strategy)
        engine.run()
        cash = float(engine.portfolio.account(HOUSE).balance_total(USD))
        sizes = [float(engine.portfolio.net_position(InstrumentId(Symbol(name), HOUSE))) for name in NAMES]
        return cash + float(np.dot(sizes, close[:, -1])) - FEE * strategy.trades, strategy.trades

    show("nautilus_trader", nautilus_trader.__version__, go)


if __name__ == "__main__":
    main()
