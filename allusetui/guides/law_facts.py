"""The law as the guides tell it: its clauses section by section, and its numbers table by table."""

from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from textwrap import fill
from typing import Any, Final

from allusetui.guides.width import WIDTH
from allusetui.law.load import law_hash, load
from allusetui.law.model import Clause

_TOP: Final = "Of no table"


def name() -> str:
    """Version and hash."""
    law = load()
    return f"{law.version}, sha256 `{law_hash(law.version)}`"


def number(key: str) -> str:
    """A number of the law by its key: `sizing.symbol_cap`. Raises KeyError."""
    return _worded(_tables()[key])


def percent(key: str) -> str:
    """A share of the law as a percentage: `25 %`. Raises KeyError."""
    return f"{(Decimal(_tables()[key]) * 100).normalize():f} %"


def clauses(section: str) -> str:
    """The clauses of a section, `6` or `S`: its words, how they are read, and the tables that hold its numbers."""
    found = [clause for clause in load().clauses if clause.id.partition(".")[0] == section]
    if not found:
        raise KeyError(section)
    return "\n\n".join(_told(clause) for clause in found)


def _told(clause: Clause) -> str:
    kind = clause.kind if clause.status == "enforced" else f"{clause.kind}, {clause.status}"
    sentence = fill(clause.sentence, WIDTH, initial_indent="> ", subsequent_indent="> ")
    parts = [f"### {clause.id} {clause.summary} ({kind})", sentence]
    if clause.reading:
        parts.append(fill(f"Read as: {clause.reading}", WIDTH))
    tables = dict.fromkeys(key.partition(".")[0] for key in load().numbers(clause.id))
    if tables:
        parts.append(fill(f"Numbers: {', '.join(f'[{table}]' for table in tables)}", WIDTH))
    return "\n\n".join(parts)


def numbers() -> str:
    """Every number, under the table that holds it."""
    grouped: dict[str, list[str]] = {}
    for key, value in _tables().items():
        table, _, rest = key.partition(".")
        grouped.setdefault(f"[{table}]" if rest else _TOP, []).append(f"{rest or key} = {_worded(value)}")
    return "\n\n".join(f"### {table}\n\n```\n{_block(lines)}\n```" for table, lines in grouped.items())


def _block(lines: list[str]) -> str:
    return "\n".join(fill(line, WIDTH, subsequent_indent="    ", break_long_words=False) for line in lines)


def _tables() -> dict[str, Any]:
    """Every number by its key, in the order of the file."""
    law = load()
    cited = [law.numbers(clause.id) for clause in law.clauses]
    found = {"rejections": law.rejections, "etfs": list(law.etfs)}
    found |= {key: value for table in cited for key, value in table.items()}
    places = [field.name for field in fields(law)]
    return dict(sorted(found.items(), key=lambda each: places.index(each[0].partition(".")[0])))


def _worded(value: Any) -> str:
    return ", ".join(_words(value))


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield _worded(one)
    else:
        yield {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
