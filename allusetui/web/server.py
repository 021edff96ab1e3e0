"""The server of the page: on the loopback, behind the gate, one screen for each browser that opens it.

textual-serve's own server has no gate, so only its page's script and fonts are used. Its messages are JSON arrays:
`["stdin", text]`, `["resize", {"width": …, "height": …}]`, `["ping", any]`, `["focus"]`, `["blur"]`; what a screen
draws goes the other way as bytes.
"""

import asyncio
import json
import signal
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from aiohttp import WSCloseCode, WSMsgType, web
from aiohttp.typedefs import Handler

from allusetui.web.gate import admits, guards
from allusetui.web.page import SCRIPT, page
from allusetui.web.terminal import Terminal

ADDRESS: Final = "127.0.0.1"
SCREENS: Final = 8
"""At most so many at once: each is a process."""
_LONGEST_MESSAGE_BYTES: Final = 65_536
_PROBE_S: Final = 15.0
_SHUTDOWN_S: Final = 5.0
_ENDS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Refused(Exception):
    """A browser said what no page of ours says."""


class Server:
    """Shows `command`'s screen, one process of it for each browser, to who knows the token."""

    def __init__(self, command: Sequence[str], title: str, token: str) -> None:
        self._command = command
        self._title = title
        self._token = token
        self._sockets: set[web.WebSocketResponse] = set()
        self._leaving: set[asyncio.Task[None]] = set()

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._gate], client_max_size=_LONGEST_MESSAGE_BYTES)
        static = Path(str(files("textual_serve"))) / "static"
        app.add_routes([
            web.get(f"/{self._token}/", self._page),
            web.get(f"/{self._token}/page.js", self._script),
            web.get(f"/{self._token}/ws", self._screen),
            web.static(f"/{self._token}/static", static),
        ])  # fmt: skip
        app.on_shutdown.append(self._hang_up)
        app.on_cleanup.append(self._wait)
        return app

    @web.middleware
    async def _gate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not admits(request.rel_url.raw_path, request.headers, self._token):
            return web.Response(status=403, text="forbidden\n", headers=guards(request.host))
        try:
            response = await handler(request)
        except web.HTTPException as answer:
            response = web.Response(status=answer.status, text=f"{answer.reason}\n")
        if not response.prepared:
            response.headers.update(guards(request.host))
        return response

    async def _page(self, request: web.Request) -> web.Response:
        text = page(self._title, f"ws://{request.host}/{self._token}/ws")
        return web.Response(text=text, content_type="text/html")

    async def _script(self, request: web.Request) -> web.Response:
        return web.Response(text=SCRIPT, content_type="text/javascript")

    async def _screen(self, request: web.Request) -> web.StreamResponse:
        """A screen for as long as its browser stays."""
        if len(self._sockets) >= SCREENS:
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(heartbeat=_PROBE_S, max_msg_size=_LONGEST_MESSAGE_BYTES)
        self._sockets.add(socket)
        try:
            await socket.prepare(request)
            columns, rows = (_cells(request.query, name) for name in ("width", "height"))
            terminal = await Terminal.open(self._command, columns, rows)
            showing = asyncio.create_task(_show(terminal, socket))
            try:
                await _hear(socket, terminal)
            finally:
                terminal.hang_up()
                showing.cancel()
                self._see_off(terminal)
        except Refused:
            await socket.close(code=WSCloseCode.POLICY_VIOLATION)
        except OSError:  # no process, or no terminal, is to be had
            await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
        finally:
            self._sockets.discard(socket)
        return socket

    def _see_off(self, terminal: Terminal) -> None:
        """Wait for a screen's end, whatever becomes of its visitor meanwhile."""
        task = asyncio.create_task(terminal.gone())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _hang_up(self, app: web.Application) -> None:
        await asyncio.gather(*(socket.close(code=WSCloseCode.GOING_AWAY) for socket in self._sockets))

    async def _wait(self, app: web.Application) -> None:
        await asyncio.gather(*self._leaving)


async def _show(terminal: Terminal, socket: web.WebSocketResponse) -> None:
    """What the screen draws, as fast as the browser takes it; a screen that ends ends the visit."""
    try:
        while data := await terminal.read():
            await socket.send_bytes(data)
    except ConnectionError:
        return  # the browser has gone
    await socket.close()


async def _hear(socket: web.WebSocketResponse, terminal: Terminal) -> None:
    """What the browser says, until it goes. Raises Refused."""
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            raise Refused
        match _read(message.data):
            case ["stdin", str(text)]:
                try:
                    await terminal.type(text.encode(errors="ignore"))
                except OSError:
                    return  # the screen has ended
            case ["resize", {"width": int(columns), "height": int(rows)}]:
                terminal.resize(columns, rows)
            case ["ping", said]:
                await socket.send_json(["pong", said])
            case ["focus" | "blur"]:
                pass  # the terminal tells it too
            case _:
                raise Refused


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Refused from None


def _cells(query: Any, name: str) -> int:
    found = str(query.get(name, ""))
    return int(found) if found.isascii() and found.isdecimal() and len(found) < 5 else 0


async def serve(command: Sequence[str], title: str, port: int, token: str, say: Callable[[str], None]) -> None:
    """Serve until a signal asks to end; `say` is called with the page's address. Raises OSError for a port in use."""
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in _ENDS:
        loop.add_signal_handler(number, ended.set)
    runner = web.AppRunner(Server(command, title, token).app(), access_log=None, shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, ADDRESS, port)
        await site.start()
        host, bound = runner.addresses[0][:2]
        say(f"http://{host}:{bound}/{token}/")
        await ended.wait()
    finally:
        await runner.cleanup()
