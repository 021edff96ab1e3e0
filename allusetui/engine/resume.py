"""9.5: back to work after a restart, a lost broker or a halt, step by step, each step in the journal."""

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.account import Account, Latch, Status
from allusetui.domain.moment import SECOND_MS, day_of
from allusetui.domain.money import to_cent
from allusetui.domain.order import OrderStatus
from allusetui.domain.text import untrusted
from allusetui.engine import audit, papers
from allusetui.engine.desk import Desk
from allusetui.engine.dividends import paid
from allusetui.engine.machine import change, latch, release, rest
from allusetui.engine.overnight import explained
from allusetui.engine.reconcile import accept, compare, differences
from allusetui.engine.reports import are_in_doubt
from allusetui.engine.sending import to_unknown
from allusetui.engine.settlements import on_settled
from allusetui.engine.unseen import bury, read_off
from allusetui.rules.situation import clause
from allusetui.rules.valuation import equity


def _step(desk: Desk, account: Account, step: str, findings: str) -> None:
    desk.emit(ev.ResumeStep(account=account.name, clauses=("9.5",), step=step, findings=findings))


@clause("9.5")
def on_resumed(desk: Desk, findings: str) -> None:
    """The process is up again: every live order is unknown, every account rests in SAFE until the books agree.

    One that died at the week's end goes on to reconcile. A period that has ended, and its report not written any more,
    gets its report now.
    """
    for account in desk.state.accounts.values():
        if account.status not in (Status.SAFE, Status.EMERGENCY, Status.MAINTENANCE) and not _reconciles(desk, account):
            change(desk, account, Status.SAFE, "startup", ("9.5",))
    begin(desk, untrusted(findings))
    papers.on_resumed(desk)


@clause("2.6", "9.1")
def _reconciles(desk: Desk, account: Account) -> bool:
    """Whether it died at the week's end: what the week's books decide is not left out, until the market opens anew."""
    if account.status is not Status.RECONCILING:
        return False
    return desk.now_ms < desk.calendar.after(day_of(desk.state.marked_ms)).open_ms


def begin(desk: Desk, findings: str) -> None:
    """Ask the broker for everything; the flow goes on when it has answered."""
    doubt_orders(desk)
    for account in desk.state.accounts.values():
        if account.name not in desk.volatile.resuming:
            desk.volatile.resuming.add(account.name)
            _step(desk, account, "snapshot", findings)
    desk.ask_orders()
    desk.ask_positions()


def doubt_orders(desk: Desk) -> None:
    """Orders that were live may have done anything meanwhile (0.6)."""
    for intent in list(desk.state.intents.values()):
        order = intent.order
        if order is None or order.status is OrderStatus.UNKNOWN:
            continue
        to_unknown(desk, intent, order)


@clause("8.6")
def on_lost(desk: Desk, seen: inp.BrokerLost) -> None:
    """The link is gone: latched at once, live orders unknown."""
    desk.emit(ev.BrokerDown(clauses=("8.6",), reason=untrusted(seen.reason)))
    if seen.alarm:
        text = untrusted(f"The broker is lost, and should not be: {seen.reason.removesuffix('.')}.")
        desk.alert("critical", text, None, ("8.6", "14.4"))
    audit.give_up(desk)
    for account in desk.state.accounts.values():
        latch(desk, account, Latch.BROKER)
    desk.volatile.resuming.clear()
    desk.volatile.sync_ms = None
    _give_up(desk)
    doubt_orders(desk)


@clause("8.6", "9.5")
def on_returned(desk: Desk, seen: inp.BrokerReturned) -> None:
    desk.emit(ev.BrokerUp(clauses=("8.6", "9.5"), reason=untrusted(seen.reason)))
    # Asked again at the same instant it may have answered already: the books agree then.
    if any(Latch.BROKER in account.latches for account in desk.state.accounts.values()):
        begin(desk, "journal current")


@clause("9.5")
def on_positions(desk: Desk, seen: inp.PositionsSeen) -> bool:
    """The broker's book: settlements first, then the comparison; a resume and an audit go on to their end.

    False where nothing was compared: the answer is not whole, or was overtaken by a newer question or by a trade.
    """
    newest = desk.volatile.positions_asked.hear(seen.since_ms)
    if newest and not seen.complete:
        _on_silence(desk)
    if not seen.complete:
        return False
    on_settled(desk, seen.settled)
    if not newest:
        return False
    desk.volatile.sync_ms = None
    if are_in_doubt(desk) or seen.since_ms < desk.volatile.traded_ms:
        desk.volatile.positions_wanted = True
        return False
    desk.volatile.positions_wanted = False
    read_off(desk, seen)
    on_settled(desk, explained(desk, seen, differences(desk, seen)))
    on_settled(desk, paid(desk, seen))
    _compare(desk, seen)
    bury(desk)
    return True


def _compare(desk: Desk, seen: inp.PositionsSeen) -> None:
    waiting = [a for a in desk.state.accounts.values() if a.name in desk.volatile.resuming]
    for account in waiting:
        _step(desk, account, "broker", f"{len(seen.positions)} positions, cash {to_cent(seen.cash)}")
    concerned = _accept(desk, seen)
    for account in waiting:
        differs = account.name in concerned
        _step(desk, account, "reconcile", "books differ" if differs else "books agree")
        desk.volatile.resuming.discard(account.name)
        if differs:
            _synced(desk, account)
        else:
            _finish(desk, account)
    audit.finish(desk)


def _accept(desk: Desk, seen: inp.PositionsSeen) -> set[str]:
    """Take over what the operator accepts, then compare; who agrees now leaves its mismatch.

    An order that was found to be nobody's, or two, since the last comparison and the key is no book that agrees.
    """
    accepting = [a for a in desk.state.accounts.values() if a.name in desk.volatile.accepting]
    for account in accepting:
        accept(desk, account, seen)
    desk.volatile.accepting.clear()
    concerned = compare(desk, seen) | desk.volatile.orphaned
    desk.volatile.orphaned = set()
    for account in accepting:
        if account.name not in concerned:
            release(desk, account, Latch.MISMATCH, ("9.5",))
            if account.trading and account.name not in desk.volatile.resuming:
                rest(desk, account, "reset")
    return concerned


@clause("8.6")
def _on_silence(desk: Desk) -> None:
    """A reply that is missing is not "none": latched, and asked again. While the link is known to be lost it waits."""
    audit.give_up(desk)
    accounts = desk.state.accounts.values()
    if not desk.volatile.resuming and any(Latch.BROKER in a.latches for a in accounts):
        return
    for account in accounts:
        latch(desk, account, Latch.BROKER)
        desk.volatile.resuming.add(account.name)
    desk.volatile.sync_ms = desk.now_ms + desk.law.broker.lost_s * SECOND_MS


def _synced(desk: Desk, account: Account) -> None:
    release(desk, account, Latch.BROKER, ("8.6", "9.5"))
    release(desk, account, Latch.DISK, ("9.5",))


def _finish(desk: Desk, account: Account) -> None:
    session = desk.open_session
    _step(desk, account, "schedule", f"session {session.day} open" if session else "market shut")
    _step(desk, account, "risk", f"equity {to_cent(equity(desk, account))}, levels {_levels(account)}")
    _synced(desk, account)
    held = ", ".join(sorted(account.latches))
    idle = "in maintenance" if account.status is Status.MAINTENANCE else "working"
    _step(desk, account, "active", f"latched {held}" if held else idle)
    if account.trading and account.status is not Status.RECONCILING:
        rest(desk, account, "resume")


def _levels(account: Account) -> str:
    return ", ".join(str(p.level) for p in account.positions.values()) or "none"


@clause("9.5")
def after_disk(desk: Desk) -> None:
    """A latch that a full or broken disk has set leaves by the resume flow, once this batch can be stored."""
    accounts = desk.state.accounts.values()
    if any(Latch.DISK in a.latches and Latch.BROKER not in a.latches for a in accounts) and not desk.volatile.resuming:
        begin(desk, "journal can be written")


def _give_up(desk: Desk) -> None:
    """Wait no longer for what has been asked."""
    desk.volatile.orders_asked.until_ms = desk.volatile.positions_asked.until_ms = None


@clause("8.6")
def judge_silence(desk: Desk) -> None:
    """What has not been answered for as long as 8.6 allows never will be."""
    orders, positions = desk.volatile.orders_asked, desk.volatile.positions_asked
    if not orders.is_over(desk.now_ms) and not positions.is_over(desk.now_ms):
        return
    if orders.until_ms is not None:
        desk.volatile.query_ms = desk.now_ms  # no resume ends without them
    _give_up(desk)
    _on_silence(desk)


def ask_again(desk: Desk) -> None:
    """What the broker left unanswered is asked again; so are the books that had to wait for an unknown order."""
    if desk.volatile.sync_ms is not None and desk.now_ms >= desk.volatile.sync_ms:
        desk.volatile.sync_ms = desk.now_ms + desk.law.broker.lost_s * SECOND_MS
        desk.ask_orders()
        desk.ask_positions()
    if desk.volatile.positions_wanted and not are_in_doubt(desk):
        desk.volatile.positions_wanted = False
        desk.ask_positions()
