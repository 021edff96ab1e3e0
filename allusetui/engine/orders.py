"""The order plan: from intent to clips and the steps of a price walk, and what follows a dead order (0.4–0.6)."""

from allusetui.domain import event as ev
from allusetui.domain.account import Account, Status
from allusetui.domain.contract import Contract, Option, Side
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.order import Intent, LeapStep, OrderStatus, Purpose, RollChain, Working
from allusetui.domain.volatile import Walk
from allusetui.engine.desk import Desk
from allusetui.engine.machine import ending_reason
from allusetui.engine.outcome import finish
from allusetui.engine.sending import (
    REASON_CLAUSES,
    STEP,
    TIMEOUT,
    UNASKED,
    cancel,
    request_cancel,
    rest_step,
    say_cancelled,
    send,
    to_unknown,
)
from allusetui.engine.walk import clips, halves, is_relentless, is_too_early, lot_of
from allusetui.rules.cadence import entry_window
from allusetui.rules.pivot import clauses_of
from allusetui.rules.price_walk import limit_at
from allusetui.rules.situation import clause

_CHECK_MS = 30 * SECOND_MS


def intend(
    desk: Desk,
    account: Account,
    purpose: Purpose,
    contract: Contract,
    side: Side,
    quantity: int,
    clauses: tuple[str, ...],
    candidate: Option | None = None,
    approved: bool = False,
    chain: RollChain | None = None,
    leap: LeapStep | None = None,
) -> None:
    """Want a trade done; it is sent by `work` at the end of the batch."""
    intent_id = str(desk.state.intent_count + 1)
    desk.emit(
        ev.OrderIntended(
            account=account.name, clauses=clauses, intent=intent_id, purpose=purpose, contract=contract,
            candidate=candidate, side=side, quantity=quantity, approved=approved, chain=chain,
            leap=leap,
        )
    )  # fmt: skip
    sizes = clips(quantity, desk.law.sizing.clip_contracts, lot_of(desk, contract))
    if len(sizes) > 1:
        desk.emit(ev.IntentSplit(account=account.name, clauses=("0.4",), intent=intent_id, sizes=sizes, clip=0))


def work(desk: Desk) -> None:
    """Give every open intent its next move: begin, step, cancel, abandon. Those of an audited account wait."""
    busy: set[tuple[str, str]] = {_pod(i) for i in desk.state.intents.values() if i.live and i.purpose.opens}
    for intent in list(desk.state.intents.values()):
        account = desk.state.accounts[intent.account]
        if account.status is Status.AUDIT:
            continue
        reason = _over(desk, account, intent)
        if reason is not None:
            end(desk, intent, reason)
            if intent.order is not None and intent.order.status is OrderStatus.CANCELLING:
                _tend(desk, intent, intent.order)
        elif intent.account in desk.volatile.resuming:
            continue  # until the books agree nothing is sent
        elif intent.order is None:
            if not intent.purpose.opens or _pod(intent) not in busy:
                _begin(desk, intent)
                if intent.live and intent.purpose.opens:
                    busy.add(_pod(intent))
        else:
            _tend(desk, intent, intent.order)


def _over(desk: Desk, account: Account, intent: Intent) -> str | None:
    """Why an intent has to end now; None while it may go on. Orders are for the day."""
    reason = ending_reason(account, intent)
    if reason is None and intent.purpose.opens:
        reason = _entry_over(desk, account, intent)
    if reason is None and desk.open_session is None:
        reason = "window_closed"
    return reason


def _pod(intent: Intent) -> tuple[str, str]:
    """Clips are worked one after another per symbol and account (0.4)."""
    return intent.account, intent.contract.symbol


@clause("0.9", "1.1", "1.2", "1.3", "8.3")
def _entry_over(desk: Desk, account: Account, intent: Intent) -> str | None:
    option = intent.contract
    is_put = isinstance(option, Option) and option.is_put
    if is_put and account.pivoted:
        return "pivot"
    session = desk.session
    if intent.purpose is Purpose.ENTRY:
        kind = account.type.value if is_put else "com"
        span = entry_window(desk.calendar, desk.law.cadence, kind, session) if session else None
        if span is None or not span.holds(desk.now_ms):
            return "window_closed"
    if desk.quote(option.symbol) is None:
        return None  # nothing seen since the start: the next look decides
    return "stale" if not desk.is_fresh(option.symbol) or desk.state.vix_stale else None


@clause("0.7", "0.8", "6.3", "6.13")
def end(desk: Desk, intent: Intent, reason: str) -> None:
    """Abandon the rest of an intent: cancel what is live first; what is unknown has to be found before."""
    order = intent.order
    if order is None:
        _abandon(desk, intent, reason)
    elif order.status is OrderStatus.SENT:
        cancel(desk, intent, order, reason)
    elif order.status is OrderStatus.CANCELLING and order.cancel_reason in (STEP, TIMEOUT):
        request_cancel(desk, intent, order, reason)


def _abandon(desk: Desk, intent: Intent, reason: str) -> None:
    desk.volatile.walks.pop(intent.id, None)
    clauses = REASON_CLAUSES[reason]
    if reason == "pivot":
        clauses = clauses_of(desk, desk.state.accounts[intent.account])
    desk.emit(
        ev.OrderAbandoned(
            account=intent.account, clauses=clauses, intent=intent.id,
            client_order_id=intent.last_order_id, reason=reason, quantity=intent.open_quantity,
        )
    )  # fmt: skip
    finish(desk, intent, reason)


def _begin(desk: Desk, intent: Intent) -> None:
    """Send the clip that is next, or the next version of the clip at hand."""
    walk = desk.volatile.walks.get(intent.id)
    if walk and desk.now_ms < walk.due_ms:
        return
    if is_too_early(desk, intent):
        return
    step = walk.step if walk else 0
    if step > desk.law.walk.steps:  # the broker has ended the last one by itself
        if not is_relentless(desk, intent):
            _halve(desk, intent)
            return
        step = desk.law.walk.steps
    limit = limit_at(desk, intent, step)
    if limit is None:
        _no_price(desk, intent, step)
        return
    send(desk, intent, step, limit, None)


def _no_price(desk: Desk, intent: Intent, step: int) -> None:
    """No price can be named now: the step passes unsent; after the last one the intent gives up like any other."""
    if is_relentless(desk, intent):
        return
    if step < desk.law.walk.steps:
        rest_step(desk, intent, step + 1)
    else:
        end(desk, intent, "slippage_cap")


@clause("0.5", "0.6")
def _tend(desk: Desk, intent: Intent, order: Working) -> None:
    """A live order: no acknowledgement makes it unknown; a price that has lived its 3 s moves on."""
    walk = desk.volatile.walks.get(intent.id)
    if walk is None:
        rest_step(desk, intent, order.step)
        return
    if order.status is OrderStatus.SENT and order.open_quantity > max(intent.clip_open, 0):
        cancel(desk, intent, order, STEP)  # a late fill of an earlier version: this one is too large
        return
    if desk.now_ms < walk.due_ms or order.status is OrderStatus.UNKNOWN:
        return
    if order.status is OrderStatus.CANCELLING or order.client_order_id not in desk.volatile.acked:
        to_unknown(desk, intent, order)
        return
    steps = desk.law.walk.steps
    relentless = is_relentless(desk, intent)
    if walk.step >= steps and not relentless:
        cancel(desk, intent, order, TIMEOUT)
        return
    step = min(walk.step + 1, steps)
    limit = limit_at(desk, intent, step)
    if limit is None or limit == order.limit or is_too_early(desk, intent):
        _check(desk, order, walk)
        rest_step(desk, intent, step)
        return
    desk.volatile.walks[intent.id] = Walk(step, walk.due_ms)
    cancel(desk, intent, order, STEP)


def _check(desk: Desk, order: Working, walk: Walk) -> None:
    """What rests at its price is asked about every half minute: a fill of which nobody told is among the executions."""
    begun_ms = walk.due_ms - desk.law.walk.timeout_s * SECOND_MS
    if (desk.now_ms - order.sent_ms) // _CHECK_MS > (begun_ms - order.sent_ms) // _CHECK_MS:
        desk.ask_orders()


def cancelled(desk: Desk, intent: Intent, order: Working, resolved: bool = False) -> None:
    """The order is proven dead: the next version, the next clips, or the end.

    One that nobody asked the broker to end is followed when a price's 3 s are over: sent again at once it could be
    ended at once, without end.
    """
    desk.volatile.over_ms = desk.now_ms
    reason = order.cancel_reason or UNASKED
    step = desk.volatile.walks[intent.id].step if intent.id in desk.volatile.walks else order.step
    if reason == STEP and intent.clip_open > 0 and not resolved and _replace(desk, intent, order, step):
        return
    if not resolved:
        say_cancelled(desk, intent, order, reason)
    if intent.id not in desk.state.intents:
        finish(desk, intent)
    elif reason in REASON_CLAUSES:
        _abandon(desk, intent, reason)
    elif reason == TIMEOUT:
        _halve(desk, intent)
    else:
        rest_step(desk, intent, step + (reason == UNASKED and not resolved))


def _replace(desk: Desk, intent: Intent, order: Working, step: int) -> bool:
    account = desk.state.accounts[intent.account]
    limit = limit_at(desk, intent, step)
    if limit is None or _over(desk, account, intent) is not None:
        return False
    send(desk, intent, step, limit, order.client_order_id)
    return True


@clause("0.5")
def _halve(desk: Desk, intent: Intent) -> None:
    rest, lot = intent.clip_open, lot_of(desk, intent.contract)
    if rest <= lot or intent.halvings >= desk.law.walk.halvings:
        _abandon(desk, intent, "slippage_cap")
        return
    sizes = halves(rest, desk.law.walk.min_clip_contracts, lot)
    desk.emit(ev.IntentSplit(account=intent.account, clauses=("0.5",), intent=intent.id, sizes=sizes, clip=intent.clip))
    desk.volatile.walks.pop(intent.id, None)
