"""A scripted value over time: it stays between points, and moves in a straight line during a glide."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from decimal import Decimal

from allusetui.domain.frozen import frozen

MISSING = -1
"""A figure that the market does not show. Every other scripted value is 0 or more."""


@frozen
class Point:
    """From `at_ms` the value moves to `target`, which it reaches after `glide_ms`."""

    at_ms: int
    target: float
    glide_ms: int = 0


@frozen
class Piece:
    """A straight line from `start` at `begin_ms` to `target` at `level_ms`, then level; cut off at `end_ms`."""

    begin_ms: int
    end_ms: int
    level_ms: int
    start: float
    target: float

    def reaches(self, value: float) -> int | None:
        """The instant from which the piece stands at or above `value`; None when it never does. Falling: its begin."""
        if max(self.start, self.target) < value:
            return None
        if self.start >= value:
            return self.begin_ms
        share = (value - self.start) / (self.target - self.start)
        return self.begin_ms + int(share * (self.level_ms - self.begin_ms))


class Track:
    """The value of one key of the tape at any instant; looked up by bisection."""

    def __init__(self, first: float, points: Iterable[Point] = ()) -> None:
        self._first = first
        self._begins: list[int] = []
        self._starts: list[float] = []
        self._targets: list[float] = []
        self._glides: list[int] = []
        for point in sorted(points, key=lambda p: p.at_ms):
            self._append(point)

    def _append(self, point: Point) -> None:
        start = self.at(point.at_ms)
        self._begins.append(point.at_ms)
        self._starts.append(start)
        self._targets.append(point.target)
        # What is missing has no line to or from it.
        self._glides.append(0 if MISSING in (start, point.target) else point.glide_ms)

    def at(self, at_ms: int) -> float:
        """The value at the instant; before the first point what it began with."""
        index = bisect_right(self._begins, at_ms) - 1
        if index < 0:
            return self._first
        passed, glide = at_ms - self._begins[index], self._glides[index]
        if passed >= glide:
            return self._targets[index]
        start = self._starts[index]
        return start + (self._targets[index] - start) * passed / glide

    def pieces(self, first_ms: int, last_ms: int) -> Iterator[Piece]:
        """The pieces that cover [first, last], in order, cut to it."""
        index = bisect_right(self._begins, first_ms) - 1
        begin = first_ms
        while begin <= last_ms:
            following = self._begins[index + 1] if index + 1 < len(self._begins) else last_ms + 1
            end = min(following, last_ms + 1)
            level = begin if index < 0 else max(begin, self._begins[index] + self._glides[index])
            target = self._first if index < 0 else self._targets[index]
            if end > begin:
                yield Piece(begin, end, level, self.at(begin), target)
            begin, index = end, index + 1


def as_level(value: Decimal | int | float | str) -> float:
    """A scripted value as the track's number; what the file calls missing is MISSING."""
    return MISSING if isinstance(value, str) else float(value)
