"""`allusetui acceptance`: what it says where it can't be run, is stopped, or breaks off."""

import json
from pathlib import Path
from typing import Any

import pytest

from allusetui.acceptance.plan import Part
from allusetui.cli import acceptance as command
from tests.cli.commanded import run


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert run("acceptance", "--out", tmp_path) == 2
    wrong = "holds mine.txt, which no acceptance wrote; allowed: a folder that is new or empty, or an earlier one's"
    assert capsys.readouterr().err == f"allusetui: --out {tmp_path}: {wrong}\n"
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_folder_that_is_none_is_refused_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.write_text("")
    assert run("acceptance", "--out", file) == 2
    allowed = "allowed: --out of a folder that can be written"
    assert capsys.readouterr().err == f"allusetui: {file}: File exists; {allowed}\n"


@pytest.mark.clause("16.1", "16.2", "16.3", "16.4", "16.5")
def test_16_what_breaks_off_or_leaves_no_journal_fails_and_nothing_of_an_earlier_run_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "acceptance.json").write_text('{"passed": true}')
    (tmp_path / Part.PAPER).mkdir()
    (tmp_path / Part.PAPER / "journal.ndjson").write_text("an earlier one's")

    def broken_off(parts: Any, plan: Any, folder: Path, day: Any) -> dict[Part, str]:
        (folder / Part.FORK).mkdir(parents=True)
        (folder / Part.FORK / "journal.ndjson").write_text("{}\n")
        return {Part.PAPER: "OSError: it died"}

    monkeypatch.setattr(command, "run_all", broken_off)
    assert run("acceptance", "--out", tmp_path) == 1
    page, out = json.loads((tmp_path / "acceptance.json").read_text("utf-8")), capsys.readouterr().out
    assert page["passed"] is False and page["broken"]["paper"] == "OSError: it died"
    assert [row["verdict"] for row in page["criteria"]] == ["fail", "not run", "fail", "fail", "fail", "fail"]
    assert "Broke off\n  paper: OSError: it died\n  fork: its journal: 'seq'\n" in out


def test_stopped_by_hand_it_judges_nothing_and_leaves_what_an_earlier_run_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "acceptance.json").write_text("an earlier one's")

    def stopped(parts: Any, plan: Any, folder: Path, day: Any) -> None:
        (folder / Part.KILLED).mkdir(parents=True)
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "run_all", stopped)
    assert run("acceptance", "--out", tmp_path) == 130
    assert capsys.readouterr().err == "allusetui: stopped by hand; nothing was judged, and nothing of it is kept\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["acceptance.json", "lock"]
