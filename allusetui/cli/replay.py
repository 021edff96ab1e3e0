"""`allusetui replay`: a scenario on a virtual clock, as fast as it can."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from allusetui.cli.say import FAILED, INTERRUPTED, complain, plain, sessions_root
from allusetui.codec.records import decode
from allusetui.compose.load import load_scenario
from allusetui.compose.sessions import JOURNAL_FILE, replay
from allusetui.compose.warm import warm_up
from allusetui.domain.moment import day_of, to_ms
from allusetui.journal.error import JournalError, SessionInUse
from allusetui.law.load import LawError
from allusetui.law.load import load as load_law
from allusetui.market.history_data import DataError
from allusetui.reports.summary import summary
from allusetui.reports.terminal import print_summary
from allusetui.scenario.expect import judge
from allusetui.scenario.load import ScenarioError
from allusetui.scenario.model import Scenario


def run(scenario: str, out: Path | None, check: bool) -> None:
    """Replay it into `out`, or a folder of its name, and print what the law made of it."""
    data = os.environ.get("ALLUSETUI_DATA")
    try:
        load_law()
        loaded = load_scenario(scenario, Path(data) if data else None)
        folder = out if out is not None else sessions_root() / "replays" / plain(loaded.scenario.name)
        warm_up()  # before it runs: no Ctrl-C is to fall into an import, which may swallow it
        started = perf_counter()
        with progress_bar(loaded) as tick:
            done = replay(loaded, folder, tick)
        seconds = perf_counter() - started
    except (ScenarioError, LawError, DataError, SessionInUse, JournalError) as error:
        raise complain(str(error)) from None
    except KeyboardInterrupt:
        print(f"allusetui: stopped by hand; what was decided until then is in {folder}", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise complain(f"{error.filename or folder}: {reason}; what was stored until then is kept") from None
    records = [json.loads(text) for text in (folder / JOURNAL_FILE).read_text(encoding="utf-8").splitlines()]
    console = Console(width=None if sys.stdout.isatty() else 100)
    print_summary(console, summary(decode(record) for record in records))
    for warning in done.warnings:
        print(f"Not known: {warning}")
    print(f"{len(records)} events in {seconds:.1f} s: {folder}")
    if check and not tell(loaded, records):
        raise SystemExit(FAILED)


@contextmanager
def progress_bar(scenario: Scenario) -> Iterator[Any]:
    """A bar over the scenario's days on a terminal; nothing where the output goes elsewhere."""
    start, end = to_ms(scenario.scenario.start), to_ms(scenario.scenario.end)
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda at_ms: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(scenario.scenario.name, total=end - start)
        yield lambda at_ms: bar.update(task, completed=at_ms - start, description=str(day_of(at_ms)))


def tell(scenario: Scenario, records: list[dict[str, Any]]) -> bool:
    """One line an expectation; true when all hold."""
    verdicts = judge(scenario.expectations, records)
    for verdict in verdicts:
        print(verdict.line)
    return all(verdict.ok for verdict in verdicts)
