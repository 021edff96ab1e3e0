"""At which messages of the wire a program dies."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from allusetui.broker.gateway.frames import GREETING
from allusetui.torture.process import Way

_OF_ORDERS: Final = {
    Way.IN: frozenset(b"3 5 6 7 8 9 11 15 53 54 55 59 61 62 63 64 73 74 101 102".split()),
    Way.OUT: frozenset(b"3 4 5 6 7 15 16 21 58 61 62 63 71 76 99".split()),
}
"""Orders, fills, fees, positions and sums of the account, and what asks for them: numbers of `tws-wire.md`."""
_ERROR, _NO_SUCH_CONTRACT, _LENGTH = b"4", b"200", 4

Dies = Callable[[int, Path, Way, bytes], bool]
"""Whether a death is tried at a message: its number, the folder of the session, which way it goes, its bytes."""


def each(every: int) -> Dies:
    """At every so many messages."""
    return lambda number, folder, way, data: number % every == 0


class EachState:
    """At each message before which the folder, or what is known of orders and positions, has changed."""

    def __init__(self) -> None:
        self._files: object = None
        self._of_orders = False

    def __call__(self, number: int, folder: Path, way: Way, data: bytes) -> bool:
        found = sorted((path, stat.st_size, stat.st_mtime_ns) for path in folder.rglob("*.*") for stat in [path.stat()])
        is_new = found != self._files or self._of_orders
        self._files = found
        self._of_orders = any(_is_of_orders(way, fields) for fields in _messages(data))
        return is_new or self._of_orders


def _messages(data: bytes) -> Iterator[list[bytes]]:
    """The fields of each message of a piece; a greeting before them is none."""
    at = data.startswith(GREETING) and len(GREETING)
    while at < len(data):
        length = int.from_bytes(data[at : at + _LENGTH], "big")
        yield data[at + _LENGTH : at + _LENGTH + length].split(b"\0")
        at += _LENGTH + length


def _is_of_orders(way: Way, fields: list[bytes]) -> bool:
    if way is Way.IN and fields[0] == _ERROR:
        return fields[3] != _NO_SUCH_CONTRACT
    return fields[0] in _OF_ORDERS[way]
