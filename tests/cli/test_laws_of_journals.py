"""A journal is read by the laws that it names, each part by its own; one whose law is not here is refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from allusetui.cli import constitution
from allusetui.cli.evidence import Evidence
from allusetui.cli.screen import Lens
from allusetui.codec.tape import TapeWriter
from allusetui.compose.reported import year_end
from allusetui.compose.retold import told_again
from allusetui.compose.ruled import Ruled
from allusetui.domain import event as ev
from allusetui.domain.input import Resumed
from allusetui.journal.error import JournalError
from allusetui.journal.memory import MemoryJournal
from allusetui.journal.sqlite import SqliteJournal
from allusetui.law.load import version
from allusetui.law.own import OwnLaws
from allusetui.view.constitution import constitution as clauses_of
from tests.advisor.weeks import told
from tests.cli.commanded import run
from tests.journal.tapes import heard
from tests.law.amending import approved
from tests.linking.sessions import started
from tests.reports.journals import provisioned
from tests.tui.consoles import afternoon
from tests.view.snapshots import snapshot_of, text_of

pytestmark = pytest.mark.clause("15.1", "15.2")
OTHER = """
reason = "To be told from the one before."
[changes]
week_type.forecast_weeks = 8
reports.cagr_days = 30
tax.long_term_share = 0.5
sleeves.rev.universe = ["NVDA", "TSLA", "AMD"]
"""
V1_3 = version().hash


def journal_of(folder: Path, first: str, then: str) -> Path:
    """Five weeks under one law, with January's report, then five under another, with February's."""
    folder.mkdir()
    journal = SqliteJournal(folder)
    journal.append(told(0, "Calm-Income", 15)[0][0], [started(first), provisioned("GEN", 1_000_000)])
    for number in range(10):
        rows = told(number, "Calm-Income", 15)
        journal.append(rows[0][0], [event for _, event in rows])
        if number == 4:
            journal.append(rows[0][0], [ev.ReportWritten(period="monthly", name="2020-01", sha256="0"), started(then)])
    journal.append(rows[0][0], [ev.ReportWritten(period="monthly", name="2020-02", sha256="0")])
    journal.close()
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Beside it lies a law of a person's own."""
    approved(tmp_path / "laws", OTHER)
    (tmp_path / "settings.toml").touch()
    return tmp_path / "settings.toml"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Beside it lies no law."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "settings.toml").touch()
    return tmp_path / "elsewhere" / "settings.toml"


@pytest.fixture
def session(tmp_path: Path, settings: Path) -> Path:
    return journal_of(tmp_path / "two", V1_3, OwnLaws(tmp_path / "laws").in_force().hash)


def said(capsys: pytest.CaptureFixture[str], *args: str | Path) -> str:
    capsys.readouterr()
    assert run(*args) == 0
    return " ".join(capsys.readouterr().out.split())


def test_15_2_a_report_goes_by_the_law_that_it_was_written_under(
    session: Path, settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    which = ("--session", session.name, "--sessions", session.parent, "--settings", settings)
    assert "CAGR needs 90 days" in said(capsys, "report", "monthly", "--month", "2020-01", *which)
    assert "CAGR needs 30 days" in said(capsys, "report", "monthly", *which)
    assert "CAGR needs 30 days" in said(capsys, "report", "monthly", "--month", "2020-03", *which)


def test_15_2_weeks_questions_and_clauses_go_by_the_law_that_the_session_goes_on_under(
    session: Path, settings: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constitution, "gather", lambda: Evidence({}, None, {}))
    which = ("--session", session.name, "--sessions", session.parent, "--settings", settings)
    assert "10 weeks are typed: chances for the next one are shown from 26 on" in said(capsys, "weeks", *which)
    assert "a symbol that neither the law" not in said(capsys, "ask", "--offline", "Why was AMD skipped?", *which)
    assert "reports.cagr_days = 30" in said(capsys, "constitution", "show", "11.2", *which)
    assert "reports.cagr_days = 30" in said(capsys, "constitution", "show", "11.2", "--settings", settings)
    assert "reports.cagr_days = 90" in said(
        capsys, "constitution", "show", "11.2", "--law", "v1.3", "--settings", settings
    )


def test_15_2_backtest_and_sweep_find_a_person_s_own_laws_by_the_settings(
    settings: Path, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("backtest", "sweep"):
        for place, known in ((settings, "v1.3, v1.4"), (elsewhere, "v1.3")):
            assert run(command, "--law", "v9", "--settings", place) == 2
            told = capsys.readouterr().err
            assert told == f"allusetui: law: version: there is no 'v9'; allowed: {known}\n"
        assert run(command, "--settings", settings.with_name("none.toml")) == 2
        assert "none.toml: no such file; allusetui settings --write makes one\n" in capsys.readouterr().err


@pytest.mark.clause("15.3")
def test_15_3_verify_and_tensions_know_the_law_in_force(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sha256 = OwnLaws(settings.parent / "laws").in_force().hash
    told = said(capsys, "constitution", "verify", "--settings", settings)
    assert f"constitution v1.3 is as shipped: sha256 {V1_3}" in told
    assert told.endswith(f"constitution v1.4 is as tester approved it on 2026-03-02: sha256 {sha256}")
    shown = said(capsys, "constitution", "tensions", "--json", "--settings", settings)
    assert '"sleeve": "REV", "issuers": 3, "most": 0.75' in shown
    law = settings.parent / "laws" / "v1_4.toml"
    law.write_bytes(law.read_bytes().replace(b'"AMD"', b'"AMC"'))
    assert run("constitution", "verify", "--settings", settings) == 2
    assert "v1_4.toml: sha256: the file was changed" in capsys.readouterr().err


def test_15_2_a_tax_year_goes_by_the_law_that_it_ended_under(tmp_path: Path, settings: Path) -> None:
    laws = OwnLaws(settings.parent / "laws")
    journal = MemoryJournal()
    for number, sha256 in ((10, V1_3), (60, laws.in_force().hash)):
        rows = told(number, "Calm-Income", 15)
        journal.append(rows[0][0], [started(sha256), *(event for _, event in rows)])
    ruled = Ruled(journal, tmp_path, laws)
    shares = [ruled.at(year_end(journal, year)).tax.long_term_share for year in (2020, 2021)]
    assert [str(share) for share in shares] == ["0.60", "0.5"]


def test_15_1_a_tape_is_not_told_to_an_engine_of_another_law_than_its_journal_names(tmp_path: Path) -> None:
    journal = MemoryJournal()
    journal.append(1, [started("0" * 64)])
    tape = TapeWriter()
    lines = [tape.begin(), tape.line(0, Resumed(1, 0))]
    with pytest.raises(JournalError, match=r"two: record 1: was decided under constitution v1\.3 0{12}, which is"):
        told_again(journal, heard(lines), path=tmp_path / "two")


def test_15_2_a_dashboard_reads_the_session_s_own_law_or_says_that_it_can_t(settings: Path) -> None:
    laws = OwnLaws(settings.parent / "laws")
    snapshot = snapshot_of(afternoon())
    ours = laws.in_force()
    under = replace(snapshot.state, constitution="v1.4", constitution_hash=ours.hash)
    seen = Lens(laws)(replace(snapshot, state=under))
    assert seen.law == ours.law and seen.own_law
    strange = Lens(OwnLaws(None))(replace(snapshot, state=under))
    assert strange.law == version().law and not strange.own_law
    first = " ".join(text_of(row.cells) for row in clauses_of(strange, 160).rows[:4])
    assert "own law, v1.4, is not on this machine" in " ".join(first.split())


def test_15_1_a_journal_whose_law_is_not_on_this_machine_is_refused_in_one_line(
    session: Path, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    which = ("--session", session.name, "--sessions", session.parent, "--settings", elsewhere)
    sha256 = OwnLaws(session.parent / "laws").in_force().hash[:12]
    for command in (
        ("report", "monthly"), ("weeks",), ("tax",), ("ask", "--offline", "Why was AMD skipped?"),
        ("constitution", "show"),
    ):  # fmt: skip
        capsys.readouterr()
        assert run(*command, *which) == 2
        shown = capsys.readouterr()
        assert (shown.out, shown.err.count("\n")) == ("", 1)
        assert f"{session}: record 19: was decided under constitution v1.3 {sha256}, which is not on" in shown.err
        assert shown.err.endswith("allowed: --settings FILE, beside which the law lies\n")
    assert "CAGR needs 90 days" in said(capsys, "report", "monthly", "--month", "2020-01", *which)
