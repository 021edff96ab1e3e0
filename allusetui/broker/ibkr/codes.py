"""What the broker's error codes mean, by table: for the link, for an order, for a line of data or a question."""

from enum import Enum
from typing import Final

LOST: Final = frozenset({1100, 2110})
"""The gateway has lost the broker."""
RESTORED: Final = frozenset({1101, 1102})
NOTICES: Final = range(2100, 2200)
"""Of the gateway's own lines, and warnings: no answer to anything."""


class Meaning(Enum):
    ADVICE = "advice"
    """Data still follow, of another kind or in part: the line stays."""
    REFUSED = "refused"
    """Not subscribed, or not allowed: none will come this session."""
    COMPETING = "competing"
    """Another session of the login has the data: asked for again after a while."""
    FULL = "full"
    """No line is left, as somebody else has some: asked for again after a while."""
    NO_CONTRACT = "no contract"
    TOO_FAST = "too fast"
    NOTICE = "notice"
    """Of the connection, not of a request."""


MEANINGS: Final = {
    100: Meaning.TOO_FAST,
    101: Meaning.FULL,
    200: Meaning.NO_CONTRACT,
    300: Meaning.NOTICE,  # a cancel of a line that the broker had closed itself
    354: Meaning.REFUSED,
    460: Meaning.REFUSED,
    10089: Meaning.ADVICE,
    10090: Meaning.ADVICE,
    10091: Meaning.ADVICE,
    10167: Meaning.ADVICE,
    10168: Meaning.REFUSED,
    10197: Meaning.COMPETING,
}
RETRY_MS: Final = 60_000
"""How long whoever has what we want is left alone."""
_PACING: Final = "pacing"


def meaning_of(code: int, text: str) -> Meaning:
    """What an error on a line or question of ours means; one that is unknown is no data."""
    if code in NOTICES:
        return Meaning.NOTICE
    if code == 162 and _PACING in text.lower():
        return Meaning.TOO_FAST
    return MEANINGS.get(code, Meaning.REFUSED)
