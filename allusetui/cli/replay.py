"""`allusetui replay`: a scenario on a virtual clock, as fast as it can."""

import json
import os
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console

from allusetui.cli.progress import progress_bar
from allusetui.cli.say import FAILED, INTERRUPTED, complain, plain, sessions_root
from allusetui.codec.records import decode
from allusetui.compose.load import load_scenario
from allusetui.compose.sessions import JOURNAL_FILE, replay
from allusetui.compose.warm import warm_up
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
    loaded = _loaded(scenario)
    folder = out if out is not None else sessions_root() / "replays" / plain(loaded.scenario.name)
    try:
        warm_up()  # before it runs: no Ctrl-C is to fall into an import, which may swallow it
        started = perf_counter()
        with progress_bar(loaded) as tick:
            done = replay(loaded, folder, tick)
        seconds = perf_counter() - started
    except (ScenarioError, LawError, DataError, SessionInUse, JournalError) as error:
        raise complain(str(error)) from None
    except KeyboardInterrupt:
        raise complain(f"stopped by hand; what was decided until then is in {folder}", INTERRUPTED) from None
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


def _loaded(scenario: str) -> Scenario:
    """The scenario that was named, under a law that is whole."""
    data = os.environ.get("ALLUSETUI_DATA")
    try:
        load_law()
        return load_scenario(scenario, Path(data) if data else None)
    except (ScenarioError, LawError, DataError) as error:
        raise complain(str(error)) from None
    except KeyboardInterrupt:
        raise complain("stopped by hand, before anything was decided", INTERRUPTED) from None


def tell(scenario: Scenario, records: list[dict[str, Any]]) -> bool:
    """One line an expectation; true when all hold."""
    verdicts = judge(scenario.expectations, records)
    for verdict in verdicts:
        print(verdict.line)
    return all(verdict.ok for verdict in verdicts)
