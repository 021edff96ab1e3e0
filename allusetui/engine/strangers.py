"""Orders and fills at the broker that our journal does not explain: ours by their name, doubled, or somebody else's."""

import re
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.account import Account, Latch, Status
from allusetui.domain.contract import Stock
from allusetui.domain.effect import CancelOrder
from allusetui.domain.money import ZERO
from allusetui.domain.text import untrusted
from allusetui.engine.desk import Desk
from allusetui.engine.machine import latch
from allusetui.engine.reconcile import mismatch
from allusetui.rules.situation import clause

# AU-<session>-<account>-<intent>-<clip>.v<version>
_ORDER_ID = re.compile(
    r"AU-(?P<session>[^-]+)-(?P<account>.+)-(?P<intent>\d+)-(?P<clip>\d+)\.v(?P<version>\d+)", re.ASCII
)


def intent_id_of(client_order_id: str) -> str:
    """The intent that an order id names; empty where it is none of our ids."""
    named = _ORDER_ID.fullmatch(client_order_id)
    return named["intent"] if named else ""


def account_of(client_order_id: str) -> str:
    """The account that an order id names, whose own name may hold a hyphen; empty where it is none of our ids."""
    named = _ORDER_ID.fullmatch(client_order_id)
    return named["account"] if named else ""


def is_known(desk: Desk, client_order_id: str) -> bool:
    """Whether the journal has an order of this id: of this session, an account of ours, an intent and version told."""
    named = _ORDER_ID.fullmatch(client_order_id)
    if named is None or named["session"] != desk.state.session or named["account"] not in desk.state.accounts:
        return False
    intent = desk.state.intents.get(named["intent"])
    if intent is None:
        return int(named["intent"]) <= desk.state.intent_count
    return (int(named["clip"]), int(named["version"])) <= (intent.clip, intent.version)


@clause("9.5")
def tell_orphans(desk: Desk, answer: inp.OrdersSeen) -> None:
    """An open order that is ours by its name, and that the journal does not have, or that no cancel of ours reaches."""
    for order in answer.orders:
        named = order.client_order_id
        held = is_known(desk, named) and order.reachable
        if not order.open or held or named in desk.volatile.told_alerts:
            continue
        desk.volatile.told_alerts.add(named)
        whose = _whose(desk, named)
        desk.volatile.orphaned |= mismatch(desk, whose, "orphan_order", None, ZERO, Decimal(1), untrusted(named))
        if not order.reachable:
            text = f"{named} works under another client id: link with that one, or cancel it at the broker."
            desk.alert("critical", untrusted(text), None, ("9.5", "14.4"))


@clause("0.6", "9.5")
def cancel_risen(desk: Desk, answer: inp.OrdersSeen) -> bool:
    """Cancel what works at the broker though it was proven dead: its clip may have another order. Whether there is any.

    What fills of it all the same is booked, and comes off what follows.
    """
    risen = [order.client_order_id for order in answer.orders if order.open and _has_risen(desk, order, answer)]
    for named in risen:
        desk.effects.append(CancelOrder(named))
        if named not in desk.volatile.told_alerts:
            desk.volatile.told_alerts.add(named)
            text = f"{named} works at the broker, and was found dead: it is being cancelled."
            desk.alert("critical", untrusted(text), account_of(named), ("0.6", "9.5"))
    return bool(risen)


def _has_risen(desk: Desk, order: inp.BrokerOrder, answer: inp.OrdersSeen) -> bool:
    """Whether an order that is listed as open is ours, and no order of now; by an answer asked for since one died."""
    named = order.client_order_id
    if not order.reachable or not is_known(desk, named) or answer.since_ms <= desk.volatile.over_ms:
        return False
    intent = desk.state.intents.get(intent_id_of(named))
    now = intent.order if intent is not None else None
    is_audited = desk.state.accounts[account_of(named)].status is Status.AUDIT
    return not is_audited and (now is None or now.client_order_id != named)


@clause("0.6", "9.5")
def on_doubled(desk: Desk, seen: inp.OrderDoubled) -> None:
    """One order of ours is several at the broker: nobody knows which is meant, so that its account stops.

    Told anew once the operator has accepted it, if they still work then.
    """
    named, whose = seen.client_order_id, _whose(desk, seen.client_order_id)
    told = untrusted(f"{named} {' '.join(seen.permanents)}")
    if told in desk.volatile.told_alerts and all(Latch.MISMATCH in account.latches for account in whose):
        return
    desk.volatile.told_alerts.add(told)
    count = Decimal(len(seen.permanents))
    desk.volatile.orphaned |= mismatch(desk, whose, "double_order", None, Decimal(1), count, told)
    text = f"{named} is {count} orders at the broker: {', '.join(seen.permanents)}. All of them are being cancelled."
    desk.alert("critical", untrusted(text), None, ("0.6", "9.5", "14.4"))


def _whose(desk: Desk, client_order_id: str) -> list[Account]:
    """The account that an order id names; every one where it names none of ours."""
    account = desk.state.accounts.get(account_of(client_order_id))
    return [account] if account else list(desk.state.accounts.values())


@clause("9.5")
def on_foreign(desk: Desk, seen: inp.ForeignOrderSeen) -> None:
    """An order that is none of ours is told once, and left alone."""
    if seen.id in desk.state.seen_ids:
        return
    desk.emit(
        ev.ReconcileMismatch(
            clauses=("9.5",), what="foreign_order", contract=Stock(untrusted(seen.symbol)), ours=ZERO,
            broker=Decimal(seen.quantity), settlement=seen.id,
        )
    )  # fmt: skip
    text = untrusted(f"An order on {seen.symbol} at the broker is not ours; it is left alone.")
    desk.alert("warning", text, None, ("9.5",))


def never_sent(desk: Desk, named: Account | None, execution: inp.Execution) -> None:
    """A fill for an order that we never sent halts the account that it names, or every one that it could belong to."""
    for account in [named] if named else list(desk.state.accounts.values()):
        latch(desk, account, Latch.MISMATCH, ("9.5",))
    text = untrusted(f"A fill for an order we never sent: {execution.client_order_id}.")
    desk.alert("critical", text, None, ("9.5",))
