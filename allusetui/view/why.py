"""Why: of a row every clause that was looked at, its figures, the law's numbers and the verdict."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from decimal import Decimal

from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import day_of
from allusetui.domain.order import Purpose
from allusetui.domain.snapshot import Told
from allusetui.ledger.cause import entered
from allusetui.rules import explain
from allusetui.rules.explain import Finding, OfAccount, OfEntry, OfPosition, Subject, Value, Verdict
from allusetui.view import words
from allusetui.view.cause import cause_rows, chapter_title, clause_rows
from allusetui.view.fit import Spec, choose, folded, trim
from allusetui.view.journal import figures as figures_of
from allusetui.view.journal import kind_of
from allusetui.view.model import Cell, Column, Line, Row, Seen, Table, Tone
from allusetui.view.protocol import chosen

_SPECS = (
    Spec(Column("verdict", 9), 1),
    Spec(Column("clause", 8), 4),
    Spec(Column("looked at", 24), 0, 32),
    Spec(Column("figures", 20), 2, 52),
    Spec(Column("law", 14), 3, 30),
)
_VERDICTS = {
    Verdict.HOLDS: Cell("✓ holds"),
    Verdict.REFUSES: Cell("✗ refuses", Tone.BAD),
    Verdict.WAITS: Cell("… waits", Tone.DIM),
    Verdict.UNSEEN: Cell("? no look", Tone.DIM),
}


@frozen
class Asked:
    """What is asked about: a subject as it stands, and the event of the journal that led there."""

    subject: Subject | None
    told: Told | None = None
    before: tuple[Told, ...] = ()
    """What led to the event, where that is known from further back than the tail."""


def asked_of(seen: Seen, pane: str, key: str) -> Asked | None:
    """What a row of a pane is about; None where nothing can be said of it."""
    snapshot = seen.snapshot
    if pane == "sleeves":
        return Asked(OfAccount(key))
    if pane in ("risk", "ladder"):
        found = chosen(seen, key)
        return Asked(OfPosition(*found)) if found is not None else None
    if pane == "orders":
        intent = snapshot.state.intents.get(key)
        if intent is None:
            return None
        of_entry = intent.purpose is Purpose.ENTRY
        return Asked(_subject(seen, intent.account, intent.contract, intent.contract.symbol if of_entry else None))
    return _event_of((*snapshot.alerts, *snapshot.tail), seen, key)


def cited(seen: Seen, opened: Mapping[int, tuple[Told, ...]], key: str) -> Asked | None:
    """What a row of an answer from the journal cites: the event, and what led to it."""
    seq = key.partition(".")[0].removeprefix("#")
    found = opened.get(int(seq)) if seq.isdecimal() else None
    if not found:
        return None
    asked = _event_of(found, seen, seq)
    return replace(asked, before=found[:-1]) if asked is not None else None


def deeper(seen: Seen, key: str, before: Sequence[Told] = ()) -> Asked | None:
    """What a row of an answer says more about."""
    place, _, rest = key.partition("|")
    if rest:
        account, _, symbol = rest.partition("|")
        return Asked(OfEntry(account, symbol))
    return _event_of((*before, *seen.snapshot.tail), seen, place.removeprefix("#")) if place.startswith("#") else None


def _event_of(tail: Sequence[Told], seen: Seen, key: str) -> Asked | None:
    seq = key.partition(".")[0]
    told = next((told for told in tail if str(told.seq) == seq), None)
    if told is None:
        return None
    event = told.event
    return Asked(_subject(seen, event.account, getattr(event, "contract", None), entered(event)), told)


def _subject(seen: Seen, account: str | None, contract: object, symbol: str | None) -> Subject | None:
    """The entry that is meant, else the option while it is held, else the account."""
    held = seen.snapshot.state.accounts.get(account or "")
    if held is None:
        return None
    if symbol is not None:
        return OfEntry(held.name, symbol)
    if isinstance(contract, Option) and contract in held.lots:
        return OfPosition(held.name, contract)
    return OfAccount(held.name)


def about(seen: Seen, asked: Asked, width: int) -> tuple[Line, ...]:
    """What is asked about, in a line."""
    now_ms = seen.snapshot.now_ms
    if asked.told is not None:
        event, when = asked.told.event, words.moment(asked.told.at_ms, now_ms)
        title, note = kind_of(event), f" {when} {figures_of(event, day_of(now_ms))}"
    else:
        title, note = _named(seen, asked.subject), "   ↵ more of a row   esc back"
    return (trim((Cell(f" why {title}"), Cell(note, Tone.DIM)), width),)


def _named(seen: Seen, subject: Subject | None) -> str:
    match subject:
        case OfPosition():
            return f"{subject.account} {words.named(subject.option, day_of(seen.snapshot.now_ms))}"
        case OfEntry():
            return f"{subject.account} {subject.symbol}"
        case OfAccount():
            return subject.account
        case None:
            return words.NONE


def why(seen: Seen, asked: Asked, width: int) -> Table:
    """Every finding on lines of its own, chapter by chapter, after what led to an event and the clauses it names."""
    columns = choose(_SPECS, width)
    rows: list[Row] = []
    if asked.told is not None:
        rows += cause_rows(seen, asked.told, columns, asked.before)
        rows += clause_rows(seen, asked.told.event, columns)
    if asked.subject is not None:
        s = explain.situation_of(seen.law, seen.calendar, seen.snapshot)
        for place, chapter in enumerate(explain.explain(s, asked.subject, seen.snapshot.tail)):
            named = f"{chapter.title} now" if asked.told is not None else chapter.title
            rows.append(chapter_title(f"{place}", named, columns))
            for index, finding in enumerate(chapter.findings):
                rows += _rows(f"{place}.{index}", finding, seen, columns)
    return Table(columns, tuple(rows), "no clause looks at it: it is no longer held")


def _rows(key: str, finding: Finding, seen: Seen, columns: Sequence[Column]) -> Iterator[Row]:
    now_ms = seen.snapshot.now_ms
    verdict = _VERDICTS[finding.verdict]
    texts = {
        "verdict": verdict,
        "clause": Cell(" ".join(finding.clauses), Tone.DIM),
        "looked at": Cell(finding.fact, verdict.tone),
        "figures": Cell(figures_told(finding.figures, now_ms)),
        "law": Cell(figures_told(finding.law, now_ms), Tone.DIM),
    }
    more = f"|{finding.of.account}|{finding.of.symbol}" if isinstance(finding.of, OfEntry) else ""
    return folded(key, columns, texts, more)


def figures_told(figures: Mapping[str, Value], now_ms: int) -> str:
    """Every figure with its name and in its unit; a word that is not there is left out."""
    return ", ".join(_one(name, value, now_ms) for name, value in figures.items() if value is not None or _unit(name))


def _unit(name: str) -> str:
    unit = name.rpartition("_")[2]
    return unit if unit in ("usd", "share", "s", "ms", "atr", "price") and unit != name else ""


def _one(name: str, value: Value, now_ms: int) -> str:
    unit = _unit(name)
    label = name.removesuffix(f"_{unit}") if unit else name
    return f"{label.replace('_', ' ')} {_figure(unit, value, now_ms)}".lstrip()


def _figure(unit: str, value: Value, now_ms: int) -> str:
    match value:
        case None:
            return words.UNKNOWN
        case time():
            return f"{value:%H:%M}"
        case date():
            return f"{value:%a %d %b}"
        case str():
            return value.replace("_", " ")
        case _ if unit == "ms":
            return words.moment(int(value), now_ms)
        case _ if unit == "s":
            return words.age(float(value))
    return _number(unit, value if isinstance(value, Decimal) else Decimal(str(value)))


def _number(unit: str, value: Decimal) -> str:
    match unit:
        case "usd":
            return words.usd(value)
        case "share":
            return f"{words.plain(round(value * 100, 1))}%"
        case "price":
            return words.price(value)
        case "atr":
            return f"{words.atrs(value)} ATR"
        case _:
            return words.plain(value)
