"""What a scenario is made of, made: its market, its accounts, what happens to them from outside."""

import hashlib
from decimal import Decimal

from allusetui.broker.simulated.clearing import SplitDay, Transfer
from allusetui.broker.simulated.fees import BrokerFees, Fees, FlatFees
from allusetui.broker.simulated.owners import Owners, PunctualOwners
from allusetui.broker.simulated.takers import SHOWN, PunctualTakers, Takers
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Option, Right
from allusetui.domain.input import OperatorActed
from allusetui.domain.moment import to_ms
from allusetui.domain.money import ZERO
from allusetui.law.model import Law
from allusetui.market import traits
from allusetui.market.model_market import ModelMarket
from allusetui.market.owners import SeededOwners
from allusetui.market.scripted import ScriptedMarket, told_breadth
from allusetui.market.synthetic import SyntheticMarket
from allusetui.market.takers import SeededTakers
from allusetui.ports import Market
from allusetui.rules.situation import VIX
from allusetui.runtime.world import Crash
from allusetui.scenario.model import Dividend, Scenario
from allusetui.scenario.setting import FOUNDERS

TrueMarket = ScriptedMarket | ModelMarket


def build_market(scenario: Scenario, law: Law, days: Calendar, start_ms: int, end_ms: int) -> TrueMarket:
    """The true market of a scenario."""
    if scenario.market.kind == "scripted":
        return ScriptedMarket(scenario.market, scenario.tape, days, start_ms, end_ms)
    seed, rate = scenario.scenario.seed, scenario.market.rate
    breadth = told_breadth(scenario.market, scenario.tape, days, start_ms, end_ms)
    own = {symbol for name in FOUNDERS for symbol in law.sleeves[name.lower()].universe}
    symbols = own | {VIX, *law.hedging.symbols}
    if scenario.market.kind == "history":
        # Imported here: it reads files, and the demo's start does not wait for what only that needs.
        from allusetui.market.history import HistoryMarket

        assert scenario.market.data is not None
        return HistoryMarket(scenario.market.data, symbols, days, start_ms, end_ms, seed, rate, breadth)
    return SyntheticMarket(symbols, days, start_ms, end_ms, seed, rate, breadth)


def option_owners(scenario: Scenario) -> Owners:
    """Who owns what the accounts are short of: a scripted or real market's settle as the script or the close says."""
    return SeededOwners(scenario.scenario.seed) if scenario.market.kind == "synthetic" else PunctualOwners()


def order_takers(scenario: Scenario) -> Takers:
    """Who trades inside the spread: in the synthetic market by chance, elsewhere as scripted fills are."""
    return SeededTakers(scenario.scenario.seed, SHOWN) if scenario.market.kind == "synthetic" else PunctualTakers()


def broker_fees(scenario: Scenario) -> Fees:
    """What trading costs: in the synthetic market what a broker takes by date, elsewhere what scripted fills cost."""
    return BrokerFees() if scenario.market.kind == "synthetic" else FlatFees()


def corporate_actions(
    scenario: Scenario, market: Market, days: Calendar
) -> tuple[dict[str, tuple[Dividend, ...]], list[SplitDay]]:
    """Dividends by symbol and splits: of the script, or what a model market knows for the days of the run."""
    if not isinstance(market, ModelMarket):
        return {symbol: table.dividends for symbol, table in scenario.market.symbols.items()}, []
    dividends: dict[str, tuple[Dividend, ...]] = {}
    splits: list[SplitDay] = []
    first, last = scenario.scenario.start.date(), scenario.scenario.end.date()
    for session in days.sessions:
        if first <= session.day <= last:
            for symbol, amount in market.dividends_on(session.day):
                dividends[symbol] = (*dividends.get(symbol, ()), Dividend(ex=session.day, amount=amount))
            splits += [SplitDay(session.day, symbol, ratio) for symbol, ratio in market.splits_on(session.day)]
    return dividends, splits


def price_steps(scenario: Scenario, symbol: str) -> tuple[tuple[Decimal, Decimal], ...]:
    """(from which price, step) of the orders in a symbol's options, ascending."""
    if scenario.market.kind == "scripted":
        return ((ZERO, scenario.market.symbols[symbol].tick),)
    known = traits.of(symbol)
    return known.steps or ((ZERO, known.tick),)


def session_id(scenario: Scenario) -> str:
    """The session's part of every order id: the same for the same scenario, after a restart too (0.6)."""
    text = f"{scenario.scenario.name}/{scenario.scenario.seed}"
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def scripted_crashes(scenario: Scenario) -> list[Crash]:
    """The crashes of the script; one that outlasts the end is never started again."""
    end_ms = to_ms(scenario.scenario.end)
    spans = [(to_ms(fault.at), fault.for_ms) for fault in scenario.faults if fault.kind == "crash"]
    backs = [(at_ms, None if for_ms is None else at_ms + for_ms) for at_ms, for_ms in spans]
    return [Crash(at_ms, back_ms if back_ms is not None and back_ms <= end_ms else None) for at_ms, back_ms in backs]


def operators(scenario: Scenario) -> list[OperatorActed]:
    found: list[OperatorActed] = []
    for act in scenario.operators:
        contract = None
        if act.symbol and act.expiry and act.strike is not None and act.right:
            contract = Option(act.symbol, act.expiry, act.strike, Right(act.right))
        found.append(OperatorActed(to_ms(act.at), act.action, act.account, "operator", contract, act.amount))
    return found


def transfers(scenario: Scenario) -> list[Transfer]:
    """What the owner pays in: the broker shows it to the engine. What is paid out the engine asks for."""
    return [
        Transfer(to_ms(act.at), act.account, act.amount, "deposit")
        for act in scenario.operators
        if act.action == "deposit" and act.account is not None and act.amount is not None
    ]
