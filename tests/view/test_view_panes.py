"""What a trader reads on each pane, from runs of the engine."""

from copy import deepcopy
from dataclasses import replace
from decimal import Decimal

import pytest

from allusetui.domain.account import Status
from allusetui.domain.event import AlertRaised
from allusetui.domain.order import OrderStatus
from allusetui.domain.snapshot import Link, Proof, Told
from allusetui.domain.state import State
from allusetui.rules import explain
from allusetui.view.alerts import alert_line
from allusetui.view.header import header
from allusetui.view.journal import journal
from allusetui.view.model import Cell, Seen, Tone
from allusetui.view.orders import orders
from allusetui.view.protocol import at_risk, chosen
from allusetui.view.ring import ring
from allusetui.view.sleeves import sleeves
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, holding, operator, option, situation, tape
from tests.view.snapshots import seen_of, shown, text_of, tones

WED = "2026-03-04"
HELD = option("GEN", "AAPL", "2026-03-13", 200.0, "P", -3, 20.0, "2026-03-03")
TO_ROLL = tape(f"{WED}T10:04:00", AAPL=191.0)
TO_STOP = tape(f"{WED}T10:04:00", AAPL=187.0)


def wednesday(*more: str, end: str = "10:30:00", accounts: tuple[str, ...] = ("GEN",)) -> Replayed:
    """GEN holds three puts at 200; ATR 4: level 2 at 192, level 3 at 188."""
    text = situation(f"{WED}T10:00:00", f"{WED}T{end}", {"AAPL": but(AAPL, atr=4.0)}, HELD, *more, accounts=accounts)
    return replay_text(text)


def key(clock: str, action: str, account: str | None = "GEN") -> str:
    return operator(f"{WED}T{clock}", action, account)


@pytest.fixture(scope="module")
def paused() -> Replayed:
    """Paused at 10:02; the roll of 10:05 becomes a prompt."""
    return wednesday(key("10:02:00", "pause"), TO_ROLL)


@pytest.fixture(scope="module")
def calm() -> Seen:
    return seen_of(wednesday(tape(f"{WED}T10:01:00", AAPL=204.0), end="10:05:00"))


def cells(seen: Seen, account: str = "GEN", width: int = 160) -> dict[str, str]:
    table = sleeves(seen, width)
    row = next(row for row in table.rows if row.key == account)
    return {title: cell.text for title, cell in shown(table, row).items()}


def test_a_sleeve_tells_its_deployment_against_the_cap_that_binds(calm: Seen) -> None:
    gen, rev = cells(calm), cells(calm, "REV")
    assert (gen["depl %"], gen["cap"]) == ("15/100", "ceiling")
    assert (rev["depl %"], rev["cap"]) == ("0/50", "symbols")
    assert gen["fall %"].endswith("/15") and gen["next"] == "Thu 09:45 enter"


@pytest.mark.clause("0.11")
def test_0_11_a_sleeve_tells_the_delta_of_all_that_it_holds(calm: Seen) -> None:
    # AAPL at 204 and short puts below it: some shares' worth for GEN, none for REV.
    assert int(cells(calm)["delta"].replace(",", "")) > 0
    assert cells(calm, "REV")["delta"] == "0"


def test_day_and_week_are_told_against_the_last_mark_and_the_last_cut(paused: Replayed) -> None:
    found = cells(seen_of(paused))
    equity = int(found["equity"].replace(",", ""))
    share = f"{(equity / 400_000 - 1) * 100:.1f}%".replace("-", "−")
    assert equity < 400_000 and found["day"] == found["week"] == share


def test_a_sleeve_tells_the_premium_of_the_week_what_buying_back_costs_taken_off(ordering: Replayed) -> None:
    sold = ordering.of("order.filled", account="GEN")
    assert not sold and cells(seen_of(ordering))["premium"] == "0"
    filled = replay_text(situation("2026-03-05T09:44:00", "2026-03-05T09:45:07", {"AAPL": AAPL}, capital=798_000))
    credit = sum(100 * r["data"]["quantity"] * r["data"]["price"] for r in filled.of("order.filled", account="GEN"))
    assert credit > 0 and cells(seen_of(filled))["premium"] == f"{credit:,.0f}"
    stopped = wednesday(TO_STOP)
    (bought,) = stopped.of("order.filled", account="GEN")
    cost = 100 * bought["data"]["quantity"] * bought["data"]["price"]
    assert cells(seen_of(stopped))["premium"] == f"−{cost:,.0f}"


def test_the_week_s_premium_begins_anew_at_the_report_cut() -> None:
    run = replay_text(situation("2026-03-05T09:44:00", "2026-03-06T16:31:00", {"AAPL": AAPL}, capital=798_000))
    assert run.of("order.filled", account="GEN") and run.of("report.written")
    assert run.run.runtime.engine.state.accounts["GEN"].week_premium == 0


def test_a_gauge_tells_how_much_of_what_may_be_deployed_is(calm: Seen) -> None:
    assert cells(calm)["to cap"] == "━╌╌╌╌╌╌╌╌╌" and cells(calm, "REV")["to cap"] == "╌" * 10


def test_a_transition_is_told_long_after_the_journal_s_tail_has_passed_it(paused: Replayed) -> None:
    lines = [text_of(line) for line in ring(seen_of(paused, tail=()))]
    assert "GEN 10:02 MONITORING → SAFE (paused) *paused" in lines


def test_a_paused_account_says_that_its_stops_are_disarmed(paused: Replayed) -> None:
    found = cells(seen_of(paused))
    assert "PAUSED" in found["latch"] and found["next"] == "stops disarmed"


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


@pytest.mark.parametrize(
    ("million", "width", "told"),
    [(1, 160, "1,234,567 8m"), (1, 79, "1,235k 8m"), (12, 79, "12,235k"), (12, 160, "12,234,567 8m")],
)
def test_what_an_account_is_worth_is_never_cut(million: int, width: int, told: str) -> None:
    seen = seen_of(wednesday(fault(f"{WED}T10:01:00", "stale", "AAPL", "20m"), end="10:09:00"))
    state = deepcopy(seen.snapshot.state)
    gen = state.accounts["GEN"]
    held = explain.sleeve(explain.situation_of(seen.law, seen.calendar, seen.snapshot), gen).equity
    gen.cash += million * 1_000_000 + 234_567 - held
    assert cells(replace(seen, snapshot=replace(seen.snapshot, state=state)), width=width)["equity"] == told


def test_what_is_unknown_is_a_question_mark_and_never_zero() -> None:
    run = wednesday(end="10:05:00")
    volatile = replace(run.run.runtime.engine.volatile, quotes={}, option_quotes={})
    seen = seen_of(run, volatile=volatile)
    table = at_risk(seen, 160)
    found = shown(table, table.rows[0])
    assert (found["spot"].text, found["ATR"].text, found["credit → now"].text) == ("?", "?", "20.00 → ?")
    assert found["breach, ATR"].text.startswith("?") and cells(seen)["equity"].endswith("?")
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


@pytest.fixture(scope="module")
def ordering() -> Replayed:
    quiet = fault("2026-03-05T09:40:00", "no_fill", "AAPL", "20m")
    text = situation("2026-03-05T09:44:00", "2026-03-05T09:45:07", {"AAPL": AAPL}, quiet, capital=798_000)
    return replay_text(text)


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


def test_calm_is_calm(calm: Seen) -> None:
    assert text_of(alert_line(calm, 80)) == " · all calm"
    lines = [cell.tone for line in header(calm, 80, 100.0) for cell in line]
    assert tones(sleeves(calm, 120)) | tones(at_risk(calm, 120)) | set(lines) <= {Tone.PLAIN, Tone.DIM}


def line_of(run: Replayed, **changes: object) -> str:
    return text_of(alert_line(seen_of(run, **changes), 80))


def test_a_pause_shows_its_proof_or_what_is_missing_of_it() -> None:
    run = wednesday(key("10:02:00", "pause"), end="10:05:00")
    at_ms = run.run.end_ms - 100
    proven = {"GEN": Proof("pause", at_ms, 3, 3, 92.0)}
    assert line_of(run, proofs=proven) == " GEN paused 0.1s ago, 3 cancels sent, 3 confirmed in 0.1s · stops disarmed"
    missing = {"GEN": Proof("pause", at_ms, 3, 2, 92.0)}
    assert line_of(run, proofs=missing) == " GEN paused 0.1s ago, 2 confirmed, 1 UNCONFIRMED · stops disarmed"
    assert line_of(run, proofs={"GEN": Proof("pause", at_ms, 0, 0, 1.0)}).startswith(
        " GEN paused 0.1s ago, nothing to cancel"
    )
    assert line_of(run) == " GEN paused: stops disarmed"


def test_a_pause_that_has_ended_shows_no_proof_any_more() -> None:
    run = wednesday(key("10:02:00", "pause"), key("10:03:00", "resume"), end="10:05:00")
    assert line_of(run, proofs={"GEN": Proof("pause", run.run.end_ms - 100, 3, 3, 92.0)}) == " · all calm"


def test_a_halt_is_never_calm() -> None:
    run = wednesday(key("10:02:00", "kill", None), end="10:05:00")
    assert line_of(run) == " halted: nothing is sent, R resets"
    proof = {"": Proof("kill", run.run.end_ms - 2_000, 2, 1, 92.0)}
    assert line_of(run, proofs=proof) == " everything killed 2s ago, 1 confirmed, 1 UNCONFIRMED · nothing is sent"
    assert "EMERGENCY" in text_of(header(seen_of(run), 80, 0.0)[1])


def test_a_critical_alert_leads_until_it_is_read_and_disarmed_stops_stay_named() -> None:
    run = wednesday(key("10:02:00", "pause"), end="10:05:00")
    alert = Told(900, run.run.end_ms, AlertRaised(account="GEN", severity="critical", text="margin use 65%; " * 9))
    seen = seen_of(run, alerts=(alert,))
    line = text_of(alert_line(seen, 80))
    assert line.startswith(" ! 10:05 critical margin use") and line.endswith("GEN paused: stops disarmed")
    assert text_of(alert_line(seen, 80, read_seq=900)) == " GEN paused: stops disarmed"
    assert "1 alert, 1 critical" in text_of(header(seen, 80, 0.0)[1])


def test_the_header_tells_clock_phase_window_and_the_silence_of_the_engine(calm: Seen) -> None:
    first, second = (text_of(line) for line in header(calm, 80, 100.0))
    assert first == " SIM demo ×60  Wed 04 Mar 10:05:00 ET  open to 16:00  GEN window in 23h 40m"
    assert second.startswith(" VIX 18.0 ·  link ● ?  data ?  eng ●") and second.endswith("no alerts")
    assert len(header(calm, 160, 100.0)) == 1
    assert "eng ✖ silent 5s" in text_of(header(calm, 80, 5_000.0)[1])
    loud = [cell for line in header(calm, 80, 60_000.0) for cell in line if cell.tone is Tone.LOUD]
    assert [cell.text for cell in loud] == ["eng ✖ silent 1m"]


def test_a_link_that_is_down_is_told_by_word(calm: Seen) -> None:
    down = Seen(replace(calm.snapshot, link=Link(up=False)), calm.law, calm.calendar)
    assert "link ✖ DOWN" in text_of(header(down, 80, 0.0)[1])
    up = Seen(replace(calm.snapshot, link=Link(True, 0.4, 2_000.0)), calm.law, calm.calendar)
    assert "link ● 0.4ms  data 2s" in text_of(header(up, 80, 0.0)[1])


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


def test_an_account_that_does_not_trade_warns_of_no_cap(paused: Replayed) -> None:
    seen = seen_of(paused)
    state = deepcopy(seen.snapshot.state)
    state.accounts["REV"].cash = Decimal(0)
    table = sleeves(replace(seen, snapshot=replace(seen.snapshot, state=state)), 200)
    cap = next(i for i, column in enumerate(table.columns) if column.title == "cap")
    assert next(row for row in table.rows if row.key == "REV").cells[cap] == Cell("margin", Tone.DIM)


def test_the_header_says_why_there_is_no_link_and_whether_anything_is_lost_by_it(calm: Seen) -> None:
    down = Link(up=False, trouble="nobody listens on 127.0.0.1:4002 (the broker's weekend)")
    begun = replace(calm, snapshot=replace(calm.snapshot, link=down))
    assert "link ✖ DOWN nobody listens on 127.0.0.1:4002 …  data ?  eng ●" in text_of(header(begun, 80, 0.0)[1])
    waiting = replace(calm, snapshot=replace(calm.snapshot, link=down, state=State()))
    assert "linking … nobody listens on 127.0.0.1:4002 …  data ?  eng ●" in text_of(header(waiting, 80, 0.0)[1])
    assert "LIVE" in text_of(header(replace(calm, snapshot=replace(calm.snapshot, mode="live")), 80, 0.0)[0])
