"""The table of §9, as the rulebook says it: what tests hold the engine's own table, and each run, to."""

import re
from itertools import pairwise

from allusetui.domain.account import Status

RING = "SAFE → SCANNING → ANALYZING → ORDERING → MONITORING → CLOSING → RECONCILING → SAFE"
ALSO = (
    "SCANNING, ANALYZING, ORDERING → MONITORING or SAFE · MONITORING → SCANNING (a window opens), → SAFE ·"
    " CLOSING → SAFE · RECONCILING → MONITORING (positions outlive the week) · SAFE → MONITORING (positions held),"
    " → RECONCILING · any → EMERGENCY · EMERGENCY → SAFE · SAFE ↔ MAINTENANCE ·"
    " SAFE, MONITORING ↔ AUDIT (back to where it came from)"
)
"""The table of §9, in the rulebook's own words."""


def edges() -> set[tuple[str, str]]:
    """Each change that the two sentences name."""
    found = set(pairwise(RING.split(" → ")))
    for part in re.sub(r"\([^)]*\)", "", ALSO).split("·"):
        arrow = "↔" if "↔" in part else "→"
        before, after = (re.findall(r"[A-Z]+|any", words) for words in part.split(arrow, 1))
        starts = [status.value for status in Status] if before == ["any"] else before
        ways = {(start, end) for start in starts for end in after if start != end}
        found |= ways | ({(end, start) for start, end in ways} if arrow == "↔" else set())
    return found


WAYS = edges()
