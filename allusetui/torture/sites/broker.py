"""At the broker: errors about orders that live, executions told anew or corrected, strangers, assignments, refusals."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Final

from allusetui.broker.gateway.commands import (
    Assign,
    ByHand,
    Convert,
    Correct,
    Double,
    Nameless,
    OrderError,
    ReadOnly,
    Refuse,
    Resend,
    Withdraw,
)
from allusetui.broker.gateway.quotes import Data
from allusetui.domain.contract import Option, Side
from allusetui.torture.dice import UNIVERSES, Throws
from allusetui.torture.rig import Rig, pick
from allusetui.torture.sites.site import Done, Scene

_ERRORS: Final = {
    10349: "Order TIF was set to DAY based on order preset.",
    10147: "OrderId that needs to be cancelled is not found.",
    10148: "OrderId that needs to be cancelled can not be cancelled, state: PendingCancel.",
    161: "Cancel attempted when order is not in a cancellable state.",
    104: "Cannot modify a filled order.",
    103: "Duplicate order id",
    201: "Order rejected - reason: the modification is refused",
}
_CENT: Final = Decimal("0.01")
_MANY: Final = 2**31
_LISTED: Final = sorted({symbol for symbols in UNIVERSES.values() for symbol in symbols})


def _error(code: int, rig: Rig, throws: Throws) -> bool:
    """It is said of an order that lives on."""
    ticket = pick(rig.orders(live=True), throws.whole(0, _MANY))
    if ticket is None or not rig.house.assembly.book.link_up:
        return False
    rig.do(OrderError(ticket.asked.order_ref, code, _ERRORS[code]))
    return True


def _resend(rig: Rig, throws: Throws) -> bool:
    ticket = pick(rig.filled(), throws.whole(0, _MANY))
    if ticket is None:
        return False
    rig.do(Resend(ticket.asked.order_ref))
    return True


def _correct(rig: Rig, throws: Throws) -> bool:
    """The broker was a cent wrong."""
    ticket = pick(rig.filled(), throws.whole(0, _MANY))
    if ticket is None:
        return False
    rig.do(Correct(ticket.asked.order_ref, ticket.fills[-1].price + _CENT))
    return True


def _double(rig: Rig, throws: Throws) -> bool:
    """One order shows under two permanent ids; of one that shows without any nobody could tell that it is two."""
    named = [each for each in rig.orders(live=True) if each.shown_perm_id != 0]
    ticket = pick(named, throws.whole(0, _MANY))
    if ticket is None or not rig.house.assembly.book.link_up or not ticket.at_exchange:
        return False
    rig.do(Double(ticket.asked.order_ref))
    return True


def _withdraw(rig: Rig, throws: Throws) -> bool:
    """A person at the broker's screen, or its own rules, end an order of ours; heard of or not."""
    ticket = pick(rig.orders(live=True), throws.whole(0, _MANY))
    if ticket is None or not ticket.at_exchange:
        return False
    rig.do(Withdraw(ticket.asked.order_ref))
    return True


def _refuse(rig: Rig, throws: Throws) -> bool:
    """Five in a row, or more, stop a symbol's entries."""
    rig.do(Refuse(throws.whole(1, 7)))
    return True


def _convert(ratios: Sequence[str], rig: Rig, throws: Throws) -> bool:
    """A split, or where there is no ratio a merger into another symbol: the broker's book changes without a word."""
    state = rig.state
    held = sorted({c.symbol for account in state.accounts.values() for c in account.lots}) if state else []
    if not held:
        return False
    symbol = throws.one_of(held)
    others = [each for each in _LISTED if each != symbol]
    into = symbol if ratios else throws.one_of(others)
    rig.do(Convert(symbol, into, Decimal(throws.one_of(ratios)) if ratios else Decimal(1)))
    return True


def _nameless(rig: Rig, throws: Throws) -> bool:
    rig.do(Nameless(throws.whole(1, 3)))
    return True


def _read_only(rig: Rig, throws: Throws) -> bool:
    """Somebody ticks the box in the gateway's own settings."""
    rig.do(ReadOnly())
    rig.later(throws.number(5, 120), lambda: rig.do(ReadOnly(on=False)))
    return True


def _by_hand(rig: Rig, throws: Throws) -> bool:
    """A person trades what we trade, at the broker's own screen."""
    ticket = pick(rig.filled() or rig.orders(live=True), throws.whole(0, _MANY))
    if ticket is None or ticket.trade.candidate is not None:
        return False
    limit = max(ticket.trade.limit, _CENT)
    side = Side.BUY if throws.happens(0.5) else Side.SELL
    rig.do(ByHand(ticket.asked.contract, side, 1, limit))
    return True


def _assign(rig: Rig, throws: Throws) -> bool:
    """Somebody exercises; it is seen in the night."""
    state = rig.state
    if state is None:
        return False
    short = [
        (contract, quantity)
        for account in state.accounts.values()
        for contract in account.lots
        if isinstance(contract, Option) and (quantity := account.quantity(contract)) < 0
    ]
    if not short:
        return False
    contract, quantity = throws.one_of(short)
    rig.do(Assign(contract, throws.whole(1, -quantity)))
    return True


def _entitled(what: Data, rig: Rig, throws: Throws) -> bool:
    """The data's subscription is gone: delayed, or none. What is asked for from then on feels it."""
    entitled = rig.house.assembly.entitled
    entitled.data = what

    def again() -> None:
        entitled.data = "live"

    rig.later(throws.number(5, 120), again)
    return True


def _competing(rig: Rig, throws: Throws) -> bool:
    """The same user looks at the data elsewhere."""
    entitled = rig.house.assembly.entitled
    entitled.competing = True

    def again() -> None:
        entitled.competing = False

    rig.later(throws.number(5, 120), again)
    return True


SITES: Final = (
    *(
        Done(f"error {code} on a live order", (11,), 0.8, 0.6, partial(_error, code), scene=Scene.WINDOW, seldom=True)
        for code in _ERRORS
    ),
    Done("order ended by the broker", (12, 20, 21), 0.5, 0.3, _withdraw, scene=Scene.WINDOW, seldom=True),
    Done("orders refused", (24,), 0.5, 0.3, _refuse, scene=Scene.HALTED),
    Done("split", (21,), 0.2, 0.1, partial(_convert, ("2", "0.5", "4", "0.1")), scene=Scene.NIGHT),
    Done("symbol changed", (21,), 0.2, 0.1, partial(_convert, ()), scene=Scene.NIGHT),
    Done("execution again", (10,), fire=_resend, scene=Scene.WINDOW),
    Done("execution corrected", (10,), 0.7, 0.5, _correct, scene=Scene.WINDOW),
    Done("order doubled", (13,), 0.5, 0.3, _double, scene=Scene.WINDOW, seldom=True),
    Done("no permanent id", (14,), fire=_nameless),
    Done("read only", (24,), 0.7, 0.5, _read_only),
    Done("by hand", (20,), 0.5, 0.3, _by_hand, scene=Scene.WINDOW),
    Done("assignment", (21,), 0.7, 0.4, _assign, scene=Scene.NIGHT),
    Done("data delayed", (25,), 0.7, 0.5, partial(_entitled, "delayed")),
    Done("data refused", (25,), 0.7, 0.5, partial(_entitled, "none")),
    Done("data competing", (25,), 0.5, 0.5, _competing),
)
