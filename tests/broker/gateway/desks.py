"""A small scripted market behind a gateway, put together as the product does."""

from datetime import date, datetime
from decimal import Decimal

from allusetui.broker.gateway.gateway import Gateway
from allusetui.broker.gateway.part import Faults
from allusetui.broker.gateway.session import USUAL, Limits
from allusetui.broker.gateway.venue import Venue, assemble
from allusetui.broker.simulated.exchange import Exchange
from allusetui.domain.account import AccountType
from allusetui.domain.input import HeadlineSeen, Provision
from allusetui.domain.moment import to_ms
from allusetui.market.calendars import calendar
from allusetui.market.faults import FaultyMarket
from allusetui.market.scripted import ScriptedMarket
from allusetui.scenario.load import parse

CALENDAR = calendar(date(2025, 10, 1), date(2028, 6, 30))
HEAD = """
[scenario]
name = "gateway"
start = 2026-03-05T09:00:00
end = 2026-03-10T17:00:00
capital = 1_000_000
[market]
kind = "scripted"
[market.symbols.AAPL]
spot = 200.0
iv = 0.3
strike_step = 2.5
oi = 4321
volume = 777
earnings = [2026-04-30]
[market.symbols.GOOG]
spot = 300.0
[market.symbols.VIX]
spot = 18.0
tick = 0.05
[market.symbols.SPX]
spot = 5000.0
strike_step = 25
tick = 0.05
expiries = "daily"
"""
ACCOUNTS = {"GEN": "DU4000001", "REV": "DU4000002", "COM": "DU4000001"}


def at(hour: int, minute: int = 0, second: int = 0, day: int = 5) -> int:
    return to_ms(datetime(2026, 3, day, hour, minute, second))


NOW = at(10)


def venue(more: str = "") -> Venue:
    """The market of HEAD with `more` tables, from Thursday 09:00; three sleeves in two accounts."""
    scenario = parse(HEAD + more, "test")
    start_ms, end_ms = to_ms(scenario.scenario.start), to_ms(scenario.scenario.end)
    market = ScriptedMarket(scenario.market, scenario.tape, CALENDAR, start_ms, end_ms)
    exchange = Exchange(market, CALENDAR, start_ms, scenario.faults)
    for name in ACCOUNTS:
        exchange.open_account(_provision(name))
    shown = FaultyMarket(market, scenario.faults)
    headlines = [HeadlineSeen(to_ms(told.at), told.symbol, told.text) for told in scenario.headlines]
    symbols = scenario.market.symbols
    return Venue(shown, exchange, CALENDAR, lambda symbol: ((Decimal(0), symbols[symbol].tick),), ACCOUNTS, headlines)


def gateway(more: str = "", limits: Limits = USUAL, faults: Faults | None = None) -> Gateway:
    return assemble(venue(more), limits, faults)


def _provision(name: str) -> Provision:
    cash = Decimal(100_000)
    return Provision(
        name=name,
        type=AccountType[name],
        group=name,
        trading=True,
        equity=cash,
        base=cash,
        cash=cash,
        high_water=cash,
        opened=date(2026, 3, 5),
        realized_quarter=Decimal(0),
    )
