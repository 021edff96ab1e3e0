"""Short runs with something wrong in them: three stories of one Thursday, and a way to run them with a witness."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from allusetui.compose.run import Run, build_run
from allusetui.domain.moment import to_ms
from allusetui.journal.memory import MemoryJournal
from allusetui.law.load import load as load_law
from allusetui.ports import Broker
from allusetui.runtime.world import Crash
from allusetui.scenario.load import parse
from allusetui.scenario.model import Scenario
from allusetui.torture.checker.checker import judge
from tests.faults.disks import FullDisk
from tests.faults.invariants import AtTheWire, books_tie, no_fill_lost, state_is_the_fold
from tests.replaying import Replayed, Silent

# Nothing is listed on the indices that a hedge may take: the stories are about one order.
MARKET = """
[market]
kind = "scripted"
[market.symbols.AAPL]
spot = 200.0
iv = 0.3
atr = 4.0
volume = 5000
strike_step = 0.5
expiries = "daily"
[market.symbols.VIX]
spot = 18.0
oi = 0
[market.symbols.SPX]
spot = 5000.0
oi = 0
"""
HELD = """
[[accounts.GEN.options]]
symbol = "AAPL"
expiry = 2026-03-06
strike = 195.0
right = "P"
quantity = -4
price = 14.00
opened = 2026-03-04
"""


def head(name: str, end: str = "12:00:00") -> str:
    """GEN alone trades, 319,200 dollars, from Thursday 09:30."""
    return f"""
[scenario]
name = "{name}"
start = 2026-03-05T09:30:00
end = 2026-03-05T{end}
capital = 798_000
accounts = ["GEN"]
{MARKET}"""


def move(at: str, **values: float) -> str:
    """A confirmed move of spots."""
    moves = ", ".join(f"{symbol} = {value}" for symbol, value in values.items())
    return f"[[tape]]\nat = 2026-03-05T{at}\nset = {{ {moves} }}\n"


def fault(kind: str, at: str, span: str | None = None, /, **keys: object) -> str:
    """A fault at a time of the Thursday."""
    rows = [f"at = 2026-03-05T{at}", f'kind = "{kind}"'] + ([f'for = "{span}"'] if span else [])
    rows += [f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}" for name, value in keys.items()]
    return "[[fault]]\n" + "\n".join(rows) + "\n"


def key(action: str, at: str, account: str | None = "GEN") -> str:
    """A key of the operator."""
    whose = f'account = "{account}"\n' if account else ""
    return f'[[operator]]\nat = 2026-03-05T{at}\naction = "{action}"\n{whose}'


ENTRY = head("entry")
"""At 09:45:00 the entry of four AAPL puts; it fills at 09:45:01."""
ROLL = head("roll") + HELD + move("10:30:00", AAPL=187.0)
"""Four puts held; at 10:30:00 level 2 and the roll, which fills at 10:30:01."""
STOP = head("stop") + HELD + move("10:30:00", AAPL=182.0)
"""Four puts held; at 10:30:00 level 3 and the stop, which fills at 10:30:01."""
STORIES = {"entry": (ENTRY, "09:45"), "roll": (ROLL, "10:30"), "stop": (STOP, "10:30")}

PUT = {"symbol": "AAPL", "expiry": date(2026, 3, 6), "strike": 195.0, "right": "P"}
SOLD = {**PUT, "strike": 199.5}
SENT = frozenset({"order.sent", "order.replaced"})


def at(clock: str) -> int:
    return to_ms(datetime.fromisoformat(f"2026-03-05T{clock}"))


def sent(r: Replayed, first: str = "09:30:00", last: str = "12:00:00") -> list[dict[str, Any]]:
    """What was sent within the times, both included."""
    return [row for row in r.records if row["kind"] in SENT and first <= row["ts"][11:23] <= f"{last}.999"]


def sold(r: Replayed, side: str = "SELL") -> int:
    return sum(row["data"]["quantity"] for row in r.of("order.filled", side=side))


def prepare(
    story: str | Scenario,
    journal: MemoryJournal | None = None,
    wrap: Callable[[Run], Broker] | None = None,
    crashes: tuple[Crash, ...] = (),
) -> Replayed:
    """A run that is ready, with a witness at the wire; `wrap` puts something else between engine and exchange."""
    scenario = parse(story, "fault.toml") if isinstance(story, str) else story
    kept = journal if journal is not None else MemoryJournal()
    run = build_run(scenario, kept, Silent(), crashes=crashes)
    broker = run.exchange if wrap is None else wrap(run)
    if isinstance(kept, FullDisk):
        kept.clock = lambda: run.runtime.now_ms
    run.runtime.world.broker = AtTheWire(broker, run.exchange, run.market, lambda: kept.last_seq)
    return Replayed(scenario, run, kept)


def finish(text: str, journal: MemoryJournal | None = None, wrap: Callable[[Run], Broker] | None = None) -> Replayed:
    """The run at its end."""
    replayed = prepare(text, journal, wrap)
    replayed.run.go()
    return replayed


def survive(text: str, journal: MemoryJournal | None = None, wrap: Callable[[Run], Broker] | None = None) -> Replayed:
    """The run at its end, held to every invariant."""
    replayed = finish(text, journal, wrap)
    assert breaches(replayed) == []
    return replayed


def breaches(r: Replayed) -> list[str]:
    """Every invariant of a finished run."""
    witness, rows = r.run.runtime.world.broker, list(r.journal.read())
    assert isinstance(witness, AtTheWire)
    return [
        *(each.line for each in judge(rows, load_law(), witness, r.run.end_ms)),
        *witness.doubled,
        *no_fill_lost(rows, r.run.exchange),
        *books_tie(r),
        *state_is_the_fold(r),
    ]
