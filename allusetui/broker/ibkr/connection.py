"""The connection to TWS or the gateway: made, probed, made again, and known to be down when it is."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeVar

from ib_async.ib import StartupFetch
from ib_async.wrapper import RequestError

from allusetui.broker.ibkr.client import VERSIONS, Lane
from allusetui.broker.ibkr.codes import LOST, NOTICES, RESTORED
from allusetui.broker.ibkr.evidence import Evidence
from allusetui.broker.ibkr.library import Library
from allusetui.broker.ibkr.standstill import Clocks, Watchman
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.text import untrusted

T = TypeVar("T")
ANSWER_S: Final = 8.0
BEAT_S: Final = 2.5
_MOST_SILENT = 5
"""So many beats in a row in which nothing is heard, and the connection is none: within 15 s (8.6)."""
_UNSEEN_S: Final = 10.0
"""What waits on the line after so long, because we stood still, is too old to be heard."""
_SET_BACK: Final = "this machine's clock was set back: it has to come to where the session stands"
_AGAIN_S: Final = (1.0, 2.0, 5.0, 10.0)
_SYNC: Final = StartupFetch.ORDERS_OPEN | StartupFetch.ORDERS_COMPLETE | StartupFetch.EXECUTIONS


@frozen
class Address:
    """Where the gateway listens, as whom we speak to it, and the accounts, by their codes, that have to be there."""

    host: str
    port: int
    client_id: int
    codes: frozenset[str]


@frozen
class News:
    """Whom to call: with evidence, when the link is lost, and when it is back and has been synchronized."""

    hear: Callable[[Evidence], None]
    lost: Callable[[str], None]
    back: Callable[[str], None]


class Connection:
    """Keeps a link alive until `close`. `up`: whether the broker behind the gateway can be talked to.

    `waits`: how many seconds a request may take, and a beat; `clocks`: how this machine's is known to be wrong.
    """

    def __init__(
        self, address: Address, news: News, waits: tuple[float, float] = (ANSWER_S, BEAT_S),
        clocks: Clocks | None = None,
    ) -> None:  # fmt: skip
        self.library = Library(news.hear, self._complain)
        self.library.client.is_deaf = self._is_late
        self.up = False
        self.round_trip_ms: float | None = None
        """Of the last probe; None while none has been answered on this connection."""
        self._address, self._news = address, news
        self.answer_s, self._beat_s = waits
        self._unseen_s = self._beat_s + _UNSEEN_S
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._closed = asyncio.Event()
        self._synced = False
        self._severed = False
        self._ended = False
        self._trouble = ""
        self._clocks = clocks or Clocks()
        self._watchman: Watchman | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.library.disconnectedEvent += self._disconnected

    async def keep(self) -> None:
        """Connect, watch, and connect again, until `end`."""
        failures = 0
        try:
            while not self._ended:
                reason = await self._attempt()
                if reason is None:
                    failures = 0
                    await self._watch()
                else:
                    await asyncio.sleep(_AGAIN_S[min(failures, len(_AGAIN_S) - 1)])
                    failures += 1
        finally:
            self.up = False
            self.library.hang_up()

    @property
    def takes_orders(self) -> bool:
        """Whether it is up, and what was decided on was not told before we stood still."""
        return self.up and self._watchman is not None and self._watchman.missed_s() < self._unseen_s

    def end(self) -> None:
        """Hang up for good. A task may lose its cancellation to a time-out of the library's; this it can't lose."""
        self._ended = True
        self._closed.set()
        self.library.hang_up()

    async def ask(self, kind: str, start: Callable[[], Awaitable[T]], lane: Lane = Lane.BULK) -> T:
        """Ask one question of a kind at a time, and wait for its answer no longer than the bound.

        Raises TimeoutError, and drops the connection: a late answer could be taken for the next question's. Raises
        ConnectionError where there is none, and RequestError where the gateway refuses.
        """
        async with self._locks[kind]:
            started: list[Awaitable[T]] = []
            self.library.client.hurry(lane, lambda: started.append(start()))
            try:
                async with asyncio.timeout(self.answer_s):
                    return await started[0]
            except TimeoutError:
                self._drop(f"no answer to {kind} within {self.answer_s:g} s")
                raise

    # Making it

    async def _attempt(self) -> str | None:
        """Connect and synchronize strictly; why not, where that fails.

        Where the gateway itself has lost the broker, what it answers is old: the link is up when it has it back.
        """
        self._closed.clear()
        self._watchman = None
        self._trouble = ""
        self._severed = False
        address = self._address
        try:
            async with asyncio.timeout(4 * self.answer_s):
                await self.library.connectAsync(
                    address.host, address.port, address.client_id, timeout=self.answer_s, raiseSyncErrors=True,
                    fetchFields=_SYNC,
                )  # fmt: skip
            reason = self._unfit()
        except ConnectionRefusedError:
            reason = f"nobody listens on {address.host}:{address.port}"
        except TimeoutError:
            reason = self._trouble or f"no answer from {address.host}:{address.port}"
        except OSError as error:
            reason = self._trouble or untrusted(str(error))
        except RequestError as error:
            reason = f"{error.code} {untrusted(error.message)}"
        if reason is not None:
            self._drop(reason)
            await asyncio.sleep(0)
            return reason
        self._synced = True
        self._watchman = Watchman(self._clocks)
        self._restore("linked and synchronized")
        return None

    def _restore(self, reason: str) -> None:
        """It is up, unless the gateway itself has lost the broker, or nobody knows what hour it is."""
        assert self._watchman is not None
        if self._watchman.is_behind:
            self._lose(_SET_BACK)
        elif not self._severed:
            self.up = True
            self._news.back(reason)

    def _unfit(self) -> str | None:
        """Why this is not the gateway that is meant."""
        version = self.library.client.serverVersion()
        if version not in VERSIONS:
            return f"the gateway speaks version {version}; allowed: {VERSIONS[0]} to {VERSIONS[-1]}"
        missing = self._address.codes - set(self.library.managedAccounts())
        return f"the gateway has no account {', '.join(sorted(missing))}" if missing else None

    # Losing it

    async def _watch(self) -> None:
        """Until the socket is gone. It is probed with each beat; one that stays silent all the same is dropped.

        So is one of which beats were missed, by the next beat or by what comes before it.
        """
        ears, silent = self.library.wrapper, 0
        watchman = self._watchman
        assert watchman is not None
        while not self._closed.is_set():
            heard = ears.packets
            with suppress(TimeoutError):
                async with asyncio.timeout(self._beat_s):
                    await self._closed.wait()
            silent = silent + 1 if ears.packets == heard else 0
            is_late = self._is_late()
            watchman.look()
            if is_late:
                await self._closed.wait()
            elif silent >= _MOST_SILENT:
                self._drop(f"half-open: nothing heard for {silent * self._beat_s:g} s")
                await self._closed.wait()
            else:
                self._mind_the_hour(watchman)
                self._spawn(self._probe())

    def _is_late(self) -> bool:
        """Whether we stood still: what waits on the link is of then, and would be taken for news. The link is dropped.

        Nothing of it is heard: the first price of a minute ago is a level of now as long as the others have not come.
        """
        missed_s = self._watchman.missed_s() if self._watchman is not None else 0.0
        if missed_s < self._unseen_s:
            return False
        if self._synced:
            self._drop(f"{missed_s:.0f} s went by unseen: a process stopped, a machine asleep, or a clock set")
        return True

    def _mind_the_hour(self, watchman: Watchman) -> None:
        """While this machine's clock is behind the session nothing is traded; cancels leave all the same."""
        if watchman.is_behind:
            self._lose(_SET_BACK)
        elif self._synced and not self.up:
            self._restore("this machine's clock has come to where the session stands")

    async def _probe(self) -> None:
        """Ask for the time. Whatever comes is a sign of life, so that silence alone is judged, by the watch."""
        async with self._locks["currentTime"]:
            started: list[Awaitable[object]] = []
            client = self.library.client
            if client.isReady():
                client.hurry(Lane.PROBE, lambda: started.append(self.library.reqCurrentTimeAsync()))
                clock = asyncio.get_running_loop().time
                begun_s = clock()
                with suppress(TimeoutError, ConnectionError):
                    async with asyncio.timeout(self._beat_s):
                        await started[0]
                    self.round_trip_ms = (clock() - begun_s) * SECOND_MS if self.up else None

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _disconnected(self) -> None:
        self._closed.set()
        if self._synced:
            self._synced = False
            self._lose("the gateway hung up")

    def _drop(self, reason: str) -> None:
        """The link is lost by our own judgement."""
        self._synced = False
        self._lose(reason)
        self.library.hang_up()

    def _lose(self, reason: str) -> None:
        self.up, self.round_trip_ms = False, None
        self._news.lost(reason)

    def _complain(self, about: int, code: int, text: str) -> None:
        """What the gateway says of the link itself; everything else is evidence, or the asker's affair."""
        if code in LOST:
            self._severed = True
            self._lose(f"{code} {untrusted(text)}")
        elif code in RESTORED:
            self._severed = False
            if self._synced:
                self._restore(f"{code} {untrusted(text)}")
        elif about < 0 and not self._synced and code not in NOTICES:
            self._trouble = untrusted(text)
