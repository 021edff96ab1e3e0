"""15.2: a change of the law is asked of a person once; a yes has it written by another hand, and is told what came."""

from dataclasses import replace

import pytest

from allusetui.domain.input import OperatorActed
from allusetui.domain.state import Approval
from allusetui.law.load import law_hash
from allusetui.runtime.world import Crash
from tests.engine.amending import AT_MS, PROPOSAL, Keeps, asked, key

pytestmark = pytest.mark.clause("15.2")


def test_15_2_it_is_asked_for_once_by_its_figures_and_expires_after_five_sessions() -> None:
    r = asked(Keeps(PROPOSAL), end="2026-03-13T10:00:00")
    (proposed,), (request,), (decided,) = (
        r.of(kind) for kind in ("amendment.proposed", "approval.requested", "approval.decided")
    )
    assert proposed["account"] is None and proposed["clauses"] == ["15.2"]
    told = proposed["data"]["proposal"]
    assert told["changes"] == [{"key": "sizing.symbol_cap", "was": "0.25", "now": "0.15", "clauses": ["0.2", "0.3"]}]
    assert (told["sha256"], told["evidence"], told["compared"][0]["low"]) == ("4" * 64, "e" * 64, -0.0052)
    assert request["data"]["subject"] == "amendment" and request["data"]["expires"] == "2026-03-12"
    assert request["data"]["text"] == "v1.4: sizing.symbol_cap 0.25 to 0.15"
    assert decided["data"]["decision"] == "expired" and decided["ts"].startswith("2026-03-12T16:00:00")


@pytest.mark.clause("15.3")
def test_15_2_a_yes_has_it_written_once_and_the_session_goes_on_under_its_own_law() -> None:
    keeper = Keeps(PROPOSAL)
    r = asked(keeper, (AT_MS, key("approve")), (AT_MS, key("approve")))
    assert keeper.written == [PROPOSAL]
    (decided,), (enacted,) = r.of("approval.decided"), r.of("law.enacted")
    assert (decided["data"]["decision"], decided["data"]["by"]) == ("approved", "ann")
    assert len(decided["data"]["shown"]) == 64 and decided["ts"].startswith("2026-03-05T09:50:00")
    assert enacted["data"] == {"id": "1", "version": "v1.4", "sha256": "4" * 64}
    told = [alert["data"]["text"] for alert in r.of("alert.raised")]
    in_force = "Constitution v1.4 is in force; this session goes on under v1.3 until it is resumed at a week's start."
    assert in_force in told
    assert "prompt 1 is not open; approve did nothing." in told
    assert r.run.runtime.engine.law_hash == law_hash() and not r.run.runtime.engine.state.proposals


def test_15_2_a_yes_to_something_else_than_was_shown_does_nothing() -> None:
    keeper = Keeps(PROPOSAL)
    r = asked(keeper, (AT_MS, key("approve", shown="0" * 64)))
    assert keeper.written == [] and r.of("approval.decided") == []
    assert r.of("alert.raised", text="prompt 1 is not what was shown; approve did nothing.")


def test_15_2_a_no_is_not_asked_again_until_it_is_simulated_again() -> None:
    keeper = Keeps(PROPOSAL)

    def refuse(approval: Approval) -> OperatorActed:
        keeper.waits = (PROPOSAL, replace(PROPOSAL, evidence="f" * 64))
        return key("refuse")(approval)

    r = asked(keeper, (AT_MS, refuse))
    assert keeper.written == []
    assert [row["data"]["proposal"]["evidence"][0] for row in r.of("amendment.proposed")] == ["e", "f"]
    assert [row["data"]["decision"] for row in r.of("approval.decided")] == ["refused"]


def test_15_2_what_does_not_wait_any_more_is_withdrawn_and_may_come_again() -> None:
    keeper = Keeps(PROPOSAL)

    def gone(approval: Approval) -> OperatorActed:
        keeper.waits = ()
        return OperatorActed(AT_MS, "audit", "GEN", "ann")

    def back(approval: Approval) -> OperatorActed:
        keeper.waits = (PROPOSAL,)
        return OperatorActed(AT_MS + 60_000, "audit", "GEN", "ann")

    r = asked(keeper, (AT_MS, gone), (AT_MS + 60_000, back))
    assert [row["data"]["decision"] for row in r.of("approval.decided")] == ["withdrawn"]
    assert [row["data"]["id"] for row in r.of("amendment.proposed")] == ["1", "2"]


def test_15_2_what_can_t_be_written_is_told_and_the_law_stays() -> None:
    r = asked(Keeps(PROPOSAL, trouble="evidence: at: is 31 days old"), (AT_MS, key("approve")))
    (kept,) = r.of("law.not_enacted")
    assert kept["data"] == {"id": "1", "version": "v1.4", "reason": "evidence: at: is 31 days old"}
    assert r.of("alert.raised", text="Constitution v1.4 did not come into force: evidence: at: is 31 days old")
    assert len(r.of("amendment.proposed")) == 1


def test_15_2_a_yes_where_nobody_keeps_the_laws_any_more_is_told_and_the_law_stays() -> None:
    r = asked(Keeps(PROPOSAL), end="2026-03-05T09:45:00")
    runtime = r.run.runtime
    runtime.world.amending = None
    shown = runtime.engine.state.approvals["1"].shown
    runtime.deliver([OperatorActed(r.run.end_ms, "approve", None, "ann", prompt="1", shown=shown)])
    (kept,) = r.of("law.not_enacted")
    assert kept["data"]["reason"] == "nobody keeps the laws here" and r.of("law.enacted") == []


@pytest.mark.clause("9.5")
def test_15_2_a_yes_whose_writing_was_not_told_before_a_crash_is_carried_out_by_the_restart() -> None:
    keeper = Keeps(PROPOSAL)
    world = asked(keeper, end="2026-03-05T09:45:00")
    dying = world.run.runtime
    approval = dying.engine.state.approvals["1"]
    batch = dying.engine.handle(OperatorActed(AT_MS, "approve", None, "ann", prompt="1", shown=approval.shown))
    dying.world.journal.append(batch.at_ms, batch.events)  # and the process is dead before the effect has left
    dying.now_ms = AT_MS
    dying.crash(Crash(AT_MS, AT_MS + 1_000))
    assert keeper.written == [PROPOSAL]
    assert len(world.of("law.enacted")) == 1 and not dying.engine.state.proposals
