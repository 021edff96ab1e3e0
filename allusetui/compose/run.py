"""A scenario made ready to be run."""

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from datetime import timedelta

from allusetui.advisor.adviser import Adviser
from allusetui.broker.simulated.exchange import Exchange
from allusetui.broker.simulated.fees import COMMISSION
from allusetui.compose.parts import (
    TrueMarket,
    broker_fees,
    build_market,
    corporate_actions,
    operators,
    option_owners,
    order_takers,
    scripted_crashes,
    session_id,
    transfers,
)
from allusetui.compose.provisions import by_code, provisions
from allusetui.domain.calendar import Calendar
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.input import Provision, Started
from allusetui.domain.moment import to_ms
from allusetui.domain.state import State
from allusetui.engine.engine import Engine
from allusetui.law.load import Version, version
from allusetui.law.model import Law
from allusetui.market.calendars import calendar
from allusetui.market.faults import shown
from allusetui.market.model_market import ModelMarket
from allusetui.market.news import ScriptedNews
from allusetui.ports import Journal, Market, Reporter
from allusetui.runtime.asking import AtOnce
from allusetui.runtime.stored import Stand
from allusetui.runtime.virtual import VirtualRuntime
from allusetui.runtime.world import Crash, World
from allusetui.scenario.model import Scenario

_LOOKBACK = timedelta(days=420)
_LISTINGS = timedelta(days=800)


@mutable
class Run:
    """A scenario, ready to be run."""

    runtime: VirtualRuntime
    started: Started
    end_ms: int
    exchange: Exchange
    calendar: Calendar
    market: Market
    law: Law
    warnings: tuple[str, ...] = ()
    """What the market's data does not hold, and what that means; one line each."""
    stand: Stand | None = None
    """Where a stored session goes on; None for a new one."""
    close: Callable[[], None] = field(default=lambda: None)
    """Gives the session's folder back. Nothing is lost without it."""

    def begin(self) -> None:
        """The first instant, of a new session or of one that goes on."""
        if self.stand is None:
            self.runtime.begin(self.started)
        else:
            self.runtime.take_up(self.stand)

    def go(self) -> None:
        self.begin()
        self.runtime.go_on(self.end_ms)


def check_beginning(scenario: Scenario) -> None:
    """Raises Problem where an account could not begin as its table says, by the prices of the start."""
    if not any(table.holdings or table.options for table in scenario.accounts.values()):
        return
    law = version().law
    days, start_ms, end_ms = _frame(scenario)
    provisions(scenario, law, build_market(scenario, law, days, start_ms, end_ms), days, start_ms)


def _frame(scenario: Scenario) -> tuple[Calendar, int, int]:
    """Sessions, first and last instant."""
    first, last = scenario.scenario.start.date() - _LOOKBACK, scenario.scenario.end.date() + _LISTINGS
    return calendar(first, last), to_ms(scenario.scenario.start), to_ms(scenario.scenario.end)


@frozen
class Stage:
    """A scenario's market with the exchange over it, and what each account begins with."""

    law: Law
    calendar: Calendar
    start_ms: int
    end_ms: int
    market: TrueMarket
    exchange: Exchange
    accounts: tuple[Provision, ...]


def build_stage(scenario: Scenario, codes: Mapping[str, str] | None = None, under: Version | None = None) -> Stage:
    """Put a scenario's market and exchange together. `codes`: the broker's account of each sleeve, where it is another;
    `under`: the law, where it is not the one in force.

    Raises Problem where an account could not begin as its table says.
    """
    law = (under or version()).law
    days, start_ms, end_ms = _frame(scenario)
    market = build_market(scenario, law, days, start_ms, end_ms)
    dividends, splits = corporate_actions(scenario, market, days)
    held_in = codes or {}
    paid = [replace(each, account=held_in.get(each.account, each.account)) for each in transfers(scenario)]
    exchange = Exchange(
        market, days, start_ms, scenario.faults, dividends, splits, paid,
        option_owners(scenario), order_takers(scenario), broker_fees(scenario),
    )  # fmt: skip
    accounts = by_code(provisions(scenario, law, market, days, start_ms), held_in)
    for account in accounts:
        exchange.open_account(account)
    return Stage(law, days, start_ms, end_ms, market, exchange, accounts)


def build_run(
    scenario: Scenario,
    journal: Journal,
    reporter: Reporter,
    progress: Callable[[int], None] | None = None,
    crashes: tuple[Crash, ...] = (),
    under: Version | None = None,
) -> Run:
    """Put a scenario's market, exchange and engine together around a journal and a reporter.

    `under`: the law, where it is not the one in force. Raises Problem where an account could not begin as its table
    says.
    """
    ruling = under or version()
    stage = build_stage(scenario, under=ruling)
    market = stage.market
    world = World(
        market=shown(market, scenario.faults),
        broker=stage.exchange,
        journal=journal,
        reporter=reporter,
        advice=AtOnce(Adviser(stage.law)),
        news=ScriptedNews(scenario.headlines),
        operators=operators(scenario),
        crashes=(*scripted_crashes(scenario), *crashes),
    )
    if progress is not None:
        world.progress = progress

    def engine(state: State | None) -> Engine:
        return Engine(ruling.law, ruling.hash, stage.calendar, state)

    started = Started(
        stage.start_ms, session_id(scenario), scenario.scenario.mode, scenario.scenario.seed,
        scenario.market.margin, COMMISSION, stage.accounts,
    )  # fmt: skip
    warnings = market.warnings if isinstance(market, ModelMarket) else ()
    runtime = VirtualRuntime(engine, world)
    return Run(runtime, started, stage.end_ms, stage.exchange, stage.calendar, market, ruling.law, warnings)
