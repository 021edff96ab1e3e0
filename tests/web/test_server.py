"""The server of the page, with small programs for screens: who gets one, what he may say of it, and how it ends."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from allusetui.web.server import SCREENS, Server

pytestmark = pytest.mark.asyncio
TOKEN = "token-of-a-test"
PATIENCE_S = 8.0
# Tells its size and its process, then says back what is typed.
ECHO = """
import os, signal, sys, termios, tty
tty.setraw(0)
def tell(*seen):
    size = os.get_terminal_size(0)
    os.write(1, f"<{size.columns}x{size.lines} {os.getpid()}>".encode())
signal.signal(signal.SIGWINCH, tell)
tell()
while data := os.read(0, 65536):
    if b"q" in data:
        break
    os.write(1, data.upper())
"""
FLOOD = "import os\nwhile True: os.write(1, b'x' * 65536)"
DEAF = """
import os, signal, time
signal.signal(signal.SIGHUP, signal.SIG_IGN)
print(f"{os.getpid()}>", flush=True)
time.sleep(600)
"""


class Browser:
    """A page's websocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.seen = b""

    async def shows(self, text: bytes) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while text not in self.seen:
                message = await self.socket.receive()
                assert message.type is aiohttp.WSMsgType.BINARY, f"{message.type!r} after {self.seen!r}"
                self.seen += message.data

    async def pid(self) -> int:
        await self.shows(b">")
        return int(self.seen.partition(b">")[0].split()[-1])

    async def type(self, text: str) -> None:
        await self.socket.send_str(json.dumps(["stdin", text]))

    async def closed(self) -> int | None:
        """The code of the close, once it has come."""
        async with asyncio.timeout(PATIENCE_S):
            async for _ in self.socket:
                pass
        return self.socket.close_code


class Site:
    """A server and a client of it."""

    def __init__(self, server: TestServer, client: aiohttp.ClientSession) -> None:
        self.server = server
        self.client = client

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    async def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        async with self.client.get(f"{self.origin}{path}", headers=headers) as response:
            return response.status, dict(response.headers), await response.text()

    async def open(self, query: str = "?width=80&height=24") -> Browser:
        address = f"{self.origin}/{TOKEN}/ws{query}"
        return Browser(await self.client.ws_connect(address, origin=self.origin, autoping=True))


@asynccontextmanager
async def site(program: str = ECHO, python: str = sys.executable) -> AsyncIterator[Site]:
    server = TestServer(Server([python, "-c", program], "ALL-USE <demo>", TOKEN).app())
    async with server, aiohttp.ClientSession() as client:
        yield Site(server, client)


def lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def gone(pid: int) -> None:
    end_s = perf_counter() + PATIENCE_S
    while lives(pid):
        assert perf_counter() < end_s, "it never went"
        await asyncio.sleep(0.02)


async def test_the_page_needs_the_token_and_brings_everything_itself() -> None:
    async with site() as shown:
        status, headers, text = await shown.get(f"/{TOKEN}/")
        assert (status, "ALL-USE &lt;demo&gt;" in text) == (200, True)
        assert f"ws://127.0.0.1:{shown.server.port}/{TOKEN}/ws" in text and "https:" not in text
        assert headers["X-Frame-Options"] == "DENY" and "no-referrer" in headers["Referrer-Policy"]
        for own in ("static/js/textual.js", "static/css/xterm.css", "page.js"):
            status, headers, _ = await shown.get(f"/{TOKEN}/{own}")
            assert (status, headers["X-Content-Type-Options"]) == (200, "nosniff")


@pytest.mark.parametrize("path", ["/", "/wrong/", "/wrong/ws", "/static/js/textual.js", f"/{TOKEN}x/"])
async def test_a_wrong_token_is_forbidden(path: str) -> None:
    async with site() as shown:
        status, headers, text = await shown.get(path)
        assert (status, text, headers["X-Frame-Options"]) == (403, "forbidden\n", "DENY")


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
async def test_another_site_is_forbidden_and_gets_no_screen(headers: dict[str, str]) -> None:
    async with site() as shown:
        assert (await shown.get(f"/{TOKEN}/", **headers))[0] == 403
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await shown.client.ws_connect(f"{shown.origin}/{TOKEN}/ws", headers=headers)
        assert refused.value.status == 403


@pytest.mark.parametrize(
    ("path", "status"),
    [("nowhere", 404), ("static/", 403), ("static/%2e%2e/server.py", 404), ("../server.py", 403), ("ws", 400)],
)  # fmt: skip
async def test_there_is_nothing_else_to_be_had(path: str, status: int) -> None:
    async with site() as shown:
        found, headers, text = await shown.get(f"/{TOKEN}/{path}")
        assert (found, headers["X-Frame-Options"]) == (status, "DENY")
        assert "import" not in text


async def test_a_screen_has_its_browsers_size_and_hears_its_keys() -> None:
    async with site() as shown:
        browser = await shown.open("?width=100&height=30")
        await browser.shows(b"<100x30 ")
        await browser.type("abcü")
        await browser.shows("ABCÜ".encode()[:3])
        await browser.socket.send_str('["resize", {"width": 120, "height": 40}]')
        await browser.shows(b"<120x40 ")
        await browser.socket.send_str('["focus"]')
        await browser.socket.send_str('["ping", "1"]')
        assert (await browser.socket.receive()).json() == ["pong", "1"]


@pytest.mark.parametrize("query", ["", "?width=x&height=-1", "?width=99999999999999999999&height=0", "?width=²"])
async def test_a_size_that_is_none_makes_a_small_screen(query: str) -> None:
    async with site() as shown:
        browser = await shown.open(query)
        await browser.shows(b"<20x5 ")


@pytest.mark.parametrize(
    "said",
    ["", "x", "[", "7", "{}", "[]", '["dance"]', '["stdin", 7]', '["stdin"]', '["resize", {"width": "9"}]', "[" * 9],
)  # fmt: skip
async def test_who_says_what_no_page_says_is_shown_out(said: str) -> None:
    async with site() as shown:
        browser, other = await shown.open(), await shown.open()
        pid = await browser.pid()
        await other.shows(b">")
        await browser.socket.send_str(said)
        assert await browser.closed() == aiohttp.WSCloseCode.POLICY_VIOLATION
        await gone(pid)
        await other.type("a")
        await other.shows(b"A")


async def test_a_message_that_is_too_long_or_no_text_ends_the_visit() -> None:
    async with site() as shown:
        long, binary = await shown.open(), await shown.open()
        await long.type("x" * 70_000)
        await binary.socket.send_bytes(b'["stdin", "x"]')
        assert await long.closed() == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
        assert await binary.closed() == aiohttp.WSCloseCode.POLICY_VIOLATION


async def test_a_window_of_any_size_has_a_screen_of_some_size() -> None:
    async with site() as shown:
        browser = await shown.open()
        await browser.shows(b">")
        await browser.socket.send_str(f'["resize", {{"width": {10**30}, "height": -1}}]')
        await browser.shows(b"<500x5 ")


async def test_where_no_screen_is_to_be_had_a_visitor_is_told_to_come_again_and_leaves_no_trace() -> None:
    async with site(python="/nowhere/python") as shown:
        for _ in range(SCREENS + 1):
            assert await (await shown.open()).closed() == aiohttp.WSCloseCode.TRY_AGAIN_LATER
        assert (await shown.get(f"/{TOKEN}/"))[0] == 200


async def test_each_browser_has_a_screen_of_its_own_up_to_a_limit() -> None:
    async with site() as shown:
        browsers = [await shown.open() for _ in range(SCREENS)]
        pids = {await browser.pid() for browser in browsers}
        assert len(pids) == SCREENS
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await shown.open()
        assert refused.value.status == 503
        await browsers[0].socket.close()
        await gone(await browsers[0].pid())
        await (await shown.open()).shows(b">")


async def test_a_screen_that_ends_ends_the_visit() -> None:
    async with site() as shown:
        browser = await shown.open()
        pid = await browser.pid()
        await browser.type("q")
        assert await browser.closed() == aiohttp.WSCloseCode.OK
        await gone(pid)


async def test_a_browser_that_reads_nothing_delays_no_other() -> None:
    async with site(FLOOD) as flooded:
        stuck = await flooded.client.ws_connect(f"{flooded.origin}/{TOKEN}/ws", origin=flooded.origin)
        began_s = perf_counter()
        for _ in range(20):
            assert (await flooded.get(f"/{TOKEN}/"))[0] == 200
        assert perf_counter() - began_s < 5.0
        await stuck.close()


async def test_the_servers_end_hangs_up_every_screen_and_kills_the_deaf() -> None:
    async with site() as shown:
        browser = await shown.open()
        pid = await browser.pid()
        ending = asyncio.create_task(shown.server.close())
        assert await browser.closed() == aiohttp.WSCloseCode.GOING_AWAY
        await ending
        await gone(pid)
    async with site(DEAF) as shown:
        browser = await shown.open()
        pid = await browser.pid()
        await browser.shows(b"\n")  # all is said: a line that is lost before would end it
        ending = asyncio.create_task(shown.server.close())
        await browser.closed()
        async with asyncio.timeout(PATIENCE_S):
            await ending
        await gone(pid)
