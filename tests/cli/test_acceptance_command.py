"""`allusetui acceptance`: what it says where it can't be run, is stopped, or breaks off."""

import json
import shutil
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from allusetui.acceptance.plan import Part
from allusetui.cli import acceptance as command
from allusetui.domain.link import Mode
from allusetui.journal.sqlite import FILE_NAME
from tests.cli.commanded import run
from tests.law.amending import approved
from tests.linking.sessions import linked, on_paper, session, started, weeks


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

    def broken_off(parts: Any, plan: Any, ruling: Any, folder: Path, day: Any) -> dict[Part, str]:
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

    def stopped(parts: Any, plan: Any, ruling: Any, folder: Path, day: Any) -> None:
        (folder / Part.KILLED).mkdir(parents=True)
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "run_all", stopped)
    assert run("acceptance", "--out", tmp_path) == 130
    assert capsys.readouterr().err == "allusetui: stopped by hand; nothing was judged, and nothing of it is kept\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["acceptance.json", "lock"]


def nothing(parts: Any, plan: Any, ruling: Any, folder: Path, day: Any) -> dict[Part, str]:
    """Nothing is run, and nothing breaks off."""
    folder.mkdir()
    return {}


def test_it_is_judged_under_the_law_that_was_named_which_lies_beside_the_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "run_all", nothing)
    settings, out = tmp_path / "settings.toml", tmp_path / "out"
    settings.write_text("", encoding="utf-8")
    law = approved(tmp_path / "laws").in_force()
    under = ("--law", "v1.4", "--settings", settings, "--sessions", tmp_path / "sessions")
    assert run("acceptance", "--out", out, *under) == 1
    page = json.loads((out / "acceptance.json").read_text("utf-8"))
    assert (page["constitution"], page["constitution_hash"]) == ("v1.4", law.hash)
    assert f"Constitution v1.4, {law.hash}" in capsys.readouterr().out


def test_a_law_that_there_is_not_is_refused_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("acceptance", "--out", tmp_path / "out", "--law", "v9.9") == 2
    assert capsys.readouterr().err == "allusetui: law: version: there is no 'v9.9'; allowed: v1.3\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.clause("16.1")
def test_16_1_the_live_cycle_is_told_by_what_live_sessions_show_and_is_else_not_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "run_all", nothing)
    sessions = tmp_path / "sessions"
    on_paper(sessions, "rehearsal", "2026-W10")
    main = session(sessions, "main", started(), linked(Mode.LIVE, "main", "U1"), *weeks("2026-W10", "2026-W10"))
    shutil.copytree(main, sessions / "copied")
    torn = session(sessions, "torn", started(), linked(Mode.LIVE, "torn", "U1"), *weeks("2026-W10"))
    with closing(sqlite3.connect(torn / FILE_NAME)) as journal:
        journal.execute("UPDATE record SET line = replace(line, 'Calm-Income', 'Roll') WHERE seq = 4")
        journal.commit()
    before = sha256((main / FILE_NAME).read_bytes()).hexdigest()
    assert run("acceptance", "--sessions", sessions) == 1
    capsys.readouterr()
    page = json.loads((sessions / "acceptance" / "acceptance.json").read_text("utf-8"))
    row = page["criteria"][1]
    told = [fact["text"] for fact in row["seen"]]
    assert (row["asked"], row["verdict"]) == ("1 live cycle", "not run")
    assert told[0].startswith("session main trades a live account: 6 records, ")
    assert told[0].endswith("; 1 weeks were typed at their cuts under the law v1.3")
    assert told[1].startswith("2026-W10: planned or skipped in the windows: COM 0 [none]")
    assert told[2] == "2026-W10: no report was written"
    assert told[3].startswith("session torn trades a live account; its journal can't be read: ")
    assert [fact["ok"] for fact in row["seen"]] == [True, False, False, False]
    assert sha256((main / FILE_NAME).read_bytes()).hexdigest() == before
