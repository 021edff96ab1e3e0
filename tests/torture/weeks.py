"""A market that moves all the time, over the wire: `python -m tests.torture.weeks [FIRST LAST] [--scenario NAME]`.

Whole weeks of the crash of 2020, each by itself, in one process and over the wire; some three minutes of CPU a week.
Prices are those of another moment there, chains take seconds: no limit and no fill is the same. What is decided has to
be: which contract of whom is planned, skipped and why, rolled, stopped, latched, on which day. Exit code 1 where not.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Final

from allusetui.journal.memory import MemoryJournal
from allusetui.scenario.load import load
from allusetui.torture.wire import over_the_wire
from tests.replaying import DATA, Replayed, Silent, replay
from tests.torture.agreement import LINKING, MEANWHILE, SETTLED, Row

SCENARIOS: Final = Path(__file__).parents[1] / "scenarios"
OF_PRICES: Final = frozenset(
    {
        "order.filled", "order.replaced", "order.cancel_requested", "order.cancelled", "intent.split", "account.marked",
        "triggers.judged", "atr.fixed", "alert.raised", "lot.closed", "data.invalid",
    }
)  # fmt: skip
"""How an order walks, and at what: told by the moment. The last tick before a close stands for the close.

A line has no second source: a gap over the night is doubted for half a minute (8.3).
"""
BREADTH: Final = "5.5"
"""Nobody tells a broker's client of it but a person, before the start."""


def otherwise(here: Replayed, wired: Replayed) -> list[str]:
    """One line for each decision that only one of two runs has, or has more often."""
    ours, theirs = (Counter(_decisions(run, here)) for run in (here, wired))
    return [
        *(f"only here: {each}" for each in sorted((ours - theirs).elements())),
        *(f"only on the wire: {each}" for each in sorted((theirs - ours).elements())),
    ]


def _decisions(run: Replayed, here: Replayed) -> Iterator[str]:
    last = max(row["ts"] for row in here.records)[:10]
    for row in run.records:
        kind, settled = row["kind"], row["kind"] in SETTLED
        told = kind not in OF_PRICES | MEANWHILE and not _is_of_linking(row) and not _is_of_breadth(row)
        if told and (settled or row["ts"][:10] <= last):
            yield f"{'settled' if settled else row['ts'][:10]} {kind} {row['account']} {_what(row)}"


def _is_of_linking(row: Row) -> bool:
    """Latches of the link alone, and freezes of a VIX of which nothing has come yet."""
    data = row["data"]
    return row["kind"] in LINKING and data.get("latch", "broker") == "broker" and data.get("reason") != "level2"


def _is_of_breadth(row: Row) -> bool:
    of_hedges = {each for each in row["clauses"] if each in ("5.3", "5.4", BREADTH)}
    return of_hedges == {BREADTH} or row["data"].get("trigger") == "breadth"


def _what(row: Row) -> str:
    """The symbol and the word of it: the strike may be the next one."""
    data = row["data"]
    contract = data.get("contract") or {}
    words = [data.get("symbol") or contract.get("symbol")]
    words += [data.get(key) for key in ("purpose", "reason", "what", "tier", "trigger", "latch", "outcome")]
    words += [f"{data['from']} to {data['to']}"] if row["kind"] == "protocol.level" else []
    return " ".join(str(word) for word in words if word)


def week(name: str, monday: date, room: Path) -> tuple[Replayed, Replayed]:
    """A scenario from that Monday to its Friday, in one process and over the wire."""
    start, end = f"{monday}T09:00:00", f"{monday + timedelta(days=4)}T17:00:00"
    text = (SCENARIOS / f"{name}.toml").read_text("utf-8")
    tables = re.split(r"(?m)^(?=\[\[)", text)
    kept = [each for each in tables if not (at := re.search(r"(?m)^at = (\S+)", each)) or start <= at[1] <= end]
    whole = "\n".join(each for each in kept if not each.startswith("[[expect"))
    file = room / "week.toml"
    file.write_text(re.sub(r"(?m)^end = .*$", f"end = {end}", re.sub(r"(?m)^start = .*$", f"start = {start}", whole)))
    scenario, journal = load(file, DATA), MemoryJournal()
    return replay(load(file, DATA)), Replayed(scenario, over_the_wire(scenario, journal, Silent(), room), journal)


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m tests.torture.weeks")
    words.add_argument("first", nargs="?", type=date.fromisoformat, default=date(2020, 2, 3))
    words.add_argument("last", nargs="?", type=date.fromisoformat, default=date(2020, 4, 27))
    words.add_argument("--scenario", default="march-2020")
    wanted = words.parse_args()
    monday, wrong = wanted.first - timedelta(days=wanted.first.weekday()), 0
    while monday <= wanted.last:
        begun_s = process_time()
        with TemporaryDirectory() as room:
            here, wired = week(wanted.scenario, monday, Path(room))
        told = otherwise(here, wired)
        records = f"{len(here.records)} and {len(wired.records)} records"
        print(f"{monday}: {records}, {len(told)} otherwise, {process_time() - begun_s:.0f} s", flush=True)
        print("".join(f"  {each}\n" for each in told), end="", flush=True)
        monday, wrong = monday + timedelta(days=7), wrong + len(told)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
