"""Our books against the broker's: what cannot be explained is shown and latches; nothing is invented to make it fit."""

from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.account import Account, Latch
from allusetui.domain.contract import Contract
from allusetui.domain.money import ZERO
from allusetui.engine.desk import Desk
from allusetui.engine.machine import latch
from allusetui.rules.situation import clause


@clause("9.5")
def compare(desk: Desk, seen: inp.PositionsSeen) -> set[str]:
    """Latch `mismatch` where the books differ; the names of the accounts concerned."""
    ours: dict[Contract, int] = {}
    for account in desk.state.accounts.values():
        for contract in account.lots:
            ours[contract] = ours.get(contract, 0) + account.quantity(contract)
    concerned: set[str] = set()
    for contract in sorted({*ours, *seen.positions}, key=str):
        mine, theirs = ours.get(contract, 0), seen.positions.get(contract, 0)
        if mine == theirs:
            continue
        holders = _holders(desk, contract)
        if not holders:
            _foreign(desk, contract, theirs)
            continue
        what = "missing_position" if abs(theirs) < abs(mine) else "unknown_position"
        concerned |= _mismatch(desk, holders, what, contract, Decimal(mine), Decimal(theirs))
    cash = sum((a.cash for a in desk.state.accounts.values()), ZERO)
    if cash != seen.cash:
        concerned |= _mismatch(desk, list(desk.state.accounts.values()), "cash", None, cash, seen.cash)
    return concerned


def _holders(desk: Desk, contract: Contract) -> list[Account]:
    """The accounts that hold or work the contract."""
    working = {i.account for i in desk.state.intents.values() if contract in (i.contract, i.candidate)}
    return [a for a in desk.state.accounts.values() if contract in a.lots or a.name in working]


def _mismatch(
    desk: Desk, accounts: list[Account], what: str, contract: Contract | None, ours: Decimal, broker: Decimal
) -> set[str]:
    for account in accounts:
        desk.emit(
            ev.ReconcileMismatch(
                account=account.name, clauses=("9.5",), what=what, contract=contract, ours=ours, broker=broker
            )
        )
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
