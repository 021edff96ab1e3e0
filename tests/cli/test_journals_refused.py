"""A journal that this program can't go on with: one line of file, record and cure, exit code 2, nothing changed."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from allusetui.cli import say
from allusetui.compose.live import open_live
from allusetui.domain.event import StateChanged
from allusetui.journal.error import CURE, JournalError
from allusetui.journal.sqlite import FILE_NAME, SqliteJournal
from tests.cli.shells import command, content
from tests.cli.terminals import Terminal
from tests.rules.situations import AAPL, but, option, situation

SPAN = "2026-03-05T15:30:00", "2026-03-05T16:30:00"
HELD = option("GEN", "AAPL", "2026-03-06", 195, "P", -5, 1.1, "2026-03-02")
Record = dict[str, Any]
Change = Callable[[Record], None]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sessions' folder of a session, `demo`, that has come to its end."""
    sessions = tmp_path_factory.mktemp("sessions")
    scenario = sessions.parent / "morning.toml"
    scenario.write_text(situation(*SPAN, {"AAPL": but(AAPL, atr=4.0)}, HELD, accounts=("GEN",)), encoding="utf-8")
    done = command("run", "--headless", "--speed", "max", "--scenario", scenario, "--sessions", sessions)
    assert (done.returncode, done.stderr) == (0, "")
    return sessions


@pytest.fixture
def sessions(ended: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ended, tmp_path / "sessions"))


def rewritten(journal: Path, kind: str, change: Change) -> int:
    """Change the last record of a kind, chain all that follow anew, and say which it was."""
    connection = sqlite3.connect(journal)
    rows = connection.execute("SELECT seq, line FROM record ORDER BY seq").fetchall()
    seq = max(seq for seq, text in rows if json.loads(text)["kind"] == kind)
    head = ""
    for number, text in rows:
        if number == seq:
            record = json.loads(text)
            change(record)
            text = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
        head = sha256((head + text).encode()).hexdigest()
        connection.execute("UPDATE record SET line = ?, hash = ? WHERE seq = ?", (text, head, number))
    connection.commit()
    connection.close()
    return int(seq)


def put(**values: Any) -> Change:
    return lambda record: record.update(values)


def put_data(**values: Any) -> Change:
    return lambda record: record["data"].update(values)


def drop(key: str) -> Change:
    return lambda record: record["data"].pop(key)


BAD_RECORDS: dict[str, tuple[str, Change, str]] = {
    "unknown-kind": ("account.marked", put(kind="account.praised"), "unknown kind 'account.praised'"),
    "unknown-key": ("account.marked", put_data(mood="good"), "account.marked: unknown key mood"),
    "missing-key": ("account.marked", drop("equity"), "account.marked: key equity is missing"),
    "wrong-value": ("account.marked", put_data(equity="much"), "account.marked.equity"),
    "unknown-envelope": ("account.marked", put(mood="good"), "missing or unknown: mood"),
    "unknown-account": ("state.changed", put(account="GEN9"), "state.changed can't follow what came before it"),
    "illegal-transition": ("state.changed", put_data(to="CLOSING"), "SAFE to CLOSING is no change of §9"),
    "transition-from-elsewhere": ("state.changed", put_data(**{"from": "AUDIT"}), "GEN is SAFE; from AUDIT to"),
    "no-such-state": ("state.changed", put_data(to="FLYING"), "'FLYING' is not a valid Status"),
    "other-law-version": ("session.started", put_data(constitution="v1.4", constitution_hash="0" * 64), "v1.4 0000"),
    "other-law": ("session.started", put_data(constitution_hash="0" * 64), "decided under constitution v1.3 0000"),
}  # fmt: skip


@pytest.mark.clause("9.1", "9.5", "15.1")
@pytest.mark.parametrize("case", BAD_RECORDS)
def test_9_5_a_session_is_not_gone_on_with_from_a_record_that_is_not_ours(case: str, sessions: Path) -> None:
    kind, change, why = BAD_RECORDS[case]
    folder = sessions / "demo"
    seq = rewritten(folder / FILE_NAME, kind, change)
    before = content(sessions)
    with pytest.raises(JournalError) as refused:
        open_live(folder, None, None, None, perf_counter)
    told = str(refused.value)
    assert told.startswith(f"{folder}/{FILE_NAME}: record {seq}: ")
    assert why in told
    assert told.endswith(f"; {CURE}")
    assert "\n" not in told
    assert content(sessions) == before


def test_a_killed_session_s_records_are_refused_as_they_are_and_stay_so(sessions: Path, tmp_path: Path) -> None:
    journal = SqliteJournal(sessions / "demo")
    journal.append(1, [StateChanged(account="GEN", from_="SAFE", to="CLOSING", reason="window")])
    killed = Path(shutil.copytree(sessions / "demo", tmp_path / "killed"))  # its last record is in SQLite's log
    stored = journal.hash_at(journal.seq)
    journal.close()
    for _ in range(2):
        with pytest.raises(JournalError, match=r"record \d+: state\.changed can't follow what came before it"):
            open_live(killed, None, None, None, perf_counter)
    again = SqliteJournal(killed)
    assert again.hash_at(again.seq) == stored
    again.close()


@pytest.mark.parametrize("case", ["unknown-kind", "illegal-transition", "other-law"])
def test_the_command_line_says_so_in_one_line_with_exit_code_2(case: str, sessions: Path) -> None:
    kind, change, why = BAD_RECORDS[case]
    seq = rewritten(sessions / "demo" / FILE_NAME, kind, change)
    before = content(sessions)
    done = command("run", "--headless", "--speed", "max", "--sessions", sessions)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (say.BAD_INPUT, "", 1)
    assert done.stderr.startswith(f"allusetui: {sessions}/demo/{FILE_NAME}: record {seq}: ")
    assert why in done.stderr
    assert done.stderr.endswith(f"; {CURE}\n")
    done = command("status", "--sessions", sessions)
    assert (done.returncode, done.stdout) == (say.BAD_INPUT, "")
    assert done.stderr == "allusetui: no engine runs on the session demo\n"
    assert content(sessions) == before


def test_attach_on_a_refused_session_is_one_line_on_the_terminal(sessions: Path) -> None:
    rewritten(sessions / "demo" / FILE_NAME, *BAD_RECORDS["unknown-kind"][:2])
    before = content(sessions)
    with Terminal("attach", "demo", "--sessions", sessions) as terminal:
        assert terminal.ended() == say.BAD_INPUT
        assert "no engine runs on the session demo" in "".join(terminal.screen.display)
    assert content(sessions) == before


def test_a_dashboard_on_a_refused_session_ends_and_says_why(sessions: Path) -> None:
    rewritten(sessions / "demo" / FILE_NAME, *BAD_RECORDS["unknown-kind"][:2])
    before = content(sessions)
    with Terminal("run", "--sessions", sessions) as terminal:
        assert terminal.ended() == say.BAD_INPUT
        assert "unknown kind 'account.praised'" in "".join(terminal.screen.display)
    assert content(sessions) == before


def test_a_replay_does_not_overwrite_a_session(sessions: Path) -> None:
    before = content(sessions)
    done = command("replay", "crash-week", "--out", sessions / "demo")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (say.BAD_INPUT, "", 1)
    assert f"{sessions}/demo: holds a session" in done.stderr
    assert content(sessions) == before
