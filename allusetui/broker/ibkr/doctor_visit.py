"""One connection of the doctor's: what is asked over ib_async, every wait bounded, no order ever placed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from math import ceil, isfinite
from statistics import median
from typing import Final, TypeVar

import ib_async as ib

from allusetui.broker.ibkr.doctor_facts import COMPETING, IN_USE, NOT_SUBSCRIBED, QuoteSeen, Told
from allusetui.broker.ibkr.evidence import OURS
from allusetui.broker.ibkr.translate import SMART
from allusetui.domain.frozen import frozen

T = TypeVar("T")
_SYMBOLS: Final = ("SPY", "AAPL")
"""What is looked for: the first that is known there. A Gateway of a scenario may have no SPY."""
_AHEAD: Final = timedelta(days=14)
_KINDS: Final = (1, 2, 4)  # live; frozen, where the market is shut; what is delayed, where nothing is subscribed
_BETWEEN_LOOKS_S: Final = 0.05


@frozen
class Patience:
    """How long each kind of answer is waited for, seconds."""

    connect_s: float = 4.0
    answer_s: float = 5.0
    bars_s: float = 15.0
    greeks_s: float = 15.0


class Visit:
    """A client of its own id. What it subscribes to it cancels, and it orders nothing."""

    def __init__(self, patience: Patience) -> None:
        # Its own words would come between the lines of the report.
        logging.getLogger("ib_async").setLevel(logging.CRITICAL + 1)
        self._ib = ib.IB()
        self._ib.RaiseRequestErrors = True
        self._ib.errorEvent += self._hear
        self._patience = patience
        self.told: list[Told] = []
        self.option: ib.Contract | None = None
        self._stock: ib.Contract | None = None
        self._chain: ib.OptionChain | None = None
        self._ask_usd: float | None = None

    @property
    def managed(self) -> tuple[str, ...]:
        """The accounts of the log-in."""
        return tuple(self._ib.client.getAccounts())

    @property
    def symbol(self) -> str:
        """Of the stock that is looked at; of the one that was looked for first where none is known."""
        return _SYMBOLS[0] if self._stock is None else self._stock.symbol

    async def enter(self, host: str, port: int, client_id: int) -> bool:
        """Whether the client was let in; that its id is in use is among what was told."""
        self._ib.wrapper.clientId = client_id
        wait_s = self._patience.connect_s
        connecting = self._ib.client.connectAsync(host, port, client_id, wait_s)
        entering = asyncio.ensure_future(connecting)
        # The library goes on waiting after it was told that the id is in use.
        await self._until(lambda: entering.done() or self._was_told(0, {IN_USE}), 2 * wait_s)
        if not entering.done():
            entering.cancel()
        await asyncio.wait([entering])
        return not entering.cancelled() and entering.exception() is None and self._ib.client.isReady()

    def leave(self) -> None:
        self._ib.disconnect()

    async def time_s(self) -> float | None:
        """The broker's clock, whole seconds since 1970."""
        theirs, _ = await self._ask(self._ib.reqCurrentTimeAsync())
        return None if theirs is None else theirs.timestamp()

    async def sync(self) -> dict[str, int | None]:
        """How much of everything is held there; None for what was not told in time."""
        wants: dict[str, Awaitable[Sequence[object]]] = {
            "positions": self._ib.reqPositionsAsync(),
            "open orders": self._ib.reqOpenOrdersAsync(),
            "completed orders": self._ib.reqCompletedOrdersAsync(False),
        }
        answers = await asyncio.gather(*(self._ask(want) for want in wants.values()))
        # After the orders: the library ties executions to those that it knows.
        answers.append(await self._ask(self._ib.reqExecutionsAsync()))
        counts = (None if answer is None else len(answer) for answer, _ in answers)
        return dict(zip((*wants, "executions"), counts, strict=True))

    async def find_stock(self) -> tuple[int | None, Sequence[Told]]:
        """The id of the stock that is looked at."""
        told: Sequence[Told] = ()
        for symbol in _SYMBOLS:
            details, told = await self._ask(self._ib.reqContractDetailsAsync(ib.Stock(symbol, SMART, "USD")))
            if details and details[0].contract is not None:
                self._stock = details[0].contract
                return self._stock.conId, told
            if not told:
                break
        return None, told

    async def find_chain(self) -> tuple[int, int, Sequence[Told]]:
        """How many expiries and strikes the stock's options have."""
        stock = self._stock
        assert stock is not None
        chains, told = await self._ask(self._ib.reqSecDefOptParamsAsync(stock.symbol, "", "STK", stock.conId))
        own = [chain for chain in chains or () if chain.tradingClass == stock.symbol]  # others are adjusted ones
        self._chain = next((chain for chain in own if chain.exchange == SMART), own[0] if own else None)
        if self._chain is None:
            return 0, 0, told
        return len(self._chain.expirations), len(self._chain.strikes), told

    async def quote(self, today: date) -> QuoteSeen | None:
        """A put's quote near the money, as good as it comes; None where no option of the chain is known."""
        self.option = await self._find_option(today)
        if self.option is None:
            return None
        name = f"{self.symbol} {self.option.lastTradeDateOrContractMonth} {self.option.strike:g} P"
        began_s, heard = self._now_s(), len(self.told)
        seen = QuoteSeen(name, 0, None, None, None, 0.0)
        for kind in _KINDS:
            seen = await self._quote_of(kind, self.option, name, began_s, heard)
            if seen.bid is not None or seen.ask is not None or COMPETING in (code for code, _ in seen.told):
                break
        self._ask_usd = seen.ask
        return seen

    async def bars(self) -> tuple[Sequence[date], Sequence[Told]]:
        """The days of the stock's last bars."""
        assert self._stock is not None
        wanted = self._ib.reqHistoricalDataAsync(self._stock, "", "5 D", "1 day", "TRADES", True, timeout=0)
        bars, told = await self._ask(wanted, self._patience.bars_s)
        return [_day(bar.date) for bar in bars or ()], told

    async def what_if(self, code: str) -> tuple[str | None, Sequence[Told]]:
        """The initial margin that one put sold would need in an account. Asked; never placed."""
        option = self.option
        assert option is not None
        # Far above the market besides, so that it could not be filled by whoever misreads the question.
        limit_usd = ceil(2 * (self._ask_usd or option.strike / 20))
        order = ib.LimitOrder("SELL", 1, limit_usd, account=code, tif="DAY", openClose="O", orderRef=f"{OURS}doctor")
        heard = len(self.told)
        asked = asyncio.ensure_future(self._ib.whatIfOrderAsync(option, order))
        await self._until(lambda: asked.done() or self._was_told(heard, None), self._patience.answer_s)
        state, told = await self._ask(asked, 1.0)
        margin = _number(getattr(state, "initMarginChange", None))
        return (None if margin is None else f"{margin:,.2f}"), [*self.told[heard:], *told]

    async def foreign_orders(self) -> Sequence[str] | None:
        """Open orders whose reference is not ours."""
        trades, _ = await self._ask(self._ib.reqAllOpenOrdersAsync())
        if trades is None:
            return None
        rows = ((t.order, t.contract) for t in trades if not t.order.orderRef.startswith(OURS))
        return [f"{o.action} {o.totalQuantity:g} {c.localSymbol or c.symbol} (client {o.clientId})" for o, c in rows]

    async def earnings(self) -> tuple[bool, Sequence[Told]]:
        """Whether Wall Street Horizon's calendar is open to this user."""
        found, told = await self._ask(self._ib.getWshMetaDataAsync())
        return found is not None, told

    # How it is asked

    async def _ask(self, wanted: Awaitable[T], wait_s: float | None = None) -> tuple[T | None, Sequence[Told]]:
        """The answer, None where there is none in time; and what was told instead."""
        heard = len(self.told)
        try:
            return await asyncio.wait_for(wanted, self._patience.answer_s if wait_s is None else wait_s), ()
        except TimeoutError:
            # The library takes some refusals for warnings, and goes on waiting.
            return None, [(code, text) for code, text in self.told[heard:] if not _is_notice(code)]
        except ib.RequestError as error:
            return None, [(error.code, error.message)]

    async def _find_option(self, today: date) -> ib.Contract | None:
        """The put nearest to the money that is listed for the first expiry two weeks ahead."""
        chain = self._chain
        assert chain is not None
        expiries = sorted(chain.expirations)
        first = (today + _AHEAD).strftime("%Y%m%d")
        expiry = next((day for day in expiries if day >= first), expiries[-1])
        # Of a chain's strikes each expiry has its own: who leaves the strike out is told those that are listed.
        puts = ib.Option(self.symbol, expiry, right="P", exchange=SMART, multiplier="100", currency="USD")
        puts.tradingClass = chain.tradingClass
        details, _ = await self._ask(self._ib.reqContractDetailsAsync(puts), self._patience.bars_s)
        listed = [row.contract for row in details or () if row.contract is not None]
        if not listed:
            return None
        spot = await self._spot() or median(put.strike for put in listed)
        return min(listed, key=lambda put: abs(put.strike - spot))

    async def _spot(self) -> float | None:
        """What the stock costs, by any price that comes first."""
        assert self._stock is not None
        self._ib.reqMarketDataType(_KINDS[-1])
        ticker = self._ib.reqMktData(self._stock)
        await self._until(lambda: _any_price(ticker) is not None, self._patience.answer_s)
        self._ib.cancelMktData(self._stock)
        return _any_price(ticker)

    async def _quote_of(self, kind: int, option: ib.Contract, name: str, began_s: float, heard: int) -> QuoteSeen:
        """What comes where a kind of data is wanted; its greeks are waited for as long as patience with all lasts."""
        self._ib.reqMarketDataType(kind)
        before = len(self.told)
        ticker = self._ib.reqMktData(option)
        ticker.marketDataType = 0  # until it is told
        refused = NOT_SUBSCRIBED | {COMPETING}

        def is_priced() -> bool:
            return bool(_usd(ticker.ask))

        def has_greeks() -> bool:
            return ticker.modelGreeks is not None and ticker.modelGreeks.delta is not None

        await self._until(lambda: is_priced() or self._was_told(before, refused), self._patience.answer_s)
        after_s = None
        if is_priced():
            await self._until(has_greeks, self._patience.greeks_s - (self._now_s() - began_s))
            after_s = self._now_s() - began_s if has_greeks() else None
        self._ib.cancelMktData(option)
        waited_s = round(self._now_s() - began_s, 1)
        told = tuple(self.told[heard:])
        return QuoteSeen(name, ticker.marketDataType, _usd(ticker.bid), _usd(ticker.ask), after_s, waited_s, told)

    async def _until(self, found: Callable[[], bool], wait_s: float) -> None:
        end_s = self._now_s() + wait_s
        while not found() and self._now_s() < end_s:
            await asyncio.sleep(_BETWEEN_LOOKS_S)

    def _now_s(self) -> float:
        return asyncio.get_running_loop().time()

    def _was_told(self, since: int, codes: frozenset[int] | set[int] | None) -> bool:
        """Whether one of the codes was told; with None any that is no mere notice."""
        return any(code in codes if codes is not None else not _is_notice(code) for code, _ in self.told[since:])

    def _hear(self, request: int, code: int, text: str, contract: ib.Contract | None) -> None:
        self.told.append((code, text))


def _is_notice(code: int) -> bool:
    """Of farms and the like: no answer to anything."""
    return 2000 <= code < 3000


def _any_price(ticker: ib.Ticker) -> float | None:
    prices = (ticker.last, ticker.bid, ticker.ask, ticker.close)
    return next((price for price in prices if isfinite(price) and price > 0), None)


def _usd(price: float) -> float | None:
    """A price; None for what stands for none."""
    return price if isfinite(price) and price >= 0 else None


def _number(text: object) -> float | None:
    try:
        found = float(str(text))
    except ValueError:
        return None
    return found if isfinite(found) and abs(found) < 1e15 else None


def _day(told: date | datetime) -> date:
    return told.date() if isinstance(told, datetime) else told
