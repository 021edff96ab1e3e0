"""Interactive Brokers' adapter and the real library as a twin, on the socket of our gateway over the same exchange."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from allusetui.broker.gateway.session import Limits
from allusetui.broker.gateway.venue import assemble
from allusetui.broker.ibkr.broker import Account, IbkrBroker
from allusetui.broker.ibkr.client import Lane
from allusetui.domain.input import BrokerLost, BrokerReturned, Provision
from tests.broker.contract.twins import SLEEVES, Twin, funded
from tests.broker.gateway.clients import House
from tests.broker.gateway.desks import ACCOUNTS, venue

T = TypeVar("T")
_CLIENT = 7
_CODES = dict(zip(SLEEVES, ACCOUNTS, strict=True))
_UNHURRIED = Limits(messages=1_000_000)


class WireTwin(Twin):
    """The adapter on a socket; nothing is on its way any more when a call returns."""

    def __init__(self, script: str = "", accounts: Sequence[Provision] = ()) -> None:
        super().__init__()
        coded = [replace(account, name=_CODES[account.name]) for account in accounts or funded()]
        place = venue(script, *coded)
        self.market = place.market
        self._runner = asyncio.Runner()
        self._house = House(assemble(place, _UNHURRIED).gateway, self.now_ms)
        self._house.gateway.tap = self._count
        self._messages = 0
        self._house.port = self._run(self._house.server.open(0))
        self._link()
        self.came.clear()

    def close(self) -> None:
        self._run(self.broker.close())
        self._run(self._house.server.close())
        self._runner.close()

    def crash(self) -> None:
        self.up = False
        self._run(self.broker.close())
        self._run(self._noticed())

    def begin_again(self) -> None:
        self._started()
        self._link()

    def _link(self) -> None:
        account = Account(_CODES["GEN"], {"REV": _CODES["REV"]})
        address = "127.0.0.1", self._house.port, _CLIENT
        self.broker: IbkrBroker = IbkrBroker(address, account, lambda: self.now_ms, lambda: None, waits=(5.0, 60.0))
        self._run(self._opened())
        self._turn(tuple)
        link = [type(each) for each in self.came if isinstance(each, BrokerLost | BrokerReturned)]
        assert link[0] is BrokerLost and link[-1] is (BrokerReturned if self.broker.connection.up else BrokerLost)

    async def _opened(self) -> None:
        self.broker.open()
        while not self.broker.connection._synced:
            await asyncio.sleep(0)

    async def _noticed(self) -> None:
        """The gateway has seen that its client is gone."""
        while self._house.gateway.sessions.of_client(_CLIENT) is not None:
            await asyncio.sleep(0)

    def _count(self, at_ms: int, key: int, way: str, fields: object) -> None:
        self._messages += 1

    def _run(self, work: Awaitable[T]) -> T:
        async def done() -> T:
            async with asyncio.timeout(10):
                return await work

        return self._runner.run(done())

    def _act(self, what: Callable[[], T]) -> T:
        return self._run(self._acted(what))

    async def _acted(self, what: Callable[[], T]) -> T:
        result = what()
        self._house.now_ms = self.now_ms
        self._house.server.turn()
        if self.up:
            await self._settled()
        return result

    async def _settled(self) -> None:
        """Until a question that goes there and back finds that nothing else has gone either way meanwhile."""
        library, busy = self.broker.connection.library, True
        while busy:
            before = self._messages
            await self.broker.connection.ask("currentTime", library.reqCurrentTimeAsync, Lane.CANCEL)
            working = self.broker._resolving or self.broker._answers._working
            busy = bool(working) or self._messages > before + 2

    @property
    def _goes_on(self) -> bool:
        return self.up

    def _next_ms(self) -> int | None:
        due = [self._house.gateway.next_ms(self.now_ms)]
        if self.up:
            due.append(self.broker.next_ms(self.now_ms))
        known = [ms for ms in due if ms is not None]
        assert all(ms > self.now_ms for ms in known)
        return min(known, default=None)
