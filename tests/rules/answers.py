"""A broker whose answers can be changed, or come late or never: for what no scripted fault says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from allusetui.domain.input import Input, OrdersSeen, PositionsSeen
from allusetui.scenario.load import parse
from tests.faults.brokers import Before
from tests.replaying import Replayed, replay


@dataclass
class Telling(Before):
    """What the exchange says of its book and of orders passes a hand first."""

    book: Callable[[PositionsSeen], PositionsSeen] = lambda seen: seen
    list_: Callable[[OrdersSeen], OrdersSeen] = lambda seen: seen

    def ask_orders(self, at_ms: int) -> Sequence[Input]:
        return [self.list_(self.exchange.orders(at_ms))]

    def ask_positions(self, at_ms: int) -> Sequence[Input]:
        return [self.book(self.exchange.positions(at_ms))]


@dataclass
class Late(Telling):
    """Answers come `delay_ms` after their question and show what stood then; what the span `deaf` asks is never heard.

    `deaf`: kind of question, first and last instant; until they are due, answers are lost with the process.
    """

    delay_ms: int = 1_000
    deaf: tuple[str, int, int] = ("", 0, 0)
    asked: list[tuple[str, int]] = field(default_factory=list)
    waiting: list[OrdersSeen | PositionsSeen] = field(default_factory=list)

    def ask_orders(self, at_ms: int) -> Sequence[Input]:
        return self._later("orders", self.list_(self.exchange.orders(at_ms)))

    def ask_positions(self, at_ms: int) -> Sequence[Input]:
        return self._later("positions", self.book(self.exchange.positions(at_ms)))

    def _later(self, kind: str, answer: OrdersSeen | PositionsSeen) -> Sequence[Input]:
        self.asked.append((kind, answer.at_ms))
        if kind != self.deaf[0] or not self.deaf[1] <= answer.at_ms <= self.deaf[2]:
            self.waiting.append(answer)
        return ()

    def engine_down(self, down: bool) -> None:
        super().engine_down(down)
        self.waiting.clear()

    def next_ms(self, after_ms: int) -> int | None:
        due = [max(answer.at_ms + self.delay_ms, after_ms + 1) for answer in self.waiting]
        soon = super().next_ms(after_ms)
        return min(due if soon is None else [*due, soon], default=None)

    def advance(self, at_ms: int) -> Sequence[Input]:
        reports = super().advance(at_ms)
        due = [answer for answer in self.waiting if answer.at_ms + self.delay_ms <= at_ms]
        self.waiting = [answer for answer in self.waiting if answer.at_ms + self.delay_ms > at_ms]
        return (*reports, *(replace(answer, at_ms=at_ms, asked_ms=answer.at_ms) for answer in due))


def told_late(text: str, delay_ms: int = 1_000, deaf: tuple[str, int, int] = ("", 0, 0)) -> tuple[Replayed, Late]:
    """A replay in which the broker's answers take their time, and the broker that was asked."""
    replayed = replay(parse(text, "test.toml"), before=lambda exchange: Late(exchange, delay_ms=delay_ms, deaf=deaf))
    broker = replayed.run.runtime.world.broker
    assert isinstance(broker, Late)
    return replayed, broker


def told_by(
    text: str,
    book: Callable[[PositionsSeen], PositionsSeen] = lambda seen: seen,
    list_: Callable[[OrdersSeen], OrdersSeen] = lambda seen: seen,
) -> Replayed:
    """A replay in which the broker's answers are not quite what its book says."""
    return replay(parse(text, "test.toml"), before=lambda exchange: Telling(exchange, book, list_))
