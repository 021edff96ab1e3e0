"""The command line: what it prints, where it writes, how it says no in one line and with exit code 2."""

import re
import resource
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from time import sleep

import pytest

from allusetui import __version__
from allusetui.cli import say
from allusetui.engine.apply import fold
from allusetui.journal.lock import FolderLock
from allusetui.journal.sqlite import SqliteJournal
from allusetui.law.load import law_hash
from tests.cli.commanded import run
from tests.replaying import DATA

MORNING = """
[scenario]
name = "morning"
start = 2024-03-04T09:00:00
end = 2024-03-04T10:00:00
accounts = ["GEN"]
[market]
kind = "scripted"
[market.symbols.AAPL]
spot = 175.00
iv = 0.25
[[expect]]
kind = "session.started"
count = {count}
"""
HISTORY = """
[scenario]
name = "history"
start = 2020-03-02T09:00:00
end = 2020-03-02T10:00:00
capital = 4_000_000
[market]
kind = "history"
"""


@pytest.fixture
def morning(tmp_path: Path) -> Path:
    path = tmp_path / "morning.toml"
    path.write_text(MORNING.format(count=1), encoding="utf-8")
    return path


def test_replay_writes_journal_ledger_and_says_where(
    morning: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("replay", morning, "--out", tmp_path / "out", "--check") == 0
    told = capsys.readouterr()
    assert re.search(r"^\d+ events in \d+\.\d s: .*out$", told.out, re.MULTILINE)
    assert "ok     expect[1] session.started: expected exactly 1, seen 1" in told.out
    assert told.err == ""
    assert {"journal.ndjson", "journal.sqlite", "ledger.csv"} <= {path.name for path in (tmp_path / "out").iterdir()}


def test_a_failed_expectation_is_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(MORNING.format(count=2), encoding="utf-8")
    assert run("replay", path, "--out", tmp_path / "out", "--check") == say.FAILED
    assert "FAILED expect[1] session.started" in capsys.readouterr().out
    assert run("replay", path, "--out", tmp_path / "out") == 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[scenario", "x.toml: is not TOML"),
        ("[scenario]\nname = 'x'\n", "x.toml: scenario.start: is missing"),
        (MORNING.format(count=1).replace("AAPL", "aapl"), "x.toml: market.symbols.aapl"),
        (HISTORY + 'data = "/no/such/folder"', "x.toml: market.data: /no/such/folder is not a directory"),
    ],
)
def test_a_bad_file_is_one_line_and_exit_code_2(
    text: str, complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.toml"
    path.write_text(text, encoding="utf-8")
    assert run("replay", path, "--out", tmp_path / "out") == say.BAD_INPUT
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert complaint in told.err


def test_history_without_a_data_folder_says_what_to_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ALLUSETUI_DATA", raising=False)
    path = tmp_path / "x.toml"
    path.write_text(HISTORY, encoding="utf-8")
    assert run("replay", path) == say.BAD_INPUT
    assert "ALLUSETUI_DATA" in capsys.readouterr().err


@pytest.mark.skipif(not DATA.is_dir(), reason="the market data is not here")
def test_a_symbol_without_a_file_is_named_and_the_rest_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLUSETUI_DATA", str(DATA))
    path = tmp_path / "x.toml"
    path.write_text(HISTORY, encoding="utf-8")
    assert run("replay", path, "--out", tmp_path / "out") == 0
    assert "Not known: IWM: no daily/IWM.csv" in capsys.readouterr().out


def test_a_file_that_is_not_there_names_the_shipped_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("replay", "nowhere.toml") == say.BAD_INPUT
    assert "crash-week" in capsys.readouterr().err


def test_a_folder_in_use_is_refused_by_name(morning: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    lock = FolderLock(folder)
    try:
        assert run("replay", morning, "--out", folder) == say.BAD_INPUT
    finally:
        lock.release()
    assert capsys.readouterr().err == f"allusetui: {folder} is in use by another process\n"


def test_a_folder_that_cannot_be_made_is_named(morning: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("replay", morning, "--out", morning / "below") == say.BAD_INPUT
    assert str(morning) in capsys.readouterr().err


def test_version_shows_program_constitution_and_hash(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out == f"allusetui {__version__}, constitution v1.3 {law_hash()}\n"


DECADE = """
[scenario]
name = "decade"
start = 2026-01-05T09:00:00
end = 2036-01-04T17:00:00
capital = 1_000_000
[market]
kind = "synthetic"
"""


def test_ctrl_c_keeps_what_was_decided(tmp_path: Path) -> None:
    folder, scenario = tmp_path / "out", tmp_path / "decade.toml"
    scenario.write_text(DECADE, encoding="utf-8")
    command = [sys.executable, "-m", "allusetui", "replay", str(scenario), "--out", str(folder)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        wal = folder / "journal.sqlite-wal"
        while process.poll() is None and not (wal.exists() and wal.stat().st_size > 50_000):
            sleep(0.005)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == say.INTERRUPTED
    assert "stopped by hand" in told
    assert '"kind":"session.started"' in (folder / "journal.ndjson").read_text(encoding="utf-8").split("\n")[0]


def test_ctrl_c_while_the_scenario_is_read_is_one_line_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(source: str, data_dir: Path | None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("allusetui.cli.replay.load_scenario", interrupted)
    assert run("replay", "crash-week") == say.INTERRUPTED
    assert capsys.readouterr().err == "allusetui: stopped by hand, before anything was decided\n"


def test_a_full_disk_is_said_plainly_and_nothing_is_half_written(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    command = [sys.executable, "-m", "allusetui", "replay", "crash-week", "--out", str(folder)]
    limit = (300_000, resource.RLIM_INFINITY)
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=100,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
    )  # fmt: skip
    assert done.returncode == say.BAD_INPUT
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith("what was stored until then is kept\n")
    with closing(SqliteJournal(folder)) as journal:
        stored = list(journal.read())
    assert [seq for seq, _, _ in stored] == list(range(1, len(stored) + 1))
    assert fold(stored).accounts


def test_an_account_that_could_not_begin_so_is_exit_code_2_and_the_last_replay_stays(
    morning: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("replay", morning, "--out", tmp_path / "out") == 0
    kept = (tmp_path / "out" / "journal.ndjson").read_bytes()
    held = "[accounts.COM]\nequity = 100\n[accounts.COM.holdings.AAPL]\nshares = 100\nbasis = 1\n"
    morning.write_text(MORNING.format(count=1) + held, encoding="utf-8")
    capsys.readouterr()
    assert run("replay", morning, "--out", tmp_path / "out") == 2
    told = capsys.readouterr()
    assert told.err.count("\n") == 1
    assert f"{morning}: accounts.COM.holdings.AAPL.shares: what is held is worth 17500.00" in told.err
    assert (tmp_path / "out" / "journal.ndjson").read_bytes() == kept
    assert run("run", "--headless", "--session", "s", "--scenario", morning, "--sessions", tmp_path / "sessions") == 2
    assert not (tmp_path / "sessions" / "s").exists()
