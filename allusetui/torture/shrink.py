"""The fewest faults of a plan that still break something."""

from collections.abc import Callable, Sequence

from allusetui.torture.plan import Plan

Breaks = Callable[[Plan], bool]


def shrunk(plan: Plan, breaks: Breaks) -> Plan:
    """The plan without every fault that is not needed: halves are left out first, then one by one, until none can be.

    `breaks`: whether what went wrong goes wrong with a plan still.
    """
    kept = [fault.number for fault in plan.faults]
    size = len(kept)
    while size:
        size = max(size // 2, 1)
        before = len(kept)
        kept = _without(plan, kept, size, breaks)
        if size == 1 and len(kept) == before:
            break
    return plan.only(kept)


def _without(plan: Plan, kept: Sequence[int], size: int, breaks: Breaks) -> list[int]:
    """What is left where each run of so many is left out if it can be."""
    left, at = list(kept), 0
    while at < len(left):
        fewer = left[:at] + left[at + size :]
        if breaks(plan.only(fewer)):
            left = fewer
        else:
            at += size
    return left
