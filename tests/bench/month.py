"""What a session of weeks costs in memory and descriptors: `python -m tests.bench.month [--weeks 4] [--linked]`.

A session by the clock in its folder, with journal, snapshots, reports and control socket. With `--linked` it is the
composition of `run --mode paper` against our gateway, which shares the process, and looks at every tick:
that takes long. Prints a line a week, and in the end what the last week added.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from allusetui.compose.live import open_live
from allusetui.compose.memory import Sweep
from allusetui.domain.moment import HOUR_MS, iso
from allusetui.domain.snapshot import Snapshot
from allusetui.market.calendars import calendar
from allusetui.runtime.control import ControlServer
from allusetui.runtime.talk import SOCKET_NAME
from allusetui.scenario.load import parse
from allusetui.torture.house import House
from allusetui.torture.loop import VirtualLoop
from allusetui.torture.program import Program

FIRST: Final = date(2026, 3, 2)
HALF_HOUR_MS: Final = HOUR_MS // 2
OFTEN_S: Final = 0.02
"""A week passes in seconds: what watches it looks that often."""
SIM: Final = """
[scenario]
name = "month"
start = 2026-03-02T09:25:00
end = {end}T17:30:00
capital = 1_000_000
seed = 7
[market]
kind = "synthetic"
"""
WIRED: Final = """
[scenario]
name = "month"
start = 2026-03-02T09:25:00
end = {end}T17:30:00
capital = 1_000_000
[market]
kind = "scripted"
[market.symbols.AAPL]
spot = 200.0
iv = 0.3
atr = 20.0
volume = 5000
strike_step = 0.5
[market.symbols.NVDA]
spot = 180.0
iv = 0.3
atr = 20.0
volume = 5000
strike_step = 0.5
[market.symbols.VIX]
spot = 18.0
oi = 0
"""


class Scale:
    """Reads what the kernel says of this process as soon as a week's last close is over."""

    def __init__(self, end: date) -> None:
        self.rows: list[tuple[float, int]] = []
        sessions = calendar(FIRST, end).sessions
        week = [each.day.isocalendar().week for each in sessions]
        lasts = (each for each, this, then in zip(sessions, week, [*week[1:], None], strict=True) if this != then)
        self._marks = [each.close_ms + HALF_HOUR_MS for each in lasts]
        self._began_s = time.process_time()

    def look(self, now_ms: int, records: int) -> None:
        if not self._marks or now_ms < self._marks[0]:
            return
        while self._marks and now_ms >= self._marks[0]:
            del self._marks[0]
        rss_mb = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
        descriptors, cpu_s = len(os.listdir("/proc/self/fd")), time.process_time() - self._began_s
        self.rows.append((rss_mb, descriptors))
        told = f"RSS {rss_mb:6.1f} MB  descriptors {descriptors:3}  records {records:6}  CPU {cpu_s:4.0f} s"
        print(f"{iso(now_ms)[:16]}  {told}", flush=True)


def simulated(end: date, room: Path) -> Scale:
    file = room / "month.toml"
    file.write_text(SIM.format(end=end), encoding="utf-8")
    scale = Scale(end)

    async def run() -> None:
        live = open_live(room / "main", str(file), None, None, time.monotonic)
        live.snapshot_s = OFTEN_S

        def seen(snapshot: Snapshot) -> None:
            scale.look(snapshot.now_ms, snapshot.tail[-1].seq if snapshot.tail else 0)

        live.watchers += [Sweep(live.session.pace.is_shut, time.monotonic), seen]
        async with ControlServer(room / "main" / SOCKET_NAME, live, time.monotonic):
            await live.run()
        live.session.close()

    asyncio.run(run())
    return scale


def linked(end: date, room: Path) -> Scale:
    scale, loop = Scale(end), VirtualLoop(0.01)
    house = House(parse(WIRED.format(end=end), "month.toml"), loop)
    program = Program(house, room)

    async def run() -> None:
        async with house.opened():
            program.start()
            while house.now_ms() < house.stage.end_ms and program.failure is None:
                await asyncio.sleep(600)
                assert program.live is not None
                tail = program.live.session.journal.tail
                scale.look(house.now_ms(), tail[-1].seq if tail else 0)
            await program.end()
            program.bury()
        if program.failure is not None:
            raise program.failure

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(run())
    return scale


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m tests.bench.month")
    words.add_argument("--weeks", type=int, default=4)
    words.add_argument("--linked", action="store_true")
    wanted = words.parse_args()
    end = FIRST + timedelta(days=7 * wanted.weeks - 3)
    measure: Callable[[date, Path], Scale] = linked if wanted.linked else simulated
    with TemporaryDirectory() as room:
        rows = measure(end, Path(room)).rows
    if len(rows) > 1:
        (before_mb, before), (after_mb, after) = rows[-2:]
        print(f"the last week: {after_mb - before_mb:+.1f} MB, {after - before:+d} descriptors")


if __name__ == "__main__":
    main()
