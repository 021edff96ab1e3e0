"""`allusetui report`: which report, of which journal, in which form; and how it says no."""

import json
from pathlib import Path

import pytest

from tests.cli.commanded import run

RUN = """
[scenario]
name = "reports"
start = 2026-03-26T09:00:00
end = 2026-04-06T12:00:00
accounts = ["GEN"]
[market]
kind = "scripted"
[market.symbols.AAPL]
spot = 175.00
iv = 0.25
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two weeks around a quarter's end, replayed as a session named `two` would be."""
    root = tmp_path_factory.mktemp("reports")
    (root / "two.toml").write_text(RUN, encoding="utf-8")
    assert run("replay", root / "two.toml", "--out", root / "two") == 0
    return root / "two"


def report(capsys: pytest.CaptureFixture[str], folder: Path, *args: str) -> str:
    capsys.readouterr()
    assert run("report", *args, "--journal", folder / "journal.ndjson") == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *args: str | Path) -> str:
    """The one line that says no."""
    capsys.readouterr()
    assert run("report", *args) == 2
    found = capsys.readouterr()
    (line,) = found.err.splitlines()
    assert found.out == ""
    return line.removeprefix("allusetui: ")


@pytest.mark.clause("11.1", "11.2", "11.3", "S.5")
@pytest.mark.parametrize(
    ("args", "file"),
    [
        (("weekly",), "weekly-2026-W14.txt"),
        (("weekly", "--week", "2026-W13"), "weekly-2026-W13.txt"),
        (("monthly", "--markdown"), "monthly-2026-03.md"),
        (("quarterly", "--json"), "quarterly-2026-Q1.json"),
        (("quarterly", "--quarter", "2026-Q1"), "quarterly-2026-Q1.txt"),
    ],
)
def test_11_1_it_is_the_report_that_was_written_the_last_that_ended_where_none_is_named(
    capsys: pytest.CaptureFixture[str], folder: Path, args: tuple[str, ...], file: str
) -> None:
    assert report(capsys, folder, *args) == (folder / "reports" / file).read_text(encoding="utf-8")


def test_11_1_a_session_is_read_as_its_exported_journal_is(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    capsys.readouterr()
    assert run("report", "weekly", "--session", folder.name, "--sessions", folder.parent) == 0
    assert capsys.readouterr().out == (folder / "reports" / "weekly-2026-W14.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("weekly", "--week", "2026-W15"), "So far: the week is not cut; until 2026-04-0"),
        (("monthly", "--month", "2026-04"), "So far: it has not ended. Marks until 2026-04-02"),
        (("quarterly", "--quarter", "2026-Q2"), "So far: it has not ended. Marks until 2026-04-02"),
    ],
)
def test_11_1_what_has_not_ended_is_told_so_far_and_says_so(
    capsys: pytest.CaptureFixture[str], folder: Path, args: tuple[str, ...], said: str
) -> None:
    assert report(capsys, folder, *args).splitlines()[1].startswith(said)


@pytest.mark.clause("17.7")
def test_17_7_the_leap_ledger_is_a_report_of_its_own(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert report(capsys, folder, "leaps").startswith("ALL-USE LEAP ledger\nMarks until 2026-04-02\n")
    assert set(json.loads(report(capsys, folder, "leaps", "--json"))) >= {"growth", "hedge", "falls", "leap_cash"}


def test_it_says_no_in_one_line(capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path) -> None:
    journal = folder / "journal.ndjson"
    told = ("--journal", journal)
    assert refused(capsys, "yearly", *told).startswith("report yearly: no such report; allowed: weekly, monthly")
    assert refused(capsys, "weekly", "--month", "2026-03", *told).startswith("--month 2026-03: belongs to `report mon")
    for period, option, name in (
        ("weekly", "--week", "2026-W54"), ("weekly", "--week", "last"), ("monthly", "--month", "2026-13"),
        ("quarterly", "--quarter", "2026-Q5"), ("monthly", "--month", "../../2026-03"),
    ):  # fmt: skip
        assert refused(capsys, period, option, name, *told).startswith(f"{option} {name}: no such name; allowed: 20")
    assert refused(capsys, "weekly", "--week", "2025-W01", *told).endswith("which tells of 2026-03-26 to 2026-04-06")
    assert refused(capsys, "monthly", "--markdown", "--json", *told) == "--markdown and --json: one of both"
    assert "No such file" in refused(capsys, "weekly", "--journal", tmp_path / "none.ndjson")
    assert "No such file" in refused(capsys, "weekly", "--session", "none", "--sessions", tmp_path)


def test_an_empty_or_broken_journal_is_refused_in_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "journal.ndjson"
    path.write_text("", encoding="utf-8")
    said = refused(capsys, "weekly", "--journal", path)
    assert said.endswith("holds no record; allowed: the journal of a session that was run")
    path.write_text("what is this\n", encoding="utf-8")
    assert str(path) in refused(capsys, "weekly", "--journal", path)


def test_a_session_before_its_first_record_is_said_to_hold_none(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "new").mkdir()
    said = refused(capsys, "weekly", "--session", "new", "--sessions", tmp_path)
    assert said == f"{tmp_path / 'new'}: holds no record yet; allowed: a session that was run"


def test_where_no_period_has_ended_it_says_how_to_see_the_one_so_far(
    capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> None:
    lines = (folder / "journal.ndjson").read_text(encoding="utf-8").splitlines(keepends=True)
    path = tmp_path / "journal.ndjson"
    path.write_text("".join(lines[:9]), encoding="utf-8")
    said = refused(capsys, "monthly", "--journal", path)
    assert said == "no monthly report was due until 2026-03-26; allowed: --month 2026-03 for the one so far"
