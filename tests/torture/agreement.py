"""What a session over the wire has in common with one on the exchange of its own process: all but this list."""

from collections import Counter
from collections.abc import Sequence
from datetime import time
from typing import Any, Final

from allusetui.domain.moment import DAY_MS, MINUTE_MS, SECOND_MS, at_clock, day_of, from_iso
from tests.replaying import Replayed

Row = dict[str, Any]
LATEST_MS: Final = 10 * SECOND_MS
"""How much later an event may come over the wire: chains are scanned within the broker's pace."""
BROKERS_WORDS: Final = {
    "order.filled": {"exec_id"},  # the wire tells which version of an execution it is
    "order.rejected": {"reason"},
    "broker.down": {"reason"},
    "broker.up": {"reason"},
    "entry.skipped": {"why"},  # why there is no chain: in one process it needs no asking
    "leap.skipped": {"why"},
    "triggers.judged": {"breadth", "breadth_day"},  # no broker tells it: what a person wrote down before the start
    "report.written": {"sha256"},  # reports tell instants
    "assignment.received": {"settlement"},  # nobody names one: it is read off the book
    "called_away.received": {"settlement"},
    "exercised.received": {"settlement"},
    "expired.received": {"settlement"},
    "lot.closed": {"day"},  # told in the night after, it names its day
}
LINKING: Final = frozenset(
    {
        "broker.down", "broker.up", "latch.set", "latch.released", "resume.step", "state.changed", "freeze.on",
        "freeze.off", "data.stale",
    }
)  # fmt: skip
"""A session over the wire begins without a link: latched, until it is synchronized."""
AT_THE_BELL: Final = frozenset({"freeze.on", "freeze.off", "data.stale"})
"""The first quotes of a session come a moment after its bell: until then there are only older ones."""
AS_IT_IS_BACK: Final = AT_THE_BELL | {"resume.step", "state.changed", "latch.released"}
"""Lines are asked for anew when a link is back, at the pace of data: what a resume says goes by older prices, and a
state that they don't bear is left as soon as the newer ones are there. Orders are the same, and what latches is."""
GRID_MS: Final = 5 * MINUTE_MS
"""What one process decides by the prices of the bell itself is decided at the next point of the grid (0.12)."""
UNEXPECTED: Final = ["8.6", "14.4"]
"""The alert of a loss that was not expected: a scenario's own exchange does not say whether it was."""
MOMENT_MS: Final = SECOND_MS
BACK_MS: Final = 3 * SECOND_MS
LINKED_MS: Final = 5 * SECOND_MS
SETTLED: Final = frozenset(
    {"assignment.received", "called_away.received", "expired.received", "exercised.received", "lot.closed"}
)
"""A broker settles in the night, and tells nobody: what was settled is the same, the hour is not."""
MEANWHILE: Final = frozenset({"account.marked", "week.typed", "state.changed", "report.written"})
"""What goes by the book, and so by another one from the close to that night; a week is typed again after it (7.2)."""
SEEN_AT: Final = time(3, 31)


def disagreements(here: Replayed, wired: Replayed) -> list[str]:
    """One line for each event that only one of two runs has, or has in another place, or at another hour."""
    settled = [sorted(_facts(row) for row in run.records if row["kind"] in SETTLED) for run in (here, wired)]
    ours, theirs = _told(here, here), _told(wired, here)
    found = _differences("settled", *settled)
    found += _differences("told", *([*map(_facts, rows)] for rows in (ours, theirs)))
    found += _differences("week", _weeks(here, here), _weeks(wired, here))
    return found or [
        f"at another hour: {there['ts']}, here {row['ts']} {_facts(row)}"
        for row, there in zip(ours, theirs, strict=True)
        if not -1 <= _ms(there) - _ms(row) <= _latest_ms(row, here)
    ]


def _latest_ms(row: Row, here: Replayed) -> int:
    session = here.run.calendar.at(_ms(row))
    at_the_bell = session is not None and 0 <= _ms(row) - session.open_ms <= MOMENT_MS
    return GRID_MS if at_the_bell else LATEST_MS


def _told(run: Replayed, here: Replayed) -> list[Row]:
    """What has to be told in both, each account and symbol by itself: several are told in any order.

    The steps of a resume too: while the broker is asked for its book prices come, and are judged.
    """
    begin_ms, end_ms = here.run.started.at_ms + LINKED_MS, here.run.end_ms + LATEST_MS
    nights, back = _nights(here), [_ms(row) for row in here.of("broker.up")]
    rows = [
        row for row in run.records
        if row["kind"] not in SETTLED and _ms(row) <= end_ms
        and not (row["kind"] in LINKING and _ms(row) < begin_ms)
        and not (row["kind"] == "alert.raised" and row["clauses"] == UNEXPECTED)
        and not (row["kind"] in AT_THE_BELL and row["account"] is None and _is_first(_ms(row), here))
        and not (row["kind"] in AS_IT_IS_BACK and any(0 <= _ms(row) - at_ms < BACK_MS for at_ms in back))
        and not (row["kind"] in MEANWHILE and any(begun <= _ms(row) <= over for begun, over in nights))
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (str(row["account"]), _symbol(row), row["kind"] == "resume.step"))


def _is_first(at_ms: int, here: Replayed) -> bool:
    """Whether an instant is in the first moment of a session."""
    session = here.run.calendar.at(at_ms)
    return session is not None and 0 <= at_ms - session.open_ms < MOMENT_MS


def _symbol(row: Row) -> str:
    contract = row["data"].get("contract") or {}
    return str(row["data"].get("symbol") or contract.get("symbol") or "")


def _nights(here: Replayed) -> list[tuple[int, int]]:
    """From each settlement to when a broker has shown it: the morning after."""
    begun = [_ms(row) for row in here.records if row["data"].get("settlement")]
    return [(at_ms, at_clock(day_of(at_ms + DAY_MS), SEEN_AT)) for at_ms in begun]


def _differences(what: str, ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    here, there = Counter(ours), Counter(theirs)
    found = [f"{what}, only here: {each}" for each in here - there]
    found += [f"{what}, only on the wire: {each}" for each in there - here]
    return found or [f"{what} in another order: {a}, {b}" for a, b in zip(ours, theirs, strict=True) if a != b]


def _weeks(run: Replayed, here: Replayed) -> list[str]:
    """What each week was typed in the end, of those typed by the scenario's end: a wire runs on into the night."""
    rows, end_ms = run.of("week.typed"), here.run.end_ms + LATEST_MS
    typed = {_week(row) for row in rows if _ms(row) <= end_ms}
    last = {_week(row): row["data"]["type"] for row in rows if _week(row) in typed}
    return sorted(map(str, last.items()))


def _week(row: Row) -> tuple[str, str | None]:
    return row["data"]["week"], row["data"]["group"]


def _facts(row: Row) -> str:
    left_out = BROKERS_WORDS.get(row["kind"], set())
    data = {key: value for key, value in row["data"].items() if key not in left_out}
    return f"{row['kind']} {row['account']} {row['clauses']} {data}"


def _ms(row: Row) -> int:
    return from_iso(row["ts"])
