"""What a screen is given of a running engine: frozen snapshots."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from decimal import Decimal

from allusetui.domain.event import Event
from allusetui.domain.frozen import frozen
from allusetui.domain.state import State
from allusetui.domain.volatile import Volatile


@frozen
class Told:
    """One event of the journal."""

    seq: int
    at_ms: int
    event: Event


@frozen
class Proof:
    """What became of a pause or a kill: cancels sent, those proven, and the wall time it took, ms."""

    action: str
    at_ms: int
    sent: int
    confirmed: int
    took_ms: float


@frozen
class Link:
    """The broker's link: whether it is up, its last round trip and its last message's age, ms of wall time.

    `trouble`: why it is down, where the broker's side has said.
    """

    up: bool = True
    round_trip_ms: float | None = None
    message_age_ms: float | None = None
    trouble: str = ""


@frozen
class Mark:
    """What an account was worth when a session had closed, and its high-water mark then, dollars."""

    day: date
    equity: Decimal
    high_water: Decimal


@frozen
class Source:
    """Where a datum of the market comes from: `what` it is, of which symbol; an empty `source`: nobody knows it.

    `at_ms`: when it was told, where that is not told otherwise; `trouble`: why there is no newer, or no other.
    """

    what: str
    of: str
    source: str
    at_ms: int | None = None
    value: str = ""
    trouble: str = ""


@frozen(eq=False)
class Snapshot:
    """Everything of one instant. Nobody changes what it holds.

    `state` is without the executions and settlements that were seen, by which the engine counts each once; `volatile`
    carries quotes and what is doubted of them, the rate, known reports and dividends, and the walks of working orders,
    no more. `beat_ms` is the engine's wall clock, monotonic; `lag_ms` how late its loop was at the worst since the
    snapshot before. `tail`, `alerts` and `reports`, those that were written, ascend; `moves` are the accounts' last
    transitions.
    """

    count: int
    session: str
    mode: str
    now_ms: int
    speed: float
    beat_ms: float
    lag_ms: float
    state: State
    volatile: Volatile
    link: Link = field(default_factory=Link)
    tail: tuple[Told, ...] = ()
    alerts: tuple[Told, ...] = ()
    proofs: Mapping[str, Proof] = field(default_factory=dict)
    """By account; a kill's under the empty name."""
    marks: Mapping[str, tuple[Mark, ...]] = field(default_factory=dict)
    """By account, ascending: one a session, of a year at most."""
    moves: tuple[Told, ...] = ()
    reports: tuple[Told, ...] = ()
    sources: tuple[Source, ...] = ()
    """Where the data of a linked session come from; a simulated market tells none."""
    ended: bool = False
    begun: bool = True
    """False while the session waits for its link: its keys wait too."""
