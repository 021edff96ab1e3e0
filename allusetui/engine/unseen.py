"""Fills of an earlier day, of which no broker tells any more: one stands in its book, and is read off it.

A broker lists the executions and the ended orders of today. An order of an earlier day that is in none of its answers
is over, but what of it had filled they don't tell: its positions do, and its cash says at what price.
"""

from collections.abc import Iterator
from decimal import Decimal

from allusetui.domain import input as inp
from allusetui.domain.contract import Contract, Option
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import day_of
from allusetui.domain.money import ZERO, to_cent, to_price
from allusetui.domain.order import Intent, Working
from allusetui.domain.text import untrusted
from allusetui.engine.desk import Desk
from allusetui.engine.reconcile import differences, holders, missing_cash
from allusetui.engine.reports import found_dead, name_of_unseen, on_executed
from allusetui.rules.situation import clause


@frozen
class _Found:
    """An order that alone explains what differs; `quantity`: how much of it has filled."""

    intent: Intent
    order: Working
    quantity: int


@clause("0.6", "9.5")
def read_off(desk: Desk, seen: inp.PositionsSeen) -> None:
    """Book what exactly one of the orders that nobody tells of explains, to the contract and the cent."""
    waiting = list(_waiting(desk))
    if not waiting:
        return
    found = _explanation(desk, seen, waiting)
    execution = None if found is None else _execution(desk, found, missing_cash(desk, seen))
    if found is not None and execution is not None:
        on_executed(desk, (execution,))
        _tell(desk, found.intent.account, execution)


@clause("0.6")
def bury(desk: Desk) -> None:
    """What has not filled of them is dead. Once the books are compared: what an order works is ours until then."""
    for intent, order in list(_waiting(desk)):
        found_dead(desk, intent, order)
    desk.volatile.unseen.clear()


def _waiting(desk: Desk) -> Iterator[tuple[Intent, Working]]:
    for intent in desk.state.intents.values():
        if intent.order is not None and intent.order.client_order_id in desk.volatile.unseen:
            yield intent, intent.order


def _explanation(desk: Desk, seen: inp.PositionsSeen, waiting: list[tuple[Intent, Working]]) -> _Found | None:
    """None where more than one thing differs, or more than one order could be why.

    Of a roll's legs nobody says what each was traded at.
    """
    rows = [row for row in differences(desk, seen) if holders(desk, row[0])]
    if len(rows) != 1:
        return None
    ((contract, ours, theirs),) = rows
    found = [
        _Found(intent, order, filled)
        for intent, order in waiting
        if intent.candidate is None and intent.contract == contract
        and 0 < (filled := intent.side.sign * (theirs - ours)) <= order.open_quantity
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None


def _execution(desk: Desk, found: _Found, cash: Decimal) -> inp.Execution | None:
    """The fill as the cash has it, which was to be at the limit or better; None where it can't have been so.

    `cash`: dollars that the broker has more than our books. What of them no price explains is its fees.
    """
    intent, limit = found.intent, found.order.limit
    units, sign = intent.contract.multiplier * found.quantity, intent.side.sign
    fees = _fees(desk, intent.contract, found.quantity)
    better = cash + sign * limit * units + fees
    if not -fees <= better <= desk.law.walk.slippage_cap * limit * units:
        return None
    price = to_price(limit - sign * max(better, ZERO) / units)
    return inp.Execution(
        name_of_unseen(found.order.client_order_id), found.order.client_order_id, intent.contract, intent.side,
        found.quantity, price, -cash - sign * price * units, day_of(found.order.sent_ms),
    )  # fmt: skip


def _fees(desk: Desk, contract: Contract, quantity: int) -> Decimal:
    """What the session reckons with; a broker's may be up to twice as much."""
    return desk.state.commission * quantity if isinstance(contract, Option) else ZERO


@clause("9.5")
def _tell(desk: Desk, account: str, fill: inp.Execution) -> None:
    told = f"{fill.client_order_id}: no broker tells of its fill of {fill.day} any more. Its book shows {fill.quantity}"
    cost = f"{fill.price}, its cash {to_cent(fill.commission)} in fees"
    text = f"{told}, at {cost}: compare it with its statement."
    desk.alert("warning", untrusted(text), account, ("0.6", "9.5"))
