"""Who keeps a person's laws beside a session: asks for what an approval would be good for, writes what was shown."""

import json
import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from allusetui.cli.keeper import Keeper, keep_laws
from allusetui.compose.program import program_digest
from allusetui.domain.console import Key
from allusetui.domain.input import LawWritten, ProposalsSeen
from allusetui.domain.moment import DAY_MS, to_ms
from allusetui.domain.proposal import Change, Compared
from allusetui.lab.proposals import EVIDENCE_FILE, put
from allusetui.law.own import OwnLaws
from allusetui.ports import LawKeeperError
from allusetui.runtime.amending import Aside
from allusetui.runtime.live import Live
from allusetui.runtime.thread import EngineThread
from tests.engine.amending import PROPOSAL, Keeps
from tests.law.amending import approved, made
from tests.rules.situations import AAPL, situation
from tests.runtime.engines import until
from tests.runtime.started import Started

pytestmark = pytest.mark.clause("15.2")
NOW_MS = to_ms(datetime(2026, 3, 5, 10))
GROWTH = {
    "name": "growth", "is_share": True, "current": 0.021, "proposed": 0.017, "low": -0.0052, "high": -0.0028,
    "speaks": "against",
}  # fmt: skip


def proposed(laws: Path, **other: object) -> Path:
    """A proposal in its folder with evidence of a minute ago, which says nothing else than is told here."""
    wanted = made(OwnLaws(laws))
    folder = put(laws, wanted)
    told = {
        "law": wanted.law.hash, "base": wanted.base, "program": program_digest(), "at_ms": NOW_MS - 60_000,
        "paths": 1_000, "weeks": 13, "verdict": "Against.", "figures": [GROWTH],
    }  # fmt: skip
    (folder / EVIDENCE_FILE).write_text(json.dumps({**told, **other}))
    return folder


def keeper(laws: Path, at_ms: int = NOW_MS) -> Keeper:
    return Keeper(laws, lambda: at_ms, "ann")


@pytest.mark.clause("15.3")
def test_15_2_what_was_simulated_waits_and_what_is_approved_is_in_force_with_who_and_when(tmp_path: Path) -> None:
    keeps = keeper(tmp_path)
    assert keeps.waiting() == () and keeps.waiting() is None
    folder = proposed(tmp_path)
    (found,) = keeps.waiting() or ()
    assert keeps.waiting() is None
    cited = ("0.1", "0.2", "0.3", "0.4", "0.10", "3.1", "4.1")
    assert found.changes == (Change("sizing.symbol_cap", "0.25", "0.15", cited),)
    assert found.compared == (Compared("growth", True, 0.021, 0.017, -0.0052, -0.0028, "against"),)
    assert (found.version, found.reason, found.paths, found.weeks) == ("v1.4", "No single gap.", 1_000, 13)
    keeps.enact(found)
    keeps.enact(found)  # told again after a crash: it is in force already
    laws = OwnLaws(tmp_path)
    (row,) = laws.register
    assert (row.version, row.sha256, row.by, row.evidence) == ("v1.4", found.sha256, "ann", found.evidence)
    assert row.at.startswith("2026-03-05T10:00:00") and laws.in_force().hash == found.sha256
    assert folder.name == found.sha256[:12] and keeps.waiting() == ()


@pytest.mark.parametrize(
    "other", [{"program": "0" * 64}, {"paths": 999}, {"at_ms": NOW_MS - 31 * DAY_MS}, {"figures": [{"name": "growth"}]}]
)
def test_15_2_what_an_approval_would_refuse_is_not_asked_for(tmp_path: Path, other: dict[str, object]) -> None:
    proposed(tmp_path, **other)
    assert keeper(tmp_path).waiting() == ()


def test_15_2_nothing_else_than_what_was_shown_comes_into_force(tmp_path: Path) -> None:
    proposed(tmp_path)
    (found,) = keeper(tmp_path).waiting() or ()
    proposed(tmp_path, verdict="For.")
    with pytest.raises(LawKeeperError, match="it is not what was shown any more; simulate it again"):
        keeper(tmp_path).enact(found)
    proposed(tmp_path)
    with pytest.raises(LawKeeperError, match="evidence: at: is 31 days old"):
        keeper(tmp_path, NOW_MS + 31 * DAY_MS).enact(found)
    approved(tmp_path, 'reason = "Fewer."\n[changes]\nrejections = 4\n')
    with pytest.raises(LawKeeperError, match=r"was made from another law than v1\.4; allowed: propose it again"):
        keeper(tmp_path).enact(found)
    assert [row.reason for row in OwnLaws(tmp_path).register] == ["Fewer."]


def test_15_2_a_thread_of_its_own_rings_when_something_waits_or_was_written() -> None:
    rung = threading.Event()
    keeps = Keeps(PROPOSAL)
    aside = Aside(keeps, rung.set, every_s=0.01)
    try:
        assert rung.wait(10)
        assert aside.has_news and aside.advance(7) == [ProposalsSeen(7, (PROPOSAL,))]
        assert not aside.has_news
        rung.clear()
        keeps.trouble = "the disk is full"
        assert aside.enact("1", PROPOSAL, 8) == ()
        assert rung.wait(10) and aside.advance(9) == [LawWritten(9, "1", "the disk is full")]
        rung.clear()
        keeps.trouble, keeps.waits = "", (PROPOSAL, replace(PROPOSAL, evidence="f" * 64))
        assert rung.wait(10) and aside.advance(10) == [ProposalsSeen(10, keeps.waits)]
    finally:
        aside.close()


EVENING = situation("2026-03-05T18:00:00", "2026-03-06T10:00:00", {"AAPL": AAPL}, accounts=("GEN",))


def test_15_2_a_session_that_runs_asks_at_once_though_no_market_wakes_it_and_a_yes_changes_the_law(
    tmp_path: Path,
) -> None:
    proposed(tmp_path)
    started = Started(EVENING, 1.0)

    def opened() -> Live:
        live = started.live()
        keep_laws(live, keeper(tmp_path))
        return live

    engine = EngineThread(opened)
    engine.start()
    try:
        until(lambda: (seen := engine.latest()) is not None and bool(seen.state.approvals))
        seen = engine.latest()
        assert seen is not None
        (asked,) = seen.state.approvals.values()
        engine.send(Key("approve", None, prompt=asked.id, shown=asked.shown))
        until(lambda: "law.enacted" in started.kinds())
    finally:
        engine.end()
        engine.join()
    assert engine.failure is None
    assert asked.proposal is not None and OwnLaws(tmp_path).in_force().hash == asked.proposal.sha256
    until(lambda: all(thread.name != "laws" for thread in threading.enumerate()))
