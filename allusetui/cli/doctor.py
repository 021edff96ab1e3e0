"""`allusetui doctor`: is the Gateway there, is it the right one, does it answer what the engine will ask?"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from allusetui.broker.ibkr.doctor import Doctor, examine
from allusetui.broker.ibkr.doctor_facts import Finding, Verdict
from allusetui.broker.ibkr.doctor_visit import Patience
from allusetui.cli.linked import link_of
from allusetui.cli.say import FAILED, INTERRUPTED, complain, mention, tell
from allusetui.domain.link import Link

_APART: Final = 1
"""The doctor's client id is the engine's and this: the engine may be running."""
_WIDTH: Final = 10


def doctor(settings: Path | None, client_id: int | None, as_json: bool) -> None:
    """Print a line for each check as it ends; exit code 1 where one failed."""
    link = link_of(settings)
    own_id = link.client_id + _APART if client_id is None else client_id
    if own_id == link.client_id:
        raise complain(f"--client-id {own_id}: is the engine's own; allowed: another")
    try:
        found = asyncio.run(_look(link, own_id, as_json))
    except KeyboardInterrupt:
        _progress("")
        raise SystemExit(INTERRUPTED) from None
    failed = [finding.check for finding in found if finding.verdict is Verdict.FAIL]
    warned = [finding.check for finding in found if finding.verdict is Verdict.WARN]
    if as_json:
        verdict = Verdict.FAIL if failed else Verdict.WARN if warned else Verdict.OK
        checks = [asdict(finding) for finding in found]
        tell(f"{json.dumps({'verdict': verdict, 'checks': checks}, ensure_ascii=False)}\n")
    else:
        mention(_sum(failed, warned))
    if failed:
        raise SystemExit(FAILED)


async def _look(link: Link, own_id: int, as_json: bool) -> Sequence[Finding]:
    found: list[Finding] = []
    async for finding in examine(Doctor(link, own_id, Patience(), time.time), _progress):
        found.append(finding)
        _progress("")
        if not as_json:
            mention(_lines(finding))
    return found


def _progress(check: str) -> None:
    """What is being waited for, on a terminal, in a line that goes away."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{check}{' …' if check else ''}", end="", file=sys.stderr, flush=True)


def _lines(finding: Finding) -> str:
    line = f"{finding.verdict:<8} {finding.check:<{_WIDTH}} {finding.found}"
    return f"{line}\n{'':<{9 + _WIDTH}} → {finding.cure}" if finding.cure else line


def _sum(failed: Sequence[str], warned: Sequence[str]) -> str:
    if failed:
        return f"not ready: {', '.join(failed)}; no order was placed"
    said = f"ready; look at {', '.join(warned)}" if warned else "ready"
    return f"{said}; no order was placed"
