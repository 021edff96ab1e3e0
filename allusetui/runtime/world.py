"""What an engine runs in: what it is shown, to whom its effects go, and what people and crashes will do to it."""

from collections.abc import Callable, Sequence
from dataclasses import field

from allusetui.domain import effect as ef
from allusetui.domain import input as inp
from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.state import State
from allusetui.ports import Broker, Inquiries, Journal, Market, News, Reporter, Tape
from allusetui.runtime.amending import Amending
from allusetui.runtime.asking import Asking, AtOnce, ToldAtOnce

Progress = Callable[[int], None]


@frozen
class Crash:
    """The process dies at `at_ms` as by kill -9 and is started again at `back_ms`; None = never."""

    at_ms: int
    back_ms: int | None


@mutable
class World:
    """What the engine runs in: feed, broker, journal, reports, adviser, news, and what people do."""

    market: Market
    broker: Broker
    journal: Journal
    reporter: Reporter
    advice: Asking = field(default_factory=lambda: AtOnce(None))
    news: News | None = None
    amending: Amending | None = None
    """Who keeps the laws; None where nobody changes them."""
    inquiries: Inquiries | None = None
    """Where chains and bars take their time; None where the market tells them at once."""
    tape: Tape | None = None
    """Where every tick is looked at: of looks that are left out no tape knows."""
    operators: Sequence[inp.OperatorActed] = ()
    crashes: Sequence[Crash] = ()
    every_tick: bool = False
    progress: Progress = field(default=lambda at_ms: None)
    keep: Callable[[State], None] = field(default=lambda state: None)
    """Keeps the state as the journal tells it by now, so that the next start need not fold it all."""

    @property
    def asked(self) -> Inquiries:
        """Whom chains and bars are asked of."""
        return self.inquiries or ToldAtOnce(self.market)

    def shown(self, symbols: Sequence[str], options: Sequence[Option], now_ms: int) -> inp.MarketSeen:
        """The quotes that are wanted, as the feed shows them now; they are watched from now on."""
        market = self.market
        self.asked.watch(symbols, options)
        underlyings = {s: q for s in symbols if (q := market.underlying(s, now_ms)) is not None}
        quotes = {o: q for o in options if (q := market.option(o, now_ms)) is not None}
        return inp.MarketSeen(now_ms, underlyings, quotes, market.rate(now_ms), market.breadth(now_ms))

    def perform(self, effect: ef.Effect, now_ms: int) -> Sequence[inp.Input]:
        """Let an effect leave; what is answered at once is returned."""
        match effect:
            case ef.PlaceOrder():
                return self.broker.place(effect.order, now_ms)
            case ef.CancelOrder():
                return self.broker.cancel(effect.client_order_id, now_ms)
            case ef.PayOut():
                return self.broker.pay_out(effect.account, effect.amount, effect.reason, now_ms)
            case ef.AskOrders():
                return self.broker.ask_orders(now_ms)
            case ef.AskPositions():
                return self.broker.ask_positions(now_ms)
            case ef.AskChain():
                return self.asked.ask_chain(effect.symbol, now_ms)
            case ef.AskBars():
                return self.asked.ask_bars(effect.symbol, now_ms)
            case ef.AskAdvice():
                return self.advice.ask(effect.question, now_ms)
            case ef.WriteReport():
                return [self._report(effect, now_ms)]
            case ef.EnactLaw() if self.amending is None:
                return [inp.LawWritten(now_ms, effect.id, "nobody keeps the laws here")]
            case ef.EnactLaw():
                return self.amending.enact(effect.id, effect.proposal, now_ms)

    def _report(self, wanted: ef.WriteReport, now_ms: int) -> inp.ReportDone | inp.ReportFailed:
        """No engine dies of a report that the disk refuses."""
        try:
            digest = self.reporter.write(wanted.period, wanted.name, now_ms)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            return inp.ReportFailed(now_ms, wanted.period, wanted.name, reason)
        return inp.ReportDone(now_ms, wanted.period, wanted.name, digest, wanted.reason)
