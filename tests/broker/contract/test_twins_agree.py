"""Whatever is ordered, whenever the line fails, both brokers come to the same orders, positions and cash."""

from contextlib import ExitStack, closing
from dataclasses import replace
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from allusetui.domain.contract import Contract, Option, Side, Stock
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.money import down_to_tick, to_cent, up_to_tick
from tests.broker.contract.twins import SLEEVES, SimulatedTwin, Twin, order
from tests.broker.contract.wired import WireTwin
from tests.broker.contract.words import LATER, PUT
from tests.broker.scripts import OF_AAPL, fault

GOOG = replace(PUT, symbol="GOOG", strike=Decimal(300))
TICK = Decimal("0.01")
SCRIPT = "\n".join(
    [
        fault("partial_fill", f"{OF_AAPL}\nvalue = 2", "2026-03-05T10:00:40", "80s"),
        fault("no_fill", 'symbol = "GOOG"', "2026-03-05T10:01:30", "60s"),
        fault("reject", 'symbol = "GOOG"', "2026-03-05T10:03:00", "30s"),
        fault("lost_ack", OF_AAPL, "2026-03-05T10:03:20", "40s"),
        fault("broker_down", "", "2026-03-05T10:05:00", "45s"),
        "[[tape]]\nat = 2026-03-05T10:02:00\nset = { AAPL = 198.0, GOOG = 303.0 }\nglide = '2m'",
    ]
)
LIMITS = ("through", "far", "middle", "stingy")


def limit_of(twin: Twin, bought: Contract, sold: Option | None, side: Side, how: str) -> Decimal:
    """A limit against the market of now, on a tick; of a roll net."""
    first, second = twin.quote(bought), None if sold is None else twin.quote(sold)
    bid, ask, mid = first.bid, first.ask, first.mid
    if second is not None:
        bid, ask, mid = bid - second.ask, ask - second.bid, mid - second.mid
    if side is Side.SELL:
        return up_to_tick({"through": bid - 1, "far": bid - TICK, "middle": mid, "stingy": ask + 1}[how], TICK)
    return down_to_tick({"through": ask + 1, "far": ask + TICK, "middle": mid, "stingy": bid - 1}[how], TICK)


def shown(twin: Twin) -> tuple[object, ...]:
    """Both answers, without what each broker calls its own way."""
    orders, positions = twin.ask()
    rows = sorted(
        (row.client_order_id, str(row.contract), row.side, row.quantity, row.price, row.commission)
        for row in orders.executions
    )
    listed = sorted((each.client_order_id, each.open, each.filled) for each in orders.orders)
    return orders.complete, listed, rows, positions.complete, dict(positions.positions), to_cent(positions.cash)


class Agreement(RuleBasedStateMachine):
    """The exchange of the engine's own process, and the adapter over the gateway, do the same programme."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.count = 0

    @initialize()
    def open(self) -> None:
        self.near = self.stack.enter_context(closing(SimulatedTwin(SCRIPT)))
        self.far = self.stack.enter_context(closing(WireTwin(SCRIPT)))

    @rule(
        account=st.sampled_from(SLEEVES), contract=st.sampled_from([PUT, LATER, GOOG, Stock("AAPL")]),
        side=st.sampled_from(Side), how=st.sampled_from(LIMITS), quantity=st.integers(1, 6),
    )  # fmt: skip
    def place(self, account: str, contract: Contract, side: Side, how: str, quantity: int) -> None:
        if isinstance(contract, Stock):
            side = Side.BUY  # nobody lends shares for a sale
        limit = limit_of(self.near, contract, None, side, how)
        self._place(contract, side, limit, quantity, account=account)

    @rule(account=st.sampled_from(SLEEVES), how=st.sampled_from(LIMITS), quantity=st.integers(1, 6))
    def roll(self, account: str, how: str, quantity: int) -> None:
        limit = limit_of(self.near, PUT, LATER, Side.BUY, how)
        self._place(PUT, Side.BUY, limit, quantity, account=account, candidate=LATER)

    def _place(self, contract: Contract, side: Side, limit: Decimal, quantity: int, **more: object) -> None:
        self.count += 1
        placed = order(self.count, contract, side, limit, quantity, **more)
        self.near.place(placed)
        self.far.place(placed)

    @precondition(lambda self: self.count)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        order_id = data.draw(st.sampled_from([*self.near.placed, "AU-ab12cd-GEN-none-1.v1"]))
        self.near.cancel(order_id)
        self.far.cancel(order_id)

    @rule(ms=st.sampled_from([1, 500, SECOND_MS, 5 * SECOND_MS, 37 * SECOND_MS]))
    def wait(self, ms: int) -> None:
        self.near.wait(ms)
        self.far.wait(ms)

    @rule(ms=st.sampled_from([1, SECOND_MS, 20 * SECOND_MS]))
    def die_and_begin_again(self, ms: int) -> None:
        for twin in (self.near, self.far):
            twin.crash()
            twin.wait(ms)
            twin.begin_again()
        self.ask()  # what 9.5 does first: what happened meanwhile is told to nobody who does not ask

    @rule()
    def ask(self) -> None:
        assert shown(self.near) == shown(self.far)

    def teardown(self) -> None:
        with self.stack:
            if not hasattr(self, "far"):
                return
            for twin in (self.near, self.far):
                twin.wait(10 * 60 * SECOND_MS)  # every fault is over
            assert shown(self.near) == shown(self.far)


Agreement.TestCase.settings = settings(max_examples=12, stateful_step_count=20)
TestAgreement = Agreement.TestCase
