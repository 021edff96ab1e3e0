"""What tests of whole runs share: a scenario run in memory, and its journal as a reader sees it."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import allusetui.scenario
from allusetui.broker.simulated.exchange import Exchange
from allusetui.codec.records import keys_of, to_record
from allusetui.compose.run import Run, build_run
from allusetui.journal.memory import MemoryJournal
from allusetui.law.load import load as load_law
from allusetui.ports import Broker
from allusetui.reports.issue import page_of
from allusetui.reports.page import text
from allusetui.scenario.expect import Verdict, judge
from allusetui.scenario.load import load, parse
from allusetui.scenario.model import Scenario


class Silent:
    """A reporter that writes nothing."""

    def write(self, period: str, name: str, at_ms: int) -> str:
        return "0" * 64


class Reader:
    """A reporter that writes nothing, but knows what it would write."""

    def __init__(self, journal: MemoryJournal) -> None:
        self._journal = journal

    def write(self, period: str, name: str, at_ms: int) -> str:
        return sha256(text(page_of(self._journal.read(), period, name, load_law())).encode()).hexdigest()


@dataclass
class Replayed:
    """A run that has ended."""

    scenario: Scenario
    run: Run
    journal: MemoryJournal

    @property
    def records(self) -> list[dict[str, Any]]:
        return [to_record(seq, at_ms, event) for seq, at_ms, event in self.journal.read()]

    def of(self, kind: str, **keys: Any) -> list[dict[str, Any]]:
        """The events of a kind whose data, or envelope, shows all of these; no event of a kind shows another key."""
        shown = {"seq", "ts", "kind", "account", "clauses", *keys_of(kind)}
        assert "…" in shown or keys.keys() <= shown, f"no {kind} has {keys.keys() - shown}"
        return [
            r
            for r in self.records
            if r["kind"] == kind and all({**r, **r["data"]}.get(k) == v for k, v in keys.items())
        ]

    def verdicts(self) -> list[Verdict]:
        return judge(self.scenario.expectations, self.records)


SHARED = Path(os.environ.get("ALLUSETUI_SHARED", Path(__file__).parents[2] / "shared"))
DATA = SHARED / "data"


def replay_file(path: Path) -> Replayed:
    return replay(load(path, DATA))


def replay_text(text: str) -> Replayed:
    return replay(parse(text, "test.toml"))


def replay_crash_week(until: str, *more: str) -> Replayed:
    """The shipped crash week as far as an instant, New York time; `more` are whole tables."""
    text = (Path(allusetui.scenario.__file__).parent / "shipped" / "crash-week.toml").read_text("utf-8")
    tables = re.split(r"(?m)^(?=\[\[)", re.sub(r"(?m)^end = .*$", f"end = {until}", text, count=1))
    begun = (table for table in tables if not (at := re.search(r"(?m)^at = (\S+)", table)) or at[1] <= until)
    return replay_text("\n".join([*begun, *more]))


def replay(
    scenario: Scenario, kept: MemoryJournal | None = None, before: Callable[[Exchange], Broker] | None = None
) -> Replayed:
    """A run to its end, `kept` in a journal of its own or in this one; `before`: who stands before the exchange."""
    journal = MemoryJournal() if kept is None else kept
    run = build_run(scenario, journal, Reader(journal))
    if before is not None:
        run.runtime.world.broker = before(run.exchange)
    run.go()
    return Replayed(scenario, run, journal)
