"""`allusetui gateway` and `allusetui run --mode paper`, both as a user starts them."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import pytest

from allusetui.runtime.remote import status
from allusetui.runtime.talk import ControlError
from tests.cli.test_gateway_command import gateway

PATIENCE_S = 60.0


@contextmanager
def engine(*words: str | Path) -> Iterator["subprocess.Popen[str]"]:
    """The program without a dashboard."""
    command = [sys.executable, "-m", "allusetui", "run", "--mode", "paper", "--headless", *map(str, words)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def linked(folder: Path, process: "subprocess.Popen[str]") -> dict[str, Any]:
    """What its status says once it is linked and its books agree."""
    end_s = perf_counter() + PATIENCE_S
    while True:
        assert process.poll() is None, process.stdout and process.stdout.read()
        assert perf_counter() < end_s, "it was never linked"
        sleep(0.1)
        try:
            found = status(folder)
        except ControlError:
            continue
        if found["link_up"] and found["accounts"] and not any(row["latches"] for row in found["accounts"]):
            return found


def end(process: "subprocess.Popen[str]") -> str:
    """It is asked to end, and does in good order; what it has said."""
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, said
    return said


@pytest.mark.clause("9.5")
def test_9_5_it_links_to_a_gateway_ends_on_a_signal_and_is_resumed_by_the_next(tmp_path: Path) -> None:
    folder, file = tmp_path / "sessions" / "main", tmp_path / "settings.toml"
    where = ("--session", "main", "--sessions", folder.parent, "--settings", file)
    with gateway("--market", "today") as (port, _):
        file.write_text(f'[broker]\nport = {port}\nmode = "paper"\naccount = "DU4000001"\n', encoding="utf-8")
        for _ in range(2):
            with engine(*where) as process:
                found = linked(folder, process)
                assert (found["mode"], found["link_trouble"]) == ("paper", "")
                assert [row["account"] for row in found["accounts"]] == ["GEN", "REV", "COM"]
                said = f"Ctrl-C ends it. A dashboard: allusetui attach main --sessions {folder.parent}"
                assert end(process) == f"Session main runs; {said}\n"
    told = [json.loads(line) for line in (folder / "journal.ndjson").read_text(encoding="utf-8").splitlines()]
    starts = [row["data"] for row in told if row["kind"] == "session.started"]
    assert [start["resumed"] for start in starts] == [False, True]
    assert len({start["session"] for start in starts}) == 1
    assert [row["kind"] for row in told if row["kind"] in ("session.linked", "account.provisioned")] == [
        "session.linked", *3 * ["account.provisioned"],
    ]  # fmt: skip
