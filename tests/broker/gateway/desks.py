"""A small scripted market behind a gateway, put together as the product does."""

from collections.abc import Sequence
from decimal import Decimal

from allusetui.broker.gateway.gateway import Gateway
from allusetui.broker.gateway.session import USUAL, Limits
from allusetui.broker.gateway.venue import Assembly, Venue, assemble
from allusetui.broker.simulated.exchange import Exchange
from allusetui.broker.simulated.fees import Fees
from allusetui.domain.input import HeadlineSeen, Provision
from allusetui.domain.moment import to_ms
from allusetui.market.faults import FaultyMarket
from allusetui.market.scripted import ScriptedMarket
from allusetui.scenario.load import parse
from tests.broker.provisions import provision
from tests.broker.scripts import CALENDAR, at

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
expiries = "mon-wed-fri"
[market.symbols.SPX]
spot = 5000.0
strike_step = 25
tick = 0.05
expiries = "daily"
"""
ACCOUNTS = ("DU4000001", "DU4000002")
NOW = at(10)


def venue(more: str = "", *accounts: Provision, fees: Fees | None = None) -> Venue:
    """The market of HEAD with `more` tables, from Thursday 09:00; two accounts, or as many as are given."""
    scenario = parse(HEAD + more, "test")
    start_ms, end_ms = to_ms(scenario.scenario.start), to_ms(scenario.scenario.end)
    market = ScriptedMarket(scenario.market, scenario.tape, CALENDAR, start_ms, end_ms)
    exchange = Exchange(market, CALENDAR, start_ms, scenario.faults, fees=fees)
    opened = accounts or tuple(provision(name) for name in ACCOUNTS)
    for account in opened:
        exchange.open_account(account)
    shown = FaultyMarket(market, scenario.faults)
    headlines = [HeadlineSeen(to_ms(told.at), told.symbol, told.text) for told in scenario.headlines]
    tables = scenario.market.symbols
    return Venue(
        shown, exchange, CALENDAR, market.strikes, lambda symbol: ((Decimal(0), tables[symbol].tick),), opened,
        start_ms, headlines,
    )  # fmt: skip


def gateway(more: str = "", limits: Limits = USUAL) -> Gateway:
    return assembly(more, limits).gateway


def assembly(more: str = "", limits: Limits = USUAL, accounts: Sequence[Provision] = ()) -> Assembly:
    return assemble(venue(more, *accounts), limits)
