"""What the doctor finds out, and how a finding is written."""

from enum import StrEnum
from typing import Final

from allusetui.domain.frozen import frozen

NOT_SUBSCRIBED: Final = frozenset({354, 10089, 10091, 10168, 10186})
COMPETING: Final = 10197
IN_USE: Final = 326
Told = tuple[int, str]
"""An error or a notice: its code and its text, which is the other side's."""


class Verdict(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


@frozen
class Finding:
    """One check: what was found, and what helps where it is not well."""

    check: str
    verdict: Verdict
    found: str
    cure: str = ""


@frozen
class Greeting:
    """What came of a connection before a client's library saw it.

    `error`: why there is none; `first`: the first bytes where they were no server version; `in_use`: of the client id.
    """

    error: str = ""
    version: int | None = None
    first: bytes = b""
    closed: bool = False
    in_use: bool = False
    took_ms: float = 0.0


@frozen
class QuoteSeen:
    """An option's quote as far as it came. `kind`: 1 live, 2 frozen, 3 delayed, 4 delayed and frozen; 0 untold."""

    option: str
    kind: int
    bid: float | None
    ask: float | None
    greeks_after_s: float | None
    waited_s: float
    told: tuple[Told, ...] = ()
