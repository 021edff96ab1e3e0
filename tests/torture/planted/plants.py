"""Known-bad variants of our program, each with the invariant that it breaks."""

from collections.abc import Mapping
from typing import Final

from allusetui.domain.frozen import frozen
from tests.torture.planted.planting import Edit

_ORDERS: Final = "allusetui.engine.orders"
_SENDING: Final = "allusetui.engine.sending"
_REPORTS: Final = "allusetui.engine.reports"
_RESUME: Final = "allusetui.engine.resume"
_MARKET: Final = "allusetui.engine.market"
_MACHINE: Final = "allusetui.engine.machine"
_TRUTH: Final = "allusetui.broker.ibkr.truth"
_LATCHES: Final = "allusetui.rules.latches"
_SIZING: Final = "allusetui.rules.sizing"
_CALLS: Final = "allusetui.rules.covered_call"


@frozen
class Plant:
    """A bug. `breaks`: the number of the invariant; `judge`: see `judges.JUDGES`."""

    name: str
    breaks: int
    edits: tuple[Edit, ...]
    judge: str = "torture"


_ALL: Final = (
    # 1: one live order an intent
    Plant("resubmit on time-out", 1, (
        Edit(_ORDERS, "_tend", "to_unknown(desk, intent, order)", "send(desk, intent, walk.step, order.limit, None)"),
    )),
    Plant("two openings for one intent", 1, (
        Edit(_ORDERS, "work", "_begin(desk, intent)\n", (
            "_begin(desk, intent)\n"
            "                desk.volatile.walks.pop(intent.id, None)\n"
            "                _begin(desk, intent)\n"
        )),
    )),
    Plant("replaced before the cancel is confirmed", 1, (
        Edit(_ORDERS, "_tend", (
            "desk.volatile.walks[intent.id] = Walk(step, walk.due_ms)\n    cancel(desk, intent, order, STEP)"
        ), "send(desk, intent, step, limit, order.client_order_id)"),
    )),
    Plant("written twice", 1, (
        Edit("allusetui.broker.ibkr.broker", "IbkrBroker._write", "until_s)\n", (
            "until_s)\n"
            "    again = client.getReqId()\n"
            "    client.hurry(Lane.ORDER, lambda: client.placeOrder(again, *draft), until_s)\n"
        )),
    )),
    # 2: unique fills are the position change
    Plant("corrections added", 2, (
        Edit("allusetui.engine.corrections", "earlier_of", (
            "return desk.state.fills.get(execution.root[0]) if execution.root else None"
        ), "return None"),
    )),
    Plant("executions counted again", 2, (
        Edit(_REPORTS, "on_executed", "& seen}", "& set()}"),
        Edit("allusetui.engine.corrections", "is_older", "<= earlier", "< earlier"),
    )),
    Plant("commission doubled", 2, (
        Edit("allusetui.broker.ibkr.fills", "Fills._execution", "price, commission,", "price, 2 * commission,"),
    )),
    Plant("differences accepted by nobody", 2, (
        Edit(_RESUME, "_accept", "if a.name in desk.volatile.accepting", "if a.trading"),
    )),
    # 3: the journal first
    Plant("the wire before the journal", 3, (
        Edit("allusetui.runtime.virtual", "VirtualRuntime._is_urgent", (
            "isinstance(item, inp.OperatorActed) and isinstance(effect, ef.CancelOrder)"
        ), "isinstance(effect, ef.CancelOrder | ef.PlaceOrder)"),
    )),
    Plant("sent otherwise than recorded", 3, (
        Edit(_SENDING, "send", "quantity, order.limit)", "quantity + 1, order.limit)"),
    )),
    # 4: what leaves under a latch
    Plant("SAFE with orders at work", 4, (
        Edit(_MACHINE, "ending_reason", "account.status is Status.AUDIT or", "account.latches or"),
    )),
    Plant("cancels forgotten on pause", 4, (
        Edit(_MACHINE, "ending_reason", "account.status is Status.AUDIT or", "Latch.PAUSED in account.latches or"),
    )),
    Plant("a kill that cancels nothing", 4, (
        Edit(_MACHINE, "ending_reason", "account.status is Status.AUDIT or", "account.status is Status.EMERGENCY or"),
        Edit(_MARKET, "halt", "end(desk, intent, \"halt\")", "pass"),
    )),
    Plant("hedges pass every gate", 4, (
        Edit(_LATCHES, "may_leave", "if account.status in SILENT:", (
            "if purpose is Purpose.HEDGE:\n        return True\n    if account.status in SILENT:"
        )),
    )),
    # 5: exposure
    Plant("symbol cap ignored", 5, (
        Edit(_SIZING, "room", (
            "cap=s.law.sizing.symbol_cap * worth,\n        target=s.law.sizing.symbol_cap * part * worth"
        ), "cap=worth,\n        target=worth"),
    )),
    # 6: covered
    Plant("sizes that nothing bounds", 6, (
        Edit(_SIZING, "room", (
            "cap=s.law.sizing.symbol_cap * worth,\n        target=s.law.sizing.symbol_cap * part * worth"
        ), "cap=worth,\n        target=worth"),
        Edit(_SIZING, "Room.free", "min(self.ceiling - self.exposure, self.cash)", "3 * self.equity"),
        Edit(_SIZING, "top_up", "room.exposure + total >= room.aim", "total >= 2 * room.equity"),
    )),
    # 7: ends by evidence
    Plant("error 10349 ends an order", 7, (
        Edit(_TRUTH, "OrderTruth._hear_error", "    if reference is None or", (
            "    if reference is not None and seen.code == 10349:\n"
            "        self._move(self._orders[reference], Stage.CANCELLED, 0, at_ms)\n"
            "    if reference is None or"
        )),
    )),
    Plant("a cancel asked for is a cancel done", 7, (
        Edit(_ORDERS, "_tend", "    cancel(desk, intent, order, STEP)\n", (
            "    cancel(desk, intent, order, STEP)\n    cancelled(desk, intent, order)\n"
        )),
    )),
    Plant("one absence ends an order", 7, (
        Edit(_REPORTS, "_resolve", ">= desk.law.walk.absence_gap_s * SECOND_MS", ">= 0"),
    )),
    Plant("keyed by order id", 7, (
        Edit("allusetui.broker.ibkr.library", "Ears.execDetails", "self._tell(", (
            "keys = self.__dict__.setdefault(\"keys\", {})\n"
            "    execution.orderRef = keys.setdefault(execution.orderId, execution.orderRef)\n"
            "    self._tell("
        )),
    ), "given again"),
    # 8: versions
    Plant("a version left out", 8, (
        Edit(_SENDING, "send", "else intent.version + 1", "else intent.version + 2"),
    )),
    # 9: a crash changes nothing
    Plant("no way back to work", 9, (
        Edit(_RESUME, "_finish", "rest(desk, account, \"resume\")", "pass"),
    ), "crash"),
    # 10: sound data
    Plant("a walk past its cap", 10, (
        Edit("allusetui.rules.price_walk", "limit_at", "slippage_cap * step /", "slippage_cap * (step + 6) /"),
    )),
    # 11: what was tripped stays so
    Plant("a restart drops the latches", 11, (
        Edit(_RESUME, "on_resumed", "for account in desk.state.accounts.values():\n", (
            "for account in desk.state.accounts.values():\n        account.latches.clear()\n"
        )),
    )),
    Plant("a restart ends a kill", 11, (
        Edit(_RESUME, "on_resumed", "Status.SAFE, Status.EMERGENCY,", "Status.SAFE,"),
    )),
    Plant("a breaker that fails open", 11, (
        Edit("allusetui.rules.breakers", "newly_passed", "return [", "return [] and ["),
    )),
    Plant("a breaker for those who hold something", 11, (
        Edit(_MARKET, "watch_breakers", "latch(desk,", "account.lots and latch(desk,"),
    )),
    Plant("a resume without reconciling", 11, (
        Edit(_RESUME, "on_returned", "begin(desk, \"journal current\")", (
            "for account in desk.state.accounts.values():\n            _finish(desk, account)"
        )),
    )),
    Plant("a link that ends a pause", 11, (
        Edit(_RESUME, "_synced", "release(desk, account, Latch.DISK, (\"9.5\",))", (
            "release(desk, account, Latch.DISK, (\"9.5\",))\n    release(desk, account, Latch.PAUSED, (\"9.5\",))"
        )),
    )),
    # 12: the journal
    Plant("hashes that follow nothing", 12, (
        Edit("allusetui.journal.sqlite", "chained", "previous + text", "text"),
    )),
    Plant("a record that no seed tells twice", 12, (
        Edit(_RESUME, "_step", "findings=findings", "findings=f\"{findings} {id(object()) + id(desk)}\""),
    ), "twice"),
    # 13: the adviser
    Plant("a headline that stops entries", 13, (
        Edit("allusetui.engine.anomalies", "_tell", "held = any", (
            "for account in desk.state.accounts.values():\n"
            "        desk.emit(ev.FreezeOn(account=account.name, clauses=CLAUSES, reason=\"level2\"))\n"
            "    held = any"
        )),
    ), "adviser"),
    # 14: at rest
    Plant("never asked again", 14, (
        Edit(_REPORTS, "_plan_query", "desk.now_ms + desk.law.walk.absence_gap_s * SECOND_MS", "None"),
    )),
    Plant("a return that nobody hears", 14, (
        Edit(_RESUME, "on_returned", "begin(desk, \"journal current\")", "pass"),
    )),
    # 15: approvals
    Plant("an approval reused", 15, (
        Edit("allusetui.engine.changes.house", "_decided", "state.approvals.pop(e.id)", "state.approvals[e.id]"),
    )),
    Plant("approved otherwise than shown", 15, (
        Edit("allusetui.engine.prompts", "_named_prompt", "and prompt.shown == seen.shown", ""),
    )),
    # 16: plain text
    Plant("headlines as they come", 16, (
        Edit("allusetui.engine.anomalies", "on_headline", "untrusted(seen.text, _LONGEST_HEADLINE)", "seen.text"),
    ), "journal"),
)  # fmt: skip
PLANTS: Final[Mapping[str, Plant]] = {plant.name: plant for plant in _ALL}
