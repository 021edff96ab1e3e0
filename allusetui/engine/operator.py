"""What a person's key does: pause, resume, kill, reset, no entries, close, approve, refuse, maintenance, audit (§9)."""

from dataclasses import replace

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.account import Account, Latch, Status
from allusetui.domain.contract import Side
from allusetui.domain.effect import PayOut
from allusetui.domain.money import ZERO, to_cent, to_price
from allusetui.domain.order import Purpose
from allusetui.domain.text import untrusted
from allusetui.engine import amendments, audit, prompts, resume
from allusetui.engine.desk import Desk
from allusetui.engine.machine import change, latch, release, rest
from allusetui.engine.market import halt
from allusetui.engine.orders import intend
from allusetui.rules import breakers
from allusetui.rules.latches import SILENT
from allusetui.rules.situation import clause
from allusetui.rules.valuation import free_cash

# Under these a person may still act on an account by hand: its books and its link are not in doubt.
_BY_HAND = frozenset({Latch.PAUSED, Latch.LEVEL3, Latch.BREAKER})
ON_EACH = frozenset({"pause", "resume", "no_entries", "maintenance", "audit"})
"""Keys that without an account are one on each."""
ANSWERS = frozenset({"approve", "refuse"})
_CLAUSE = {"kill": "0.8", "pause": "0.7", "resume": "0.7", "maintenance": "9.3", "audit": "9.4"}


def on_key(desk: Desk, seen: inp.OperatorActed) -> None:
    """Journal the key, then do what it asks for; without an account it may be a key on each."""
    if seen.account is None and seen.action in ON_EACH:
        for name in list(desk.state.accounts):
            on_key(desk, replace(seen, account=name))
        return
    if seen.account is not None and seen.account not in desk.state.accounts:
        desk.alert("warning", untrusted(f"No account {seen.account}: {seen.action} did nothing."), None, ("0.7",))
        return
    clauses = (_CLAUSE.get(seen.action, "9.1"),)
    desk.emit(
        ev.OperatorKey(
            account=seen.account,
            clauses=clauses,
            action=seen.action,
            by=untrusted(seen.by),
            contract=seen.contract,
            amount=None if seen.amount is None else to_price(seen.amount),
            prompt=None if seen.prompt is None else untrusted(seen.prompt),
        )
    )
    if seen.action == "kill":
        halt(desk, "kill", ("0.8",))
        return
    if seen.action == "reset" and seen.account is None:
        _reset_all(desk)
        return
    if seen.account is None and seen.prompt is not None and seen.action in ANSWERS:
        amendments.answer(desk, seen)
        return
    if seen.account is None:
        desk.alert("warning", untrusted(f"No account named: {seen.action} did nothing."), None, ("0.7",))
        return
    _on_account(desk, desk.state.accounts[seen.account], seen)


def _on_account(desk: Desk, account: Account, seen: inp.OperatorActed) -> None:
    match seen.action:
        case "pause":
            latch(desk, account, Latch.PAUSED)
        case "resume" if account.status is Status.EMERGENCY:
            _refuse(desk, account, Status.SAFE, "resume", ("9.1", "9.2"))
        case "resume" if account.status is Status.MAINTENANCE:
            _end_maintenance(desk, account)
        case "resume":
            release(desk, account, Latch.PAUSED, ("0.7",))
            prompts.withdraw(desk, account)
            _back_to_work(desk, account, "resume")
        case "reset":
            _reset(desk, account)
        case "maintenance":
            _maintain(desk, account)
        case "audit":
            audit.begin(desk, account)
        case "close":
            _close(desk, account, seen)
        case "approve" | "refuse":
            prompts.answer(desk, account, seen)
        case "no_entries":
            pass  # the key itself sets it
        case "deposit":
            pass  # booked when the broker shows the money
        case "withdraw" | "tax_paid":
            _pay_out(desk, account, seen)
        case other:
            desk.alert("warning", untrusted(f"{other} does nothing in this version."), account.name)


@clause("9.3")
def _maintain(desk: Desk, account: Account) -> None:
    """From SAFE alone, latched or not; what works is cancelled."""
    change(desk, account, Status.MAINTENANCE, "maintenance", ("9.3",))


@clause("9.3")
def _end_maintenance(desk: Desk, account: Account) -> None:
    """Back to SAFE, or to work where nothing latches it: a pause, or a stop of entries, asks for its own resume."""
    change(desk, account, Status.SAFE, "resume", ("9.3",))
    _back_to_work(desk, account, "resume")


def _back_to_work(desk: Desk, account: Account, reason: str) -> None:
    if account.trading and account.status is Status.SAFE:
        rest(desk, account, reason)


@clause("6.14", "9.2")
def _reset_all(desk: Desk) -> None:
    """Without account: every account, EMERGENCY and the halt too."""
    accounts = list(desk.state.accounts.values())
    if any(a.status is Status.EMERGENCY for a in accounts):
        if not breakers.may_reset(desk, "halt"):
            for account in accounts:
                _refuse(desk, account, account.status)
            return
        _end_halt(desk, accounts)
        return
    for account in accounts:
        _reset(desk, account)


def _end_halt(desk: Desk, accounts: list[Account]) -> None:
    calm = breakers.may_reset(desk, "safe")
    for tier in ("halt", "safe"):
        if tier in desk.state.breakers and (tier == "halt" or calm):
            desk.emit(ev.BreakerCleared(clauses=(breakers.CLAUSE_OF[tier],), tier=tier, vix=desk.vix))
    for account in accounts:
        change(desk, account, Status.SAFE, "reset", ("6.14", "9.2"))
        _release_reset(desk, account, calm)
        if not calm:
            latch(desk, account, Latch.BREAKER)
    resume.begin(desk, "after the halt")


def _release_reset(desk: Desk, account: Account, calm: bool) -> None:
    release(desk, account, Latch.LEVEL3, ("6.4",))
    if Latch.MISMATCH in account.latches:
        desk.volatile.accepting.add(account.name)
        desk.volatile.orphaned.discard(account.name)  # what was told by now is accepted
        desk.ask_positions()
    for symbol in sorted(symbol for name, symbol in desk.state.rejecting if name == account.name):
        desk.emit(ev.RejectingEnded(account=account.name, clauses=("0.6", "9.1"), symbol=symbol))
    if calm:
        release(desk, account, Latch.BREAKER, ("6.13",))


@clause("6.4", "6.13")
def _reset(desk: Desk, account: Account) -> None:
    """Leave the latches that a reset may end; above 65 the breaker's stays."""
    if account.status is Status.EMERGENCY:
        _refuse(desk, account, Status.SAFE)
        return
    calm = breakers.may_reset(desk, "safe")
    if Latch.BREAKER in account.latches and not calm:
        _refuse(desk, account, Status.MONITORING if account.lots else Status.SAFE)
        return
    if "safe" in desk.state.breakers and Latch.BREAKER in account.latches:
        desk.emit(ev.BreakerCleared(clauses=("6.13",), tier="safe", vix=desk.vix))
    _release_reset(desk, account, calm)
    _back_to_work(desk, account, "reset")


def _refuse(
    desk: Desk, account: Account, to: Status, reason: str = "reset", clauses: tuple[str, ...] = ("6.13", "6.14")
) -> None:
    desk.emit(
        ev.StateRefused(account=account.name, clauses=clauses, from_=account.status.value, to=to.value, reason=reason)
    )


@clause("0.2", "0.9", "10.2")
def _pay_out(desk: Desk, account: Account, seen: inp.OperatorActed) -> None:
    """Only what no short put and no order binds may go, taxes out of their reserve first; booked when it has gone."""
    reason = "tax" if seen.action == "tax_paid" else "withdrawal"
    if seen.amount is None or account.status in SILENT or account.latches - _BY_HAND:
        _refuse(desk, account, account.status, seen.action, ("9.1", "9.2"))
        return
    free = max(free_cash(desk, account), ZERO) + (account.tax_reserve if reason == "tax" else ZERO)
    if seen.amount <= free:
        desk.ask(PayOut(account.name, seen.amount, reason))
        return
    clauses = ("0.2", "10.2") if reason == "tax" else ("0.2", "0.9")
    desk.emit(
        ev.CashRefused(
            account=account.name, clauses=clauses, reason=reason, amount=to_price(seen.amount), free=to_price(free)
        )
    )
    text = f"{account.name}: {to_cent(seen.amount)} can't be paid out, {to_cent(free)} is free; nothing was moved."
    desk.alert("warning", text, account.name, clauses)


def _close(desk: Desk, account: Account, seen: inp.OperatorActed) -> None:
    """One position by hand, through the same plan; in a paused account the yes counts as an approved defence."""
    option = seen.contract
    quantity = account.quantity(option) if option else 0
    blocked = account.latches - _BY_HAND
    if option is None or quantity == 0 or account.status in SILENT or blocked:
        _refuse(desk, account, account.status, "close", ("9.1", "9.2"))
        return
    if desk.state.intents_of(account, option):
        desk.alert("warning", f"{account.name} {option.symbol}: an order on it works already.", account.name, ("0.7",))
    else:
        side = Side.BUY if quantity < 0 else Side.SELL
        approved = Latch.PAUSED in account.latches
        intend(desk, account, Purpose.CLOSE, option, side, abs(quantity), ("0.7",), approved=approved)
