"""A broker of whichever kind on a clock that the test moves: what the tests of the contract are written against."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from allusetui.broker.simulated.store import FILE_NAME, DurableExchange
from allusetui.domain.contract import Contract, Option, Side, Stock
from allusetui.domain.input import (
    Execution,
    Input,
    OrderExecuted,
    OrdersSeen,
    PositionsSeen,
    Provision,
)
from allusetui.domain.order import Order
from allusetui.domain.quote import Quote
from allusetui.ports import Broker, Market
from tests.broker.contract.laws import Laws
from tests.broker.gateway.desks import NOW, provision, venue

T = TypeVar("T")
R = TypeVar("R", bound=Input)
SLEEVES = ("GEN", "REV")
CASH = 10_000_000


class Twin(ABC):
    """One kind of broker. `came`: everything that its engine has heard since it began, or began again."""

    market: Market
    broker: Broker

    def __init__(self) -> None:
        self.now_ms = NOW
        self.came: list[Input] = []
        self.placed: dict[str, Order] = {}
        self.up = True
        self.laws = Laws(self.placed, 0)

    # What differs between the kinds

    @abstractmethod
    def close(self) -> None:
        """Nothing is done with it any more."""

    @abstractmethod
    def crash(self) -> None:
        """The engine's process dies; the market and the broker go on."""

    @abstractmethod
    def begin_again(self) -> None:
        """The engine's process is up again, and linked."""

    @abstractmethod
    def _act(self, what: Callable[[], T]) -> T:
        """Do something with the broker, and wait until nothing is on its way any more."""

    @property
    @abstractmethod
    def _goes_on(self) -> bool:
        """Whether there is a broker that anybody can look at."""

    @abstractmethod
    def _next_ms(self) -> int | None:
        """The next instant at which something may happen."""

    # What a test does

    def place(self, order: Order) -> list[Input]:
        """Place an order; everything that is told of it at the same instant."""
        self.placed.setdefault(order.client_order_id, order)
        return self._turn(lambda: self.broker.place(order, self.now_ms))

    def cancel(self, order_id: str) -> list[Input]:
        return self._turn(lambda: self.broker.cancel(order_id, self.now_ms))

    def ask(self) -> tuple[OrdersSeen, PositionsSeen]:
        """The answers to both questions, asked now."""
        self._turn(lambda: self.broker.ask_orders(self.now_ms))
        orders = self.of(OrdersSeen)[-1]
        self._turn(lambda: self.broker.ask_positions(self.now_ms))
        positions = self.of(PositionsSeen)[-1]
        assert orders.since_ms == positions.since_ms == self.now_ms
        return orders, positions

    def wait(self, ms: int) -> list[Input]:
        """Let time pass; everything that is told meanwhile."""
        return self.until(self.now_ms + ms)

    def until(self, at_ms: int) -> list[Input]:
        """Let time pass, as its turner does: from one instant at which something may happen to the next."""
        before = len(self.came)
        while (due_ms := self._next_ms()) is not None and due_ms < at_ms:
            self._step(due_ms)
        self._step(at_ms)
        return self.came[before:]

    def leap(self, at_ms: int) -> list[Input]:
        """Let time pass in one leap, as after a process was stopped."""
        before = len(self.came)
        self._step(at_ms)
        return self.came[before:]

    def again(self) -> list[Input]:
        """What is told by one more look at the same instant."""
        return self._turn(tuple)

    # What a test looks at

    def of(self, kind: type[R]) -> list[R]:
        return [report for report in self.came if isinstance(report, kind)]

    @property
    def executions(self) -> list[Execution]:
        return [row for report in self.of(OrderExecuted) for row in report.executions]

    def quote(self, contract: Contract) -> Quote:
        """What the market shows now."""
        found = (
            self.market.underlying(contract.symbol, self.now_ms)
            if isinstance(contract, Stock)
            else self.market.option(contract, self.now_ms)
        )
        assert found is not None
        return found

    # Turning

    def _step(self, at_ms: int) -> None:
        assert at_ms >= self.now_ms
        self.now_ms = at_ms
        self._turn(tuple)

    def _turn(self, what: Callable[[], Sequence[Input]]) -> list[Input]:
        before = len(self.came)
        self._hear(self._act(what))
        if self._goes_on:
            self._hear(self._act(lambda: self.broker.advance(self.now_ms)))
        return self.came[before:]

    def _hear(self, reports: Sequence[Input]) -> None:
        self.laws.hear(reports, self.now_ms)
        self.came += reports

    def _started(self) -> None:
        self.up = True
        self.came.clear()
        self.laws = Laws(self.placed, 0)


class SimulatedTwin(Twin):
    """The exchange of the engine's own process; with a `folder` the one whose book is on disk."""

    def __init__(self, script: str = "", accounts: Sequence[Provision] = (), folder: Path | None = None) -> None:
        super().__init__()
        self._again = lambda: venue(script, *(accounts or funded()))
        self._folder = folder
        self._open()
        self._step(NOW)
        self.came.clear()

    def _open(self) -> None:
        place = self._again()
        self.market, exchange = place.market, place.exchange
        self.broker = exchange if self._folder is None else DurableExchange(exchange, self._folder / FILE_NAME, "s")

    def close(self) -> None:
        pass  # nothing is open

    def crash(self) -> None:
        self.up = False
        self.broker.engine_down(True)

    def begin_again(self) -> None:
        """What stands on disk is all that is left of one that was in the process."""
        if self._folder is not None:
            self._open()
        self.broker.engine_down(False)
        self._started()
        self._turn(tuple)

    def _act(self, what: Callable[[], T]) -> T:
        return what()

    @property
    def _goes_on(self) -> bool:
        """One on disk stands still while its process is dead, and catches up when it is opened again."""
        return self.up or self._folder is None

    def _next_ms(self) -> int | None:
        due_ms = self.broker.next_ms(self.now_ms) if self._goes_on else None
        assert due_ms is None or due_ms > self.now_ms
        return due_ms


def funded() -> tuple[Provision, ...]:
    """Two accounts with money for everything."""
    return tuple(provision(name, cash=CASH) for name in SLEEVES)


def order(
    number: int, contract: Contract, side: Side, limit: Decimal | str, quantity: int = 1, **more: object
) -> Order:
    """An order of ours; `account` and `candidate` among `more`."""
    account, candidate = str(more.get("account", "GEN")), more.get("candidate")
    assert candidate is None or isinstance(candidate, Option)
    return Order(f"AU-ab12cd-{account}-{number}-1.v1", account, contract, candidate, side, quantity, Decimal(limit))
