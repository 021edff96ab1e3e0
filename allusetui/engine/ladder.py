"""§17: the LEAP ladder at work: leap cash spent, LEAPs rolled in two halves, each half an intent of its own."""

from allusetui.domain import event as ev
from allusetui.domain.account import Account, LeapSale
from allusetui.domain.contract import Option, Side
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.money import down_to_cent, to_figure
from allusetui.domain.order import LeapStep, Purpose
from allusetui.domain.quote import Chain
from allusetui.domain.volatile import Scan
from allusetui.engine.advice import apply_approved
from allusetui.engine.desk import Desk
from allusetui.engine.entries import SCAN_WAIT_S
from allusetui.engine.machine import open_cycle
from allusetui.engine.orders import intend
from allusetui.engine.outcome import close_roll
from allusetui.rules.entry import RELOOKED, data_refusal
from allusetui.rules.ladder import (
    GROWTH,
    PURCHASE_CLAUSES,
    ROLL_CLAUSES,
    held_back,
    is_busy,
    obstacle,
    roll_reason,
    side_of,
)
from allusetui.rules.leap_purchase import NO_FIT, Plan, plan_calls, plan_roll
from allusetui.rules.reinvest import CLAUSE_OF
from allusetui.rules.situation import Refusal, clause
from allusetui.rules.suggestion import cited

_LEAPS, _ROLL = "leaps", "roll"


def look(desk: Desk, opens: bool, on_grid: bool) -> None:
    """Once a session, at 10:00: what is to be rolled, and what leap cash buys. `opens`: the hour has just come.

    An account that is busy or resumes at the hour is looked at when it is done; one that is held back, tomorrow.
    """
    if opens:
        desk.volatile.leap_looks = {a.name for a in desk.trading() if a.longs() or a.leaps_due}
    if on_grid:
        desk.volatile.leap_asked.clear()
    for account in desk.trading():
        if account.name in desk.volatile.leap_looks and not is_busy(desk, account):
            desk.volatile.leap_looks.discard(account.name)
            _roll(desk, account)
            if account.leaps_due:
                _spend(desk, account)


def owes_a_purchase(desk: Desk) -> bool:
    """Whether something that was sold has not been replaced yet."""
    return any(not sale.planned for account in desk.trading() for sale in account.leap_sales.values())


@clause("17.4")
def _roll(desk: Desk, account: Account) -> None:
    """The first half of each roll that is due: the whole position is sold."""
    if held_back(desk, account) is not None:
        return
    due = [(option, found) for option in account.longs() if (found := roll_reason(desk, option)) is not None]
    free = [(option, found) for option, found in due if obstacle(desk, account, option) is None]
    if any(side_of(option) == GROWTH for option, _ in free):
        apply_approved(desk, account)
    if free:
        open_cycle(desk, account, ("17.4",), orders=True)
    for option, (reason, delta) in free:
        side, quantity = side_of(option), account.quantity(option)
        desk.emit(
            ev.LeapDue(
                account=account.name, clauses=ROLL_CLAUSES[side], contract=option, quantity=quantity, side=side,
                reason=reason, delta=to_figure(delta),
            )
        )  # fmt: skip
        step = LeapStep(option, reason)
        intend(desk, account, Purpose.LEAP, option, Side.SELL, quantity, ROLL_CLAUSES[side], leap=step)


@clause("17.1", "6.12")
def _spend(desk: Desk, account: Account) -> None:
    """Ask for what leap cash may buy; held back, the session is over for it."""
    refusal = held_back(desk, account)
    if refusal is not None:
        _wait(desk, account, refusal)
    else:
        _scan(desk, account, _LEAPS, desk.universe(account))


def _wait(desk: Desk, account: Account, refusal: Refusal) -> None:
    """Tell what leap cash waits for, once until that changes."""
    if account.leap_wait == refusal.reason:
        return
    desk.emit(
        ev.LeapsPlanned(
            account=account.name, clauses=(*PURCHASE_CLAUSES, *refusal.clauses), side=GROWTH,
            budget=down_to_cent(account.leap_cash), left=down_to_cent(account.leap_cash), purchases=(), rolls=None,
            reason=refusal.reason, tries=account.leap_tries, again=True,
        )
    )  # fmt: skip


def _scan(desk: Desk, account: Account, kind: str, symbols: tuple[str, ...]) -> None:
    due_ms = desk.now_ms + SCAN_WAIT_S * SECOND_MS
    desk.volatile.leap_scans[account.name, kind] = Scan(account.name, kind, set(symbols), due_ms)
    for symbol in symbols:
        desk.ask_chain(symbol)


def on_chain(desk: Desk, symbol: str, chain: Chain | None) -> None:
    """A chain has come; a look that has all of its chains is decided."""
    for scan in desk.volatile.leap_scans.values():
        scan.take(symbol, chain)
    settle_scans(desk)


def settle_scans(desk: Desk) -> None:
    """Decide every look that waits for nothing more, or has waited long enough, once its account is free."""
    for key, scan in list(desk.volatile.leap_scans.items()):
        account = desk.state.accounts[scan.account]
        if desk.open_session is None:
            del desk.volatile.leap_scans[key]
        elif not is_busy(desk, account) and (not scan.awaited or desk.now_ms >= scan.due_ms):
            del desk.volatile.leap_scans[key]
            decide = _buy if scan.window == _LEAPS else _replace
            decide(desk, account, scan)


@clause("17.1", "17.3")
def _buy(desk: Desk, account: Account, scan: Scan) -> None:
    """What leap cash buys; a look that found no fit contract is repeated on the next sessions, then the rest waits."""
    refusal = held_back(desk, account)
    if refusal is not None:
        _wait(desk, account, refusal)
        return
    apply_approved(desk, account)
    plan, clauses = plan_calls(desk, account, scan.chains), (*PURCHASE_CLAUSES, *cited(desk, account))
    again = [r.reason for refusals in plan.refused.values() for r in refusals if r.reason in RELOOKED]
    tries = account.leap_tries + 1
    open_cycle(desk, account, (CLAUSE_OF[account.type], "17.1"), orders=bool(plan.purchases))
    _tell_skips(desk, account, plan, clauses)
    desk.emit(
        ev.LeapsPlanned(
            account=account.name, clauses=(CLAUSE_OF[account.type], *clauses), side=GROWTH,
            budget=down_to_cent(plan.budget), left=down_to_cent(plan.left), purchases=plan.purchases, rolls=None,
            reason=again[0] if again else NO_FIT, tries=tries,
            again=bool(again) and tries < desk.law.ladder.strike_sessions,
        )
    )  # fmt: skip
    _order(desk, account, plan, LeapStep(), (CLAUSE_OF[account.type], *clauses))


def _tell_skips(desk: Desk, account: Account, plan: Plan, clauses: tuple[str, ...]) -> None:
    for symbol, refusals in plan.refused.items():
        for refusal in refusals:
            cited = tuple(dict.fromkeys((*clauses, *refusal.clauses)))
            desk.emit(
                ev.LeapSkipped(
                    account=account.name, clauses=cited, symbol=symbol, reason=refusal.reason, figures=refusal.figures
                )
            )


def _order(desk: Desk, account: Account, plan: Plan, step: LeapStep, clauses: tuple[str, ...]) -> None:
    desk.volatile.option_quotes.update(plan.quotes)
    for row in plan.purchases:
        own = LeapStep(step.rolls, step.reason, row.most, row.deviation)
        intend(desk, account, Purpose.LEAP, row.contract, Side.BUY, row.quantity, clauses, leap=own)


@clause("17.4")
def ask_replacements(desk: Desk) -> None:
    """Ask for what the proceeds of a sale may buy; unanswered, again at the next look of the grid."""
    if desk.open_session is None:
        return
    for account in desk.trading():
        sold = [option for option, sale in account.leap_sales.items() if not sale.planned]
        waiting = [option for option in sold if (account.name, option) not in desk.volatile.leap_asked]
        key = (account.name, _ROLL)
        if not waiting or key in desk.volatile.leap_scans or is_busy(desk, account) or held_back(desk, account):
            continue
        desk.volatile.leap_asked |= {(account.name, option) for option in waiting}
        symbols = dict.fromkeys(symbol for option in waiting for symbol in _symbols_for(desk, option))
        _scan(desk, account, _ROLL, tuple(symbols))


def _symbols_for(desk: Desk, held: Option) -> tuple[str, ...]:
    return desk.law.hedging.put_symbols if held.is_index else (held.symbol,)


def _replace(desk: Desk, account: Account, scan: Scan) -> None:
    """Decide what each sale's proceeds buy, of those whose chains were asked for."""
    if held_back(desk, account) is not None:
        return
    for option, sale in list(account.leap_sales.items()):
        first = _symbols_for(desk, option)[0]
        if sale.planned or first not in scan.chains:
            continue
        # Without data nothing says what fits: asked again. Of an index's twin it is only that none of it fits.
        if data_refusal(desk, first, scan.chains[first]) is None:
            _replace_one(desk, account, option, sale, scan)


@clause("17.4")
def _replace_one(desk: Desk, account: Account, held: Option, sale: LeapSale, scan: Scan) -> None:
    plan, side = plan_roll(desk, account, held, sale, scan.chains), side_of(held)
    clauses = (*ROLL_CLAUSES[side], *(cited(desk, account) if side == GROWTH else ()))
    if not plan.purchases:
        _tell_skips(desk, account, plan, clauses)
        close_roll(desk, account.name, held, NO_FIT)
        return
    open_cycle(desk, account, ("17.4",), orders=True)
    desk.emit(
        ev.LeapsPlanned(
            account=account.name, clauses=clauses, side=side, budget=down_to_cent(plan.budget),
            left=down_to_cent(plan.left), purchases=plan.purchases, rolls=held, reason=NO_FIT,
            tries=0, again=False,
        )
    )  # fmt: skip
    _order(desk, account, plan, LeapStep(held, sale.reason), clauses)


@clause("17.4")
def lapse(desk: Desk) -> None:
    """A sale whose session has ended without a purchase is closed: orders, and what they wait for, are for the day."""
    session = desk.session
    over = session is None or desk.now_ms >= session.close_ms
    for account in desk.state.accounts.values():
        for option, sale in list(account.leap_sales.items()):
            if not sale.planned and (over or sale.day != desk.today):
                close_roll(desk, account.name, option, "window_closed")
