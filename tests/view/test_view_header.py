"""What a trader reads above and below the panes: the header, and the line of what needs a person."""

from dataclasses import replace

import pytest

from allusetui.domain.account import Latch, Status
from allusetui.domain.event import AlertRaised
from allusetui.domain.snapshot import Link, Proof, Told
from allusetui.domain.state import State
from allusetui.view.alerts import alert_line
from allusetui.view.header import header
from allusetui.view.model import Seen, Tone
from allusetui.view.protocol import at_risk
from allusetui.view.sleeves import sleeves
from tests.replaying import Replayed
from tests.rules.situations import tape
from tests.view.snapshots import seen_of, text_of, tones
from tests.view.wednesdays import WED, key, wednesday


def line_of(run: Replayed, **changes: object) -> str:
    return text_of(alert_line(seen_of(run, **changes), 80))


def test_calm_is_calm(calm: Seen) -> None:
    assert text_of(alert_line(calm, 80)) == " · all calm"
    lines = [cell.tone for line in header(calm, 80, 100.0) for cell in line]
    assert tones(sleeves(calm, 120)) | tones(at_risk(calm, 120)) | set(lines) <= {Tone.PLAIN, Tone.DIM}


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


@pytest.mark.parametrize(
    ("latches", "status", "told"),
    [
        (set(), Status.MAINTENANCE, " GEN in maintenance: nothing is sent, r resumes"),
        ({Latch.BROKER, Latch.LEVEL3}, Status.SAFE, " GEN: nothing is sent, the books are awaited"),
        ({Latch.DISK}, Status.SAFE, " GEN: nothing is sent, the books are awaited"),
        ({Latch.MISMATCH}, Status.SAFE, " GEN latched: R resets"),
        ({Latch.LEVEL3, Latch.PAUSED}, Status.SAFE, " GEN paused: stops disarmed"),
    ],
)
def test_what_holds_an_account_back_is_named(calm: Seen, latches: set[Latch], status: Status, told: str) -> None:
    accounts = calm.snapshot.state.accounts
    held = {**accounts, "GEN": replace(accounts["GEN"], latches=latches, status=status)}
    state = replace(calm.snapshot.state, accounts=held)
    assert text_of(alert_line(replace(calm, snapshot=replace(calm.snapshot, state=state)), 80)) == told


def test_a_calm_line_tells_how_many_positions_have_left_level_0() -> None:
    watched = wednesday(tape(f"{WED}T10:01:00", AAPL=195.0), end="10:06:00")
    assert line_of(watched) == " · nothing to do; above level 0: 1, the highest at level 1"


def test_an_engine_that_has_ended_is_not_told_as_silent(calm: Seen) -> None:
    ended = replace(calm, snapshot=replace(calm.snapshot, ended=True))
    assert "eng ■ ended" in text_of(header(ended, 80, 90_000.0)[1])


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


def test_the_header_says_why_there_is_no_link_and_whether_anything_is_lost_by_it(calm: Seen) -> None:
    down = Link(up=False, trouble="nobody listens on 127.0.0.1:4002 (the broker's weekend)")
    begun = replace(calm, snapshot=replace(calm.snapshot, link=down))
    assert "link ✖ DOWN nobody listens on 127.0.0.1:4002 …  data ?  eng ●" in text_of(header(begun, 80, 0.0)[1])
    waiting = replace(calm, snapshot=replace(calm.snapshot, link=down, state=State()))
    assert "linking … nobody listens on 127.0.0.1:4002 …  data ?  eng ●" in text_of(header(waiting, 80, 0.0)[1])
    assert "LIVE" in text_of(header(replace(calm, snapshot=replace(calm.snapshot, mode="live")), 80, 0.0)[0])
