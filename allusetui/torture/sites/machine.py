"""The machine: a process that dies, stands still or is ended; a disk that refuses or is slow; a clock that is moved."""

import errno
from functools import partial
from typing import Final

from allusetui.domain.moment import SECOND_MS
from allusetui.torture.dice import Throws
from allusetui.torture.disk import Point
from allusetui.torture.rig import Rig
from allusetui.torture.sites.site import Done

_MOST_SENDS: Final = 12


def _down_s(throws: Throws) -> float:
    """Most are back at once; some after what worked has ended."""
    return throws.one_of((0.05, 0.5, 2.0, 6.0, 40.0))


def _kill(rig: Rig, throws: Throws) -> bool:
    return rig.kill(_down_s(throws))


def _kill_at_the_journal(point: Point, rig: Rig, throws: Throws) -> bool:
    if rig.program.process is None:
        return False
    rig.die_at(_down_s(throws))
    rig.disk.deadly = point
    return True


def _kill_at_the_wire(rig: Rig, throws: Throws) -> bool:
    if rig.program.process is None:
        return False
    rig.die_at(_down_s(throws))
    rig.deadly_sends = throws.whole(1, _MOST_SENDS)
    return True


def _stop(longest_s: float, rig: Rig, throws: Throws) -> bool:
    """It stands still, as by SIGSTOP, or as a machine that sleeps."""
    process = rig.program.process
    if process is None or process.is_stopped:
        return False
    process.stop()
    rig.later(longest_s * throws.number(0.8, 1.2), process.go_on)
    return True


def _set_clock(sign: int, rig: Rig, throws: Throws) -> bool:
    """By seconds, and set right after a while; more ahead than the calm lasts, and nobody could work in it."""
    if rig.program.skew_ms:
        return False
    rig.set_clock(sign * throws.one_of((2, 10, 30, 45, 60)) * SECOND_MS)
    rig.later(throws.number(2, 60), partial(rig.set_clock, 0))
    return True


def _second(rig: Rig, throws: Throws) -> bool:
    if rig.program.process is None:
        return False
    rig.start_beside()
    return True


def _disk(number: int, rig: Rig, throws: Throws) -> bool:
    rig.disk.trouble = number

    def sound() -> None:
        rig.disk.trouble = None

    rig.later(throws.one_of((0.001, 0.5, 4.0, 30.0)), sound)
    return True


def _slow(rig: Rig, throws: Throws) -> bool:
    rig.disk.slow_s = throws.one_of((0.05, 0.5, 2.0))

    def sound() -> None:
        rig.disk.slow_s = 0.0

    rig.later(throws.number(1, 15), sound)
    return True


SITES: Final = (
    Done("kill -9", (1, 2, 3, 4), 1.5, fire=_kill),
    Done("kill -9 before a journal write", (1, 3), fire=partial(_kill_at_the_journal, Point.BEFORE)),
    Done("kill -9 after a journal write", (1,), fire=partial(_kill_at_the_journal, Point.AFTER)),
    Done("kill -9 at a message", (1, 2), fire=_kill_at_the_wire),
    Done("stopped for 2 s", (29, 28), fire=partial(_stop, 2.0)),
    Done("stopped for 60 s", (29,), 0.7, 0.5, partial(_stop, 60.0)),
    Done("clock ahead", (29,), 0.3, 0.2, partial(_set_clock, 1)),
    Done("clock behind", (29,), 0.3, 0.2, partial(_set_clock, -1)),
    Done("a second program", (8,), 0.7, 0.5, _second),
    Done("disk full", (6,), fire=partial(_disk, errno.ENOSPC)),
    Done("disk fails", (6,), fire=partial(_disk, errno.EIO)),
    Done("disk slow", (6,), fire=_slow),
)
