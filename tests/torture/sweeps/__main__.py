"""`python -m tests.torture.sweeps [crashes|failures|wire|tails] [scenario …]`: every point of the sweeps.

The wire: of the minutes around one order every message is a crash point, of the thirty scenarios every one before which
the folder, or what is known of orders and positions, has changed.
Exit code 1 where anything was wrong.
"""

import errno
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import process_time

from tests.torture.sweeps.chosen import CHOSEN, MINUTES, minutes, scenario
from tests.torture.sweeps.crashes import Deaths, swept
from tests.torture.sweeps.disk import room
from tests.torture.sweeps.dying import EachState, each
from tests.torture.sweeps.failures import Fault, suffered
from tests.torture.sweeps.tails import Torn
from tests.torture.sweeps.wire import Deaths as WireDeaths


def crashes(names: Iterable[str]) -> Iterator[str]:
    """Each crash point of the scenarios, gone on from once and twice."""
    for name in names or CHOSEN:
        begun_s = process_time()
        with room() as folder:
            found = swept(scenario(name), Path(folder))
        print(
            f"{name}: {found.points} points, {found.states} folders, {found.runs} runs on, "
            f"{found.otherwise} otherwise, {len(found.told)} wrong, {process_time() - begun_s:.1f} s",
            flush=True,
        )
        yield from (f"{name}: {each}" for each in found.told)


def failures(names: Iterable[str]) -> Iterator[str]:
    """Each step of the disk fails, once and for good, of each error."""
    for name in names or MINUTES:
        begun_s, count, latched = process_time(), 0, 0
        with room() as folder:
            deaths = Deaths(minutes(name), Path(folder))
        for nth in range(1, len(deaths.points) + 1):
            for fault in (Fault(nth, number, good) for number in (errno.EIO, errno.ENOSPC) for good in (False, True)):
                with room() as folder:
                    found = suffered(minutes(name), Path(folder), fault, deaths.rows)
                count, latched = count + 1, latched + found.latched
                yield from (f"{name}: {fault}, {found.what}: {each}" for each in found.told)
        print(f"{name}: {count} faults at {nth} steps, {latched} latched, {process_time() - begun_s:.1f} s", flush=True)


def wire(names: Iterable[str]) -> Iterator[str]:
    """Each message of the wire is the last that a program sent, or was to hear."""
    for name in names or (*MINUTES, *CHOSEN):
        begun_s = _children_s()
        chosen, dies = (minutes(name), each(1)) if name in MINUTES else (scenario(name), EachState())
        with room() as folder:
            found = WireDeaths(chosen, Path(folder), dies).swept()
        print(
            f"{name}: {found.deaths} deaths at {found.messages} messages, {found.otherwise} otherwise, "
            f"{len(found.told)} wrong, {_children_s() - begun_s:.1f} s",
            flush=True,
        )
        yield from (f"{name}: {each}" for each in found.told)


def _children_s() -> float:
    spent = getrusage(RUSAGE_CHILDREN)
    return process_time() + spent.ru_utime + spent.ru_stime


def tails(names: Iterable[str]) -> Iterator[str]:
    """A journal torn at every byte of its last batches, and each of its bytes with a bit flipped."""
    begun_s = process_time()
    with room() as folder:
        torn = Torn(Path(folder))
        for sweep in (torn.cut_logs, torn.flipped_logs, torn.flipped_files, torn.cut_exports):
            yield from (f"tails: {each}" for each in sweep(1))
    print(f"tails: every byte, {process_time() - begun_s:.1f} s", flush=True)


SWEEPS = {"crashes": crashes, "failures": failures, "wire": wire, "tails": tails}


def main(words: list[str]) -> int:
    chosen = [words[0]] if words and words[0] in SWEEPS else list(SWEEPS)
    wrong = [line for sweep in chosen for line in SWEEPS[sweep](words[1:])]
    print("\n".join(wrong))
    print(f"{len(wrong)} wrong")
    return 1 if wrong else 0


sys.exit(main(sys.argv[1:]))
