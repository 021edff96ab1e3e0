"""§16: the acceptance as it is typed, in the minutes that count; every criterion holds, and each would fail."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from allusetui.acceptance.judge.story import Record, Story, read
from allusetui.acceptance.plan import Part, Plan
from allusetui.acceptance.runs import run_part
from allusetui.acceptance.table import Row, Stories, judged, of_live
from allusetui.cli import acceptance as command
from allusetui.compose.linked import paper_weeks
from allusetui.law.load import Version
from allusetui.law.own import SHIPPED_ALONE
from tests.acceptance.brief import BRIEF

LAW: Final = SHIPPED_ALONE.in_force()
DEATHS: Final = len(BRIEF.deaths)
Change = Callable[[Record], Iterable[Record]]
PAPER, KILLED, FORK = Part


def told(record: Record, **data: Any) -> list[Record]:
    return [replace(record, data={**record.data, **data})]


def where(kind: str, change: Change, **keys: Any) -> Change:
    """A change of the records of a kind whose data, or account, shows all of these."""

    def changed(record: Record) -> Iterable[Record]:
        shown = {**record.data, "account": record.account, "day": record.day}
        is_meant = record.kind == kind and all(shown.get(key) == value for key, value in keys.items())
        return change(record) if is_meant else [record]

    return changed


def without(kind: str, **keys: Any) -> Change:
    return where(kind, lambda record: [], **keys)


WRONG: Final[tuple[tuple[str, Part, Change], ...]] = (
    ("16.1", PAPER, where("session.started", lambda record: told(record, constitution_hash="0" * 64), resumed=True)),
    ("16.1", PAPER, where("session.linked", lambda record: told(record, mode="sim"))),
    ("16.1", PAPER, without("week.typed", week="2026-W11")),
    ("16.1", PAPER, where("entry.skipped", lambda record: [replace(record, at="2026-03-12T11:00:01")], account="GEN")),
    ("16.1", PAPER, without("account.marked")),
    ("16.2", PAPER, without("report.written", name="2026-W10")),
    ("16.2", KILLED, where("report.written", lambda record: told(record, sha256="0" * 64), name="2026-W11")),
    ("16.2", KILLED, where("report.written", lambda record: [replace(record, at="2026-03-06T16:29:59")])),
    ("16.3", KILLED, without("session.started", resumed=True, day="2026-03-13")),
    ("16.3", KILLED, without("order.filled", account="GEN")),
    ("16.3", KILLED, where("order.filled", lambda record: [record, record], account="REV", day="2026-03-04")),
    ("16.3", KILLED, where("order.filled", lambda record: told(record, quantity=6), account="REV", side="BUY")),
    ("16.3", KILLED, where("order.sent", lambda record: [record, record], account="GEN")),
    ("16.3", KILLED, without("order.resolved", outcome="dead")),
    ("16.3", KILLED, where("entry.planned", lambda record: told(record, quantity=1), account="COM")),
    ("16.3", PAPER, without("assignment.received")),
    ("16.4", PAPER, without("resume.step", step="reconcile", account="COM")),
    ("16.4", KILLED, without("resume.step", step="active", account="GEN")),
    ("16.4", KILLED, without("latch.released", latch="paused")),
    ("16.4", PAPER, without("latch.set", latch="level3")),
    ("16.4", PAPER, where("order.sent", lambda record: told(record, purpose="entry"), purpose="stop")),
    ("16.4", KILLED, where("state.changed", lambda record: told(record, to="ORDERING"), to="RECONCILING")),
    ("16.5", FORK, without("account.forked")),
    ("16.5", FORK, without("order.filled")),
    ("16.5", FORK, without("account.run_off")),
    ("16.5", FORK, without("account.merged")),
    ("16.5", FORK, where("account.merged", lambda record: told(record, amount=1.0))),
    ("16.5", FORK, where("account.merged", lambda record: [replace(record, seq=1)])),
)  # fmt: skip
"""What each criterion is not met by: whose journal tells it, and how."""


def failed(rows: tuple[Row, ...]) -> set[str]:
    return {row.clause for row in rows if row.passed is False}


def changed(stories: Stories, part: Part, change: Change) -> Stories:
    story = stories[part]
    records = tuple(made for record in story.records for made in change(record))
    assert records != story.records
    return {**stories, part: replace(story, records=records)}


def in_turn(
    parts: Iterable[Part], plan: Plan, ruling: Version, folder: Path, day: Callable[[], None]
) -> dict[Part, str]:
    """The parts one after another, in the test's own process."""
    for part in parts:
        run_part(part, plan, ruling, folder / part, day)
    return {}


def live_weeks(paper: Story) -> None:
    """The same weeks, had they been traded live: shown by one whole week under this law, and by nothing less."""
    assert of_live([paper], LAW).verdict == "not run"
    made = changed({PAPER: paper}, PAPER, where("session.linked", lambda record: told(record, mode="live")))
    whole = of_live([made[PAPER]], LAW)
    assert whole.passed is True and whole.verdict == "pass"
    assert "2 weeks were typed at their cuts under the law v1.3" in whole.facts[0].text
    assert all(fact.ok for fact in whole.facts)
    less: tuple[Change, ...] = (
        where("session.started", lambda record: told(record, constitution_hash="0" * 64)),
        without("week.typed"),
        lambda record: [] if record.account == "COM" and record.kind.startswith("entry.") else [record],
        without("order.filled"),
        without("report.written"),
    )
    for change in less:
        row = of_live([changed(made, PAPER, change)[PAPER]], LAW)
        assert (row.passed, row.verdict) == (None, "not run")


@pytest.mark.timeout(600)
@pytest.mark.clause("16.1", "16.2", "16.3", "16.4", "16.5")
def test_16_what_is_asked_is_seen_with_its_records_and_what_is_not_so_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "run_all", in_turn)
    command.acceptance(tmp_path, LAW.name, None, tmp_path / "sessions", BRIEF)
    out, page = capsys.readouterr().out, json.loads((tmp_path / "acceptance.json").read_text("utf-8"))
    assert [row["verdict"] for row in page["criteria"]] == ["pass", "not run", "pass", "pass", "pass", "pass"]
    assert page["passed"] is True and page["constitution_hash"] == LAW.hash
    assert f"killed and begun again {DEATHS} times of {DEATHS}" in " ".join(out.split())
    for line in (tmp_path / "SHA256SUMS").read_text("utf-8").splitlines():
        digest, name = line.split("  ")
        assert sha256((tmp_path / name).read_bytes()).hexdigest() == digest
    assert paper_weeks(tmp_path) == paper_weeks(tmp_path.parent) == ()

    stories = {part: read(tmp_path / part) for part in Part}
    for clause, part, change in WRONG:
        assert clause in failed(judged(changed(stories, part, change), LAW, DEATHS)), (clause, part)
    assert failed(judged(stories, LAW, DEATHS + 1)) == {"16.3"}
    live_weeks(stories[PAPER])
    (tmp_path / "paper" / "reports" / "weekly-2026-W10.txt").write_text("another")
    assert failed(judged({**stories, PAPER: read(tmp_path / PAPER)}, LAW, DEATHS)) == {"16.2"}
