"""A Gateway that is well, or has one thing wrong with it: a table of answers, played over a socket."""

import asyncio
import struct
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from threading import Thread

Fields = Sequence[object]
Answer = Callable[[Sequence[str]], Sequence[Fields]]
UNSET, UNSET_INT = "1.7976931348623157E308", "2147483647"
STOCK, PUT = 756733, 700_000
STRIKES = (670.0, 680.0, 690.0)
NOTICES = tuple(
    (4, 2, -1, code, f"farm connection is OK:{farm}", "") for code, farm in ((2104, "usfarm"), (2106, "hmds"))
)


def frame(fields: Fields) -> bytes:
    body = "\0".join((*map(str, fields), "")).encode()
    return struct.pack(">I", len(body)) + body


def error(request: object, code: int, text: str) -> Fields:
    return (4, 2, request, code, text, "")


def never(_: Sequence[str]) -> Sequence[Fields]:
    return ()


def refusing(code: int, text: str, place: int = 1) -> Answer:
    """An answer that is an error; `place`: where the request has its id."""
    return lambda asked: [error(asked[place] if place else -1, code, text)]


def details(asked: Sequence[str]) -> Sequence[Fields]:
    request, symbol, kind, expiry = asked[2], *asked[4:7]
    if symbol != "SPY":
        return [error(request, 200, "No security definition has been found for the request")]
    strikes = STRIKES if kind == "OPT" else (0,)
    return [*(_detail(request, kind, expiry, strike) for strike in strikes), (52, 1, request)]


def _detail(request: str, kind: str, expiry: str, strike: float) -> Fields:
    is_option = kind == "OPT"
    contract = ("SPY", kind, expiry, strike, "P" if is_option else "", "SMART", "USD", "SPY", "SPY", "SPY")
    number = PUT + round(strike) if is_option else STOCK
    more = (number, "0.01", "100" if is_option else "", "LMT", "SMART", 1, STOCK, "SPDR", "ARCA")
    rest = ("", "", "", "", "US/Eastern", "", "", "", "", 0, 1, "", "", "26", expiry, "", 1, 1, 100)
    return (10, request, *contract, *more, *rest)


def chain(asked: Sequence[str]) -> Sequence[Fields]:
    row = (75, asked[1], "SMART", STOCK, "SPY", "100", 2, "20990116", "20990220", len(STRIKES), *STRIKES)
    return [row, (76, asked[1])]


def quoted(kind: int = 1, bid: float = 4.1, ask: float = 4.3, greeks: bool = True) -> Answer:
    def answer(asked: Sequence[str]) -> Sequence[Fields]:
        request, is_option = asked[2], asked[5] == "OPT"
        bid_tick, ask_tick, model = (66, 67, 83) if kind in (3, 4) else (1, 2, 13)
        prices = (bid, ask) if is_option else (681.0, 681.1)
        rows: list[Fields] = [(58, 1, request, kind)]
        rows += [(1, 6, request, tick, price, 10, 0) for tick, price in zip((bid_tick, ask_tick), prices, strict=True)]
        if is_option and greeks:
            rows.append((21, request, model, 0, 0.2, -0.45, 4.2, 0.0, 0.01, 0.5, -0.1, 681.0))
        return rows

    return answer


def day_bars(asked: Sequence[str]) -> Sequence[Fields]:
    days = ("20261116", "20261117", "20261118", "20261119", "20261120")
    rows = [value for day in days for value in (day, 680.0, 682.0, 679.0, 681.0, "1000", 680.5, 10)]
    return [(17, asked[1], "", "", len(days), *rows)]


def order_row(asked: Sequence[str], *, margin: str = "13620.00", what_if: int = 1) -> Fields:
    """An openOrder in answer to a placeOrder."""
    order, contract = asked[1], (PUT, "SPY", "OPT", "20990116", "680.0", "P", "100", "SMART", "USD", "SPY P", "SPY")
    margins = (UNSET,) * 3 + (margin,) * 3 + (UNSET,) * 3
    return (
        5, order, *contract, "SELL", "1", "LMT", "9.0", "0.0", "DAY", "", "DU4000001", "O", 0, "mine", 0, 1,
        0, 0, 0, "", "", "", "", "", "", "", "", "", "", 0, "", -1,
        0, "", "", "", "", "", 0, 0, 0, 0, "", 3, 0, 0, "",
        0, 0, "", 0, "None", "0.0", 0, "", "", "", "?", 0, 0, "",
        0, 0, "", "", "", "", "", 0, 0, 0, "", "", "", "", 0, "", "IB", 0, 0, "",
        0, what_if, "Submitted", *margins, "1.05", "", "", "USD", "", 0, 0, 0,
        "None", "", "", "", "", "", "", 0, "", "", "", "0.0", 1, 0, 0, 0,
        UNSET_INT, UNSET_INT, 0, UNSET_INT, UNSET_INT, UNSET, UNSET, UNSET,
    )  # fmt: skip


GOOD: Mapping[str, Answer] = {
    "71": lambda asked: [(15, 1, "DU4000001"), (9, 1, 1), *NOTICES],
    "49": lambda asked: [(49, 1, int(time.time()))],  # noqa: TID251 a Gateway has a clock
    "61": lambda asked: [(62, 1)],
    "5": lambda asked: [(53, 1)],
    "16": lambda asked: [(53, 1)],
    "99": lambda asked: [(102,)],
    "7": lambda asked: [(55, 1, asked[2])],
    "9": details,
    "78": chain,
    "1": quoted(),
    "20": day_bars,
    "3": lambda asked: [order_row(asked)],
    "100": lambda asked: [(104, asked[1], "{}")],
}


@dataclass
class Scripted:
    """`hello`: what is said to a client's first words, None for silence; `taken`: client ids that are in use."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    hello: bytes | None = frame(("178", "20261120 10:00:00 EST"))
    speaks_first: bytes = b""
    hangs_up: bool = False
    taken: frozenset[str] = frozenset()
    asked: list[list[str]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # who asked has gone, or the test is over
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.speaks_first)
        if self.hangs_up:
            return
        await reader.readexactly(4 + 4 + len("v157..178"))
        if self.hello is None:
            await reader.read()
        writer.write(self.hello or b"")
        while True:
            size = struct.unpack(">I", await reader.readexactly(4))[0]
            asked = (await reader.readexactly(size)).decode().split("\0")[:-1]
            self.asked.append(asked)
            if asked[0] == "71" and asked[2] in self.taken:
                writer.write(frame(error(-1, 326, "Unable to connect as the client id is already in use.")))
                return
            for row in {**GOOD, **self.answers}.get(asked[0], never)(asked):
                writer.write(frame(row))
            await writer.drain()


@asynccontextmanager
async def playing(script: Scripted) -> AsyncIterator[int]:
    """The port at which it is played."""
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()


async def _ended(talks: set[asyncio.Task[None]]) -> None:
    await asyncio.gather(*talks, return_exceptions=True)


@contextmanager
def playing_aside(script: Scripted) -> Iterator[int]:
    """The same in a thread of its own, for a program that has a loop of its own."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(script.serve, "127.0.0.1", 0))
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        talks = asyncio.all_tasks(loop)
        for talk in talks:
            talk.cancel()
        loop.run_until_complete(_ended(talks))
        loop.close()
