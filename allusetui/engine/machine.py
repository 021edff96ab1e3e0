"""§9: the state machine of an account, as a table, and its latches."""

from itertools import pairwise

from allusetui.domain import event as ev
from allusetui.domain.account import Account, Latch, Status
from allusetui.domain.order import Intent
from allusetui.engine.desk import Desk
from allusetui.rules.latches import LATCH_CLAUSE, SILENT, may_leave
from allusetui.rules.situation import clause

_RING = (
    Status.SAFE, Status.SCANNING, Status.ANALYZING, Status.ORDERING,
    Status.MONITORING, Status.CLOSING, Status.RECONCILING, Status.SAFE,
)  # fmt: skip

LEGAL: frozenset[tuple[Status, Status]] = frozenset(
    {
        *pairwise(_RING),
        # nothing to order, or a latch in the middle of a look
        (Status.SCANNING, Status.MONITORING),
        (Status.SCANNING, Status.SAFE),
        (Status.ANALYZING, Status.MONITORING),
        (Status.ANALYZING, Status.SAFE),
        (Status.ORDERING, Status.SAFE),
        # the next window opens while positions are held
        (Status.MONITORING, Status.SCANNING),
        # a latch, or nothing held any more
        (Status.MONITORING, Status.SAFE),
        (Status.CLOSING, Status.SAFE),
        # positions outlive the week
        (Status.RECONCILING, Status.MONITORING),
        # positions held, and the week's end of a resting account
        (Status.SAFE, Status.MONITORING),
        (Status.SAFE, Status.RECONCILING),
        # the halt comes from anywhere
        *((status, Status.EMERGENCY) for status in Status if status is not Status.EMERGENCY),
        (Status.EMERGENCY, Status.SAFE),
        # a person works on the machine; an audit goes back to where it came from
        (Status.SAFE, Status.MAINTENANCE),
        (Status.MAINTENANCE, Status.SAFE),
        (Status.SAFE, Status.AUDIT),
        (Status.AUDIT, Status.SAFE),
        (Status.MONITORING, Status.AUDIT),
        (Status.AUDIT, Status.MONITORING),
    }
)
"""Every change that §9 allows; anything else is refused and changes nothing."""

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
    return bool(account.lots) or any(i.account == account.name for i in desk.state.intents.values())


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


def ending_reason(account: Account, intent: Intent) -> str | None:
    """Why an intent that may no longer leave is abandoned; None while it may, or only waits for the end of an audit."""
    if account.status is Status.AUDIT or may_leave(account, intent.purpose, intent.approved):
        return None
    if account.status is Status.EMERGENCY:
        return "halt"
    if Latch.PAUSED in account.latches:
        return "paused"
    if account.latches or account.status is Status.MAINTENANCE:
        return "safe"
    return "no_entries" if account.no_entries else "frozen"
