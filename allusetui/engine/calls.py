"""6.5, 6.7 and 1.4: short calls through their life, and every short option on its last afternoon."""

from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.account import Account
from allusetui.domain.contract import Option, Right, Side
from allusetui.domain.money import to_figure, to_price
from allusetui.domain.order import Purpose
from allusetui.domain.quote import Chain, Quote
from allusetui.engine.desk import Desk
from allusetui.engine.orders import intend
from allusetui.rules import assignment, covered_call
from allusetui.rules.assignment import basis_of
from allusetui.rules.cadence import ExpiryClock
from allusetui.rules.entry import report_days
from allusetui.rules.latches import may_leave
from allusetui.rules.situation import clause


def _buy_back(
    desk: Desk, account: Account, option: Option, purpose: Purpose, clauses: tuple[str, ...], n: int = 0
) -> None:
    quote = desk.fresh_option(option)
    if quote is None or not assignment.has_a_price(desk, quote):
        return
    if may_leave(account, purpose) and not desk.state.intents_of(account, option):
        intend(desk, account, purpose, option, Side.BUY, n or -account.quantity(option), clauses)


@clause("4.2", "6.5")
def take_profits(desk: Desk, account: Account) -> None:
    """Buy back every call of which 65 % of the premium has decayed."""
    for call in account.shorts(Right.CALL):
        quote = desk.fresh_option(call)
        if quote is not None and covered_call.profit_is_due(account, call, quote, desk.law):
            _buy_back(desk, account, call, Purpose.PROFIT_TAKE, ("4.2", "6.5"))
        elif quote is not None:
            _look_at_risk(desk, account, call, quote)


@clause("6.6")
def _look_at_risk(desk: Desk, account: Account, call: Option, quote: Quote) -> None:
    """Where an early assignment is likely a smaller profit is taken; without one it is told, once."""
    spot = desk.quote(call.symbol)
    if spot is None or not covered_call.may_come_early(desk, account, call):
        return
    risk = covered_call.assignment_risk(desk, call, quote, spot.mid)
    if risk <= desk.law.covered_call.assignment_risk:
        return
    if covered_call.early_profit_is_due(account, call, quote, desk.law):
        _buy_back(desk, account, call, Purpose.PROFIT_TAKE, ("6.6",))
    elif not account.positions[call].assignment_feared:
        left = to_price(covered_call.extrinsic(call, quote, spot.mid))
        desk.emit(
            ev.AssignmentFeared(
                account=account.name, clauses=("6.6",), contract=call, risk=to_figure(risk), spot=to_price(spot.mid),
                ask=to_price(quote.ask), extrinsic=left,
            )
        )  # fmt: skip
        text = f"{account.name}: the {call.symbol} {call.strike} call may be assigned early (risk {risk:.0%})."
        desk.alert("warning", text, account.name, ("6.6",))


@clause("6.5")
def look_at_last_day(desk: Desk, account: Account) -> None:
    """At 10:00 of the first session with a day or less to live: buy back, or say why not."""
    for call in account.shorts(Right.CALL):
        quote, spot = desk.fresh_option(call), desk.quote(call.symbol)
        if quote is None or spot is None or account.positions[call].expiry_looked:
            continue
        if not covered_call.is_last_day_look(desk, call):
            continue
        why = covered_call.held_to_the_end(desk, account, call, quote, spot.mid)
        if why is None:
            _buy_back(desk, account, call, Purpose.CLOSE, ("6.5",))
        else:
            desk.emit(
                ev.CallHeld(account=account.name, clauses=("6.5",), contract=call, reason=why, ask=to_price(quote.ask))
            )


def ask_earnings(desk: Desk, account: Account) -> None:
    """The reports of the symbols on which calls are open decide about coverage."""
    for symbol in dict.fromkeys(call.symbol for call in account.shorts(Right.CALL)):
        desk.volatile.coverage_awaited.add((account.name, symbol))
        desk.ask_chain(symbol)


@clause("4.3", "6.7")
def on_chain(desk: Desk, symbol: str, chain: Chain | None) -> None:
    """Before a report, buy back the calls beyond half of the lots."""
    for key in sorted(k for k in desk.volatile.coverage_awaited if k[1] == symbol):
        desk.volatile.coverage_awaited.discard(key)
        account = desk.state.accounts[key[0]]
        if chain is None:
            continue
        if not covered_call.reduction_due(desk, report_days(desk, chain) or (), chain.reports_after_close):
            continue
        allowed = covered_call.halved(desk, covered_call.lots_of(desk, account, symbol))
        excess = account.open_calls(symbol) - allowed
        for call in [c for c in account.shorts(Right.CALL) if c.symbol == symbol]:
            if excess > 0:
                count = min(excess, -account.quantity(call))
                _buy_back(desk, account, call, Purpose.REDUCE, ("4.3", "6.7"), count)
                excess -= count


@clause("1.4", "7.1")
def look_at_expiring(desk: Desk, account: Account, clock: ExpiryClock) -> None:
    """Each short option that expires today, at one look of the afternoon."""
    for option in account.shorts():
        quote, spot = desk.fresh_option(option), desk.quote(option.symbol)
        if option.expiry != desk.today or quote is None or spot is None:
            continue
        if desk.now_ms >= clock.prep_ms and not account.positions[option].assignment_prepared:
            _prepare(desk, account, option, quote, spot.mid)
        if not clock.looks.holds(desk.now_ms):
            continue
        verdict = assignment.expiry_verdict(desk, account, option, quote, spot.mid, clock)
        if verdict is assignment.Verdict.CLOSE:
            early = desk.session is not None and desk.session.early
            _buy_back(desk, account, option, Purpose.CLOSE, ("1.4", "1.7") if early else ("1.4",))


@clause("7.1")
def _prepare(desk: Desk, account: Account, option: Option, quote: Quote, spot: Decimal) -> None:
    probability = assignment.itm_probability(desk, option, quote, spot)
    if not assignment.is_left(desk, probability):
        return
    quantity = -account.quantity(option)
    basis = basis_of(option, account.lots[option]) if option.is_put else account.basis(option.symbol)
    desk.emit(
        ev.AssignmentPrepared(
            account=account.name, clauses=("7.1",), contract=option, quantity=quantity,
            shares=quantity * option.multiplier, price=option.strike, itm_probability=to_figure(probability),
            basis=to_price(basis),
        )
    )  # fmt: skip
