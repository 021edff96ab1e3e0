"""A sweep's results as a page: of each scenario, capital and law how its trials came out, from bad to good."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Final

import numpy as np

from allusetui.domain.frozen import frozen
from allusetui.domain.text import untrusted
from allusetui.lab.files import write_rows
from allusetui.lab.job import Job
from allusetui.lab.page import figures_data
from allusetui.lab.result import Figures
from allusetui.lab.work import Done
from allusetui.ledger.csv import text_cell
from allusetui.reports.page import Grid, Page, as_json, rounded, text

PAGE_FILE, JSON_FILE, ROWS_FILE = "sweep.txt", "sweep.json", "sweep.csv"
NAMES: Final = (PAGE_FILE, JSON_FILE, ROWS_FILE)
_SHARES: Final = {
    "growth": "Growth", "growth_a_year": "Growth a year", "worst_drawdown": "Worst drawdown",
    "tail_week": "Worst weeks", "held_growth": "SPY held: growth", "held_drawdown": "SPY held: drawdown",
    "deployed": "Deployed",
}  # fmt: skip
_NUMBERS: Final = {
    "final_wealth": "Final wealth", "premium": "Premium", "fees": "Fees", "tax_set_aside": "Set aside for taxes",
    "sharpe": "Sharpe", "rolls": "Rolls", "stops": "Stops", "assigned": "Assigned", "resets_asked": "Resets asked",
}  # fmt: skip
_PARTS: Final = (0.05, 0.5, 0.95)
_TOLD: Final = ("count", "mean", "p5", "median", "p95")
_HEADER: Final = ("Figure", "Mean", "5 %", "Median", "95 %")


@frozen
class Spread:
    """A figure over the trials that know it; `parts`: its 5 %, its median, its 95 %."""

    name: str
    count: int
    mean: float
    parts: tuple[float, ...]


def groups(jobs: Sequence[Job], done: Sequence[Done]) -> dict[str, list[Figures]]:
    """The figures by what their trials have in common: all but the seed."""
    found: dict[str, list[Figures]] = {}
    for job, each in zip(jobs, done, strict=True):
        found.setdefault(job.id.rpartition(" seed ")[0], []).append(each.figures)
    return found


def spreads(figures: Sequence[Figures]) -> Iterator[Spread]:
    """Each figure's spread; a figure that no trial knows is left out."""
    for name in (*_SHARES, *_NUMBERS):
        values = [float(value) for each in figures if (value := getattr(each, name)) is not None]
        if values:
            parts = tuple(float(part) for part in np.quantile(values, _PARTS))
            yield Spread(name, len(values), float(np.mean(values)), parts)


def page(jobs: Sequence[Job], done: Sequence[Done]) -> Page:
    """The page of a sweep, the same whoever has done its trials."""
    found = groups(jobs, done)
    blocks = tuple(
        Grid(untrusted(f"{name}: {len(rows)} trials"), _HEADER, tuple(map(_cells, spreads(rows))))
        for name, rows in found.items()
    )
    until = f"{len(done)} trials, each under the engine that trades"
    return Page("ALL-USE sweep", until, blocks, _data(done, found))


def write(folder: Path, jobs: Sequence[Job], done: Sequence[Done]) -> None:
    """The page as text and JSON, the figures of every trial as a table. Raises OSError."""
    found = page(jobs, done)
    (folder / PAGE_FILE).write_text(text(found), encoding="utf-8")
    (folder / JSON_FILE).write_text(as_json(found), encoding="utf-8")
    rows = ((text_cell(each.id), *map(_cell, asdict(each.figures).values())) for each in done)
    write_rows(folder / ROWS_FILE, ("id", *Figures.__dataclass_fields__), rows)


def _cells(row: Spread) -> tuple[str, ...]:
    shown = (row.mean, *row.parts)
    if row.name in _SHARES:
        return (_SHARES[row.name], *(f"{value:.2%}".replace("%", " %") for value in shown))
    return (_NUMBERS[row.name], *(f"{value:,.2f}" for value in shown))


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if isinstance(value, Decimal) else f"{value:.6f}" if isinstance(value, float) else str(value)


def _data(done: Sequence[Done], found: dict[str, list[Figures]]) -> dict[str, object]:
    return {
        "trials": [{"id": each.id, **figures_data(each.figures)} for each in done],
        "groups": [{"group": name, "trials": len(rows), "spreads": _spread_data(rows)} for name, rows in found.items()],
    }


def _spread_data(rows: Sequence[Figures]) -> dict[str, object]:
    told = ((row.name, (row.count, *map(rounded, (row.mean, *row.parts)))) for row in spreads(rows))
    return {name: dict(zip(_TOLD, values, strict=True)) for name, values in told}
