"""The composition root: the only file that knows every part. A scenario goes in, a world to run it comes out."""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from allusetui.broker.simulated.clearing import SplitDay, Transfer
from allusetui.broker.simulated.exchange import COMMISSION, Exchange
from allusetui.domain.account import AccountType
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Option, Right
from allusetui.domain.input import Holding, OpenOption, OperatorActed, Provision, Started
from allusetui.domain.moment import to_ms
from allusetui.domain.money import ZERO, down_to_cent, to_price
from allusetui.domain.state import State
from allusetui.engine.engine import Engine
from allusetui.journal.export import export
from allusetui.journal.lock import FolderLock
from allusetui.journal.sqlite import SqliteJournal
from allusetui.law.load import law_hash, load
from allusetui.law.model import Law
from allusetui.ledger.csv import write_csv
from allusetui.ledger.postings import postings
from allusetui.market.calendars import calendar
from allusetui.market.faults import FaultyMarket
from allusetui.market.history import HistoryMarket
from allusetui.market.scripted import ScriptedMarket
from allusetui.ports import Journal, Market, Reporter
from allusetui.reports.files import write
from allusetui.reports.weekly import weekly
from allusetui.rules.situation import VIX
from allusetui.runtime.virtual import Crash, VirtualRuntime, World
from allusetui.scenario.model import AccountSpec, Dividend, Scenario

_LOOKBACK = timedelta(days=420)
_LISTINGS = timedelta(days=800)
_FIRST_SLEEVES = ("GEN", "REV", "COM")


@dataclass(slots=True)
class Run:
    """A scenario, ready to be run."""

    runtime: VirtualRuntime
    started: Started
    end_ms: int
    exchange: Exchange
    calendar: Calendar
    market: Market
    warnings: tuple[str, ...] = ()
    """What the market's data does not hold, and what that means; one line each."""

    def go(self) -> None:
        self.runtime.run(self.started, self.end_ms)


def build_run(
    scenario: Scenario,
    journal: Journal,
    reporter: Reporter,
    progress: Callable[[int], None] | None = None,
    crashes: tuple[Crash, ...] = (),
) -> Run:
    """Put a scenario's market, exchange and engine together around a journal and a reporter."""
    law = load()
    first, last = scenario.scenario.start.date() - _LOOKBACK, scenario.scenario.end.date() + _LISTINGS
    days = calendar(first, last)
    start_ms, end_ms = to_ms(scenario.scenario.start), to_ms(scenario.scenario.end)
    market = build_market(scenario, law, days, start_ms, end_ms)
    dividends, splits = corporate_actions(scenario, market, days)
    exchange = Exchange(market, days, start_ms, scenario.faults, dividends, COMMISSION, splits, transfers(scenario))
    accounts = provisions(scenario, law, market, start_ms)
    for account in accounts:
        exchange.open_account(account)
    world = World(
        market=FaultyMarket(market, scenario.faults),
        broker=exchange,
        journal=journal,
        reporter=reporter,
        operators=operators(scenario),
        crashes=(*scripted_crashes(scenario), *crashes),
    )
    if progress is not None:
        world.progress = progress

    def engine(state: State | None) -> Engine:
        return Engine(law, law_hash(), days, state)

    started = Started(
        start_ms, session_id(scenario), scenario.scenario.mode, scenario.scenario.seed,
        scenario.market.margin, COMMISSION, accounts,
    )  # fmt: skip
    warnings = market.warnings if isinstance(market, HistoryMarket) else ()
    return Run(VirtualRuntime(engine, world), started, end_ms, exchange, days, market, warnings)


def build_market(scenario: Scenario, law: Law, days: Calendar, start_ms: int, end_ms: int) -> Market:
    """The true market of a scenario."""
    if scenario.market.kind == "history":
        assert scenario.market.data is not None
        symbols = {symbol for kind in _FIRST_SLEEVES for symbol in law.sleeves[kind.lower()].universe} | {VIX}
        return HistoryMarket(
            scenario.market.data, frozenset(symbols), days, start_ms, end_ms, scenario.scenario.seed,
            scenario.market.rate,
        )  # fmt: skip
    return ScriptedMarket(scenario.market, scenario.tape, days, start_ms, end_ms)


def corporate_actions(
    scenario: Scenario, market: Market, days: Calendar
) -> tuple[dict[str, tuple[Dividend, ...]], list[SplitDay]]:
    """Dividends by symbol and splits: of the script, or of history's files for the days of the run."""
    if not isinstance(market, HistoryMarket):
        return {symbol: table.dividends for symbol, table in scenario.market.symbols.items()}, []
    dividends: dict[str, tuple[Dividend, ...]] = {}
    splits: list[SplitDay] = []
    for session in days.sessions:
        if scenario.scenario.start.date() <= session.day <= scenario.scenario.end.date():
            for symbol, amount in market.dividends_on(session.day):
                dividends[symbol] = (*dividends.get(symbol, ()), Dividend(ex=session.day, amount=amount))
            splits += [SplitDay(session.day, symbol, ratio) for symbol, ratio in market.splits_on(session.day)]
    return dividends, splits


def session_id(scenario: Scenario) -> str:
    """The session's part of every order id: the same for the same scenario, after a restart too (0.6)."""
    text = f"{scenario.scenario.name}/{scenario.scenario.seed}"
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def scripted_crashes(scenario: Scenario) -> list[Crash]:
    return [
        Crash(at_ms := to_ms(fault.at), None if fault.for_ms is None else at_ms + fault.for_ms)
        for fault in scenario.faults
        if fault.kind == "crash"
    ]


def operators(scenario: Scenario) -> list[OperatorActed]:
    found: list[OperatorActed] = []
    for act in scenario.operators:
        contract = None
        if act.symbol and act.expiry and act.strike is not None and act.right:
            contract = Option(act.symbol, act.expiry, act.strike, Right(act.right))
        found.append(OperatorActed(to_ms(act.at), act.action, act.account, "operator", contract))
    return found


def transfers(scenario: Scenario) -> list[Transfer]:
    """What the operator deposits and withdraws: the broker moves it, and shows it to the engine."""
    signs = {"deposit": 1, "withdraw": -1}
    acts = [act for act in scenario.operators if act.action in signs]
    return [
        Transfer(to_ms(act.at), act.account, signs[act.action] * act.amount)
        for act in acts
        if act.account is not None and act.amount is not None
    ]


def provisions(scenario: Scenario, law: Law, market: Market, start_ms: int) -> tuple[Provision, ...]:
    """What each account begins with: its share by 0.1, or what its own table says."""
    capital = scenario.scenario.capital or ZERO
    gen = down_to_cent(law.sizing.split_gen * capital)
    rev = down_to_cent(law.sizing.split_rev * capital)
    shares = {"GEN": gen, "REV": rev, "COM": capital - gen - rev}
    names = [*_FIRST_SLEEVES, *(name for name in scenario.accounts if name not in _FIRST_SLEEVES)]
    trading = scenario.scenario.accounts
    return tuple(
        _provision(name, scenario, market, start_ms, shares.get(name, ZERO), trading is None or name in trading)
        for name in names
    )


def _provision(
    name: str, scenario: Scenario, market: Market, start_ms: int, share: Decimal, trading: bool
) -> Provision:
    table = scenario.accounts.get(name, AccountSpec())
    group, _, sleeve = name.rpartition(".")
    kind = AccountType.MINI if sleeve.startswith("MINI") else AccountType(sleeve.lower())
    equity = share if table.equity is None else table.equity
    opened = table.opened or scenario.scenario.start.date()
    holdings = tuple(Holding(symbol, h.shares, h.basis, h.assigned) for symbol, h in table.holdings.items())
    options = tuple(
        OpenOption(Option(o.symbol, o.expiry, o.strike, Right(o.right)), o.quantity, o.price, o.opened)
        for o in table.options
    )
    held = sum((h.shares * _spot(market, h.symbol, start_ms) for h in holdings), ZERO)
    for row in options:
        quote = market.option(row.contract, start_ms)
        held += row.quantity * row.contract.multiplier * (quote.mid if quote else row.price)
    return Provision(
        name, kind, group or "A1", trading, to_price(equity), to_price(equity if table.base is None else table.base),
        to_price(equity - held), to_price(equity if table.high_water is None else table.high_water), opened,
        to_price(table.realized_quarter), holdings, options,
    )  # fmt: skip


def _spot(market: Market, symbol: str, at_ms: int) -> Decimal:
    quote = market.underlying(symbol, at_ms)
    return quote.mid if quote else ZERO


JOURNAL_FILE = "journal.ndjson"
LEDGER_FILE = "ledger.csv"
REPORTS_FOLDER = "reports"
_OWN_FILES = ("journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", JOURNAL_FILE, LEDGER_FILE)


class FolderReporter:
    """Writes reports from a journal into a session's folder."""

    def __init__(self, journal: Journal, folder: Path) -> None:
        self._journal = journal
        self._folder = folder

    def write(self, period: str, name: str, at_ms: int) -> str:
        """The sha256 of the report's text."""
        return write(self._folder, weekly(self._journal.read(), name))


def replay(scenario: Scenario, folder: Path, progress: Callable[[int], None]) -> Run:
    """Run a scenario into `folder`: journal, ledger and reports of an earlier replay there are replaced.

    Raises SessionInUse where another process works in the folder, OSError where the disk refuses.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FolderLock(folder)
    for name in _OWN_FILES:
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / REPORTS_FOLDER, ignore_errors=True)
    lock.release()
    journal = SqliteJournal(folder)
    try:
        try:
            run = build_run(scenario, journal, FolderReporter(journal, folder / REPORTS_FOLDER), progress)
            run.go()
            if run.runtime.refusal is not None:
                raise run.runtime.refusal
        finally:
            export(journal, folder / JOURNAL_FILE)
            with (folder / LEDGER_FILE).open("w", newline="", encoding="utf-8") as file:
                write_csv(postings(journal.read()), file)
    finally:
        journal.close()
    return run
