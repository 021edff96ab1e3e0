"""0.6: a fill that the broker corrects, `….02` for `….01`: the earlier version is taken back, the last one counts."""

from dataclasses import replace
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.account import Account
from allusetui.domain.contract import Contract, Side, Stock
from allusetui.domain.correction import Ended, Version, corrected
from allusetui.domain.lot import Lot, total
from allusetui.domain.order import BACK
from allusetui.domain.state import Booked
from allusetui.engine.desk import Desk, lots_closed
from allusetui.rules.situation import clause

_CLAUSES = ("10.3",)


def earlier_of(desk: Desk, execution: inp.Execution) -> Booked | None:
    """The version of the execution that is booked."""
    return desk.state.fills.get(execution.root[0]) if execution.root else None


def is_older(desk: Desk, execution: inp.Execution) -> bool:
    """Whether a later version of it is booked."""
    earlier = earlier_of(desk, execution)
    if earlier is None or earlier.execution.root is None or execution.root is None:
        return False
    return execution.root[1] <= earlier.execution.root[1]


def is_of_another(desk: Desk, execution: inp.Execution) -> bool:
    """Whether it corrects a fill of another order or contract, which no correction does."""
    earlier = earlier_of(desk, execution)
    if earlier is None:
        return False
    was = earlier.execution
    return (was.client_order_id, was.contract) != (execution.client_order_id, execution.contract)


def taking_back(booked: Booked, now: ev.OrderFilled) -> ev.OrderFilled:
    """The opposite trade at the same price and for its fees: of the money of the earlier version nothing remains."""
    was = booked.execution
    return replace(
        now, exec_id=f"{was.exec_id}{BACK}", side=Side.BUY if was.side is Side.SELL else Side.SELL,
        quantity=was.quantity, price=was.price, commission=-was.commission,
    )  # fmt: skip


@clause("10.3")
def lots_corrected(account: Account, booked: Booked, now: ev.OrderFilled) -> list[ev.LotClosed]:
    """What closes, and what is taken back of what was closed, so that gains are those of the last version.

    The fill opened lots that are still there: they have its new price, and nothing is realized.
    """
    contract, was = now.contract, booked.version
    told: Version[Lot] = Version(was.fill, now.signed, now.price, now.commission, was.day)
    change = corrected(account.lots.get(contract, []), was, told)
    first = Ended(list(was.closed), was.price, was.fees(abs(total(was.closed))))
    return [
        *(_reversed(row) for row in _rows(account, contract, first)),
        *(_unsold(row) for row in _rows(account, contract, change.restated)),
        *(_unsold(row) for row in _rows(account, contract, change.shed)),
        *_rows(account, contract, change.closed),
    ]


def _rows(account: Account, contract: Contract, ended: Ended[Lot]) -> list[ev.LotClosed]:
    return lots_closed(account, contract, ended.lots, ended.price, ended.fees_usd, _CLAUSES)


def _reversed(row: ev.LotClosed) -> ev.LotClosed:
    return replace(row, quantity=-row.quantity, book_usd=-row.book_usd, fees=-row.fees, realized=-row.realized)


def _unsold(row: ev.LotClosed) -> ev.LotClosed:
    """Of shares that no trade sold: what their ledger gives up is the gain itself."""
    if not isinstance(row.contract, Stock):
        return row
    loss: Decimal = -row.realized - row.fees
    return replace(row, book_usd=loss)
