"""What a question costs: the journal of a million events is opened, asked, and the process's memory is looked at.

The journal is a replay's own records, repeated under new numbers and later days; with --sqlite that of a session.
Each question is asked of a new process, as the command line does. Prints seconds of wall and of processor, and MB.
Usage: python tests/bench/ask_costs.py JOURNAL.ndjson [--events 1000000] [--folder FOLDER] [--sqlite]
"""

import argparse
import os
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from time import perf_counter

from allusetui.codec.records import decode
from allusetui.journal.sqlite import SqliteJournal

QUESTIONS = (
    "Why did Gen-Acc pivot last week?",
    "Why did GEN pivot?",
    "Why did COM stop out of Tesla?",
    "How much premium did Com-Acc take last month?",
    "How many rolls were refused?",
    "How much was realized by REV in all?",
    "What is GEN's equity?",
    "What happened to REV last week?",
)
ROUND_DAYS = 91  # thirteen weeks: weekdays stay weekdays


def grown(source: Path, path: Path, events: int) -> None:
    """Write so many records to a path, those of the source again and again."""
    heads = [line.split(',"ts":"', 1)[1] for line in source.read_text("utf-8").split("\n")[:-1]]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        seq = 0
        for turn in count():
            for rest in heads:
                if seq == events:
                    return
                seq += 1
                day = date.fromisoformat(rest[:10]) + timedelta(days=ROUND_DAYS * turn)
                file.write(f'{{"seq":{seq},"ts":"{day}{rest[10:]}\n')


def stored(source: Path, folder: Path) -> None:
    """The records of a file as a session's journal, a thousand a batch."""
    journal, batch = SqliteJournal(folder), []
    journal._opened().execute("PRAGMA synchronous=OFF")  # the disk is not what is measured here
    for line in source.open(encoding="utf-8"):
        _, at_ms, event = decode(line)
        if batch and (batch[0][0] != at_ms or len(batch) == 1_000):
            journal.append(batch[0][0], [each for _, each in batch])
            batch = []
        batch.append((at_ms, event))
    journal.append(batch[0][0], [each for _, each in batch])
    journal.close()


def asked(question: str, path: Path) -> None:
    began = perf_counter()
    command = [sys.executable, "-m", "allusetui", "ask", question, "--journal", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        wall_s = perf_counter() - began
        process.stdout.read()
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    cpu_s = usage.ru_utime + usage.ru_stime
    print(
        f"{wall_s:6.2f} s, processor {cpu_s:5.2f} s, {usage.ru_maxrss // 1024:4} MB  {question}  {first.strip()[:60]}"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("journal", type=Path)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--sqlite", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        path = Path(folder) / "journal.ndjson"
        grown(given.journal, path, given.events)
        if given.sqlite:
            stored(path, Path(folder) / "session")
            path = Path(folder) / "session"
        print(f"{given.events} events")
        for question in QUESTIONS:
            asked(question, path)


if __name__ == "__main__":
    main()
