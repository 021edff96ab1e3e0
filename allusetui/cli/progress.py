"""How far a run is, on a terminal; nothing where the output goes elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from allusetui.domain.moment import day_of, to_ms
from allusetui.scenario.model import Scenario


@contextmanager
def progress_bar(scenario: Scenario) -> Iterator[Callable[[int], None]]:
    """A bar over the scenario's days, with the time that is left."""
    start, end = to_ms(scenario.scenario.start), to_ms(scenario.scenario.end)
    with bar(scenario.scenario.name, end - start) as tick:
        yield lambda at_ms: tick(at_ms - start, str(day_of(at_ms)))


@contextmanager
def count_bar(what: str, count: int) -> Iterator[Callable[[int], None]]:
    """A bar over so many pieces of work, with the time that is left."""
    with bar(what, count) as tick:
        yield lambda done: tick(done, f"{what} {done} of {count}")


@contextmanager
def bar(name: str, total: int | None) -> Iterator[Callable[[int, str], None]]:
    """A bar of a name until it is told how much is done, and how to call that; `total` None: nobody knows how much."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda done, label: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task(name, total=total)
        yield lambda done, label: shown.update(task, completed=done, description=label)
