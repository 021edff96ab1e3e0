"""When memory is swept: a full collection stops every thread for a tenth of a second, and an order must not wait so."""

import gc
from collections.abc import Callable

from allusetui.domain.snapshot import Snapshot

EVERY_S = 600.0
_NEVER = 1_000_000_000


class Sweep:
    """Watches snapshots. What lives at the first is never looked at again; the rest is swept while the market is shut.

    Before the first nothing is collected either: a program that starts makes hardly any garbage.

    `is_shut` is asked for an instant in epoch ms; `wall_s` is monotonic.
    """

    def __init__(self, is_shut: Callable[[int], bool], wall_s: Callable[[], float]) -> None:
        self._is_shut = is_shut
        self._wall_s = wall_s
        self._swept_s: float | None = None

    def __call__(self, snapshot: Snapshot) -> None:
        now_s = self._wall_s()
        if self._swept_s is None:
            gc.freeze()
            gc.enable()
            gc.set_threshold(*gc.get_threshold()[:2], _NEVER)
            self._swept_s = now_s
        elif now_s - self._swept_s >= EVERY_S and self._is_shut(snapshot.now_ms):
            gc.collect()
            self._swept_s = now_s
