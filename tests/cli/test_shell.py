"""What any shell can say to a running engine: how it stands, whether it lives, and every key."""

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from allusetui import __version__
from allusetui.cli.status import _asked
from tests.cli.terminals import Terminal
from tests.rules.situations import AAPL, option, situation

pytestmark = pytest.mark.timeout(240)


def command(*args: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "allusetui", *map(str, args)], capture_output=True, text=True, timeout=60
    )


def told(*args: str | Path) -> tuple[int, str, str]:
    done = command(*args)
    return done.returncode, done.stdout, done.stderr


def lives(sessions: Path) -> bool:
    return command("status", "--sessions", sessions).returncode == 0


# A put that is not near its strike, one account.
PUT = option("GEN", "AAPL", "2026-03-06", 150.0, "P", -3, 1.0, "2026-03-03")
HELD = situation("2026-03-04T10:00:00", "2026-03-04T16:30:00", {"AAPL": AAPL}, PUT)


def test_the_status_tells_people_and_programs_how_the_engine_stands(tmp_path: Path) -> None:
    scenario = tmp_path / "held.toml"
    scenario.write_text(HELD, encoding="utf-8")
    with Terminal("run", "--headless", "--scenario", scenario, "--sessions", tmp_path, "--speed", "20") as engine:
        engine.until(lambda: lives(tmp_path))
        folder = tmp_path / "demo"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "control.sock").stat().st_mode) == 0o600
        code, shown, _ = told("status", "--sessions", tmp_path)
        first, second, account, held, *_ = shown.splitlines()
        assert (code, first.split()[:2], first.split(", ")[-1]) == (0, ["demo", "sim"], f"allusetui {__version__}")
        assert second.startswith("heartbeat 0.") and ", link up, data " in second
        assert account.split()[:2] == ["GEN", "MONITORING"]
        assert held.strip() == "-3 AAPL 2026-03-06 150.0 P"
        found = json.loads(command("status", "--json", "--account", "GEN", "--sessions", tmp_path).stdout)
        assert found["accounts"][0]["positions"] == [{"contract": "AAPL 2026-03-06 150.0 P", "quantity": -3}]
        assert told("status", "--account", "REV\x1b[2J", "--sessions", tmp_path) == (
            2, "", "allusetui: no account REV[2J; there are GEN, REV, COM\n"
        )  # fmt: skip
        assert told("close", "AAPL", "2026-03-06", "150", "p", "--account", "GEN", "--sessions", tmp_path) == (
            0, "close GEN of session demo: done, in the journal\n", ""
        )  # fmt: skip
        os.kill(engine.pid, signal.SIGTERM)
        assert engine.ended() == 0
    rows = [json.loads(line) for line in (folder / "journal.ndjson").read_text(encoding="utf-8").splitlines()]
    (acted,) = [row for row in rows if row["kind"] == "operator.acted"]
    contract = acted["data"]["contract"]
    assert (acted["data"]["action"], acted["data"]["by"]) == ("close", "shell")
    assert (contract["symbol"], contract["expiry"], contract["strike"], contract["right"]) == (
        "AAPL", "2026-03-06", 150.0, "P",
    )  # fmt: skip
    assert [row["data"]["purpose"] for row in rows if row["kind"] == "order.intended"] == ["close"]


def test_a_dead_mans_alarm_is_silent_while_the_engine_lives_and_loud_when_it_does_not(tmp_path: Path) -> None:
    watch = ("status", "--max-age", "60", "--sessions", tmp_path)
    nobody = (2, "", "allusetui: no engine runs on the session demo\n")
    assert told(*watch) == nobody
    with Terminal("run", "--headless", "--sessions", tmp_path) as engine:
        engine.shows("Session demo runs; Ctrl-C ends it. A dashboard: allusetui attach demo")
        assert told(*watch) == (0, "", "")
        code, shown, error = told("status", "--max-age", "0", "--json", "--sessions", tmp_path)
        assert (code, json.loads(shown)["session"], error.count("\n")) == (1, "demo", 1)
        assert error.startswith("allusetui: session demo: no heartbeat for 0 s")
        os.kill(engine.pid, signal.SIGSTOP)
        hung = told(*watch)
        os.kill(engine.pid, signal.SIGCONT)
        assert hung == (2, "", "allusetui: the engine of the session demo does not answer\n")
        os.kill(engine.pid, signal.SIGKILL)
        assert engine.ended() == -signal.SIGKILL
    assert told(*watch) == nobody


def test_an_attached_watcher_sees_and_its_keys_are_refused_with_a_word(tmp_path: Path) -> None:
    with Terminal("run", "--headless", "--sessions", tmp_path) as engine:
        engine.until(lambda: lives(tmp_path))
        with Terminal("attach", "--watch", "--sessions", tmp_path) as watcher:
            watcher.shows("GEN     SAFE")
            watcher.shows("watching only")
            watcher.type("p")
            watcher.shows("pause NOT SENT: this dashboard only watches")
            assert command("pause", "--account", "REV", "--sessions", tmp_path).returncode == 0
            watcher.shows("REV paused")
            watcher.type("q")
            assert watcher.ended() == 0
        found = json.loads(command("status", "--json", "--sessions", tmp_path).stdout)
        assert [row["latches"] for row in found["accounts"]] == [[], ["paused"], []]


def test_a_suggestion_is_answered_where_its_evidence_is_shown() -> None:
    asked = {"account": "REV", "subject": "llms", "purpose": None, "contract": None}
    assert _asked(asked) == "asked REV llms suggestion: a dashboard shows and answers it"
    defence = {**asked, "subject": "defence", "purpose": "roll", "contract": "NVDA 2026-03-06 180.00 P"}
    assert _asked(defence) == "asked REV roll NVDA 2026-03-06 180.00 P: approve or refuse"


@pytest.mark.parametrize(
    "words", [("AAPL",), ("AAPL 2026-03-06 150",), ("AAPL", "06Mar", "150", "P"), ("AAPL 2026-03-06 nan P",),
              ("AAPL 2026-03-06 1_0x P",), ("AAPL 2026-03-06 150 X",), ("A\x1b[2J B C D",)]
)  # fmt: skip
def test_an_option_that_is_none_is_told_how_to_be_written(words: tuple[str, ...], tmp_path: Path) -> None:
    code, shown, error = told("close", *words, "--account", "GEN", "--sessions", tmp_path)
    assert (code, shown, error.count("\n"), "\x1b" in error) == (2, "", 1, False)
    assert error.endswith("no option; write it as the status does: NVDA 2026-03-06 180.00 P\n")


@pytest.mark.parametrize("key", ["no-entries", "maintenance", "audit", "resume", "reset", "kill"])
def test_every_key_is_a_command_that_says_where_no_engine_is(key: str, tmp_path: Path) -> None:
    assert told(key, "--sessions", tmp_path) == (2, "", "allusetui: no engine runs on the session demo\n")
