"""An engine with one order at work that is handed what a broker might report, one report at a time."""

from decimal import Decimal

from allusetui.compose.run import build_run
from allusetui.domain.account import Account
from allusetui.domain.contract import Option, Side
from allusetui.domain.effect import PlaceOrder
from allusetui.domain.input import Execution, Input, MarketSeen, OrderExecuted
from allusetui.engine.apply import fold
from allusetui.engine.engine import Batch, Engine
from allusetui.journal.memory import MemoryJournal
from allusetui.scenario.load import parse
from tests.replaying import Silent
from tests.rules.situations import AAPL, fault, situation

FEE = Decimal("0.65")


class Desk:
    """GEN's order for four 199.5 puts at 1.16 lives; nothing has filled. What is handed in here happens next."""

    def __init__(self) -> None:
        quiet = fault("2026-03-05T09:40:00", "no_fill", "AAPL")
        text = situation("2026-03-05T09:44:00", "2026-03-05T09:45:02", {"AAPL": AAPL}, quiet, capital=798_000)
        self.journal = MemoryJournal()
        self.run = build_run(parse(text, "test.toml"), self.journal, Silent())
        self.run.go()
        self.engine: Engine = self.run.runtime.engine
        self.now_ms = self.run.end_ms
        (self.intent,) = self.engine.state.intents.values()
        assert self.intent.order is not None and self.intent.order.limit == Decimal("1.16")
        self.order_id = self.intent.order.client_order_id
        self.cash = self.account.cash

    @property
    def account(self) -> Account:
        return self.engine.state.accounts["GEN"]

    @property
    def held(self) -> int:
        return self.account.quantity(self.intent.contract)

    def tell(self, report: Input) -> Batch:
        batch = self.engine.handle(report)
        self.journal.append(batch.at_ms, batch.events)
        return batch

    def after(self, seconds: int) -> Batch:
        """Some seconds pass."""
        self.now_ms += 1_000 * seconds
        option, market = self.intent.contract, self.run.market
        assert isinstance(option, Option)
        underlyings = {s: q for s in ("AAPL", "VIX") if (q := market.underlying(s, self.now_ms))}
        quote = market.option(option, self.now_ms)
        assert quote is not None
        return self.tell(MarketSeen(self.now_ms, underlyings, {option: quote}, 0.04))

    def restart(self) -> None:
        """The process dies and is back: what the journal does not tell is forgotten."""
        self.engine = Engine(self.engine.law, self.engine.law_hash, self.engine.calendar, fold(self.journal.read()))

    def fill(self, exec_id: str, quantity: int = 4, price: str = "1.16") -> Execution:
        return Execution(
            exec_id, self.order_id, self.intent.contract, Side.SELL, quantity, Decimal(price), FEE * quantity
        )

    def executed(self, *fills: Execution) -> Batch:
        return self.tell(OrderExecuted(self.now_ms, fills))


def placed(batch: Batch) -> list[tuple[str, int]]:
    """Version and quantity of the orders that a batch sends."""
    orders = [e.order for e in batch.effects if isinstance(e, PlaceOrder)]
    return [(order.client_order_id[-2:], order.quantity) for order in orders]
