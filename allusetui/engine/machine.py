"""§9: the state machine of an account, and its latches."""

from allusetui.domain import event as ev
from allusetui.domain.account import Account, Latch, Status
from allusetui.domain.order import Intent, Purpose
from allusetui.engine.changes.hedges import BY_LEVEL
from allusetui.engine.desk import Desk
from allusetui.engine.transitions import LEGAL
from allusetui.rules.latches import LATCH_CLAUSE, SILENT, may_leave
from allusetui.rules.situation import clause

WORKING = frozenset({Status.SCANNING, Status.ANALYZING, Status.ORDERING, Status.MONITORING, Status.CLOSING})


@clause("9.1", "9.2")
def change(desk: Desk, account: Account, to: Status, reason: str, clauses: tuple[str, ...] = ("9.1",)) -> bool:
    """Move the account if the table allows it; else say that it was refused."""
    if account.status is to:
        return True
    legal = (account.status, to) in LEGAL
    kind = ev.StateChanged if legal else ev.StateRefused
    desk.emit(kind(account=account.name, clauses=clauses, from_=account.status.value, to=to.value, reason=reason))
    return legal


def holds(desk: Desk, account: Account) -> bool:
    """Whether anything is held or may still fill."""
    return bool(account.lots or desk.state.intents_of(account))


def open_cycle(desk: Desk, account: Account, clauses: tuple[str, ...], orders: bool) -> None:
    """A look outside the entry windows: SCANNING, ANALYZING, and ORDERING where something is to be bought or sold."""
    if account.status is not Status.ORDERING:
        change(desk, account, Status.SCANNING, "window", (*clauses, "9.1"))
        change(desk, account, Status.ANALYZING, "window", (*clauses, "9.1"))
    if orders and account.status is Status.ANALYZING:
        change(desk, account, Status.ORDERING, "window", (*clauses, "9.1"))
    elif account.status is Status.ANALYZING:
        rest(desk, account, "rest")


def rest(desk: Desk, account: Account, reason: str) -> None:
    """To MONITORING while something is held, else to a resting SAFE."""
    if account.latches or account.status in SILENT:
        return
    change(desk, account, Status.MONITORING if holds(desk, account) else Status.SAFE, reason)


@clause("6.4", "6.13", "8.6", "0.7")
def latch(desk: Desk, account: Account, which: Latch, clauses: tuple[str, ...] = ()) -> None:
    """Hold the account in SAFE until what §9 names for this latch; EMERGENCY and MAINTENANCE last, an audit ends."""
    cited = clauses or (LATCH_CLAUSE[which],)
    if which not in account.latches:
        desk.emit(ev.LatchSet(account=account.name, clauses=cited, latch=which.value))
    if account.status not in (Status.EMERGENCY, Status.MAINTENANCE):
        change(desk, account, Status.SAFE, which.value, cited)


def release(desk: Desk, account: Account, which: Latch, clauses: tuple[str, ...]) -> None:
    if which in account.latches:
        desk.emit(ev.LatchReleased(account=account.name, clauses=clauses, latch=which.value))


def _defends(intent: Intent) -> bool:
    return intent.purpose is not Purpose.HEDGE or BY_LEVEL in intent.clauses


def ending_reason(account: Account, intent: Intent) -> str | None:
    """Why an intent that may no longer leave is abandoned; None while it may, or only waits for the end of an audit."""
    if account.status is Status.AUDIT or may_leave(account, intent.purpose, intent.approved, _defends(intent)):
        return None
    if account.status is Status.EMERGENCY:
        return "halt"
    if Latch.PAUSED in account.latches:
        return "paused"
    if account.latches or account.status is Status.MAINTENANCE:
        return "safe"
    return "no_entries" if account.no_entries else "frozen"
