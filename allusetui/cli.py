"""The command line."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from allusetui import __version__
from allusetui.codec.records import decode
from allusetui.compose import JOURNAL_FILE, replay
from allusetui.domain.moment import day_of, to_ms
from allusetui.journal.error import JournalError, SessionInUse
from allusetui.law.load import LawError, law_hash
from allusetui.law.load import load as load_law
from allusetui.market.history_data import DataError
from allusetui.reports.summary import summary
from allusetui.reports.terminal import print_summary
from allusetui.scenario.expect import judge
from allusetui.scenario.load import ScenarioError, load
from allusetui.scenario.model import Scenario

FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
)  # fmt: skip


@app.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Program and constitution.")] = False) -> None:
    """ALL-USE: a deterministic, autonomous options-income engine."""
    if version:
        print(f"allusetui {__version__}, constitution {load_law().version} {law_hash()}")
        raise typer.Exit


@app.command("replay")
def replay_command(
    scenario: Annotated[str, typer.Argument(help="A scenario file, or the name of a shipped one: crash-week.")],
    out: Annotated[Path | None, typer.Option(help="Folder for journal, ledger and reports.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Judge the [[expect]] tables; exit 1 on a failure.")] = False,
) -> None:
    """Run a scenario on a virtual clock, as fast as it can, and say what the law made of it.

    Market history needs a data folder: `data` in the file, or the environment variable ALLUSETUI_DATA.
    """
    data = os.environ.get("ALLUSETUI_DATA")
    try:
        load_law()
        loaded = load(scenario, Path(data) if data else None)
        folder = out if out is not None else default_folder(loaded.scenario.name)
        started = perf_counter()
        with progress_bar(loaded) as tick:
            run = replay(loaded, folder, tick)
        seconds = perf_counter() - started
    except (ScenarioError, LawError, DataError, SessionInUse, JournalError) as error:
        raise complain(str(error)) from None
    except KeyboardInterrupt:
        print(f"allusetui: stopped by hand; what was decided until then is in {folder}", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise complain(f"{error.filename or folder}: {reason}; what was stored until then is kept") from None
    records = [json.loads(text) for text in (folder / JOURNAL_FILE).read_text(encoding="utf-8").splitlines()]
    console = Console(width=None if sys.stdout.isatty() else 100)
    print_summary(console, summary(decode(record) for record in records))
    for warning in run.warnings:
        print(f"Not known: {warning}")
    print(f"{len(records)} events in {seconds:.1f} s: {folder}")
    if check and not tell(loaded, records):
        raise typer.Exit(FAILED)


def complain(message: str) -> typer.Exit:
    """Say in one line what is wrong with what was given."""
    print(f"allusetui: {message}", file=sys.stderr)
    return typer.Exit(BAD_INPUT)


def default_folder(name: str) -> Path:
    """`sessions/replays/<name>`: of the checkout one stands in, else of the platform's state directory."""
    plain = "".join(c if c.isalnum() or c in "-_" else "-" for c in name)
    root = Path("sessions")
    if not (root / "README.md").is_file():
        # Imported here: only a run outside a checkout needs it.
        from platformdirs import user_state_path

        root = user_state_path("allusetui") / "sessions"
    return root / "replays" / plain


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


def main() -> None:
    """The console script."""
    app()
