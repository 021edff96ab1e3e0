"""§9: every change of an account's state that there is, as a table."""

from itertools import pairwise

from allusetui.domain.account import Status

_RING = (
    Status.SAFE, Status.SCANNING, Status.ANALYZING, Status.ORDERING,
    Status.MONITORING, Status.CLOSING, Status.RECONCILING, Status.SAFE,
)  # fmt: skip

LEGAL: frozenset[tuple[Status, Status]] = frozenset(
    {
        *pairwise(_RING),
        # nothing to order, or a latch in the middle of a look
        (Status.SCANNING, Status.MONITORING),
        (Status.SCANNING, Status.SAFE),
        (Status.ANALYZING, Status.MONITORING),
        (Status.ANALYZING, Status.SAFE),
        (Status.ORDERING, Status.SAFE),
        # the next window opens while positions are held
        (Status.MONITORING, Status.SCANNING),
        # a latch, or nothing held any more
        (Status.MONITORING, Status.SAFE),
        (Status.CLOSING, Status.SAFE),
        # positions outlive the week
        (Status.RECONCILING, Status.MONITORING),
        # positions held, and the week's end of a resting account
        (Status.SAFE, Status.MONITORING),
        (Status.SAFE, Status.RECONCILING),
        # the halt comes from anywhere
        *((status, Status.EMERGENCY) for status in Status if status is not Status.EMERGENCY),
        (Status.EMERGENCY, Status.SAFE),
        # a person works on the machine; an audit goes back to where it came from
        (Status.SAFE, Status.MAINTENANCE),
        (Status.MAINTENANCE, Status.SAFE),
        (Status.SAFE, Status.AUDIT),
        (Status.AUDIT, Status.SAFE),
        (Status.MONITORING, Status.AUDIT),
        (Status.AUDIT, Status.MONITORING),
    }
)
"""Every change that §9 allows; anything else is refused and changes nothing."""
