"""What a weekly report costs on a journal of about a million events: seconds and memory, from the file and from SQLite.

    python tests/bench/weekly_report.py JOURNAL.ndjson FOLDER

The journal of a year (or any other) is made into ten years in FOLDER: each year again 364 days later, and what is told
often told again until a million are reached. The report of the last week is then made by a process of its own.
"""

import json
import subprocess
import sys
from contextlib import closing
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from time import perf_counter
from typing import Any

from allusetui.codec.records import decode
from allusetui.domain.moment import DAY_MS, day_of, from_iso, iso, week_of
from allusetui.journal.sqlite import SqliteJournal

YEARS, WANTED, DAYS = 10, 1_000_000, 364
ONCE = ("session.started", "account.provisioned", "week.typed", "report.written", "account.marked", "cash.booked")
Record = dict[str, Any]


def grown(records: list[Record]) -> list[Record]:
    """Ten years of it, a million records."""
    often = sum(record["kind"] not in ONCE for record in records)
    times = max((WANTED // YEARS - (len(records) - often)) // often, 1)
    found: list[Record] = []
    for year in range(YEARS):
        for record in records:
            if year and record["kind"] in ("session.started", "account.provisioned"):
                continue
            for copy in range(1 if record["kind"] in ONCE else times):
                found.append(moved(record, year, copy, len(found) + 1))
    return found


def moved(record: Record, year: int, copy: int, seq: int) -> Record:
    """The record some years later; what has an identity gets one of its own."""
    at_ms = from_iso(record["ts"]) + year * DAYS * DAY_MS
    data = dict(record["data"])
    for key in ("exec_id", "settlement"):
        if key in data:
            data[key] = f"{data[key]}-{year}-{copy}"
    if "week" in data or data.get("period") == "weekly":
        data["week" if "week" in data else "name"] = week_of(day_of(at_ms))
    if data.get("period") in ("monthly", "quarterly"):
        data["name"] = f"{data['name'][:3]}{int(data['name'][3]) + year}{data['name'][4:]}"
    for key in ("day", "opened", "expires"):
        if isinstance(data.get(key), str):
            data[key] = str(date.fromisoformat(data[key]) + timedelta(days=year * DAYS))
    return {**record, "seq": seq, "ts": iso(at_ms), "data": data}


def measure(path: Path) -> None:
    """The report of the last week of a journal, in this process."""
    # Imported here: the command is measured as it runs, from its start.
    from allusetui.cli.report import report

    began = perf_counter()
    report("weekly", {}, "none", path, "text", None, None)
    # Not getrusage: what this process was forked from counts there too.
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(f"{path.name}: {perf_counter() - began:.2f} s, at most {int(peak.split()[1]) // 1024} MB", file=sys.stderr)


def main() -> None:
    if len(sys.argv) == 2:
        measure(Path(sys.argv[1]))
        return
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "journal.ndjson"
    records = grown([json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()])
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(f"{len(records)} records, {path.stat().st_size / 1e6:.0f} MB")
    with closing(SqliteJournal(folder)) as journal:
        for at_ms, batch in groupby(map(decode, records), key=lambda row: row[1]):
            journal.append(at_ms, [event for _, _, event in batch])
    for each in (path, folder / "journal.sqlite"):
        began = perf_counter()
        subprocess.run([sys.executable, __file__, str(each)], check=True, stdout=subprocess.DEVNULL)
        print(f"{each.name}: {perf_counter() - began:.2f} s from start to end")


if __name__ == "__main__":
    main()
