"""§9: what still leaves an account under its latches, and in which states nothing does."""

from allusetui.domain.account import Account, Latch, Status
from allusetui.domain.order import Purpose
from allusetui.rules.situation import Situation, clause

SILENT = frozenset({Status.EMERGENCY, Status.MAINTENANCE, Status.AUDIT})
"""Where no order leaves whatever its purpose. Cancels do, except in AUDIT, which lasts for seconds."""

_BEGINS = frozenset({Status.SAFE, Status.MONITORING, Status.ORDERING})
_DEFENCE = frozenset({Purpose.STOP, Purpose.CLOSE, Purpose.ROLL, Purpose.PROFIT_TAKE, Purpose.REDUCE, Purpose.HEDGE})
LEAVES: dict[Latch, frozenset[Purpose]] = {
    Latch.PAUSED: frozenset(),
    Latch.LEVEL3: _DEFENCE,
    Latch.BREAKER: _DEFENCE,
    Latch.BROKER: frozenset(),
    Latch.DISK: frozenset(),
    Latch.MISMATCH: frozenset(),
}
"""What still leaves under each latch, cancels aside; under several, what all of them let through."""

STATE_CLAUSE = {Status.EMERGENCY: "9.2", Status.MAINTENANCE: "9.3", Status.AUDIT: "9.4"}
LATCH_CLAUSE = {
    Latch.PAUSED: "0.7",
    Latch.LEVEL3: "6.4",
    Latch.BREAKER: "6.13",
    Latch.BROKER: "8.6",
    Latch.DISK: "9.5",
    Latch.MISMATCH: "9.5",
}


@clause("0.7", "9.1", "9.2", "9.3", "9.4")
def may_leave(account: Account, purpose: Purpose, approved: bool = False, defends: bool = True) -> bool:
    """Whether an order of this purpose may be sent for the account as it stands.

    `defends`: a hedge of 6.11 does, one of 5.3–5.5 does not, and waits like a LEAP for the last latch to go.
    """
    if account.status in SILENT:
        return False
    invests = purpose is Purpose.LEAP or not defends
    if invests and (account.latches or account.no_entries):
        return False
    for which in account.latches:
        if which is Latch.PAUSED and approved:
            continue
        if purpose not in LEAVES[which]:
            return False
    return not purpose.opens or not (account.no_entries or account.frozen)


@clause("9.1")
def may_begin(s: Situation, account: Account) -> bool:
    """Whether a cycle may begin, or one that orders take in more: never before its books agree with the broker's."""
    return account.status in _BEGINS and account.name not in s.volatile.resuming


def latch_clauses(account: Account) -> tuple[str, ...]:
    """The clauses behind the latches that are on; without one that of the account's state."""
    found = tuple(dict.fromkeys(LATCH_CLAUSE[latch] for latch in sorted(account.latches)))
    return found or (STATE_CLAUSE.get(account.status, "9.1"),)
