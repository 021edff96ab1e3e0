"""Questions of reference and history: each under a number of its own, each with a bound; a late answer is nobody's."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date
from typing import Any, Final

from ib_async import (
    BarData,
    ContractDetails,
    HistoricalNews,
    NewsProvider,
    OptionChain,
    PriceIncrement,
    WshEventData,
)
from ib_async import Contract as TheirContract
from ib_async.wrapper import RequestError

from allusetui.broker.ibkr.client import Lane
from allusetui.broker.ibkr.codes import Meaning, meaning_of
from allusetui.broker.ibkr.library import Library
from allusetui.domain.moment import local
from allusetui.domain.text import untrusted

WAIT_S: Final = 10.0
HISTORY_WAIT_S: Final = 30.0
_NO_CONTRACT: Final = 200
_EPOCH: Final = 2
"""How an instant is to be written: without a zone, which would be the gateway's own. A daily bar has its day alone."""


class UnansweredError(Exception):
    """A question that was not answered; one line that says why."""


class RefusedError(UnansweredError):
    """The broker refuses."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code = code


class Asks:
    """Asks over the library's client, in a lane of it; every answer is awaited no longer than `wait_s`."""

    def __init__(self, library: Library, wait_s: float = WAIT_S, lane: Lane = Lane.BULK) -> None:
        self._library = library
        self._wait_s = wait_s
        self._lane = lane
        self._unnumbered = asyncio.Lock()
        """Of two answers without a number the library gives both to who asked last: one is asked at a time."""
        library.errorEvent += self._error

    async def details(self, contract: TheirContract) -> list[ContractDetails]:
        """Every contract that fits; none where the broker knows none. Raises UnansweredError."""
        try:
            found = await self._ask(lambda number: self._library.client.reqContractDetails(number, contract))
        except RefusedError as refused:
            if refused.code == _NO_CONTRACT:
                return []
            raise
        rows: list[ContractDetails] = found
        return rows

    async def chain(self, symbol: str, sec_type: str, con_id: int) -> list[OptionChain]:
        """Expiries and strikes of an underlying by exchange and class. Raises UnansweredError."""
        found: list[OptionChain] = await self._ask(
            lambda number: self._library.client.reqSecDefOptParams(number, symbol, "", sec_type, con_id)
        )
        return found

    async def days(self, contract: TheirContract, sessions: int) -> list[BarData]:
        """Daily bars of the last sessions, regular hours. Raises UnansweredError."""
        return await self._bars(contract, sessions, "1 day")

    async def hours(self, contract: TheirContract, sessions: int) -> list[BarData]:
        """Bars of eight hours of the last sessions, regular hours. Raises UnansweredError."""
        return await self._bars(contract, sessions, "8 hours")

    async def _bars(self, contract: TheirContract, sessions: int, size: str) -> list[BarData]:
        def send(number: int) -> None:
            self._library.client.reqHistoricalData(
                number, contract, "", f"{sessions} D", size, "TRADES", True, _EPOCH, False, []
            )  # fmt: skip

        found: list[BarData] = await self._ask(send, HISTORY_WAIT_S)
        return found

    async def acquaint(self) -> None:
        """What has to be asked once before the calendar of corporate events tells anything. Raises UnansweredError."""
        await self._ask(self._library.client.reqWshMetaData)

    async def events(self, con_id: int, since: date) -> str:
        """What the calendar of corporate events says of a contract, as it says it. Raises UnansweredError."""
        wanted = WshEventData(conId=con_id, startDate=f"{since:%Y%m%d}")
        found: str = await self._ask(lambda number: self._library.client.reqWshEventData(number, wanted))
        return found

    async def steps(self, rule: int) -> list[PriceIncrement]:
        """The price steps of a market rule. Raises UnansweredError."""
        client = self._library.client
        async with self._unnumbered:
            found: list[PriceIncrement] = await self._ask(
                lambda _: client.reqMarketRule(rule), key=f"marketRule-{rule}"
            )  # fmt: skip
        return found

    @property
    def is_linked(self) -> bool:
        """Whether a question would leave."""
        return self._library.client.isReady()

    async def providers(self) -> list[str]:
        """The codes of the news providers that the login may read. Raises UnansweredError."""
        async with self._unnumbered:
            found: list[NewsProvider] = await self._ask(
                lambda _: self._library.client.reqNewsProviders(), key="newsProviders"
            )  # fmt: skip
        return [each.code for each in found]

    async def headlines(self, con_id: int, providers: str, since_ms: int, most: int) -> list[HistoricalNews]:
        """The newest headlines on a contract; `providers` with a plus between them. Raises UnansweredError."""
        since = f"{local(since_ms).astimezone(UTC):%Y-%m-%d %H:%M:%S}.0"
        found: list[HistoricalNews] = await self._ask(
            lambda number: self._library.client.reqHistoricalNews(number, con_id, providers, since, "", most, "")
        )
        return found

    def _error(self, number: int, code: int, text: str, _: TheirContract | None) -> None:
        """Some refusals are warnings to the library, which then waits for ever."""
        if self._library.numbers.is_mine(number) and meaning_of(code, text) not in (Meaning.NOTICE, Meaning.ADVICE):
            self._library.wrapper._endReq(number, RequestError(number, code, text), success=False)

    async def _ask(self, send: Callable[[int], None], wait_s: float | None = None, key: str | None = None) -> Any:
        number = self._library.numbers.take()
        name = key or number
        wrapper = self._library.wrapper
        future = wrapper.startReq(name)
        try:
            self._library.client.hurry(self._lane, lambda: send(number))
            return await asyncio.wait_for(future, wait_s or self._wait_s)
        except TimeoutError:
            raise UnansweredError(f"no answer within {wait_s or self._wait_s:g} s") from None
        except ConnectionError:
            raise UnansweredError("the link is lost") from None
        except RequestError as error:
            raise RefusedError(error.code, untrusted(error.message)) from None
        finally:
            wrapper._futures.pop(name, None)
            wrapper._results.pop(name, None)
