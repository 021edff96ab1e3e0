"""A simulated exchange over a scripted Thursday and Friday of AAPL, and what tests say to it."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from allusetui.broker.simulated.exchange import Exchange
from allusetui.domain.contract import Option, Right, Side
from allusetui.domain.input import (
    Execution,
    Input,
    OrderExecuted,
    Provision,
)
from allusetui.domain.moment import to_ms
from allusetui.domain.order import Order
from allusetui.market.calendars import calendar
from allusetui.market.scripted import ScriptedMarket
from allusetui.scenario.load import parse
from tests.broker.provisions import provision

CALENDAR = calendar(date(2025, 10, 1), date(2028, 6, 30))
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
dividends = [{ ex = 2026-03-06, amount = 0.25 }]
[market.symbols.VIX]
spot = 18.0
[market.symbols.SPX]
spot = 5000.0
"""


def at(hour: int, minute: int, second: int = 0, day: int = 5) -> int:
    return to_ms(datetime(2026, 3, day, hour, minute, second))


NOW = at(9, 45)


def tape(values: str, when: str) -> str:
    return f"[[tape]]\nat = {when}\nset = {{ {values} }}\n"


def fault(kind: str, more: str = "", when: str = "2026-03-05T09:40:00", span: str | None = "10m") -> str:
    lasting = f'for = "{span}"\n' if span else ""
    return f'[[fault]]\nat = {when}\n{lasting}kind = "{kind}"\n{more}\n'


OF_AAPL = 'symbol = "AAPL"'
THE_PUT = 'symbol = "AAPL"\nexpiry = 2026-03-06\nstrike = 199.5\nright = "P"'


def exchange(script: str = "", *accounts: Provision) -> Exchange:
    scenario = parse(HEAD + script, "test")
    run, spec = scenario.scenario, scenario.market
    market = ScriptedMarket(spec, scenario.tape, CALENDAR, to_ms(run.start), to_ms(run.end))
    dividends = {name: table.dividends for name, table in spec.symbols.items()}
    house = Exchange(market, CALENDAR, to_ms(run.start), scenario.faults, dividends)
    for account in accounts or (provision(),):
        house.open_account(account)
    return house


def sell(limit: str, quantity: int = 1, order_id: str = "o1") -> Order:
    return Order(order_id, "GEN", PUT, None, Side.SELL, quantity, Decimal(limit))


def buy(limit: str, quantity: int = 1, order_id: str = "o1") -> Order:
    return Order(order_id, "GEN", PUT, None, Side.BUY, quantity, Decimal(limit))


def fills(reports: Sequence[Input]) -> list[Execution]:
    return [row for report in reports if isinstance(report, OrderExecuted) for row in report.executions]


def fill_times(reports: Sequence[Input]) -> list[int]:
    return [report.at_ms for report in reports if isinstance(report, OrderExecuted)]
