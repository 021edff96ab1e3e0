"""What an acceptance has shown: a page, the same as JSON, and the sha256 of every file that it rests on."""

import shutil
from hashlib import sha256
from pathlib import Path
from typing import Final

from allusetui import __version__
from allusetui.acceptance.plan import Part
from allusetui.acceptance.table import Row, Stories
from allusetui.domain.moment import iso
from allusetui.law.load import Version
from allusetui.reports.page import Block, Grid, Page, Remark, as_json, text

PAGE_FILE, JSON_FILE, SUMS_FILE = "acceptance.txt", "acceptance.json", "SHA256SUMS"
WORK: Final = "work"
NAMES: Final = (PAGE_FILE, JSON_FILE, SUMS_FILE, WORK, *Part)
_SHOWN: Final = 12
_TITLE: Final = "ALL-USE engineering acceptance (§16)"
_WHAT: Final = {
    Part.PAPER: "weeks of run --mode paper against our gateway",
    Part.KILLED: "the same weeks, the process killed and begun again",
    Part.FORK: "a fork, its MINI and its merge in simulation",
}


def is_passed(rows: tuple[Row, ...], broken: dict[Part, str]) -> bool:
    """Whether everything that was run is as it should be."""
    return not broken and all(row.passed is not False for row in rows)


def page(
    rows: tuple[Row, ...], stories: Stories, broken: dict[Part, str], ruling: Version, program: str, at_ms: int
) -> Page:
    """The page. `broken`: what a part broke off with; `program`: the sha256 of what decides."""
    journals = tuple(
        (f"{part}: {_WHAT[part]}", f"{len(story.records):,}", story.sha256[:_SHOWN]) for part, story in stories.items()
    )
    blocks: list[Block] = [
        Remark("What was tried", (
            f"Program {__version__}, {program}", f"Constitution {ruling.name}, {ruling.hash}",
            "Judged from the journals' public lines alone, by code that shares none with what wrote them.",
        )),
        Grid("Journals", ("What", "Records", "sha256"), journals),
        Grid("Criteria", ("Asked", "Verdict"), tuple((f"{row.clause:5} {row.asked}", row.verdict) for row in rows)),
        *(Remark(f"{row.clause} {row.asked}: {row.verdict}", tuple(_told(row))) for row in rows),
    ]  # fmt: skip
    if broken:
        blocks.append(Remark("Broke off", tuple(f"{part}: {why}" for part, why in broken.items())))
    data = {
        "title": _TITLE, "at": iso(at_ms), "at_ms": at_ms, "passed": is_passed(rows, broken),
        "version": __version__, "program": program, "constitution": ruling.name, "constitution_hash": ruling.hash,
        "journals": {
            part: {"what": _WHAT[part], "records": len(story.records), "sha256": story.sha256}
            for part, story in stories.items()
        },
        "broken": dict(broken),
        "criteria": [_row_data(row) for row in rows],
    }  # fmt: skip
    return Page(_TITLE, f"Run {iso(at_ms)}", tuple(blocks), data)


def put_in_place(folder: Path) -> None:
    """What was run below `WORK` takes the place of what an earlier run left. Raises OSError when the disk refuses."""
    for name in (PAGE_FILE, JSON_FILE, SUMS_FILE):
        (folder / name).unlink(missing_ok=True)
    for part in Part:
        shutil.rmtree(folder / part, ignore_errors=True)
        if (folder / WORK / part).is_dir():
            (folder / WORK / part).rename(folder / part)
    shutil.rmtree(folder / WORK, ignore_errors=True)


def write(folder: Path, found: Page) -> str:
    """The page as text and JSON, and what `sha256sum -c` checks of it and of all that it rests on; that list's sha256.

    Raises OSError when the disk refuses.
    """
    (folder / PAGE_FILE).write_text(text(found), encoding="utf-8")
    (folder / JSON_FILE).write_text(as_json(found), encoding="utf-8")
    files = [folder / PAGE_FILE, folder / JSON_FILE]
    files += sorted(each for part in Part for each in (folder / part).rglob("*") if each.is_file())
    sums = "".join(f"{sha256(each.read_bytes()).hexdigest()}  {each.relative_to(folder)}\n" for each in files)
    (folder / SUMS_FILE).write_text(sums, encoding="utf-8")
    return sha256(sums.encode()).hexdigest()


def _told(row: Row) -> list[str]:
    return [fact.text if fact.ok else f"NOT SO: {fact.text}" for fact in row.facts]


def _row_data(row: Row) -> dict[str, object]:
    seen = [{"ok": fact.ok, "text": fact.text} for fact in row.facts]
    return {"clause": row.clause, "asked": row.asked, "verdict": row.verdict.lower(), "seen": seen}
