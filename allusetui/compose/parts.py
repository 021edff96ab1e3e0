"""What a scenario is made of, made: its market, its accounts, what happens to them from outside."""

import hashlib
from decimal import Decimal

from allusetui.broker.simulated.clearing import SplitDay, Transfer
from allusetui.domain.account import AccountType
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Option, Right
from allusetui.domain.input import Holding, OpenOption, OperatorActed, Provision
from allusetui.domain.moment import to_ms
from allusetui.domain.money import ZERO, down_to_cent, to_price
from allusetui.law.model import Law
from allusetui.market.history import HistoryMarket
from allusetui.market.model_market import ModelMarket
from allusetui.market.scripted import ScriptedMarket
from allusetui.market.synthetic import SyntheticMarket
from allusetui.ports import Market
from allusetui.rules.situation import VIX, clause
from allusetui.runtime.virtual import Crash
from allusetui.scenario.model import AccountSpec, Dividend, Scenario

_FIRST_SLEEVES = ("GEN", "REV", "COM")


def build_market(scenario: Scenario, law: Law, days: Calendar, start_ms: int, end_ms: int) -> Market:
    """The true market of a scenario."""
    if scenario.market.kind == "scripted":
        return ScriptedMarket(scenario.market, scenario.tape, days, start_ms, end_ms)
    seed, rate = scenario.scenario.seed, scenario.market.rate
    symbols = {symbol for kind in _FIRST_SLEEVES for symbol in law.sleeves[kind.lower()].universe}
    symbols |= {VIX, *law.hedging.symbols}
    if scenario.market.kind == "history":
        assert scenario.market.data is not None
        return HistoryMarket(scenario.market.data, symbols, days, start_ms, end_ms, seed, rate)
    return SyntheticMarket(symbols, days, start_ms, end_ms, seed, rate)


def corporate_actions(
    scenario: Scenario, market: Market, days: Calendar
) -> tuple[dict[str, tuple[Dividend, ...]], list[SplitDay]]:
    """Dividends by symbol and splits: of the script, or what a model market knows for the days of the run."""
    if not isinstance(market, ModelMarket):
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
    """What the operator deposits, withdraws and pays in taxes: the broker moves it, and shows it to the engine."""
    kinds = {"deposit": (1, "deposit"), "withdraw": (-1, "withdrawal"), "tax_paid": (-1, "tax")}
    acts = [(act, *kinds[act.action]) for act in scenario.operators if act.action in kinds]
    return [
        Transfer(to_ms(act.at), act.account, sign * act.amount, reason)
        for act, sign, reason in acts
        if act.account is not None and act.amount is not None
    ]


@clause("0.1")
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
    stock = sum((h.shares * _spot(market, h.symbol, start_ms) for h in holdings), ZERO)
    worth = {row: _worth(market, row, start_ms) for row in options}
    ladder = to_price(sum((usd for row, usd in worth.items() if row.quantity > 0), ZERO))
    return Provision(
        name, kind, group or "A1", trading, to_price(equity), to_price(equity if table.base is None else table.base),
        to_price(equity - stock - sum(worth.values(), ZERO)),
        to_price(equity - ladder if table.high_water is None else table.high_water), opened,
        to_price(table.realized_quarter), holdings, options, ladder,
    )  # fmt: skip


def _worth(market: Market, row: OpenOption, at_ms: int) -> Decimal:
    """What an option of the start is worth at mid, dollars, negative for a short one."""
    quote = market.option(row.contract, at_ms)
    return row.quantity * row.contract.multiplier * (quote.mid if quote else row.price)


def _spot(market: Market, symbol: str, at_ms: int) -> Decimal:
    quote = market.underlying(symbol, at_ms)
    return quote.mid if quote else ZERO
