"""What an intent that has ended leaves behind: a roll or a stop that was done, a hedge or a LEAP that came or went."""

from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.contract import Option, Side
from allusetui.domain.money import to_cent, to_price
from allusetui.domain.order import Intent, LeapStep, Purpose
from allusetui.engine.changes.growth import BY_HAND
from allusetui.engine.desk import Desk
from allusetui.rules.ladder import PURCHASE_CLAUSES, ROLL_CLAUSES, side_of
from allusetui.rules.situation import clause

_RELEASES = (Purpose.PROFIT_TAKE, Purpose.CLOSE)
_REASONS = {"5.2": "expiry", "5.6": "reverted"}
_OF_TERMS = frozenset({"17.6"})
"""What an intent names where the ladder's terms are not the law's."""


@clause("6.3", "6.4", "6.10", "17.4")
def finish(desk: Desk, intent: Intent, abandoned: str | None = None) -> None:
    """Tell what the fills of an ended intent came to; nothing filled, nothing told but a roll that bought nothing."""
    option = intent.contract
    if not isinstance(option, Option):
        return
    if intent.leap is not None and intent.leap.rolls is not None and intent.side is Side.BUY and not intent.filled:
        close_roll(desk, intent.account, intent.leap.rolls, abandoned or "no_fit")
    if not intent.filled:
        return
    paid = intent.paid / intent.filled
    if intent.purpose is Purpose.STOP:
        done = ev.StopDone(
            account=intent.account, clauses=("6.4",), contract=option, quantity=intent.filled, price=to_price(paid)
        )
        desk.emit(done)
    elif intent.leap is not None:
        _leap_done(desk, intent, option, intent.leap, paid)
    elif intent.purpose is Purpose.HEDGE:
        _hedge_opened(desk, intent, option)
    elif option.is_index and intent.side is Side.SELL and intent.purpose in _RELEASES:
        _hedge_released(desk, intent, option)
    elif intent.side is Side.SELL and intent.purpose is Purpose.CLOSE:
        _leap_closed(desk, intent, option, paid)
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
    reason = "profit" if intent.purpose is Purpose.PROFIT_TAKE else _REASONS.get(intent.clauses[0], BY_HAND)
    desk.emit(
        ev.HedgeReleased(
            account=intent.account, clauses=intent.clauses, contract=option, quantity=intent.filled, reason=reason,
            profit=to_cent(intent.gained),
        )
    )  # fmt: skip


@clause("0.7", "17.4")
def _leap_closed(desk: Desk, intent: Intent, option: Option, price: Decimal) -> None:
    """By hand: what it was sold for is leap cash."""
    desk.emit(
        ev.LeapClosed(
            account=intent.account, clauses=intent.clauses, contract=option, quantity=intent.filled,
            price=to_price(price), side=side_of(option), reason=BY_HAND,
        )
    )  # fmt: skip


@clause("17.1", "17.4")
def _leap_done(desk: Desk, intent: Intent, option: Option, step: LeapStep, price: Decimal) -> None:
    """A purchase out of leap cash, or one of the two halves of a roll."""
    side, own = side_of(option), tuple(each for each in intent.clauses if each in _OF_TERMS)
    if step.rolls is None:
        desk.emit(
            ev.LeapOpened(
                account=intent.account, clauses=(*PURCHASE_CLAUSES, *own), contract=option, quantity=intent.filled,
                price=to_price(price), side=side, deviation=step.deviation,
            )
        )  # fmt: skip
        return
    assert step.reason is not None
    if intent.side is Side.SELL:
        proceeds = (price * option.multiplier - desk.state.commission) * intent.filled
        desk.emit(
            ev.LeapSold(
                account=intent.account, clauses=ROLL_CLAUSES[side], contract=option, quantity=intent.filled,
                price=to_price(price), side=side, reason=step.reason, proceeds=to_price(proceeds),
            )
        )  # fmt: skip
        return
    sale = desk.state.accounts[intent.account].leap_sales[step.rolls]
    desk.emit(
        ev.LeapRolled(
            account=intent.account, clauses=(*ROLL_CLAUSES[side], *own), contract=step.rolls, quantity=sale.quantity,
            price=sale.price, side=side, reason=step.reason, candidate=option, candidate_quantity=intent.filled,
            candidate_price=to_price(price), deviation=step.deviation,
        )
    )  # fmt: skip


@clause("17.4")
def close_roll(desk: Desk, account: str, contract: Option, reason: str) -> None:
    """A roll that bought nothing: what it sold for stays leap cash."""
    sale, side = desk.state.accounts[account].leap_sales[contract], side_of(contract)
    desk.emit(
        ev.LeapClosed(
            account=account, clauses=ROLL_CLAUSES[side], contract=contract, quantity=sale.quantity, price=sale.price,
            side=side, reason=reason,
        )
    )  # fmt: skip
