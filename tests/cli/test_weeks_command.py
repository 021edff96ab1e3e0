"""`allusetui weeks`, and the same page as the dashboard has it."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from allusetui.cli.shelf import Shelf
from allusetui.journal.export import export
from allusetui.journal.sqlite import SqliteJournal
from allusetui.view.reports import WEEKS
from tests.advisor.weeks import years
from tests.cli.commanded import run

Told = Callable[..., tuple[int, str, str]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """Runs the command: exit code, output, complaint."""

    def asked(*args: str) -> tuple[int, str, str]:
        code, said = run("weeks", *args), capsys.readouterr()
        return code, said.out, said.err

    return asked


def written(folder: Path, weeks: int) -> Path:
    """The journal of so many weeks in a session's folder."""
    folder.mkdir()
    journal = SqliteJournal(folder)
    for _, at_ms, event in years(weeks):
        journal.append(at_ms, [event])
    export(journal, folder / "journal.ndjson")
    journal.close()
    return folder


@pytest.mark.clause("12.2", "12.3")
def test_12_3_a_session_and_its_exported_journal_tell_the_same(told: Told, tmp_path: Path) -> None:
    folder = written(tmp_path / "long", 60)
    code, out, err = told("--session", "long", "--sessions", str(tmp_path))
    assert (code, err) == (0, "")
    assert told("--journal", str(folder / "journal.ndjson"))[1] == out
    assert "After 60 typed weeks the likeliest next one is" in out and "no rule reads a chance" in out
    bands = out.partition("\nCalibration\n")[2].splitlines()[2:4]
    assert bands and all(re.match(r"\d+\.00 % to \d+\.00 % ", band) for band in bands)
    data = json.loads(told("--journal", str(folder), "--json")[1])
    assert (data["weeks"], data["score"]["weeks"], len(data["next"])) == (60, 35, 6)
    assert sum(row["chance"] for row in data["next"]) == pytest.approx(1, abs=1e-5)


@pytest.mark.clause("12.3")
def test_12_3_a_short_session_says_how_many_weeks_are_missing(told: Told, tmp_path: Path) -> None:
    written(tmp_path / "short", 7)
    code, out, _ = told("--session", "short", "--sessions", str(tmp_path))
    assert code == 0 and "7 weeks are typed: chances for the next one are shown from 50 on." in out
    assert json.loads(told("--journal", str(tmp_path / "short"), "--json")[1])["score"] is None


@pytest.mark.parametrize(
    ("name", "content"), [("missing", None), ("empty", ""), ("torn", "{\n"), ("foreign", "hello\x1b[2J\n")]
)
def test_what_can_t_be_read_is_one_plain_line(told: Told, tmp_path: Path, name: str, content: str | None) -> None:
    path = tmp_path / f"{name}.ndjson"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    code, out, err = told("--journal", str(path))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert path.name in err and "\x1b" not in err


def read(shelf: Shelf, name: str) -> str:
    """The page once it has been worked out."""
    for _ in range(1_000):
        if (text := shelf(WEEKS, name)) is not None:
            return text
        time.sleep(0.01)
    raise AssertionError("the page never came")


@pytest.mark.clause("12.2", "12.3")
def test_12_3_the_dashboard_s_shelf_works_the_page_out_aside_once_a_report(told: Told, tmp_path: Path) -> None:
    folder = written(tmp_path / "long", 60)
    shelf = Shelf(folder)
    assert shelf(WEEKS, "2021-W09") is None
    assert read(shelf, "2021-W09") == told("--journal", str(folder))[1]
    assert shelf(WEEKS, "2021-W09") is not None
    assert shelf(WEEKS, "2021-W10") is None


def test_a_shelf_whose_journal_can_t_be_read_says_so(tmp_path: Path) -> None:
    assert read(Shelf(tmp_path / "nowhere"), "") == "The weeks can't be read: No such file or directory"
    new = f"{tmp_path}: holds no record yet; allowed: a session that was run"
    assert read(Shelf(tmp_path), "") == f"The weeks can't be read: {new}"


def test_a_shelf_gives_the_reports_that_were_written(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "weekly-2026-W10.txt").write_text("the week\n", encoding="utf-8")
    assert Shelf(tmp_path)("weekly", "2026-W10") == "the week\n"
    assert Shelf(tmp_path)("weekly", "2026-W11") is None
