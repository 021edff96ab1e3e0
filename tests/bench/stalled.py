"""A roll while nobody can look: a line stalled, its terminal killed, another attached; and a twin without any.

The same session runs twice at speed 1: once headless, once under a dashboard whose terminal is not read for 60 s in the
middle of the roll's price walk, then killed; `attach` from another terminal follows. Prints each order and fill of the
roll with the market's clock in both, the greatest difference, and what the second terminal showed after how long.
Usage: python -m tests.bench.stalled
"""

import json
import os
import signal
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

from allusetui.domain.moment import SECOND_MS
from tests.cli.shells import journal, working
from tests.cli.terminals import Terminal
from tests.rules.situations import AAPL, but, fault, option, situation, tape

STALL_S = 60.0
ORDERS = ("intended", "sent", "replaced", "filled", "abandoned")
SHOWN = ("protocol.level", "roll.done", *(f"order.{each}" for each in ORDERS))


def scenario(folder: Path) -> Path:
    """GEN's put is found at level 2 a quarter of a minute after the start; nothing of AAPL fills for a while."""
    calm = but(AAPL, spot=205.0, atr=4.0, spread_pct=0.002, volume=20000)
    put = option("GEN", "AAPL", "2026-03-06", 200.0, "P", -10, 20.0, "2026-03-03")
    day = "2026-03-04"
    slow = fault(f"{day}T09:34:00", "no_fill", "AAPL", span="125s")
    falls = tape(f"{day}T09:34:52", AAPL=191.0)
    path = folder / "roll.toml"
    text = situation(f"{day}T09:34:45", f"{day}T16:30:00", {"AAPL": calm}, put, slow, falls)
    path.write_text(text, encoding="utf-8")
    return path


def alone(folder: Path, file: Path) -> list[dict[str, Any]]:
    """The twin: no terminal ever looks."""
    with Terminal("run", "--headless", "--sessions", folder, "--scenario", file, "--speed", "1") as engine:
        engine.until(lambda: bool(working(folder)))
        sleep(STALL_S + 30.0)
        os.kill(engine.pid, signal.SIGTERM)
        engine.ended()
    return journal(folder)


def watched(folder: Path, file: Path) -> list[dict[str, Any]]:
    with Terminal("run", "--sessions", folder, "--scenario", file, "--speed", "1") as terminal:
        terminal.until(lambda: any(row["purpose"] == "roll" for row in working(folder)))
        print(f"the roll works; the line is read no more for {STALL_S:.0f} s", flush=True)
        sleep(STALL_S)
        terminal.hang_up()
        print("the terminal is killed", flush=True)
        started_s = perf_counter()
        with Terminal("attach", "--sessions", folder) as watcher:
            watcher.shows("GEN     ")
            took_s = perf_counter() - started_s
            print(f"another terminal shows the account after {took_s:.1f} s:\n{watcher.text}", flush=True)
            sleep(25.0)
        os.kill(terminal.pid, signal.SIGTERM)
        terminal.ended()
    return journal(folder)


def moment_ms(row: dict[str, Any]) -> int:
    hours, minutes, seconds = row["ts"][11:23].split(":")
    return round((int(hours) * 3600 + int(minutes) * 60 + float(seconds)) * SECOND_MS)


def main() -> None:
    with tempfile.TemporaryDirectory() as made, ThreadPoolExecutor() as pool:
        folder = Path(made)
        file = scenario(folder)
        both = [pool.submit(run, folder / name, file) for run, name in ((alone, "alone"), (watched, "watched"))]
        twin, ours = ([row for row in each.result() if row["kind"] in SHOWN] for each in both)
    differences = []
    for one, other in zip(twin, ours, strict=False):
        same = one["kind"] == other["kind"] and one["data"].get("limit") == other["data"].get("limit")
        differences.append(abs(moment_ms(one) - moment_ms(other)))
        limit = other["data"].get("limit", other["data"].get("price", ""))
        print(f"{one['ts'][11:23]}  {other['ts'][11:23]}  {other['kind']:<16} {limit!s:<8} {'same' if same else one}")
    print(json.dumps({"rows": [len(twin), len(ours)], "greatest_difference_ms": max(differences, default=None)}))


if __name__ == "__main__":
    main()
