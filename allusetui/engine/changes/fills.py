"""How fills change the state, and their corrections."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.account import Account, Position
from allusetui.domain.contract import Option, Side
from allusetui.domain.correction import Version, corrected
from allusetui.domain.input import Execution
from allusetui.domain.lot import Lot, average_price, closing_part, take, total
from allusetui.domain.moment import day_of
from allusetui.domain.money import ZERO, share_of
from allusetui.domain.order import Intent, Pocket, Purpose, root_of
from allusetui.domain.state import Booked, State
from allusetui.engine.changes.held import account_of, keep


def filled(state: State, e: ev.OrderFilled) -> None:
    """Cash, lots and the intent's progress of one fill; each counts once (0.6)."""
    if e.exec_id in state.seen_ids:
        return
    state.seen_ids.add(e.exec_id)
    account = account_of(state, e)
    if e.takes_back is not None:
        gained = _take_back(state, account, e, e.takes_back)
    else:
        gained = _gained(e, _book(state, account, e))
        state.rejections.pop(e.contract.symbol, None)
    intent = state.intents.get(e.intent)
    if intent is not None:
        _progress(state, account, intent, e, gained)


def _progress(state: State, account: Account, intent: Intent, e: ev.OrderFilled, gained: Decimal) -> None:
    if e.contract != intent.contract:
        intent.received += e.price * e.quantity * (1 if e.side is Side.SELL else -1)
        return
    # What takes back a fill that the broker corrects goes the other way.
    quantity = e.quantity if e.side is intent.side else -e.quantity
    intent.paid += e.price * quantity
    intent.filled += quantity
    intent.gained += gained
    if intent.purpose is Purpose.HEDGE:
        account.hedges.spent += e.price * quantity * e.contract.multiplier
    if intent.purpose is Purpose.STOCK and intent.side is Side.BUY:
        account.to_invest -= e.price * quantity + e.commission
    intent.clip_open -= quantity
    order = intent.order
    if order is not None and order.client_order_id == e.client_order_id:
        order.filled += quantity
        if order.open_quantity == 0:
            intent.order = None
    drop_filled(state, intent)


def drop_filled(state: State, intent: Intent) -> None:
    """An intent is over when all is filled and nothing of it lives: a late fill may leave a version too many."""
    if intent.open_quantity <= 0 and intent.order is None:
        del state.intents[intent.id]


def _book(state: State, account: Account, e: ev.OrderFilled) -> Sequence[Lot]:
    """A fill, or the last version of one; gives the lots that it closed."""
    earlier = state.fills.get(e.root) if e.root else None
    trades_long = isinstance(e.contract, Option) and account.trades_long(e.contract, e.side)
    long = trades_long if earlier is None else earlier.long
    _pay(account, e, long)
    day = e.day or day_of(state.at_ms)
    execution = Execution(e.exec_id, e.client_order_id, e.contract, e.side, e.quantity, e.price, e.commission, day)
    booked = Booked(execution, e.pocket, long)
    closed = _trade(state, account, e) if earlier is None else _correct(account, booked, earlier)
    if e.root is not None:
        state.fills[e.root] = replace(booked, closed=tuple(closed))
    return closed


def _take_back(state: State, account: Account, e: ev.OrderFilled, execution: str) -> Decimal:
    """The money alone: what becomes of the lots depends on the version that follows at once."""
    root = root_of(execution)
    earlier = state.fills[root[0]] if root else None
    assert earlier is not None
    _pay(account, e, earlier.long)
    return -_gained(earlier.execution, earlier.closed)


def _gained(fill: ev.OrderFilled | Execution, closed: Sequence[Lot]) -> Decimal:
    """What a sale out of a long option realizes, dollars net of the fees on both sides."""
    if not isinstance(fill.contract, Option) or total(closed) <= 0:
        return ZERO
    cost = sum((lot.price * lot.quantity for lot in closed), ZERO) * fill.contract.multiplier
    fees = sum((lot.fees_usd for lot in closed), ZERO)
    return fill.price * fill.quantity * fill.contract.multiplier - cost - fees - fill.commission


def _pay(account: Account, e: ev.OrderFilled, long: bool) -> None:
    """Cash and fees of one fill; `long`: of what is held long."""
    account.fees_year += e.commission
    if isinstance(e.contract, Option) and not e.contract.is_index and long:
        account.ladder.trade(e.paid_usd)
    if e.pocket is Pocket.LEAP_CASH:
        account.leap_cash -= e.paid_usd
    elif long:
        account.move_flow(-e.paid_usd)
    else:
        account.cash -= e.paid_usd
        if isinstance(e.contract, Option):
            account.week_premium -= e.value_usd


def _trade(state: State, account: Account, e: ev.OrderFilled) -> list[Lot]:
    """What is held the other way round is closed first, from the oldest; the rest opens."""
    held = account.quantity(e.contract)
    closes = closing_part(held, e.signed)
    taken, rest = take(account.lots.get(e.contract, []), -closes)
    if closes:
        keep(account, e.contract, rest)
    if closes != e.signed:
        _open(state, account, e, e.signed - closes, max(-held, 0))
    return taken


def _open(state: State, account: Account, e: ev.OrderFilled, signed: int, short: int) -> None:
    """The part of a fill that adds a lot, with its share of the commission; `short`: contracts sold before."""
    today = day_of(state.at_ms)
    if isinstance(e.contract, Option) and e.side is Side.SELL:
        position = account.positions.setdefault(e.contract, Position(sold_on=today))
        position.first_credit = (position.first_credit * short - e.price * signed) / (short - signed)
    fees = e.commission - share_of(e.commission, e.quantity - abs(signed), e.quantity)
    account.lots.setdefault(e.contract, []).append(Lot(signed, e.price, fees, today, fill=e.root or ""))


def _correct(account: Account, anew: Booked, earlier: Booked) -> list[Lot]:
    """The lots as the last version of a fill leaves them; what is known of a short option stays known."""
    contract = anew.execution.contract
    before = account.lots.get(contract, [])
    change = corrected(before, earlier.version, anew.version)
    after = list(change.rest)
    if change.opened is not None:
        after.insert(change.place, change.opened)
    if isinstance(contract, Option) and total(after) < 0:
        known = account.positions.get(contract)
        if known is None:
            sold_on = min(lot.opened for lot in after)
            account.positions[contract] = Position(first_credit=average_price(after), sold_on=sold_on)
        elif not known.chain_cost:
            known.first_credit = _credit(known.first_credit, before, after, earlier.version)
    keep(account, contract, after)
    return change.closed.lots


def _credit(credit: Decimal, before: list[Lot], after: list[Lot], was: Version[Lot]) -> Decimal:
    """The average credit, what the fill brought at first taken out of it, and what it brings now put in."""
    own = total(lot for lot in before if lot.fill == was.fill)
    anew = sum((lot.price * lot.quantity for lot in after if lot.fill == was.fill), ZERO)
    return (credit * total(before) - was.price * own + anew) / total(after) if own else credit
