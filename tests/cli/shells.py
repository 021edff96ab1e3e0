"""What any shell sees of a session: what a command says, how the engine stands, and the journal of its folder."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from allusetui.runtime import remote
from allusetui.runtime.talk import ControlError

PATIENCE_S = 60.0


def command(*args: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "allusetui", *map(str, args)], capture_output=True, text=True, timeout=PATIENCE_S
    )


def status(sessions: Path) -> dict[str, Any]:
    """How the session demo stands, as `allusetui status --json` tells it, without a process for each look."""
    return remote.status(sessions / "demo", PATIENCE_S)


def lives(sessions: Path) -> bool:
    try:
        return bool(status(sessions))
    except ControlError:
        return False


def working(sessions: Path) -> list[dict[str, Any]]:
    """The working orders; none while no engine answers."""
    try:
        found: list[dict[str, Any]] = status(sessions)["working_orders"]
    except ControlError:
        return []
    return found


def content(folder: Path, without: str = "") -> dict[str, bytes]:
    """Every file of a folder, byte for byte, but for those named `without`."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != without)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def journal(sessions: Path) -> list[dict[str, Any]]:
    lines = (sessions / "demo/journal.ndjson").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]
