"""The constitution as it stands today: of each clause what it says, who keeps it, and the figures it is judged by."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from allusetui.domain.text import untrusted
from allusetui.law.model import Clause
from allusetui.rules import explain
from allusetui.rules.explain import Finding, OfAccount, OfPosition, Subject, Verdict
from allusetui.view import words
from allusetui.view.fit import Spec, choose, folded
from allusetui.view.model import Cell, Column, Row, Seen, Table, Tone
from allusetui.view.why import figures_told

_SPECS = (
    Spec(Column("clause", 6), 0),
    Spec(Column("says", 26), 0, 40),
    Spec(Column("today", 12), 1, 24),
    Spec(Column("figures", 28), 2, 80),
)
_SIGNS = {Verdict.REFUSES: "✗", Verdict.WAITS: "…", Verdict.UNSEEN: "?", Verdict.HOLDS: "✓"}
"""The worst first."""
_WORST_FIRST = tuple(_SIGNS)
_FEW = 6
Looks = dict[str, list[tuple[str, Finding]]]
"""Clause → what was looked at by it, and of which account."""


def constitution(seen: Seen, width: int) -> Table:
    """A clause on as many lines as it takes. Without figures of today it tells the law's own numbers."""
    columns, looks, now_ms = choose(_SPECS, width), _looks(seen), seen.snapshot.now_ms
    rows: list[Row] = []
    if not seen.own_law:
        theirs, ours = seen.snapshot.state.constitution, seen.law.version
        said = f"the session's own law, {untrusted(theirs)}, is not on this machine: these are the numbers of {ours}"
        rows += (replace(each, key="") for each in folded("", columns, {"says": Cell(said, Tone.WARN)}))
    for clause in seen.law.clauses:
        found = looks.get(clause.id, [])
        cells = {
            "clause": Cell(clause.id, Tone.DIM),
            "says": Cell(clause.summary, Tone.PLAIN if clause.status == "enforced" else Tone.DIM),
            "today": _today(clause, found),
            "figures": Cell(_figures(seen, clause, found, now_ms), Tone.DIM),
        }
        rows += (replace(each, key="") for each in folded("", columns, cells))
    return Table(columns, tuple(rows))


def _looks(seen: Seen) -> Looks:
    """Everything that is looked at now, of every account and of every short option."""
    s, tail = explain.situation_of(seen.law, seen.calendar, seen.snapshot), seen.snapshot.tail
    found: Looks = {}
    for account in seen.snapshot.state.accounts.values():
        subjects: list[Subject] = [OfAccount(account.name)]
        subjects += (OfPosition(account.name, option) for option in account.positions)
        for subject in subjects:
            for chapter in explain.explain(s, subject, tail):
                for finding in chapter.findings:
                    for clause_id in finding.clauses:
                        found.setdefault(clause_id, []).append((account.name, finding))
    return found


def _worst(found: Sequence[tuple[str, Finding]]) -> tuple[str, Finding]:
    return min(found, key=lambda each: _WORST_FIRST.index(each[1].verdict))


def _today(clause: Clause, found: Sequence[tuple[str, Finding]]) -> Cell:
    """Each account with the worst of its verdicts."""
    if not found:
        return Cell(words.NONE if clause.status == "enforced" else clause.status, Tone.DIM)
    names = dict.fromkeys(name for name, _ in found)
    signs = {name: _SIGNS[_worst([each for each in found if each[0] == name])[1].verdict] for name in names}
    refused = _worst(found)[1].verdict is Verdict.REFUSES
    return Cell(" ".join(f"{sign} {name}" for name, sign in signs.items()), Tone.WARN if refused else Tone.PLAIN)


def _figures(seen: Seen, clause: Clause, found: Sequence[tuple[str, Finding]], now_ms: int) -> str:
    """The figures of what stands worst, and what it is judged by; else the law's numbers."""
    if found:
        name, finding = _worst(found)
        told = figures_told({**finding.figures, **finding.law}, now_ms)
        return f"{name}: {finding.fact}{', ' if told else ''}{told}"
    return ", ".join(_numbers(seen, clause))


def _numbers(seen: Seen, clause: Clause) -> Iterator[str]:
    """The first numbers of the tables that cite the clause, by their keys in the table."""
    numbers = seen.law.numbers(clause.id)
    for key, value in list(numbers.items())[:_FEW]:
        yield f"{key.partition('.')[2].replace('.', ' ').replace('_', ' ')} {_worded(value)}"
    if len(numbers) > _FEW:
        yield f"{len(numbers) - _FEW} more"


def _worded(value: object) -> str:
    return "/".join(map(_worded, value)) if isinstance(value, list) else str(value)
