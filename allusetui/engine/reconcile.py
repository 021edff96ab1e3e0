"""Our books against the broker's: what cannot be explained is shown and latches; nothing is invented to make it fit."""

from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.account import Account, Latch
from allusetui.domain.contract import Contract
from allusetui.domain.lot import take
from allusetui.domain.money import ZERO, to_cent
from allusetui.engine.desk import Desk, lots_closed
from allusetui.engine.machine import latch
from allusetui.engine.orders import end
from allusetui.rules.situation import clause


@clause("9.5")
def compare(desk: Desk, seen: inp.PositionsSeen) -> set[str]:
    """Latch `mismatch` where the books differ; the names of the accounts concerned."""
    concerned: set[str] = set()
    for contract, quantity in seen.foreign.items():
        _foreign(desk, contract, quantity)
    for contract, mine, theirs in differences(desk, seen):
        whose = holders(desk, contract)
        if not whose:
            _foreign(desk, contract, theirs)
            continue
        what = "missing_position" if abs(theirs) < abs(mine) else "unknown_position"
        if len(whose) > 1:
            whose = list(desk.state.accounts.values())
        concerned |= mismatch(desk, whose, what, contract, Decimal(mine), Decimal(theirs))
    if missing_cash(desk, seen):
        concerned |= mismatch(desk, list(desk.state.accounts.values()), "cash", None, _cash(desk), seen.cash)
    return concerned


@clause("9.5")
def accept(desk: Desk, account: Account, seen: inp.PositionsSeen) -> None:
    """The operator accepts what the broker shows: the account's books become the broker's, each step in the journal."""
    for contract, mine, theirs in differences(desk, seen):
        if account in holders(desk, contract):
            _adjust(desk, account, contract, theirs - mine)
    missing = missing_cash(desk, seen)
    if missing:
        settlement = f"accepted-{desk.now_ms}-{account.name}-cash"
        desk.emit(
            ev.CashBooked(
                account=account.name, clauses=("9.5",), reason="accepted", amount=missing, symbol=None,
                settlement=settlement,
            )
        )  # fmt: skip


def _adjust(desk: Desk, account: Account, contract: Contract, signed: int) -> None:
    """What is gone without a trade brought and cost nothing: its money is in the difference of the cash."""
    held = account.quantity(contract)
    gone = min(abs(held), abs(signed)) if (held > 0) != (signed > 0) else 0
    taken, _ = take(account.lots.get(contract, []), gone if held > 0 else -gone)
    closed = lots_closed(account, contract, taken, ZERO, ZERO, ("9.5", "10.3"))
    desk.emit(
        ev.PositionAdjusted(
            account=account.name, clauses=("9.5",), reason="accepted", contract=contract, from_=held, to=held + signed,
            into=contract, settlement=f"accepted-{desk.now_ms}-{account.name}-{contract}",
        )
    )  # fmt: skip
    for row in closed:
        desk.emit(row)
    drop_orders(desk, account, contract)


def drop_orders(desk: Desk, account: Account, contract: Contract) -> None:
    """End what would trade more of a contract than is still held."""
    for intent in desk.state.intents_of(account, contract):
        if not intent.adds and intent.open_quantity > abs(account.quantity(contract)):
            end(desk, intent, "window_closed")


def differences(desk: Desk, seen: inp.PositionsSeen) -> list[tuple[Contract, int, int]]:
    """(contract, ours, the broker's) where the two differ; what was there when the account was linked is foreign."""
    ours: dict[Contract, int] = {}
    for account in desk.state.accounts.values():
        for contract in account.lots:
            ours[contract] = ours.get(contract, 0) + account.quantity(contract)
    theirs = {contract: quantity - seen.foreign.get(contract, 0) for contract, quantity in seen.positions.items()}
    differing = [c for c in {*ours, *theirs} if ours.get(c, 0) != theirs.get(c, 0)]
    return [(c, ours.get(c, 0), theirs.get(c, 0)) for c in sorted(differing, key=str)]


def missing_cash(desk: Desk, seen: inp.PositionsSeen) -> Decimal:
    """Dollars that the broker has more than our books, to the cent: none shows the third decimal of a price."""
    return to_cent(seen.cash - _cash(desk))


def _cash(desk: Desk) -> Decimal:
    return sum((a.money for a in desk.state.accounts.values()), ZERO)


def holders(desk: Desk, contract: Contract) -> list[Account]:
    """The accounts that hold or work the contract."""
    working = {i.account for i in desk.state.intents.values() if contract in (i.contract, i.candidate)}
    return [a for a in desk.state.accounts.values() if contract in a.lots or a.name in working]


def mismatch(
    desk: Desk, accounts: list[Account], what: str, contract: Contract | None, ours: Decimal, broker: Decimal,
    settlement: str | None = None,
) -> set[str]:  # fmt: skip
    """Show a difference and latch the accounts that it concerns, whose names are returned."""
    for account in accounts:
        desk.emit(
            ev.ReconcileMismatch(
                account=account.name, clauses=("9.5",), what=what, contract=contract, ours=ours, broker=broker,
                settlement=settlement,
            )
        )  # fmt: skip
        latch(desk, account, Latch.MISMATCH)
        text = f"{account.name}: {what.replace('_', ' ')}: ours {ours}, broker {broker}; nothing is sent until a reset."
        desk.alert("critical", text, account.name, ("9.5", "14.4"))
    return {account.name for account in accounts}


def _foreign(desk: Desk, contract: Contract, quantity: int) -> None:
    """A position that is none of ours: told, never touched."""
    key = f"foreign {contract}"
    if key in desk.volatile.told_alerts:
        return
    desk.volatile.told_alerts.add(key)
    desk.emit(
        ev.ReconcileMismatch(
            clauses=("9.5",), what="unknown_position", contract=contract, ours=ZERO, broker=Decimal(quantity)
        )
    )
    desk.alert("warning", f"{quantity} {contract.symbol} at the broker are not ours; left alone.", None, ("9.5",))
