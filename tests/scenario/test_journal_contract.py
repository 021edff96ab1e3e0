"""The journal as a reader from outside relies on it: the keys of every kind, and how a line is written."""

import json

import pytest

from allusetui.codec.records import line
from allusetui.codec.shape import field_shapes
from allusetui.domain import event as events
from allusetui.domain.event import Event
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, situation

WRITTEN = {c.kind: c for c in vars(events).values() if isinstance(c, type) and issubclass(c, Event) and c is not Event}
MARKED = (
    "equity cash stock short_options leaps_growth leaps_hedge tax_reserve leap_cash high_water realized unrealized fees"
)
ORDER = "client_order_id purpose contract candidate side quantity limit"
ROLL = "contract cost chain_cost credit first_credit"
TAKEN = "contract quantity shares price settlement"
CONTRACT = {
    "session.started": "session mode constitution constitution_hash seed",
    "account.provisioned": "equity base type",
    "account.forked": "from to amount",
    "account.merged": "from to amount",
    "account.fork_waiting": "reason",
    "account.marked": MARKED,
    "state.changed": "from to reason",
    "state.refused": "from to reason",
    "entry.planned": "contract quantity delta dte mid exposure deviation",
    "entry.skipped": "symbol reason",
    "order.intended": "intent purpose contract side quantity candidate",
    "order.sent": ORDER,
    "order.replaced": ORDER,
    "order.filled": "client_order_id contract side quantity price commission exec_id",
    "order.cancelled": "client_order_id reason",
    "order.rejected": "client_order_id reason",
    "order.unknown": "client_order_id",
    "order.resolved": "client_order_id outcome",
    "intent.split": "intent sizes",
    "atr.fixed": "symbol atr atr_source",
    "cash.booked": "reason amount",
    "dividend.announced": "symbol ex a_share",
    "dividend.expected": "symbol ex shares a_share amount settlement",
    "position.adjusted": "reason contract from to",
    "order.abandoned": "intent client_order_id reason",
    "protocol.level": "contract from to spot strike atr atr_source breach stale",
    "roll.prepared": f"{ROLL} candidates",
    "roll.done": f"{ROLL} candidate",
    "roll.refused": f"{ROLL} candidates reason",
    "stop.done": "contract quantity price",
    "assignment.prepared": "contract quantity shares price basis",
    "assignment.received": f"{TAKEN} basis",
    "called_away.received": f"{TAKEN} proceeds",
    "expired.received": TAKEN,
    "lot.closed": "contract quantity proceeds basis realized opened",
    "pivot.entered": "equity high_water vix",
    "pivot.left": "equity high_water vix",
    "freeze.on": "reason",
    "freeze.off": "reason",
    "breaker.tripped": "tier vix",
    "breaker.cleared": "tier vix",
    "trigger.on": "trigger value",
    "trigger.off": "trigger value",
    "hedge.opened": "contract quantity premium budget",
    "hedge.skipped": "reason price",
    "hedge.released": "contract reason profit",
    "leap.opened": "contract quantity price side",
    "leap.rolled": "contract quantity price side reason",
    "leap.closed": "contract quantity price side reason",
    "reinvest.done": "quarter gain tax_reserve contracts leaps",
    "approval.requested": "id subject text",
    "approval.decided": "id decision by",
    "llms.suggested": "id change evidence",
    "week.typed": "week type all",
    "report.written": "period name sha256",
    "data.stale": "symbol age",
    "data.invalid": "symbol field value",
    "broker.down": "reason",
    "broker.up": "reason",
    "resume.step": "step findings",
    "reconcile.mismatch": "what ours broker",
    "audit.done": "mismatches",
    "operator.acted": "action by",
    "alert.raised": "severity text",
}


@pytest.mark.parametrize("kind", CONTRACT)
def test_a_kind_has_the_keys_that_readers_rely_on(kind: str) -> None:
    keys = {shape.key for shape in field_shapes(WRITTEN[kind], without=frozenset({"account", "clauses", "figures"}))}
    assert set(CONTRACT[kind].split()) <= keys


@pytest.fixture(scope="module")
def morning() -> Replayed:
    return replay_text(situation("2026-03-05T09:00:00", "2026-03-06T09:00:00", {"AAPL": AAPL}))


def test_every_line_has_the_envelope_in_its_order_and_seq_has_no_holes(morning: Replayed) -> None:
    lines = [json.loads(line(*row)) for row in morning.journal.read()]
    assert {tuple(record) for record in lines} == {("seq", "ts", "kind", "account", "clauses", "data")}
    assert [record["seq"] for record in lines] == list(range(1, len(lines) + 1))


def test_a_line_begins_as_the_contract_writes_it_and_a_stock_has_no_more_than_its_symbol(morning: Replayed) -> None:
    first = line(*next(iter(morning.journal.read())))
    assert first.startswith('{"seq":1,"ts":"2026-03-05T09:00:00.000-05:00","kind":"session.started","account":null,')
    planned = morning.of("entry.planned")[0]["data"]
    named = {"symbol": "AAPL", "expiry": "2026-03-06", "strike": 199.5, "right": "P", "multiplier": 100}
    assert planned["contract"] == named
    assert planned["delta"] == round(planned["delta"], 4)
