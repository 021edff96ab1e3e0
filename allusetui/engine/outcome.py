"""What an intent that has ended leaves behind: a roll or a stop that was done, a hedge opened or released."""

from allusetui.domain import event as ev
from allusetui.domain.contract import Option, Side
from allusetui.domain.money import to_cent, to_price
from allusetui.domain.order import Intent, Purpose
from allusetui.engine.desk import Desk
from allusetui.rules.situation import clause

_RELEASES = (Purpose.PROFIT_TAKE, Purpose.CLOSE)
_REASONS = {"5.2": "expiry", "5.6": "reverted"}


@clause("6.3", "6.4", "6.10")
def finish(desk: Desk, intent: Intent) -> None:
    """Tell what the fills of an ended intent came to; nothing filled, nothing told."""
    option = intent.contract
    if not intent.filled or not isinstance(option, Option):
        return
    paid = intent.paid / intent.filled
    if intent.purpose is Purpose.STOP:
        done = ev.StopDone(
            account=intent.account, clauses=("6.4",), contract=option, quantity=intent.filled, price=to_price(paid)
        )
        desk.emit(done)
    elif intent.purpose is Purpose.HEDGE:
        _hedge_opened(desk, intent, option)
    elif option.is_index and intent.side is Side.SELL and intent.purpose in _RELEASES:
        _hedge_released(desk, intent, option)
    elif intent.candidate is not None and intent.chain is not None:
        credit = intent.received / intent.filled
        cost = paid - credit + 2 * desk.state.commission / option.multiplier
        desk.emit(
            ev.RollDone(
                account=intent.account, clauses=("6.3", "6.10"), contract=option, candidate=intent.candidate,
                quantity=intent.filled, cost=to_price(cost), chain_cost=to_price(intent.chain.cost + cost),
                credit=to_price(credit), first_credit=to_price(intent.chain.first_credit),
            )
        )  # fmt: skip


@clause("5.1")
def _hedge_opened(desk: Desk, intent: Intent, option: Option) -> None:
    log = desk.state.accounts[intent.account].hedges
    desk.emit(
        ev.HedgeOpened(
            account=intent.account, clauses=intent.clauses, contract=option, quantity=intent.filled,
            premium=to_price(intent.paid * option.multiplier), budget=log.budget, spent=to_price(log.spent),
        )
    )  # fmt: skip


@clause("5.2", "5.6")
def _hedge_released(desk: Desk, intent: Intent, option: Option) -> None:
    reason = "profit" if intent.purpose is Purpose.PROFIT_TAKE else _REASONS.get(intent.clauses[0], "closed")
    desk.emit(
        ev.HedgeReleased(
            account=intent.account, clauses=intent.clauses, contract=option, quantity=intent.filled, reason=reason,
            profit=to_cent(intent.gained),
        )
    )  # fmt: skip
