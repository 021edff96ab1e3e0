"""9.4: the books compared while they rest, daily and when a person asks for it."""

from allusetui.domain import event as ev
from allusetui.domain.account import Account, Status
from allusetui.engine.desk import Desk
from allusetui.engine.machine import change, rest
from allusetui.rules.situation import clause

_FROM = (Status.SAFE, Status.MONITORING)


@clause("9.4")
def begin_daily(desk: Desk) -> None:
    """Every account that rests or monitors, trading or not: the cash that is compared is everyone's.

    A session taken up again looks twice at its last instant; what was audited there is not audited again.
    """
    due_ms = desk.clock(desk.law.cadence.audit_at)
    for account in desk.state.accounts.values():
        if account.status in _FROM and account.audited_ms < due_ms:
            begin(desk, account)


@clause("9.4")
def begin(desk: Desk, account: Account) -> None:
    """Into AUDIT where the table allows it, and ask for the broker's book."""
    came_from = account.status
    if came_from is not Status.AUDIT and change(desk, account, Status.AUDIT, "audit", ("9.4",)):
        desk.volatile.auditing[account.name] = came_from
        desk.ask_positions()


@clause("9.4")
def finish(desk: Desk) -> None:
    """The broker's book has been compared in this batch: tell what it found, and back to where the account was.

    A latch set meanwhile has brought the account to SAFE already; one released meanwhile lets it go on to work.
    """
    for name, came_from in desk.volatile.auditing.items():
        account = desk.state.accounts[name]
        found = sum(isinstance(e, ev.ReconcileMismatch) and e.account == name for e in desk.events)
        desk.emit(ev.AuditDone(account=name, clauses=("9.4",), mismatches=found))
        if account.status is Status.AUDIT:
            change(desk, account, came_from, "audit", ("9.4",))
            if account.trading and came_from is Status.SAFE:
                rest(desk, account, "audit")
    desk.volatile.auditing.clear()


@clause("9.4", "8.6")
def give_up(desk: Desk) -> None:
    """No answer comes: nothing was compared, and nothing is told to be."""
    for name in desk.volatile.auditing:
        account = desk.state.accounts[name]
        if account.status is Status.AUDIT:
            change(desk, account, Status.SAFE, "broker", ("9.4", "8.6"))
    desk.volatile.auditing.clear()
