"""What a seed draws for a run of the whole program: an hour of a market, what lies on the wire, and what goes wrong."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from math import exp, log
from typing import Final

from allusetui.domain.frozen import frozen
from allusetui.domain.moment import MINUTE_MS, SECOND_MS, local
from allusetui.torture import dice
from allusetui.torture.dice import Dice, Throws
from allusetui.torture.rota import scene_of, turns_of
from allusetui.torture.sites.keys import ADVISER, PAUSE_ALL
from allusetui.torture.sites.script import HEADLINE
from allusetui.torture.sites.site import Awaited, Scene, Scripted
from allusetui.torture.sites.table import SITES

_LATENCIES_S: Final = (0.0, 0.001, 0.02, 0.15)
CALM: Final = timedelta(seconds=150)
"""Before the end of a run all faults are over, and what should come to rest can."""
_QUIET: Final = CALM + timedelta(seconds=90)
"""Before its end nothing begins to go wrong: what a script tells lasts so long."""
_OF_FAULTS, _OF_TURNS = 1, 3
_AS_IT_BEGINS_MS: Final = (-4_000, 2_000)
_WITH_A_PUT: Final = (Scene.ASKED, Scene.NIGHT)
_IN_A_WINDOW: Final = (Scene.WINDOW, Scene.HALTED)
_HELD, _FALL, _CREDIT, _GRID = "AAPL", 0.86, 0.02, 2.5
_LEAST_ARMED, _MOST_ARMED = 0.02, 0.3
_LEAST_OFTEN, _MOST_OFTEN = 0.7, 5.0
_AT_THE_WINDOW_S: Final = (-10, 60)
_MOST_MOVES: Final = 6
_MOST_STRIKES: Final = 120
_LEAST_EQUITY: Final = 400_000
_THIN: Final = 0.5
_SALTS: Final = 2**31
_OF_FEAR, _FEARED = 4, 0.15
_FEAR: Final = (50.01, 51, 64, 66, 81)
_OWNERS: Final = {0: "COM", 2: "REV", 3: "GEN"}
"""Whose entry window is on a weekday."""
_WEEKDAYS: Final = (3, 3, 3, 2, 0, 1, 4)
_DAYS_OF: Final = {Scene.WINDOW: (3, 3, 2, 0), Scene.HALTED: (3, 3, 2, 0), Scene.ASKED: (3, 2, 0), Scene.WEEK_END: (4,)}
_LATE: Final = time(15, 52)
_OTHER_HOURS: Final = (time(9, 28), time(14, 28), time(15, 35), time(15, 54), _LATE)
_WINDOW: Final = time(9, 44)
_BEFORE_CLOSE: Final = timedelta(minutes=9)
_ANY_MINUTES: Final = (10, 22)
_MINUTES: Final = {Scene.WEEK_END: (17, 21)}
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
        self.scene = scene_of(seed)
        self.fresh = self.happens(0.15) and self.scene not in _WITH_A_PUT
        weekday = self.one_of(_DAYS_OF.get(self.scene, _WEEKDAYS))
        day = self.one_of(dice.STARTS) + timedelta(days=weekday)
        while dice.SESSIONS.on(day) is None:
            day -= timedelta(days=1)
        if weekday in _OWNERS:
            self.accounts = list(dict.fromkeys((_OWNERS[weekday], "GEN")))
        self.start = self._start(day, weekday in _OWNERS)
        self.end = self.start + timedelta(minutes=self.whole(*_MINUTES.get(self.scene, _ANY_MINUTES)))
        self.busy = [self.start + timedelta(minutes=1)]
        self.night: tuple[datetime, datetime] | None = None
        if self.start.time() == _LATE:
            morning = datetime.combine(dice.in_session(day + timedelta(days=1)), _MORNING)
            self.night, self.end = (datetime.combine(day, _EVENING), morning), morning + timedelta(minutes=10)
            self.busy.append(morning)

    def _start(self, day: date, has_window: bool) -> datetime:
        if self.scene is Scene.WEEK_END:
            session = dice.SESSIONS.up_to(day)
            return local(session.close_ms).replace(tzinfo=None) - _BEFORE_CLOSE
        if self.scene is Scene.NIGHT:
            return datetime.combine(day, _LATE)
        return datetime.combine(day, _WINDOW if has_window else self.one_of(_OTHER_HOURS))

    def instant(self) -> datetime:
        last = min(self.end - self.quiet, self.start + timedelta(minutes=30))
        return self.start + timedelta(seconds=self.whole(5, int((last - self.start).total_seconds())))


def draw(seed: int) -> Plan:
    """The plan of a seed."""
    hour = _Hour(seed)
    rows = [dice.head(hour), *dice.listed(hour)]
    rows += [] if hour.fresh else dice.held(hour)
    rows += _fear(hour)
    rows += _put(hour) if hour.scene in _WITH_A_PUT else []
    rows += [_fall(hour)] if hour.scene is Scene.ASKED else []
    rows += [dice.move(hour) for _ in range(hour.whole(0, _MOST_MOVES))]
    traded = tuple(dict.fromkeys(symbol for name in hour.accounts for symbol in dice.UNIVERSES[name]))
    if hour.happens(_THIN) or hour.scene in _IN_A_WINDOW:
        rows += [_thin(hour, symbol) for symbol in traded]
    return Plan(
        seed, "\n".join(rows), hour.start, hour.end, hour.night, traded, tuple(hour.held), not hour.fresh,
        hour.one_of(_LATENCIES_S), hour.whole(0, _SALTS) if hour.happens(0.5) else None, _faults(hour),
    )  # fmt: skip


def _fear(hour: _Hour) -> list[str]:
    """A VIX above a breaker's tier from the beginning on, until prices move: before a window opens, not only after."""
    throws = Throws(hour.seed, _OF_FEAR)
    if not throws.happens(_FEARED) or hour.scene is Scene.WEEK_END:
        return []
    return [dice.table("[[tape]]", at=hour.start + timedelta(seconds=1), set={"VIX": throws.one_of(_FEAR)})]


def _put(hour: _Hour) -> list[str]:
    """One that is held for certain: to be stopped, exercised, or become something else."""
    spot = hour.spots[_HELD]
    row: dice.Keys = {
        "symbol": _HELD, "expiry": dice.in_session(hour.start.date() + timedelta(days=1)),
        "strike": round(spot / _GRID) * _GRID, "right": "P",
    }  # fmt: skip
    while row in hour.held:
        row["strike"] += _GRID
    hour.held.append(row)
    since = hour.start.date() - timedelta(days=1)
    return [dice.table("[[accounts.GEN.options]]", **row, quantity=-1, price=round(spot * _CREDIT, 2), opened=since)]


def _fall(hour: _Hour) -> str:
    """Through the strike of the put by far, so that its stop is wanted."""
    hour.spots[_HELD] = round(hour.spots[_HELD] * _FALL, 2)
    return dice.table("[[tape]]", at=hour.busy[0] - timedelta(seconds=10), set={_HELD: hour.spots[_HELD]})


def _thin(hour: _Hour, symbol: str) -> str:
    """Little trades for a while, so that orders walk, are cancelled and fill in pieces."""
    keys: dice.Keys = {"at": hour.busy[0], "kind": "partial_fill", "symbol": symbol, "value": hour.whole(0, 2)}
    return dice.table("[[fault]]", **keys, **{"for": hour.one_of(("20s", "60s", "3m"))})


def _faults(hour: _Hour) -> tuple[Fault, ...]:
    """Each site is armed or not; where it is, it fires at a rate of its own."""
    throws, found = Throws(hour.seed, _OF_FAULTS), list[tuple[int, str, int]]()
    armed = exp(throws.number(log(_LEAST_ARMED), log(_MOST_ARMED)))
    if hour.scene is Scene.WEEK_END:
        armed = _LEAST_ARMED  # much else, and few accounts come to their close as they should
    for name, site in SITES.items():
        # Thrown whether it is armed or not: a site more or less leaves the others as they were only in other seeds.
        if not throws.happens(armed * site.weight):
            continue
        often = exp(throws.number(log(_LEAST_OFTEN), log(_MOST_OFTEN)))
        for _ in range(max(int(throws.rng.poisson(often * site.often)), 1)):
            found.append((_instant_ms(hour, throws), name, throws.whole(0, _SALTS)))
    found += _directed(hour)
    return tuple(Fault(number, name, at_ms, salt) for number, (at_ms, name, salt) in enumerate(sorted(found)))


def _directed(hour: _Hour) -> Iterator[tuple[int, str, int]]:
    """Those whose turn it is, when there is most to do them to."""
    throws = Throws(hour.seed, _OF_TURNS)
    if hour.scene is Scene.ASKED:
        yield SECOND_MS, PAUSE_ALL, 0
    for name in turns_of(hour.seed):
        site = SITES[name]
        begins_ms = int((hour.busy[0] - hour.start).total_seconds()) * SECOND_MS
        if isinstance(site, Awaited):
            at_ms = SECOND_MS
        elif site.scene in (*_IN_A_WINDOW, Scene.ASKED):
            at_ms = begins_ms + throws.whole(*_AS_IT_BEGINS_MS)
        else:
            at_ms = _instant_ms(hour, throws)
        yield at_ms, name, throws.whole(0, _SALTS)
        if name == ADVISER:
            yield at_ms + SECOND_MS, HEADLINE, throws.whole(0, _SALTS)


def _instant_ms(hour: _Hour, throws: Throws) -> int:
    """Mostly where orders may work: in the first minute of a window, or after a move of prices."""
    last_ms = int((hour.end - hour.quiet - hour.start).total_seconds()) * SECOND_MS
    begins_ms = int((throws.one_of(hour.busy) - hour.start).total_seconds()) * SECOND_MS
    low, high = (each * SECOND_MS for each in _AT_THE_WINDOW_S)
    at_ms = begins_ms + throws.whole(low, high)
    if throws.happens(0.65) and 0 < at_ms < last_ms:
        return at_ms
    return throws.whole(SECOND_MS, min(last_ms, 30 * MINUTE_MS))
