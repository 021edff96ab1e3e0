"""What a key from a screen or a socket does that no scenario file can ask for."""

import pytest

from allusetui.domain.account import Latch
from allusetui.domain.input import OperatorActed
from allusetui.domain.order import Purpose
from tests.replaying import Replayed, replay_crash_week
from tests.rules.situations import operator


def press(replayed: Replayed, *keys: OperatorActed) -> None:
    replayed.run.runtime.deliver(keys)


@pytest.mark.clause("0.7")
def test_0_7_one_key_pauses_every_account_and_one_resumes_them() -> None:
    r = replay_crash_week("2026-03-09T10:00:00")
    accounts = r.run.runtime.engine.state.accounts.values()
    press(r, OperatorActed(r.run.end_ms, "pause", None, "operator"))
    assert [a.name for a in accounts if Latch.PAUSED in a.latches] == ["GEN", "REV", "COM"]
    assert [x["account"] for x in r.of("operator.acted")] == ["GEN", "REV", "COM"]
    press(r, OperatorActed(r.run.end_ms, "no_entries", None, "operator"))
    assert all(a.no_entries for a in accounts)
    press(r, OperatorActed(r.run.end_ms, "resume", None, "operator"))
    assert not any(Latch.PAUSED in a.latches or a.no_entries for a in accounts)


@pytest.mark.clause("0.7")
def test_0_7_an_answer_that_names_a_contract_answers_only_the_prompt_that_was_shown() -> None:
    r = replay_crash_week("2026-03-12T14:00:00", operator("2026-03-12T10:20:00", "pause", "GEN"))
    open_prompts = r.run.runtime.engine.state.approvals
    second = [prompt for prompt in open_prompts.values() if prompt.purpose is not Purpose.HEDGE][1]
    others = [number for number in open_prompts if number != second.id]
    answer = OperatorActed(r.run.end_ms, "refuse", "GEN", "operator", second.contract)
    press(r, answer)
    assert [x["data"]["id"] for x in r.of("approval.decided", decision="refused")] == [second.id]
    press(r, answer)
    assert list(open_prompts) == others
