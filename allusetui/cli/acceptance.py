"""`allusetui acceptance`: what §16 asks for, run here, judged, and told with its evidence."""

import shutil
from pathlib import Path
from time import time_ns
from typing import Final

from allusetui.acceptance import evidence
from allusetui.acceptance.judge.story import Story, read
from allusetui.acceptance.live import live_stories
from allusetui.acceptance.plan import FULL, Part, Plan
from allusetui.acceptance.runs import run_all, steps
from allusetui.acceptance.table import Stories, judged
from allusetui.cli.progress import count_bar
from allusetui.cli.say import FAILED, INTERRUPTED, complain, own_laws, sessions_root, tell
from allusetui.compose.program import program_digest
from allusetui.domain.text import untrusted
from allusetui.journal.error import SessionInUse
from allusetui.journal.lock import LOCK_NAME, FolderLock
from allusetui.law.load import LawError, Version
from allusetui.reports.page import text

_FOLDER: Final = "acceptance"


def acceptance(out: Path | None, law: str, settings: Path | None, sessions: Path | None, plan: Plan = FULL) -> None:
    """Run all of it under a law into a folder, and print what came of it; exit 1 where a criterion fails."""
    root = sessions if sessions is not None else sessions_root()
    folder = out if out is not None else root / _FOLDER
    try:
        ruling = own_laws(settings).named(law)
        folder.mkdir(parents=True, exist_ok=True)
        lock = FolderLock(folder)
        try:
            is_passed = _run(folder, ruling, plan, root)
        finally:
            lock.release()
    except (LawError, SessionInUse) as error:
        raise complain(str(error)) from None
    except KeyboardInterrupt:
        shutil.rmtree(folder / evidence.WORK, ignore_errors=True)
        raise complain("stopped by hand; nothing was judged, and nothing of it is kept", INTERRUPTED) from None
    except OSError as error:
        allowed = "allowed: --out of a folder that can be written"
        raise complain(f"{error.filename or folder}: {error.strerror or error}; {allowed}") from None
    if not is_passed:
        raise SystemExit(FAILED)


def _run(folder: Path, ruling: Version, plan: Plan, sessions: Path) -> bool:
    _check_ours(folder)
    program = program_digest()
    with count_bar("Days", steps(plan)) as tick:
        done = iter(range(1, steps(plan) + 1))
        broken = run_all(Part, plan, ruling, folder / evidence.WORK, lambda: tick(next(done)))
    evidence.put_in_place(folder)
    stories = _stories(folder, broken)
    rows = judged(stories, ruling, len(plan.deaths), tuple(live_stories(sessions)))
    found = evidence.page(rows, stories, broken, ruling, program, time_ns() // 1_000_000)
    digest = evidence.write(folder, found)
    tell(f"{text(found)}\n{folder / evidence.SUMS_FILE}: sha256 {digest}\n")
    return evidence.is_passed(rows, broken)


def _stories(folder: Path, broken: dict[Part, str]) -> Stories:
    """A part whose journal can't be used tells nothing."""
    found: Stories = {}
    for part in Part:
        try:
            found[part] = read(folder / part)
        except (ValueError, LookupError, TypeError) as error:
            broken[part] = untrusted(f"its journal: {error}")
            found[part] = Story(part, (), {}, "")
    return found


def _check_ours(folder: Path) -> None:
    """Nothing of anybody else's is written over."""
    strange = sorted(each.name for each in folder.iterdir() if each.name not in (*evidence.NAMES, LOCK_NAME))
    if strange:
        wrong = f"holds {untrusted(strange[0], 100)}, which no acceptance wrote"
        raise complain(f"--out {folder}: {wrong}; allowed: a folder that is new or empty, or an earlier one's")
