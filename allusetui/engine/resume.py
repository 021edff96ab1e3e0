"""9.5: back to work after a restart, a lost broker or a halt, step by step, each step in the journal."""

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.account import Account, Latch, Status
from allusetui.domain.effect import AskOrders, AskPositions
from allusetui.domain.money import to_cent
from allusetui.domain.order import OrderStatus
from allusetui.domain.text import untrusted
from allusetui.engine.closing import on_settled
from allusetui.engine.desk import Desk
from allusetui.engine.machine import change, latch, release, rest
from allusetui.engine.orders import to_unknown
from allusetui.engine.reconcile import compare
from allusetui.rules.situation import clause
from allusetui.rules.valuation import equity


def _step(desk: Desk, account: Account, step: str, findings: str) -> None:
    desk.emit(ev.ResumeStep(account=account.name, clauses=("9.5",), step=step, findings=findings))


@clause("9.5")
def on_resumed(desk: Desk) -> None:
    """The process is up again: every live order is unknown, every account rests in SAFE until the books agree."""
    for account in desk.state.accounts.values():
        if account.status not in (Status.SAFE, Status.EMERGENCY):
            change(desk, account, Status.SAFE, "startup", ("9.5",))
    begin(desk, "journal folded")


def begin(desk: Desk, findings: str) -> None:
    """Ask the broker for everything; the flow goes on when it has answered."""
    doubt_orders(desk)
    for account in desk.state.accounts.values():
        desk.volatile.resuming.add(account.name)
        _step(desk, account, "snapshot", findings)
    desk.ask(AskOrders())
    desk.ask(AskPositions())


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
    for account in desk.state.accounts.values():
        latch(desk, account, Latch.BROKER)
    desk.volatile.resuming.clear()
    doubt_orders(desk)


@clause("8.6", "9.5")
def on_returned(desk: Desk, seen: inp.BrokerReturned) -> None:
    desk.emit(ev.BrokerUp(clauses=("8.6", "9.5"), reason=untrusted(seen.reason)))
    begin(desk, "journal current")


@clause("9.5")
def on_positions(desk: Desk, seen: inp.PositionsSeen) -> None:
    """The broker's book: settlements first, then the comparison; a resume goes on to its end."""
    if not seen.complete:
        return
    on_settled(desk, seen.settled)
    if any(i.order and i.order.status is OrderStatus.UNKNOWN for i in desk.state.intents.values()):
        desk.volatile.positions_wanted = True
        return
    desk.volatile.positions_wanted = False
    waiting = [a for a in desk.state.accounts.values() if a.name in desk.volatile.resuming]
    for account in waiting:
        _step(desk, account, "broker", f"{len(seen.positions)} positions, cash {to_cent(seen.cash)}")
    concerned = compare(desk, seen)
    for account in waiting:
        differs = account.name in concerned
        _step(desk, account, "reconcile", "books differ" if differs else "books agree")
        desk.volatile.resuming.discard(account.name)
        if not differs:
            _finish(desk, account)


def _finish(desk: Desk, account: Account) -> None:
    session = desk.open_session
    _step(desk, account, "schedule", f"session {session.day} open" if session else "market shut")
    _step(desk, account, "risk", f"equity {to_cent(equity(desk, account))}, levels {_levels(account)}")
    release(desk, account, Latch.BROKER, ("8.6", "9.5"))
    release(desk, account, Latch.DISK, ("9.5",))
    held = ", ".join(sorted(account.latches))
    _step(desk, account, "active", f"latched {held}" if held else "working")
    if account.trading:
        rest(desk, account, "resume")


def _levels(account: Account) -> str:
    return ", ".join(str(p.level) for p in account.positions.values()) or "none"


def ask_again(desk: Desk) -> None:
    """Once no order is unknown any more, the books that had to wait are asked for again."""
    unknown = any(i.order and i.order.status is OrderStatus.UNKNOWN for i in desk.state.intents.values())
    if desk.volatile.positions_wanted and not unknown:
        desk.volatile.positions_wanted = False
        desk.ask(AskPositions())
