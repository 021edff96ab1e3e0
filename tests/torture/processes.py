"""The real program on paper against the real gateway, each a process, killed at instants that a seed draws.

`python -m tests.torture.processes --kills 48 --seed 1`: sessions of four kills each, resumed after every one, stopped
and continued, and judged in the end by the gateway's transcript and the session's journal; exit code 1 on a violation.
"""

import argparse
import re
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from allusetui.broker.gateway.compare import differences, replayed
from allusetui.broker.gateway.transcript import Record, read
from allusetui.compose.gateway import build_assembly
from allusetui.domain.console import Key
from allusetui.domain.event import Event, OrderFilled
from allusetui.domain.moment import SECOND_MS, to_ms
from allusetui.journal.archive import open_archive
from allusetui.law.load import load as load_law
from allusetui.runtime.remote import press, status
from allusetui.runtime.talk import ControlError
from allusetui.scenario.load import load
from allusetui.torture.checker.checker import judge
from allusetui.torture.checker.gateway import AtTheGateway
from allusetui.torture.checker.violation import Violation
from tests.rules.situations import AAPL, but, fault, situation, tape

Row = tuple[int, int, Event]
PATIENCE_S = 60.0
SETTLED_S = 5.0
KILLS, LONGEST_S = 4, 9.0
TOLD = (
    "session.started", "order.sent", "order.replaced", "order.filled", "order.unknown", "order.resolved",
    "order.cancelled", "stop.done", "roll.done", "reconcile.mismatch",
)  # fmt: skip
DAY = "2026-03-05"
PROGRAM = (sys.executable, "-m", "tests.torture.clocked")
SLOW = ("AAPL", "AMZN")
_KNOWN = but(AAPL, earnings="[2026-04-30]")
_RESTLESS = but(AAPL, earnings="[2026-04-30]", atr=4.0)


def story() -> str:
    """A Thursday inside the window, just before a look: clips of fifty on four symbols, then a roll and a stop.

    Nothing on AAPL and AMZN fills in most of the seconds, MSFT fills by sevens: there is always an order at work.
    """
    seconds = range(0, 180, 10)
    dry = [fault(f"{DAY}T09:{50 + at // 60}:{at % 60:02}", "no_fill", name, "7s") for at in seconds for name in SLOW]
    first = [fault(f"{DAY}T09:49:00", "no_fill", name, "58s") for name in SLOW]
    parts = fault(f"{DAY}T09:49:00", "partial_fill", "MSFT", "10m", value=7)
    falls = tape(f"{DAY}T09:49:59", AMZN=191.5, AAPL=187.0)
    symbols = {"AAPL": _RESTLESS, "MSFT": _KNOWN, "AMZN": _RESTLESS, "SPY": AAPL}
    hours, sleeves = (f"{DAY}T09:49:46", f"{DAY}T10:30:00"), ("GEN", "REV", "COM")
    return situation(*hours, symbols, *first, *dry, parts, falls, accounts=sleeves, capital=30_000_000)


class Paper:
    """A gateway that serves, and the session that is run against it, process after process."""

    def __init__(self, room: Path, clock: tuple[str, str], port: int) -> None:
        self.folder = room / "sessions" / "main"
        self.settings = room / "settings.toml"
        self.said = ""
        self._clock = clock
        self.settings.write_text(f'[broker]\nport = {port}\nmode = "paper"\naccount = "DU4000001"\n', encoding="utf-8")

    @contextmanager
    def engine(self) -> Iterator["subprocess.Popen[str]"]:
        """One life of the program, without a dashboard, from a shell without a mask; killed where it is alive after."""
        where = ("--session", "main", "--sessions", self.folder.parent, "--settings", self.settings)
        words = ("run", "--mode", "paper", "--headless", *map(str, where))
        command = [*PROGRAM, *self._clock, *words]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, umask=0) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()
                assert process.stdout is not None
                self.said += process.stdout.read()

    def until(self, process: "subprocess.Popen[str]", holds: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Its status, once something holds of it."""
        end_s = time.monotonic() + PATIENCE_S
        while process.poll() is None and time.monotonic() < end_s:
            time.sleep(0.05)
            try:
                found = status(self.folder)
            except ControlError:
                continue
            if holds(found):
                return found
        raise AssertionError(f"it never came to hold; it has ended with {process.poll()}")

    def ended(self, process: "subprocess.Popen[str]") -> int:
        """It is asked to end; its exit code."""
        process.send_signal(signal.SIGTERM)
        return process.wait(PATIENCE_S)

    def rows(self) -> list[Row]:
        """What its journal tells."""
        with closing(open_archive(self.folder)) as archive:
            return list(archive.select())


def linked(found: dict[str, Any]) -> bool:
    """Whether its books have been compared with the broker's since the link is up (9.5)."""
    return bool(found["link_up"] and found["accounts"]) and not any("broker" in a["latches"] for a in found["accounts"])


@contextmanager
def paper(room: Path, text: str, transcript: Path) -> Iterator[Paper]:
    """A gateway process on a scenario, and the session beside it; its transcript is whole when the block has ended."""
    file = room / "story.toml"
    file.write_text(text, encoding="utf-8")
    clock = str(to_ms(load(str(file), None).scenario.start)), repr(time.monotonic())
    words = ("gateway", "--port", "0", "--speed", "1", "--scenario", str(file), "--record", str(transcript))
    with subprocess.Popen([*PROGRAM, *clock, *words], stdout=subprocess.PIPE, text=True) as gateway:
        try:
            assert gateway.stdout is not None
            found = re.search(r"127\.0\.0\.1:([0-9]+)", gateway.stdout.readline())
            assert found is not None
            yield Paper(room, clock, int(found[1]))
            gateway.send_signal(signal.SIGTERM)
            gateway.communicate(timeout=PATIENCE_S)
        finally:
            gateway.kill()


def judged(room: Path, transcript: Path, rows: Sequence[Row]) -> list[Violation]:
    """What a run broke, by a broker's book that is made anew from all that the gateway heard.

    What a limit was decided on (10) is judged by the journal alone: over a wire a price is told after it holds.
    """
    made, stage = build_assembly(load(str(room / "story.toml"), None), {}, 1.0)
    with transcript.open(encoding="utf-8") as file:
        records: list[Record] = list(read(file))
    wrong = list(differences(records, replayed(records, made.gateway, 0)))
    assert wrong == [], f"the transcript is not what a gateway says: {wrong[:3]}"
    seen = AtTheGateway(made, stage.market)
    for record in records:
        seen.tap(record.at_ms, record.connection, record.way, record.fields)
    law, end_ms = load_law(), records[-1].at_ms
    by_the_book = [each for each in judge(rows, law, seen, end_ms) if each.invariant != 10]
    return [*by_the_book, *(each for each in judge(rows, law, at_ms=end_ms) if each.invariant == 10)]


def kill_and_resume(run: Paper, lives: Sequence[float], stop_s: float) -> None:
    """Lives ended by a kill: the first so long after its first fill, the others after their start.

    Then one that is stopped a while, finds its disk full, and ends in good order.
    """
    for number, life_s in enumerate(lives):
        with run.engine() as process:
            if number == 0:
                run.until(process, lambda found: found["working_orders"])
                run.until(process, lambda found: any(isinstance(event, OrderFilled) for _, _, event in run.rows()))
            time.sleep(life_s)
            assert process.poll() is None, f"it ended by itself: {run.said}"
            process.kill()
            process.wait()
    with run.engine() as process:
        run.until(process, linked)
        process.send_signal(signal.SIGSTOP)
        time.sleep(stop_s)
        process.send_signal(signal.SIGCONT)
        run.until(process, linked)
        fill_disk(run, process)
        time.sleep(SETTLED_S)
        assert run.ended(process) == 0, run.said


def fill_disk(run: Paper, process: "subprocess.Popen[str]") -> None:
    """No file of it may grow: a pause latches `disk`, as its status says, and is heard once there is room again."""
    usual = resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    try:
        press(run.folder, Key("no_entries"), patience_s=1.0)
    except ControlError:
        run.until(process, lambda found: latched(found, "disk"))
    else:
        raise AssertionError("a key was journalled on a full disk")
    finally:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, usual)
    run.until(process, lambda found: not latched(found, "disk") and found["accounts"][0]["no_entries"])


def latched(found: dict[str, Any], latch: str) -> bool:
    """Whether all of its accounts are kept in SAFE by a latch."""
    return all(latch in account["latches"] for account in found["accounts"])


def drawn(seed: int, kills: int = KILLS) -> list[float]:
    """How long each life is: the first trades, the others may end before they have imported anything."""
    dice = Random(seed)
    return [dice.uniform(0.0, 3.0), *(dice.uniform(0.2, LONGEST_S) for _ in range(1, kills))]


def session(seed: int, room: Path, kills: int = KILLS, stop_s: float = 2.0) -> tuple[list[Row], list[Violation]]:
    """One session with so many kills: what its journal tells, and what it broke."""
    transcript = room / "transcript.ndjson"
    with paper(room, story(), transcript) as run:
        kill_and_resume(run, drawn(seed, kills), stop_s)
    rows = run.rows()
    return rows, judged(room, transcript, rows)


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m tests.torture.processes")
    words.add_argument("--kills", type=int, default=12 * KILLS)
    words.add_argument("--seed", type=int, default=1)
    wanted = words.parse_args()
    counts: Counter[str] = Counter()
    seeds = range(wanted.seed, wanted.seed + -(-wanted.kills // KILLS))
    for seed in seeds:
        with TemporaryDirectory() as room:
            rows, found = session(seed, Path(room))
        counts.update(event.kind for _, _, event in rows)
        counts["violations"] += len(found)
        counts["seconds"] += (rows[-1][1] - rows[0][1]) // SECOND_MS
        for each in found:
            print(f"seed {seed}: {each.line}")
    for kind in TOLD:
        print(f"{kind:20} {counts[kind]}")
    print(f"{len(seeds) * KILLS} kills, {counts['seconds']} s of trading, {counts['violations']} violations")
    raise SystemExit(bool(counts["violations"]))


if __name__ == "__main__":
    main()
