"""What was simulated of a proposal, as a page, and as the evidence that an approval asks for."""

import json
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Final

from allusetui.domain import proposal
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import iso
from allusetui.domain.money import to_figure
from allusetui.lab.amended import Outcome, verdict
from allusetui.lab.amendment import Amendment, Change
from allusetui.lab.page import figures_data
from allusetui.lab.paired import Compared
from allusetui.lab.proposals import EVIDENCE_FILE
from allusetui.lab.result import Figures
from allusetui.law.load import LawError
from allusetui.reports.page import Grid, Page, Remark, as_json, figure, number, percent, rounded, text

PAGE_FILE = "evidence.txt"
_LARGEST: Final = 1e10  # what a journal holds without loss
_HEADER: Final = ("Figure", "Current", "Proposed", "Difference from", "to", "Speaks")
_OF_PAIRS: Final = (
    "The difference is proposed less current; all intervals hold together with 95 %. Growth is that of all the wealth,"
    " before taxes are paid; more taxes, more resets count against a proposal."
)


@frozen
class Evidence:
    """What an approval looks at. `law`, `base`, `program`, `digest`: sha256; the last of all that was told."""

    law: str
    base: str
    program: str
    at_ms: int
    paths: int
    weeks: int
    verdict: str
    rows: tuple[proposal.Compared, ...]
    digest: str


def page(made: Amendment, found: Outcome, program: str, at_ms: int) -> Page:
    """The page of a simulation; what it says of a path is the same whoever has run it."""
    plan = found.plan
    weeks = "a week" if plan.weeks == 1 else f"{plan.weeks} weeks"
    told = f"{plan.paths:,} paired paths of {weeks}, {plan.capital:,.0f} dollars"
    blocks = (
        Remark("Why", (made.reason,)),
        Grid("Changes", ("Key", plan.current.name, made.law.name), tuple(map(_change_cells, made.changes))),
        Grid(f"The same paths under both laws: {told}", _HEADER, tuple(map(_cells, found.rows)), (_OF_PAIRS,)),
        Remark("The past", tuple(_past(found))),
        Remark("Verdict", (verdict(found.rows), "Whether that is worth it is a person's to say.")),
    )
    title = f"ALL-USE amendment {plan.current.name} to {made.law.name}, {made.law.hash}"
    return Page(title, f"Simulated {iso(at_ms)}", blocks, _data(made, found, program, at_ms))


def write(folder: Path, found: Page) -> None:
    """The page as text and JSON. Raises OSError."""
    (folder / PAGE_FILE).write_text(text(found), encoding="utf-8")
    (folder / EVIDENCE_FILE).write_text(as_json(found), encoding="utf-8")


def read(folder: Path) -> Evidence:
    """What was written there. Raises LawError where nothing was, or it is damaged."""
    path = folder / EVIDENCE_FILE
    try:
        data = path.read_bytes()
        told = json.loads(data)
        names = (told["law"], told["base"], told["program"])
        numbers = int(told["at_ms"]), int(told["paths"]), int(told["weeks"])
        rows = tuple(map(_row_of, told["figures"]))
        return Evidence(*names, *numbers, str(told["verdict"]), rows, sha256(data).hexdigest())
    except FileNotFoundError:
        raise LawError(folder.name, "evidence", "is none", f"constitution simulate {folder.name}") from None
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise LawError(str(path), "(file)", f"is damaged ({type(error).__name__})", "simulate it again") from None


def _row_of(told: dict[str, object]) -> proposal.Compared:
    """Raises LookupError, ValueError, TypeError for what is no row."""
    now, then, low, high = (to_figure(float(str(told[key]))) for key in ("current", "proposed", "low", "high"))
    if not all(abs(value) < _LARGEST for value in (now, then, low, high)):
        raise ValueError
    return proposal.Compared(str(told["name"]), bool(told["is_share"]), now, then, low, high, str(told["speaks"]))


def _change_cells(change: Change) -> tuple[str, ...]:
    return (change.key, change.was, change.now)


def _cells(row: Compared) -> tuple[str, ...]:
    shown = (row.current, row.proposed, row.low, row.high)
    figures = (percent(value) if row.is_share else figure(value) for value in shown)
    return (row.words, *figures, row.speaks)


def _past(found: Outcome) -> tuple[str, ...]:
    if found.plan.past is None or found.past is None:
        return ("Not run: no data folder was named (ALLUSETUI_DATA).",)
    first, last = found.plan.past.first, found.plan.past.last
    return (
        f"{first} to {last}, one path: two figures, and no interval.",
        *map(_told, ("Current", "Proposed"), found.past),
    )


def _told(law: str, did: Figures) -> str:
    return (
        f"{law}: growth {percent(did.growth)}, worst drawdown {percent(did.worst_drawdown)}, worst weeks"
        f" {percent(did.tail_week)}, {did.resets_asked} resets asked, {did.tax_set_aside:,.0f} set aside for taxes."
    )


def _data(made: Amendment, found: Outcome, program: str, at_ms: int) -> dict[str, object]:
    plan = found.plan
    return {
        "law": made.law.hash, "base": made.base, "program": program, "at_ms": at_ms, "at": iso(at_ms),
        "version": made.law.name, "reason": made.reason, "changes": [asdict(change) for change in made.changes],
        "paths": plan.paths, "weeks": plan.weeks, "capital": number(plan.capital), "verdict": verdict(found.rows),
        "figures": [_row_data(row) for row in found.rows],
        "past": None if plan.past is None or found.past is None else _past_data(found),
    }  # fmt: skip


def _row_data(row: Compared) -> dict[str, object]:
    shown = (rounded(value) for value in (row.current, row.proposed, row.low, row.high))
    return {
        "name": row.name,
        "is_share": row.is_share,
        **dict(zip(("current", "proposed", "low", "high"), shown, strict=True)),
        "speaks": row.speaks,
    }


def _past_data(found: Outcome) -> dict[str, object]:
    assert found.plan.past is not None and found.past is not None
    days = {"from": found.plan.past.first.isoformat(), "to": found.plan.past.last.isoformat()}
    return {**days, **dict(zip(("current", "proposed"), map(figures_data, found.past), strict=True))}
