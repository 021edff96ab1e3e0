"""What a trader reads of positions, orders, states and the journal, from runs of the engine."""

from dataclasses import replace

from allusetui.domain.account import Status
from allusetui.domain.order import OrderStatus
from allusetui.view.header import header
from allusetui.view.journal import journal
from allusetui.view.model import Tone
from allusetui.view.orders import orders
from allusetui.view.protocol import at_risk, chosen
from allusetui.view.ring import ring
from allusetui.view.sleeves import sleeves
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, holding, operator, option, situation
from tests.view.snapshots import seen_of, shown, text_of
from tests.view.wednesdays import TO_ROLL, WED, key, wednesday


def test_a_transition_is_told_long_after_the_journal_s_tail_has_passed_it(paused: Replayed) -> None:
    lines = [text_of(line) for line in ring(seen_of(paused, tail=()))]
    assert "GEN 10:02 MONITORING → SAFE (paused) *paused" in lines


def test_a_position_tells_level_breach_and_what_is_done_next(paused: Replayed) -> None:
    table = at_risk(seen_of(paused), 160)
    (row,) = table.rows
    found = {title: cell.text for title, cell in shown(table, row).items()}
    assert row.key == "GEN|AAPL 2026-03-13 200 P"
    assert (found["contract"], found["qty"], found["spot"]) == ("AAPL 13Mar 200P", "−3", "191.00")
    assert (found["ATR"], found["level"], found["look"]) == ("2.25", "2 roll", "10:30:30")
    assert found["then"] == "at 3: asks to buy back" and found["credit → now"].startswith("20.00 → ")
    assert chosen(seen_of(paused), row.key) == ("GEN", next(iter(paused.run.runtime.engine.state.accounts["GEN"].lots)))
    assert chosen(seen_of(paused), "GEN|gone") is None


def test_a_spot_that_is_too_old_carries_its_age_and_is_dim() -> None:
    seen = seen_of(wednesday(fault(f"{WED}T10:01:00", "stale", "AAPL", "20m"), end="10:09:00"))
    table = at_risk(seen, 160)
    found = shown(table, table.rows[0])
    assert found["spot"].text.endswith(" 8m") and found["spot"].tone is Tone.DIM
    assert found["level"].text.endswith("?")


def test_what_is_unknown_is_a_question_mark_and_never_zero() -> None:
    run = wednesday(end="10:05:00")
    volatile = replace(run.run.runtime.engine.volatile, quotes={}, option_quotes={})
    seen = seen_of(run, volatile=volatile)
    table = at_risk(seen, 160)
    found = shown(table, table.rows[0])
    assert (found["spot"].text, found["ATR"].text, found["credit → now"].text) == ("?", "?", "20.00 → ?")
    assert found["breach, ATR"].text.startswith("?")
    worth = sleeves(seen, 160)
    assert shown(worth, worth.rows[0])["equity"].text.endswith("?")
    assert "VIX ?" in text_of(header(seen, 80, 0.0)[1])


def test_the_riskiest_position_stands_first_and_calls_tell_their_distance() -> None:
    call = option("COM", "MSFT", "2026-03-13", 210.0, "C", -2, 1.0, "2026-03-03")
    run = wednesday(
        TO_ROLL, key("10:02:00", "pause"), call, holding("COM", "MSFT", 300, 190.0),
        "[market.symbols.MSFT]\n" + but(AAPL, atr=4.0), accounts=("GEN", "COM"),
    )  # fmt: skip
    table = at_risk(seen_of(run), 160)
    assert [row.key.split("|")[0] for row in table.rows] == ["GEN", "COM"]
    found = shown(table, table.rows[1])
    assert found["breach, ATR"].text == "2.50 ATR away" and found["level"].text == "call"
    assert found["then"].text == "bought back at ≤ 0.35"


def test_a_working_order_stands_between_mid_and_cap(ordering: Replayed) -> None:
    table = orders(seen_of(ordering), 120)
    found = {title: cell.text for title, cell in shown(table, table.rows[0]).items()}
    assert found["order"] == "entry AAPL 06Mar 199.5P" and found["qty"] == "−4"
    assert float(found["cap"]) <= float(found["limit"]) <= float(found["mid"]) + 0.01
    assert (found["clip"], found["v"], found["step"], found["age"]) == ("1/1", "v3", "2/3", "1s/3s")
    assert found["status"] == "working"


def test_an_unknown_order_is_in_plain_sight_at_every_width(ordering: Replayed) -> None:
    seen = seen_of(ordering)
    (intent,) = seen.snapshot.state.intents.values()
    assert intent.order is not None
    doubted = replace(intent, order=replace(intent.order, status=OrderStatus.UNKNOWN))
    state = replace(seen.snapshot.state, intents={intent.id: doubted})
    for width in (80, 120, 160):
        table = orders(seen_of(ordering, state=state), width)
        status = shown(table, table.rows[0])["status"]
        assert (status.text, status.tone) == ("UNKNOWN", Tone.LOUD)


def test_the_ring_places_each_account_and_tells_its_last_transition(paused: Replayed) -> None:
    lines = [text_of(line) for line in ring(seen_of(paused))]
    assert lines[0].startswith("↓ ● SAFE") and "GEN*" in lines[0]
    assert lines[4].startswith("↓ ○ MONITORING")
    assert "GEN 10:02 MONITORING → SAFE (paused) *paused" in lines
    assert "REV has not moved lately" in lines


def test_the_states_outside_of_the_ring_stand_in_a_line_of_their_own() -> None:
    replayed = replay_text(situation(
        f"{WED}T10:00:00", f"{WED}T10:10:00", {"AAPL": AAPL}, operator(f"{WED}T10:02:00", "maintenance", "GEN")
    ))  # fmt: skip
    seen = seen_of(replayed)
    lines = [text_of(line) for line in ring(seen)]
    assert lines[7] == "  ○ EMERGENCY ● MAINTENANCE GEN ○ AUDIT"
    assert "GEN 10:02 SAFE → MAINTENANCE (maintenance)" in lines
    replayed.run.runtime.engine.state.accounts["GEN"].status = Status.AUDIT
    assert text_of(ring(seen)[7]) == "  ○ EMERGENCY ○ MAINTENANCE ● AUDIT GEN"


def test_the_journal_tells_kind_clauses_and_figures_with_the_newest_last(paused: Replayed) -> None:
    table = journal(seen_of(paused), 160)
    found = {title: cell.text for title, cell in shown(table, table.rows[-1]).items()}
    assert found["what"] == "approval requested" and found["clauses"] == "0.7 6.3 6.10"
    assert found["figures"].startswith("roll 3 AAPL 13Mar 200P → AAPL 20Mar")
    told = [shown(table, row)["figures"].text for row in table.rows]
    assert any(text.startswith("AAPL 13Mar 200P 0 → 2 breach 2.25 spot 191 ATR 4") for text in told)
