"""§5 and 6.11: hedges opened by a breach and by triggers, and released."""

from allusetui.domain import event as ev
from allusetui.domain.account import Account
from allusetui.domain.contract import Option, Side
from allusetui.domain.moment import SECOND_MS, week_of
from allusetui.domain.money import to_cent
from allusetui.domain.order import Purpose
from allusetui.domain.quote import Chain
from allusetui.engine import prompts
from allusetui.engine.changes.hedges import BY_LEVEL
from allusetui.engine.desk import Desk
from allusetui.engine.machine import open_cycle
from allusetui.engine.orders import intend
from allusetui.engine.purchase import buy
from allusetui.engine.since import Since
from allusetui.rules import hedging, triggers
from allusetui.rules.entry import account_refusal
from allusetui.rules.hedging import LEG_CLAUSES, Budget, Unfit
from allusetui.rules.latches import may_leave
from allusetui.rules.situation import clause
from allusetui.rules.valuation import free_cash

LEVEL, TRIGGER = "level", "trigger"
_ASK_AGAIN_LEVEL = 2


@clause("6.11")
def defend(desk: Desk, account: Account) -> None:
    """At an evaluation with a breach of 2 or more: want the week's hedge, or in a paused account ask for it."""
    if hedging.week_is_used(desk, account) or account.name in desk.volatile.resuming:
        return
    if may_leave(account, Purpose.HEDGE) or prompts.wants_hedge(desk, account):
        _await_chains(desk, account, LEVEL)


def _await_chains(desk: Desk, account: Account, cause: str) -> None:
    """Ask for what hedges are chosen from; after a skip no more often than on level 2's grid."""
    asked_ms = desk.volatile.hedges_asked_ms.get(account.name)
    period_ms = desk.law.monitoring.period_s[_ASK_AGAIN_LEVEL] * SECOND_MS
    if asked_ms is not None and desk.now_ms - asked_ms < period_ms:
        return
    desk.volatile.hedges_asked_ms[account.name] = desk.now_ms
    desk.volatile.hedges_awaited.add((account.name, cause))
    for symbol in desk.law.hedging.symbols:
        desk.ask_chain(symbol)


def on_chain(desk: Desk, symbol: str, chain: Chain | None) -> None:
    """A chain of an index has come; with the last of them every hedge that waits is decided."""
    if not desk.volatile.hedges_awaited or symbol not in desk.law.hedging.symbols:
        return
    chains = desk.volatile.hedge_chains
    chains[symbol] = chain
    if len(chains) < len(desk.law.hedging.symbols):
        return
    awaited, desk.volatile.hedges_awaited, desk.volatile.hedge_chains = desk.volatile.hedges_awaited, set(), {}
    if not hedging.has_young_quotes(desk, chains):
        return  # decided at a look that sees better
    for account in desk.trading():
        if (account.name, LEVEL) in awaited and not hedging.week_is_used(desk, account):
            _at_level(desk, account, chains)
        if (account.name, TRIGGER) in awaited and triggers.is_due(desk, account) and triggers.is_able(desk, account):
            _on_trigger(desk, account, chains)


@clause("6.11")
def _at_level(desk: Desk, account: Account, chains: dict[str, Chain | None]) -> None:
    funds = hedging.budget(desk, account, desk.law.hedging.gains_share)
    shares = hedging.level_shares(desk, account, funds.left)
    wanted = hedging.legs(desk, account, chains, *shares)
    clauses = (BY_LEVEL, *LEG_CLAUSES)
    if isinstance(wanted, Unfit):
        if (week_of(desk.today), wanted.reason) not in account.hedges.told:
            _skip(desk, account, funds, wanted, (BY_LEVEL, *wanted.clauses))
    elif may_leave(account, Purpose.HEDGE):
        buy(desk, account, funds, wanted, clauses)
    elif prompts.wants_hedge(desk, account):
        for leg in wanted:
            prompts.request_hedge(desk, account, leg.pick.option, leg.quantity, clauses)


@clause("5.3", "5.4", "5.5", "9.1")
def _on_trigger(desk: Desk, account: Account, chains: dict[str, Chain | None]) -> None:
    """SCANNING, ANALYZING, and ORDERING where something is bought; an account that orders already goes on."""
    funds = hedging.budget(desk, account, desk.law.hedging.triggered_gains_share)
    wanted = hedging.legs(desk, account, chains, *hedging.trigger_shares(desk, funds.left))
    clauses = triggers.clauses_on(desk)
    open_cycle(desk, account, clauses, orders=not isinstance(wanted, Unfit))
    if isinstance(wanted, Unfit):
        _skip(desk, account, funds, wanted, (*clauses, *wanted.clauses))
    else:
        buy(desk, account, funds, wanted, (*clauses, *LEG_CLAUSES))


def _skip(desk: Desk, account: Account, funds: Budget, why: Unfit, clauses: tuple[str, ...]) -> None:
    pick = why.cheapest
    desk.emit(
        ev.HedgeSkipped(
            account=account.name, clauses=clauses, reason=why.reason, contract=pick.option if pick else None,
            price=to_cent(pick.price_usd) if pick else None, budget=to_cent(funds.total), spent=to_cent(funds.spent),
            free_cash=to_cent(free_cash(desk, account)), failures=why.failures,
        )
    )  # fmt: skip


def look(desk: Desk, since: Since) -> None:
    """In session: profits on the grid of level 0, and at 10:00 what has reverted, ends soon, or is to be bought."""
    session = desk.open_session
    if session is None:
        return
    base = since.passed_grid(session, desk.law.monitoring.period_s[0])
    opens = since.passed(desk.clock(desk.law.hedging.buys_at))
    for account in desk.trading():
        for option in _hedges(account):
            if base:
                _take_profit(desk, account, option)
            if opens:
                _release(desk, account, option)
        if (base or opens) and triggers.owes(desk, account):
            _await_chains(desk, account, TRIGGER)


def _hedges(account: Account) -> list[Option]:
    return [option for option in account.longs() if option.is_index]


@clause("5.6", "17.5")
def _take_profit(desk: Desk, account: Account, option: Option) -> None:
    quote = desk.fresh_option(option)
    if quote is not None and triggers.profit_is_due(account, option, quote, desk.law.hedging):
        _sell(desk, account, option, Purpose.PROFIT_TAKE, ("5.6", "17.5"))


@clause("5.2", "5.6", "17.5")
def _release(desk: Desk, account: Account, option: Option) -> None:
    if triggers.ends_soon(desk, option):
        _sell(desk, account, option, Purpose.CLOSE, ("5.2",))
    elif triggers.has_reverted(desk, account, option, desk.today):
        _sell(desk, account, option, Purpose.CLOSE, ("5.6", "17.5"))


def _sell(desk: Desk, account: Account, option: Option, purpose: Purpose, clauses: tuple[str, ...]) -> None:
    """The whole position, where somebody bids for it."""
    quote = desk.fresh_option(option)
    if quote is None or not quote.bid or account.name in desk.volatile.resuming:
        return
    if may_leave(account, purpose) and not desk.state.intents_of(account, option):
        intend(desk, account, purpose, option, Side.SELL, account.quantity(option), clauses)


@clause("5.3", "5.4", "5.5")
def give_up(desk: Desk) -> None:
    """At a session's close: what a trigger asked for today, and could not be bought, is not bought any more."""
    for account in desk.trading():
        if triggers.is_due(desk, account):
            funds = hedging.budget(desk, account, desk.law.hedging.triggered_gains_share)
            refusal = account_refusal(account)
            why = Unfit(refusal.reason if refusal else "stale", refusal.clauses if refusal else ("8.3",))
            _skip(desk, account, funds, why, (*triggers.clauses_on(desk), *why.clauses))
