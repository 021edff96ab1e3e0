"""The real program on a real terminal: it opens, pauses, outlives its line, and ends in good order."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from allusetui.torture.checker.invariants.outputs import files_are_plain
from tests.cli.terminals import Terminal
from tests.rules.situations import AAPL, but, fault, option, situation, tape

pytestmark = pytest.mark.timeout(240)
CANARY = "canary-of-a-model-7f3a"


def command(*args: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "allusetui", *map(str, args)], capture_output=True, text=True, timeout=60
    )


def status(sessions: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(command("status", "--json", "--sessions", sessions).stdout)
    return found


def working(sessions: Path) -> list[dict[str, Any]]:
    """The working orders; none while no engine answers."""
    done = command("status", "--json", "--sessions", sessions)
    found: list[dict[str, Any]] = json.loads(done.stdout)["working_orders"] if done.returncode == 0 else []
    return found


def journal(sessions: Path) -> list[dict[str, Any]]:
    lines = (sessions / "demo/journal.ndjson").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.clause("0.7", "14.3")
def test_0_7_p_pauses_the_chosen_account_the_journal_has_it_and_no_secret_of_the_shell_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLUSETUI_LLM_KEY", CANARY)
    monkeypatch.setenv("ALLUSETUI_LLM_MODEL", "m")
    with Terminal("run", "--sessions", tmp_path) as terminal:
        terminal.shows("GEN     SAFE")
        terminal.type("p")
        terminal.shows("stops disarmed")
        terminal.type("S")
        terminal.shows("picture:")
        terminal.type("q")
        terminal.shows("end the engine")
        terminal.type("e")
        assert terminal.ended() == 0
    rows = journal(tmp_path)
    acted = next(row for row in rows if row["kind"] == "operator.acted")
    assert (acted["account"], acted["data"]["action"]) == ("GEN", "pause")
    assert [row["data"]["latch"] for row in rows if row["kind"] == "latch.set"] == ["paused"]
    files = {path.name: path.read_bytes() for path in (tmp_path / "demo").rglob("*") if path.is_file()}
    assert any(name.endswith(".svg") for name in files)
    assert [each.line for each in files_are_plain(files, [CANARY], 0)] == []
    assert CANARY.encode() not in terminal.received


def test_a_lost_line_ends_the_screen_alone_and_another_shell_goes_on(tmp_path: Path) -> None:
    with Terminal("run", "--sessions", tmp_path, "--speed", "600") as terminal:
        terminal.shows("GEN     SAFE")
        terminal.hang_up()
        terminal.until(lambda: status(tmp_path)["clock"] > "2026-03-02T09:46")
        assert command("pause", "--sessions", tmp_path).stdout == (
            "pause every account of session demo: done, in the journal\n"
        )
        assert all(row["latches"] == ["paused"] for row in status(tmp_path)["accounts"])
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.ended() == 0
    kinds = [row["kind"] for row in journal(tmp_path)]
    assert "entry.planned" in kinds
    assert kinds.count("latch.set") == 3
    assert command("status", "--sessions", tmp_path).stderr == "allusetui: no engine runs on the session demo\n"


def rolls_slowly(folder: Path) -> Path:
    """GEN's put is found at level 2 at 09:35; nothing of AAPL fills for two minutes."""
    calm = but(AAPL, spot=205.0, atr=4.0, spread_pct=0.002, volume=20000)
    put = option("GEN", "AAPL", "2026-03-06", 200.0, "P", -10, 20.0, "2026-03-03")
    day = "2026-03-04"
    slow = fault(f"{day}T09:34:00", "no_fill", "AAPL", span="3m")
    falls = tape(f"{day}T09:31:00", AAPL=191.0)
    path = folder / "roll.toml"
    text = situation(f"{day}T09:29:00", f"{day}T16:30:00", {"AAPL": calm}, put, slow, falls)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.clause("6.3")
def test_6_3_a_terminal_killed_in_the_middle_of_a_roll_stops_nothing(tmp_path: Path) -> None:
    scenario = rolls_slowly(tmp_path)
    with Terminal("run", "--sessions", tmp_path, "--scenario", scenario, "--speed", "20") as terminal:
        terminal.until(lambda: any(row["purpose"] == "roll" for row in working(tmp_path)))
        terminal.hang_up()
        with Terminal("attach", "--sessions", tmp_path) as watcher:
            watcher.shows("GEN     MONITORING")
            watcher.until(lambda: status(tmp_path)["clock"] > "2026-03-04T09:38")
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.ended() == 0
    rows = journal(tmp_path)
    (done,) = [row for row in rows if row["kind"] == "roll.done"]
    assert done["ts"][11:19] > "09:37:00"
    assert done["data"]["quantity"] == 10
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert not any(row["kind"] in ("reconcile.mismatch", "resume.step") for row in rows)


def test_a_dashboard_attached_from_another_terminal_pauses_too(tmp_path: Path) -> None:
    with Terminal("run", "--headless", "--sessions", tmp_path) as engine:
        engine.until(lambda: command("status", "--sessions", tmp_path).returncode == 0)
        with Terminal("attach", "--sessions", tmp_path) as watcher:
            watcher.shows("GEN     SAFE")
            watcher.type("P")
            watcher.shows("stops disarmed")
            watcher.type("q")
            watcher.shows("detach")
            watcher.type("d")
            assert watcher.ended() == 0
        assert all(row["latches"] == ["paused"] for row in status(tmp_path)["accounts"])
        second = command("run", "--headless", "--sessions", tmp_path)
        assert (second.returncode, second.stderr.count("\n")) == (2, 1)
        assert "in use by another process" in second.stderr
        os.kill(engine.pid, signal.SIGTERM)
        assert engine.ended() == 0


def test_a_session_goes_on_where_it_was_left(tmp_path: Path) -> None:
    clocks = []
    for _ in range(2):
        with Terminal("run", "--headless", "--sessions", tmp_path, "--speed", "600") as engine:
            engine.until(lambda: command("status", "--sessions", tmp_path).returncode == 0)
            clocks.append(status(tmp_path)["clock"])
            os.kill(engine.pid, signal.SIGTERM)
            assert engine.ended() == 0
    assert clocks[0] < clocks[1]
    started = [row["data"]["resumed"] for row in journal(tmp_path) if row["kind"] == "session.started"]
    assert started == [False, True]
    steps = [row["data"] for row in journal(tmp_path) if row["kind"] == "resume.step"]
    found = [step["findings"] for step in steps if step["step"] == "snapshot"]
    assert len(found) == 3
    assert all(text.startswith("snapshot of record") and text.endswith(", 0 folded") for text in found)
    other = command("run", "--headless", "--scenario", "crash-week", "--sessions", tmp_path)
    assert other.returncode == 2
    assert "is not what the session demo was begun with" in other.stderr


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (("run",), "no terminal to draw on"),
        (("run", "--mode", "dance"), "--mode dance: not known; allowed: sim, paper, live"),
        (("run", "--headless", "--speed", "fast"), "--speed fast: not a speed"),
        (("run", "--headless", "--scenario", "nowhere.toml"), "nowhere.toml: no such file"),
        (("attach",), "no terminal to draw on"),
        (("pause",), "no engine runs on the session demo"),
        (("status", "--session", "x"), "no engine runs on the session x"),
        (("run", "--headless", "--session", ""), "a session has to have a name"),
    ],
)
def test_what_can_not_be_done_is_one_line_and_exit_code_2(
    args: tuple[str, ...], complaint: str, tmp_path: Path
) -> None:
    done = command(*args, "--sessions", tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert complaint in done.stderr


def test_a_terminal_that_can_not_place_its_cursor_is_none_to_draw_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    with Terminal("run", "--sessions", tmp_path) as terminal:
        assert terminal.ended() == 2
        assert terminal.received.startswith(b"allusetui: no terminal to draw on; allowed: allusetui run --headless")
