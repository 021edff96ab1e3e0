"""What a seed draws for a run of the whole program: an hour of a market, what lies on the wire, and what goes wrong."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, time, timedelta
from math import exp, log
from typing import Final

from allusetui.domain.frozen import frozen
from allusetui.domain.moment import MINUTE_MS, SECOND_MS
from allusetui.torture import dice
from allusetui.torture.dice import Dice, Throws
from allusetui.torture.sites.site import Scripted
from allusetui.torture.sites.table import SITES

_LATENCIES_S: Final = (0.0, 0.001, 0.02, 0.15)
CALM: Final = timedelta(seconds=150)
"""Before the end of a run all faults are over, and what should come to rest can."""
_QUIET: Final = CALM + timedelta(seconds=90)
"""Before its end nothing begins to go wrong: what a script tells lasts so long."""
_OF_FAULTS, _OF_TASKS = 1, 2
_LEAST_ARMED, _MOST_ARMED = 0.02, 0.3
_LEAST_OFTEN, _MOST_OFTEN = 0.7, 5.0
_AT_THE_WINDOW_S: Final = (-10, 60)
_MOST_MOVES: Final = 6
_MOST_STRIKES: Final = 120
_LEAST_EQUITY: Final = 400_000
_THIN: Final = 0.5
_SALTS: Final = 2**31
_OWNERS: Final = {0: "COM", 2: "REV", 3: "GEN"}
"""Whose entry window is on a weekday."""
_WEEKDAYS: Final = (3, 3, 3, 2, 0, 1, 4)
_LATE: Final = time(15, 52)
_OTHER_HOURS: Final = (time(9, 28), time(14, 28), time(15, 35), time(15, 54), _LATE)
_EVENING, _MORNING = time(16, 8), time(9, 26)


@frozen
class Fault:
    """Something that goes wrong: where, when, and what decides the rest of it. `number`: its place in the plan."""

    number: int
    site: str
    at_ms: int
    salt: int


@frozen
class Plan:
    """A run. `text`: its scenario without its faults; `at_ms` of a fault counts from the scenario's start.

    `prepared`: whether the session was begun already, with what the scenario's accounts hold; `tasks`: the seed of the
    order of what is ready at one instant, None for first come first served.
    """

    seed: int
    text: str
    begins: datetime
    ends: datetime
    night: tuple[datetime, datetime] | None
    """From when to when the program is down for a night, ended in good order."""
    traded: tuple[str, ...]
    held: tuple[dice.Keys, ...]
    prepared: bool
    latency_s: float
    tasks: int | None
    faults: tuple[Fault, ...]

    def only(self, numbers: Collection[int]) -> "Plan":
        """The same run with no faults but these."""
        kept = tuple(fault for fault in self.faults if fault.number in numbers)
        return replace(self, faults=kept)

    @property
    def scenario(self) -> str:
        """The text with the faults that a scenario can tell."""
        rows = [self.text]
        for fault in self.faults:
            site = SITES[fault.site]
            if isinstance(site, Scripted):
                at = self.begins + timedelta(milliseconds=fault.at_ms)
                rows.append(site.script(Throws(fault.salt), at, self.traded, self.held))
        return "\n".join(rows)


class _Hour(Dice):
    """A part of one session, most often about an entry window, or a night."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.accounts = ["GEN", *(name for name in ("REV", "COM") if self.happens(0.4))]
        self.quiet, self.most_strikes = _QUIET, _MOST_STRIKES
        self.liquid, self.least_equity = True, _LEAST_EQUITY
        self.fresh = self.happens(0.15)
        weekday = self.one_of(_WEEKDAYS)
        day = self.one_of(dice.STARTS) + timedelta(days=weekday)
        while dice.SESSIONS.on(day) is None:
            day -= timedelta(days=1)
        if weekday in _OWNERS:
            self.accounts = list(dict.fromkeys((_OWNERS[weekday], "GEN")))
        opens = datetime.combine(day, time(9, 44))
        self.start = opens if weekday in _OWNERS else datetime.combine(day, self.one_of(_OTHER_HOURS))
        self.end = self.start + timedelta(minutes=self.whole(10, 22))
        self.busy = [self.start + timedelta(minutes=1)]
        self.night: tuple[datetime, datetime] | None = None
        if self.start.time() == _LATE:
            morning = datetime.combine(day + timedelta(days=1), _MORNING)
            self.night, self.end = (datetime.combine(day, _EVENING), morning), morning + timedelta(minutes=10)
            self.busy.append(morning)

    def instant(self) -> datetime:
        last = min(self.end - self.quiet, self.start + timedelta(minutes=30))
        return self.start + timedelta(seconds=self.whole(5, int((last - self.start).total_seconds())))


def draw(seed: int) -> Plan:
    """The plan of a seed."""
    hour = _Hour(seed)
    rows = [dice.head(hour), *dice.listed(hour)]
    rows += [] if hour.fresh else dice.held(hour)
    rows += [dice.move(hour) for _ in range(hour.whole(0, _MOST_MOVES))]
    traded = tuple(dict.fromkeys(symbol for name in hour.accounts for symbol in dice.UNIVERSES[name]))
    if hour.happens(_THIN):
        rows += [_thin(hour, symbol) for symbol in traded]
    return Plan(
        seed, "\n".join(rows), hour.start, hour.end, hour.night, traded, tuple(hour.held), not hour.fresh,
        hour.one_of(_LATENCIES_S), hour.whole(0, _SALTS) if hour.happens(0.5) else None, _faults(hour),
    )  # fmt: skip


def _thin(hour: _Hour, symbol: str) -> str:
    """Little trades for a while, so that orders walk, are cancelled and fill in pieces."""
    keys: dice.Keys = {"at": hour.busy[0], "kind": "partial_fill", "symbol": symbol, "value": hour.whole(0, 2)}
    return dice.table("[[fault]]", **keys, **{"for": hour.one_of(("20s", "60s", "3m"))})


def _faults(hour: _Hour) -> tuple[Fault, ...]:
    """Each site is armed or not; where it is, it fires at a rate of its own."""
    throws, found = Throws(hour.seed, _OF_FAULTS), list[tuple[int, str, int]]()
    armed = exp(throws.number(log(_LEAST_ARMED), log(_MOST_ARMED)))
    for name, site in SITES.items():
        # Thrown whether it is armed or not: a site more or less leaves the others as they were only in other seeds.
        if not throws.happens(armed * site.weight):
            continue
        often = exp(throws.number(log(_LEAST_OFTEN), log(_MOST_OFTEN)))
        for _ in range(max(int(throws.rng.poisson(often * site.often)), 1)):
            found.append((_instant_ms(hour, throws), name, throws.whole(0, _SALTS)))
    return tuple(Fault(number, name, at_ms, salt) for number, (at_ms, name, salt) in enumerate(sorted(found)))


def _instant_ms(hour: _Hour, throws: Throws) -> int:
    """Mostly where orders may work: in the first minute of a window, or after a move of prices."""
    last_ms = int((hour.end - hour.quiet - hour.start).total_seconds()) * SECOND_MS
    begins_ms = int((throws.one_of(hour.busy) - hour.start).total_seconds()) * SECOND_MS
    low, high = (each * SECOND_MS for each in _AT_THE_WINDOW_S)
    at_ms = begins_ms + throws.whole(low, high)
    if throws.happens(0.65) and 0 < at_ms < last_ms:
        return at_ms
    return throws.whole(SECOND_MS, min(last_ms, 30 * MINUTE_MS))
