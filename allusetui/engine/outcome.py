"""What an intent that has ended leaves behind: a roll or a stop that was done."""

from allusetui.domain import event as ev
from allusetui.domain.contract import Option
from allusetui.domain.money import to_price
from allusetui.domain.order import Intent, Purpose
from allusetui.engine.desk import Desk
from allusetui.rules.situation import clause


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
