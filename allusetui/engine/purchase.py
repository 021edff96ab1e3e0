"""5.1, 5.2: a hedge is bought: its plan is told, its orders are wanted."""

from collections.abc import Sequence

from allusetui.domain import event as ev
from allusetui.domain.account import Account
from allusetui.domain.contract import Side
from allusetui.domain.money import to_cent, to_price
from allusetui.domain.order import Purpose
from allusetui.engine.desk import Desk
from allusetui.engine.orders import intend
from allusetui.rules.hedging import Budget, Leg
from allusetui.rules.situation import clause


@clause("5.1", "5.2", "5.7")
def buy(
    desk: Desk, account: Account, funds: Budget, wanted: Sequence[Leg], clauses: tuple[str, ...], approved: bool = False
) -> None:
    """Every leg at once; what is planned by a breach uses up the week, by a trigger the episode and the quarter."""
    for leg in wanted:
        option = leg.pick.option
        desk.volatile.option_quotes[option] = leg.pick.quote
        desk.emit(
            ev.HedgePlanned(
                account=account.name, clauses=clauses, contract=option, quantity=leg.quantity,
                mid=to_price(leg.pick.quote.mid), budget=to_cent(funds.total), spent=to_cent(funds.spent),
                deviation=leg.pick.deviation,
            )
        )  # fmt: skip
        intend(desk, account, Purpose.HEDGE, option, Side.BUY, leg.quantity, clauses, approved=approved)
