"""A simulated exchange over a scripted Thursday and Friday of AAPL, and what tests say to it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from allusetui.broker.simulated.clearing import SplitDay
from allusetui.broker.simulated.exchange import Exchange
from allusetui.broker.simulated.fees import Fees
from allusetui.broker.simulated.owners import Owners
from allusetui.broker.simulated.store import FILE_NAME, DurableExchange
from allusetui.broker.simulated.takers import Takers
from allusetui.domain.contract import Option, Right, Side
from allusetui.domain.input import (
    Execution,
    Input,
    OrderExecuted,
    Provision,
)
from allusetui.domain.moment import to_ms
from allusetui.domain.order import Order
from allusetui.market.scripted import ScriptedMarket
from allusetui.scenario.load import parse
from tests.broker.provisions import provision
from tests.broker.scripts import CALENDAR, at

FRIDAY = date(2026, 3, 6)
PUT = Option("AAPL", FRIDAY, Decimal("199.5"), Right.PUT)  # 1.14 / 1.17 on Thursday 09:45, mid 1.155
CALL = Option("AAPL", FRIDAY, Decimal(205), Right.CALL)
LATER = Option("AAPL", date(2026, 3, 13), Decimal("197.5"), Right.PUT)
HEAD = """
[scenario]
name = "broker"
start = 2026-03-05T09:00:00
end = 2026-03-10T17:00:00
capital = 1_000_000
[market]
kind = "scripted"
[market.symbols.AAPL]
spot = 200.0
iv = 0.3
strike_step = 0.5
dividends = [{ ex = 2025-09-01, amount = 0.25 }, { ex = 2026-03-06, amount = 0.25 }]
[market.symbols.VIX]
spot = 18.0
[market.symbols.SPX]
spot = 5000.0
"""
NOW = at(9, 45)
THE_PUT = 'symbol = "AAPL"\nexpiry = 2026-03-06\nstrike = 199.5\nright = "P"'


def exchange(
    script: str = "",
    *accounts: Provision,
    owners: Owners | None = None,
    takers: Takers | None = None,
    fees: Fees | None = None,
    splits: Sequence[SplitDay] = (),
) -> Exchange:
    """The exchange of HEAD with `script` tables: these accounts, or one with money."""
    scenario = parse(HEAD + script, "test")
    run, spec = scenario.scenario, scenario.market
    start_ms = to_ms(run.start)
    market = ScriptedMarket(spec, scenario.tape, CALENDAR, start_ms, to_ms(run.end))
    dividends = {name: table.dividends for name, table in spec.symbols.items()}
    house = Exchange(
        market, CALENDAR, start_ms, scenario.faults, dividends, splits, owners=owners, takers=takers, fees=fees
    )  # fmt: skip
    for account in accounts or (provision(),):
        house.open_account(account)
    return house


def on_disk(folder: Path, house: Exchange | None = None) -> DurableExchange:
    """An exchange, `exchange()` where none is given, over the book that stands in the folder."""
    return DurableExchange(house or exchange(), folder / FILE_NAME, "s")


def sell(limit: str, quantity: int = 1, order_id: str = "o1") -> Order:
    return Order(order_id, "GEN", PUT, None, Side.SELL, quantity, Decimal(limit))


def buy(limit: str, quantity: int = 1, order_id: str = "o1") -> Order:
    return Order(order_id, "GEN", PUT, None, Side.BUY, quantity, Decimal(limit))


def fills(reports: Sequence[Input]) -> list[Execution]:
    return [row for report in reports if isinstance(report, OrderExecuted) for row in report.executions]


def fill_times(reports: Sequence[Input]) -> list[int]:
    return [report.at_ms for report in reports if isinstance(report, OrderExecuted)]
