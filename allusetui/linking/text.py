"""The table `[broker]` written into the text of a settings file, and nothing else of that text changed."""

import re
import tomllib
from typing import Final

from allusetui.domain.link import Link
from allusetui.linking.table import TABLE

_HEADER: Final = re.compile(r"\s*\[")
_OURS: Final = re.compile(rf"\s*\[\s*{TABLE}\s*(\.|\])")
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")  # as TOML counts them: other separators may stand in remarks


class SpliceError(Exception):
    """A text in which the table can't be replaced without touching what a person wrote."""


def table_text(link: Link) -> str:
    """The lines of the table. `live` is never written as true: that switch is a person's own."""
    lines = [
        f"[{TABLE}]",
        f'host = "{link.host}"',
        f"port = {link.port}",
        f"client_id = {link.client_id}",
        f'mode = "{link.mode}"',
        "live = false",
    ]
    if len(link.codes) == 1:
        return "\n".join((*lines, f'account = "{link.codes[0]}"', ""))
    mapped = (f'{sleeve} = "{code}"' for sleeve, code in link.accounts.items())
    return "\n".join((*lines, "", f"[{TABLE}.accounts]", *mapped, ""))


def with_table(text: str, link: Link) -> str:
    """`text` with the link's table in its old one's place, else at its end; remarks in the old one stand below it.

    Raises SpliceError where the old one is written in a way that can't be told apart by lines; what comes out is read
    again, and is the old text but for this table.
    """
    try:
        before = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise SpliceError(f"is not TOML ({error})") from None
    spliced = _spliced(text, table_text(link))
    try:
        after = tomllib.loads(spliced)
    except ValueError:
        raise SpliceError(f"has a {TABLE} that is not a table of its own lines") from None
    wanted = tomllib.loads(table_text(link))
    if after != {**before, **wanted}:
        raise SpliceError(f"has a {TABLE} that is not a table of its own lines")
    return spliced


def _spliced(text: str, table: str) -> str:
    lines = _LINE.findall(text)
    kept: list[str] = []
    place: int | None = None
    index = 0
    while index < len(lines):
        if not _OURS.match(lines[index]):
            kept.append(lines[index])
            index += 1
            continue
        place = len(kept) if place is None else place
        end = _end_of_table(lines, index)
        kept += (line for line in lines[index:end] if line.lstrip().startswith("#"))
        index = end
    if place is None:
        gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
        return f"{text}{gap}{table}"
    tail = "" if place == len(kept) or not kept[place].strip() else "\n"
    return "".join((*kept[:place], table, tail, *kept[place:]))


def _end_of_table(lines: list[str], start: int) -> int:
    """Where what belongs to the table ends: remarks above the next header are the next one's."""
    header = start + 1
    while header < len(lines) and not _HEADER.match(lines[header]):
        header += 1
    end = header
    while end > start + 1 and (not (row := lines[end - 1].strip()) or row.startswith("#")):
        end -= 1
    is_ours_next = header < len(lines) and _OURS.match(lines[header]) is not None
    return header if is_ours_next and not any(line.strip() for line in lines[end:header]) else end
