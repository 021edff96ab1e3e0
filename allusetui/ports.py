"""What the house asks of the world outside: our verbs, one screen. Every port has a simulated twin in the package."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.advice import Advice, Question
from allusetui.domain.contract import Option
from allusetui.domain.event import Event
from allusetui.domain.input import HeadlineSeen, Input
from allusetui.domain.order import Order
from allusetui.domain.proposal import Proposal
from allusetui.domain.quote import Ahead, Bar, Breadth, Chain, Listed, Quote
from allusetui.domain.snapshot import Source


class Market(Protocol):
    """A feed on a virtual clock: every answer is a pure function of the instant asked for."""

    symbols: frozenset[str]

    def underlying(self, symbol: str, at_ms: int) -> Quote | None:
        """The last tick at or before the instant; None where the symbol is not listed."""

    def option(self, option: Option, at_ms: int) -> Quote | None: ...

    def chain(self, symbol: str, at_ms: int) -> Chain | None: ...

    def bars(self, symbol: str, at_ms: int) -> tuple[Bar, ...]:
        """Daily bars of the sessions before the instant's day, ascending."""

    def rate(self, at_ms: int) -> float:
        """Continuously compounded, a year."""

    def breadth(self, at_ms: int) -> Breadth | None:
        """The last breadth known at the instant; None where there is none."""

    def next_tick(self, after_ms: int) -> int | None:
        """The first instant after `after_ms` at which quotes tick; None when there is none left."""

    def first_above(self, symbol: str, level: Decimal, after_ms: int, until_ms: int) -> int | None:
        """The first tick in (after, until] at which the underlying stands above `level`."""

    def ahead(
        self, symbols: Iterable[str], options: Iterable[Option], strips: Iterable[Listed], times: NDArray[np.int64]
    ) -> Ahead | None:
        """What will be shown at the instants, ms, all of one session; None where every one of them has to be seen."""

    def disturbed(self, after_ms: int, until_ms: int) -> bool:
        """Whether within the span some quote may be late or wrong, so that every tick has to be looked at."""


class Inquiries(Protocol):
    """Questions about the market that take their time. What is known at once is returned; the rest by `advance`."""

    def watch(self, symbols: Sequence[str], options: Sequence[Option]) -> None:
        """What is looked at from now on, the most important first."""

    def ask_chain(self, symbol: str, at_ms: int) -> Sequence[Input]:
        """Ask for a symbol's chain: the answer is a `ChainSeen`."""

    def ask_bars(self, symbol: str, at_ms: int) -> Sequence[Input]:
        """Ask for the daily bars of the sessions before the instant's day: the answer is a `BarsSeen`."""

    def next_ms(self, after_ms: int) -> int | None:
        """When there is something to do or to tell."""

    def sources(self, at_ms: int) -> tuple[Source, ...]:
        """Where what is known comes from, for a person to read."""

    def advance(self, at_ms: int) -> Sequence[Input]:
        """What has come in up to the instant."""


class Broker(Protocol):
    """Orders out, reports back. What a call answers at once is returned; the rest comes by `advance`."""

    def place(self, order: Order, at_ms: int) -> Sequence[Input]: ...

    def cancel(self, client_order_id: str, at_ms: int) -> Sequence[Input]: ...

    def pay_out(self, account: str, amount: Decimal, reason: str, at_ms: int) -> Sequence[Input]:
        """Move the owner's money out of an account."""

    def ask_orders(self, at_ms: int) -> Sequence[Input]:
        """Ask for the orders of ours, open and done, and their executions: the answer is an `OrdersSeen`."""

    def ask_positions(self, at_ms: int) -> Sequence[Input]:
        """Ask for positions, cash and settlements: the answer is a `PositionsSeen`."""

    def engine_down(self, down: bool) -> None:
        """While the engine is down orders go on working and reports go nowhere; only questions find out."""

    def next_ms(self, after_ms: int) -> int | None:
        """When something may happen next without being asked."""

    def advance(self, at_ms: int) -> Sequence[Input]:
        """What has happened up to the instant."""


class Journal(Protocol):
    """The durable record. `append` returns only when the batch would survive a power cut."""

    def append(self, at_ms: int, events: Sequence[Event]) -> None:
        """Store one batch, all of it or nothing. Raises OSError when it can't."""

    def read(self, after: int = 0) -> Iterable[tuple[int, int, Event]]:
        """Every event after a seq as (seq, at_ms, event), in order."""

    def last(self, count: int, kind: str | None = None) -> Sequence[tuple[int, int, Event]]:
        """The newest events of a kind, or of all, in order."""


class Tape(Protocol):
    """What an engine is told, kept beside its journal, so that the same can be decided again. It never holds one up."""

    trouble: str
    """Why nothing is kept any more; empty while it is."""

    def record(self, item: Input) -> None:
        """The engine is about to be told."""


class Advisor(Protocol):
    """Proposes, never acts. What it says is checked before a person is asked, and nothing waits for it."""

    def answer(self, question: Question) -> Advice | None:
        """None where it has nothing to say. Deterministic; may take its time, and may be called in any thread."""


class Archive(Protocol):
    """A journal to be read by choice, as it stood when it was opened. Whoever reads one never holds up its writer."""

    @property
    def last_seq(self) -> int:
        """The newest record's; 0 where there is none."""

    def seq_at(self, at_ms: int) -> int:
        """The last record at or before the instant; 0 where there is none."""

    def select(
        self,
        kinds: Collection[str] | None = None,
        after: int = 0,
        until: int | None = None,
        account: str | None = None,
        clause: str | None = None,
        backwards: bool = False,
        holding: Collection[str] = (),
    ) -> Iterator[tuple[int, int, Event]]:
        """The events of these kinds, or of all, in (after, until], of one account or of all, as (seq, at_ms, event).

        With `clause` those that name it; with `holding` those whose line has one of these texts. Ascending, or the
        newest first. Reads no further than it is asked to.
        """


class SpeakerError(Exception):
    """A language model that gave no answer; one line that says why, without a word of its own."""


class Speaker(Protocol):
    """A language model, where one is configured: it looks things up, words what it found, and never acts."""

    def word(self, question: str, look_up: Callable[[Mapping[str, object]], str]) -> str:
        """Its answer, which nobody has checked yet. Raises SpeakerError where there is none in time.

        `look_up` takes how, topic, account, symbol, period, level, reason, clause; it gives sentences with citations.
        """


class News(Protocol):
    """Headlines as they are published."""

    def take(self, at_ms: int) -> Sequence[HeadlineSeen]:
        """What was published up to the instant and has not been taken yet."""


class HeadlineReader(Protocol):
    """Says how a headline reads: a list of words, or a model that somebody has configured."""

    def score(self, symbol: str, text: str) -> float | None:
        """Below zero is bad for whoever holds the symbol; None where it can't say."""


class LawKeeperError(Exception):
    """An approved law that did not come into force; one line that says why."""


class LawKeeper(Protocol):
    """Keeps the laws of a person's own. No engine changes a law: what a person approves is written here."""

    def waiting(self) -> tuple[Proposal, ...] | None:
        """Every proposal that waits for a word; None where nothing has changed since it was last told."""

    def enact(self, proposal: Proposal) -> None:
        """Bring it into force, or find that it is. Raises LawKeeperError."""


class Reporter(Protocol):
    """Writes a report from the journal and says what it wrote."""

    def write(self, period: str, name: str, at_ms: int) -> str:
        """The sha256 of the report's text."""
