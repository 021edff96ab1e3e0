"""The figures that the dashboard is held to, on a pty, beside programs that people know, in one run.

Starts, first screen, bytes a second, processor of the whole program and of the screen's thread, key to screen, memory:
the market shut, a normal session at speed 1 and a fast market, at 80×24 and 160×48. Prints one JSON line a row.
Before that ours is started ten times at each size, a new session each, in turn with a bare program: minimum and
median. It runs from bytecode, as installed. Needs the probe of the shared tools folder (ALLUSETUI_SHARED) and its
packages. The rivals are htop, toolong on a log of its own as a Textual program, and the least that Textual makes, whose
help is timed beside ours; one that is not there is left out.
Usage: python tests/bench/screen.py [--starts 10] [--rest 20] [--keys 20] [--rival htop --rival "tl {log}"]
"""

import argparse
import importlib.util
import json
import os
import shlex
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any

SIZES = ((80, 24), (160, 48))
SHUT = """
[scenario]
name = "shut"
start = 2026-03-02T20:00:00
end = 2026-03-06T17:00:00
capital = 4_000_000
seed = 3
[market]
kind = "synthetic"
rate = 0.04
"""
OPEN = """
[scenario]
name = "open"
start = 2026-03-03T10:02:00
end = 2026-03-06T17:00:00
seed = 3
[market]
kind = "synthetic"
rate = 0.04
"""
HELD = """
[[accounts.{account}.options]]
symbol = "{symbol}"
expiry = 2026-03-06
strike = {strike}
right = "P"
quantity = -2
price = 1.10
opened = 2026-03-02
"""
STRIKES = {"AAPL": 250, "MSFT": 385, "AMZN": 205, "GOOGL": 295, "NVDA": 175, "TSLA": 360, "META": 620}
PHASES = {"shut": ("shut", "1"), "normal": ("open", "1"), "fast": ("open", "60")}
"""How each is run: the scenario and the speed. A fast market has every quote move several times a second."""
BARE = "tests.bench.bare"
RIVALS = ("htop", "tl {log}", f"{sys.executable} -m {BARE}")
LOG_LINES = 2_000
READY_S = 6.0
"""By then the screens that keys will show have been made: that is no rest."""
KEYS = {"account": ("2", "▸2", "1"), "help": ("?", "Keys: ", "esc")}
"""What is pressed, what the screen shows then, and what takes it back; the processor's time is that of both."""


def probe_module() -> ModuleType:
    """The terminal probe of the shared tools folder."""
    shared = Path(os.environ.get("ALLUSETUI_SHARED", Path(__file__).parents[3] / "shared"))
    spec = importlib.util.spec_from_file_location("tui_probe", shared / "tools" / "tui_probe.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def scenarios(folder: Path) -> dict[str, Path]:
    """The scenario files, written: a shut market, and an open one with a screen full of positions."""
    held = [
        HELD.format(account=account, symbol=symbol, strike=strike - 5 * step)
        for step, account in enumerate(("COM", "REV", "GEN"))
        for symbol, strike in STRIKES.items()
        if account != "REV" or symbol in ("NVDA", "TSLA")
        if account != "GEN" or symbol in ("AAPL", "MSFT", "AMZN", "GOOGL")
    ]
    accounts = "".join(f"[accounts.{name}]\nequity = 4_000_000\n" for name in ("GEN", "REV", "COM"))
    found = {}
    for name, text in (("shut", SHUT), ("open", OPEN + accounts + "".join(held))):
        found[name] = folder / f"{name}.toml"
        found[name].write_text(text)
    return found


def rivals(folder: Path, given: list[str] | None) -> list[list[str]]:
    """The commands of the rivals that are there; `{log}` in one stands for a log file."""
    log = folder / "rival.log"
    log.write_text("".join(f"2026-03-03 10:00:{line % 60:02} INFO {line}\n" for line in range(LOG_LINES)))
    commands = [shlex.split(rival.replace("{log}", str(log))) for rival in given or RIVALS]
    return [command for command in commands if shutil.which(command[0]) is not None]


def screen_cpu_s(pid: int) -> float:
    """What the main thread, which draws the screen, has used of a processor, seconds."""
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e9


def rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def probed(command: list[str], size: tuple[int, int], quiet_s: float, asked: argparse.Namespace) -> argparse.Namespace:
    """What the probe is told of a program."""
    return argparse.Namespace(
        size=size, ready=r"GEN +[A-Z]{4}" if "allusetui" in command else None, quiet=quiet_s, startup_timeout=30.0,
        before=[], gone=None, repeat=asked.keys, gap=0.25, key_timeout=5.0, stall=0, link_bps=0,
        render_limit=4_000_000, end="term", quit_key=None, end_timeout=5.0, term="xterm-256color",
        colorterm="truecolor", env=[], cwd=None, no_answers=False, record=None, command=command,
    )  # fmt: skip


def starts(probe: ModuleType, folder: Path, size: tuple[int, int], asked: argparse.Namespace) -> dict[str, Any]:
    """New sessions begun one after the other, each after the least program; the first two write the bytecode."""
    ours: list[dict[str, float]] = []
    bare: list[dict[str, float]] = []
    for name in range(asked.starts + 1):
        session = [sys.executable, "-m", "allusetui", "--session", f"{size[0]}-{name}", "--sessions", str(folder)]
        for command, rows in (([sys.executable, "-m", BARE], bare), (session, ours)):
            run = probe.Probe(probed(command, size, 0.2, asked))
            rows.append(run.startup())
            run.finish()
    told: dict[str, Any] = {"starts": asked.starts}
    kinds = (("first_paint_s", ours, "first_paint_s"), ("usable_s", ours, "ready_s"), ("bare_s", bare, "first_paint_s"))
    for name, rows, key in kinds:
        times = [row[key] for row in rows[1:]]
        told[name] = {"min": rounded(min(times)), "median": rounded(median(times))}
    return told


def measure(probe: ModuleType, command: list[str], size: tuple[int, int], asked: argparse.Namespace) -> dict[str, Any]:
    """One program at one size: its start, a rest and, of ours, some keys."""
    ours = "allusetui" in command
    args = probed(command, size, 1.0, asked)
    run = probe.Probe(args)
    start = run.startup()
    run.pump(READY_S)
    before = screen_cpu_s(run.pid)
    rest = run.rest(asked.rest)
    drawn = 100 * (screen_cpu_s(run.pid) - before) / rest["seconds"]
    pressed = {}
    for name in ("account", "help") if ours else ("help",) if BARE in command else ():
        args.key, args.expect, args.back = KEYS[name]
        before = screen_cpu_s(run.pid)
        pressed[f"{name}_ms"] = run.keys()["on_screen_ms"]
        pressed[f"{name}_cpu_ms"] = round(1000 * (screen_cpu_s(run.pid) - before) / asked.keys, 1)
    rss = max((p.memory_info().rss for p in [run.tree.root, *run.tree.descendants()]), default=0) / 2**20
    run.finish()
    return {
        "first_paint_s": rounded(start["first_paint_s"]), "usable_s": rounded(start["ready_s"] or start["stable_s"]),
        "first_screen_bytes": start["ready_bytes"] or start["stable_bytes"], "bytes_per_s": rest["bytes_per_s"],
        "cells_per_s": rest["cells_changed_per_s"], "frames_per_s": rest["screen_changes_per_s"],
        "cpu_percent": rest["cpu_percent"], "screen_cpu_percent": round(drawn, 2), **pressed, "rss_mb": round(rss, 1),
    }  # fmt: skip


def tell(program: str, size: tuple[int, int], phase: str, row: dict[str, Any]) -> None:
    named = {"program": Path(program).name, "size": "x".join(map(str, size)), "phase": phase}
    print(json.dumps({**named, **row}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=10, help="starts timed")
    parser.add_argument("--rest", type=float, default=20.0, help="seconds watched")
    parser.add_argument("--keys", type=int, default=20, help="presses timed")
    parser.add_argument("--rival", action="append", help="another program, as a command; {log}: a log")
    asked = parser.parse_args()
    sys.setswitchinterval(0.0005)  # the probe's reader must cut into its renderer
    probe = probe_module()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
        for size in SIZES:
            tell("allusetui", size, "start", starts(probe, folder / "starts", size, asked))
        files = scenarios(folder)
        for width, height in SIZES:
            for phase, (name, speed) in PHASES.items():
                command = [
                    sys.executable, "-m", "allusetui", "run", "--scenario", str(files[name]), "--speed", speed,
                    "--session", f"{phase}{width}", "--sessions", str(folder / "sessions"),
                ]  # fmt: skip
                tell("allusetui", (width, height), phase, measure(probe, command, (width, height), asked))
            for command in rivals(folder, asked.rival):
                tell(command[0], (width, height), "idle", measure(probe, command, (width, height), asked))


if __name__ == "__main__":
    main()
