"""The dashboard in a real browser: it shows the sleeves, `p` pauses, strangers stay outside, the end is clean."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import aiohttp
import pyte
import pytest

from tests.cli.shells import command, journal, lives, status

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
PATIENCE_S = 60.0
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--window-size=900,600",
    "--disable-3d-apis",  # rows of text instead of a picture: they can be read
)  # fmt: skip


def program(*args: str | Path) -> list[str]:
    return [sys.executable, "-m", "allusetui", *map(str, args)]


def until(found: Callable[[], Any]) -> Any:
    """What a fact gives once it holds, no longer than patience lasts."""
    end_s = perf_counter() + PATIENCE_S
    while not (it := found()):
        assert perf_counter() < end_s, "it never came"
        sleep(0.1)
    return it


@contextmanager
def running(*args: str | Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(program(*args), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def browser(folder: Path) -> Iterator[Any]:
    from selenium.webdriver import Chrome, ChromeOptions, ChromeService

    options = ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*_FLAGS, f"--user-data-dir={folder}"):
        options.add_argument(flag)
    driver = Chrome(options, ChromeService(DRIVER))
    try:
        yield driver
    finally:
        driver.quit()


def text(driver: Any) -> str:
    """What the terminal on the page shows."""
    rows = driver.execute_script("return document.querySelector('.xterm-rows')?.innerText || ''")
    return str(rows).replace("\xa0", " ")


def type_on(driver: Any, keys: str) -> None:
    driver.switch_to.active_element.send_keys(keys)


def gen(sessions: Path) -> dict[str, Any]:
    found: dict[str, Any] = status(sessions)["accounts"][0]
    return found


def screens(server: int) -> list[int]:
    """The processes that a server has started."""
    return [int(pid) for pid in Path(f"/proc/{server}/task/{server}/children").read_text().split()]


@pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="no chromium, or no chromedriver, on this machine")
@pytest.mark.timeout(240)
@pytest.mark.clause("0.7")
def test_0_7_p_in_a_browser_pauses_the_chosen_account(tmp_path: Path) -> None:
    with running("run", "--headless", "--sessions", tmp_path, "--speed", "20") as engine:
        until(lambda: lives(tmp_path))
        with running("serve", "--port", "0", "--sessions", tmp_path) as server:
            assert server.stdout is not None
            address = server.stdout.readline().split()[-1]
            with pytest.raises(HTTPError) as refused:
                urlopen(re.sub(r"/[^/]+/$", "/" + "x" * 43 + "/", address))
            assert refused.value.code == 403
            with browser(tmp_path / "browser") as driver:
                driver.get(address)
                until(lambda: "GEN     SAFE" in text(driver) and "pause GEN" in text(driver))
                first = driver.current_window_handle
                driver.switch_to.new_window("tab")
                driver.get(address)
                until(lambda: "GEN     SAFE" in text(driver))
                assert len(screens(server.pid)) == 2
                driver.switch_to.window(first)
                type_on(driver, "p")
                until(lambda: "stops disarmed" in text(driver))
                assert gen(tmp_path)["latches"] == ["paused"]
                driver.close()
                until(lambda: len(screens(server.pid)) == 1)
                server.send_signal(signal.SIGTERM)
                assert server.wait(PATIENCE_S) == 0
            assert server.stdout.read().count("\n") == 1
        assert gen(tmp_path)["state"] == "SAFE"
        engine.send_signal(signal.SIGTERM)
        assert engine.wait(PATIENCE_S) == 0
    acted = [row for row in journal(tmp_path) if row["kind"] == "operator.acted"]
    assert [(row["account"], row["data"]["action"]) for row in acted] == [("GEN", "pause")]


def test_a_page_that_only_watches_has_a_screen_that_only_watches(tmp_path: Path) -> None:
    with running("run", "--headless", "--sessions", tmp_path) as engine:
        until(lambda: lives(tmp_path))
        with running("serve", "--watch", "--port", "0", "--sessions", tmp_path) as server:
            assert server.stdout is not None
            address = server.stdout.readline().split()[-1]
            assert address.startswith("http://127.0.0.1:")
            assert "pause GEN" not in _drawn_until(address, "watching only")
        engine.send_signal(signal.SIGTERM)
        engine.wait(PATIENCE_S)
    alone = command("serve", "--port", "0", "--sessions", tmp_path)
    assert (alone.returncode, alone.stderr) == (2, "allusetui: no engine runs on the session demo\n")


def test_a_page_goes_by_the_settings_that_were_named(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[keys]\npause = "F"\n', encoding="utf-8")
    with running("run", "--headless", "--sessions", tmp_path) as engine:
        until(lambda: lives(tmp_path))
        with running("serve", "--settings", file, "--port", "0", "--sessions", tmp_path) as server:
            assert server.stdout is not None
            _drawn_until(server.stdout.readline().split()[-1], "F pause GEN")
        engine.send_signal(signal.SIGTERM)
        engine.wait(PATIENCE_S)


@pytest.mark.parametrize(
    ("option", "wrong"),
    [
        (("--settings", "none.toml"), "--settings none.toml: no such file; allusetui settings --write makes one"),
        (("--theme", "pink"), "--theme pink: no such palette; allowed: ansi, contrast, dark, light, safe"),
    ],
)
def test_settings_and_a_palette_that_are_not_there_are_refused_in_a_line(
    option: tuple[str, str], wrong: str, tmp_path: Path
) -> None:
    done = command("serve", *option, "--sessions", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"allusetui: {wrong}\n")


def _drawn_until(address: str, words: str) -> str:
    """What a screen shows once it says `words`, by the page's own websocket."""
    screen = pyte.Screen(80, 24)
    stream = pyte.ByteStream(screen)

    async def look() -> str:
        shown = ""
        async with aiohttp.ClientSession() as client:
            origin = address.rsplit("/", 2)[0]
            async with client.ws_connect(f"{address}ws?width=80&height=24", origin=origin) as socket:
                while words not in shown:
                    stream.feed(await socket.receive_bytes(timeout=PATIENCE_S))
                    shown = "\n".join(screen.display)
        return shown

    return asyncio.run(look())


def test_a_port_that_is_taken_and_an_extra_that_is_missing_are_one_line_each(tmp_path: Path) -> None:
    code = "import sys; sys.modules['{}'] = None; sys.argv[0] = 'allusetui'; from allusetui.cli import main; main()"
    for missing in ("aiohttp", "textual_serve"):
        done = subprocess.run(
            [sys.executable, "-c", code.format(missing), "serve", "--sessions", str(tmp_path)],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        told = "allusetui: a browser needs the extra web: pip install 'allusetui[web]'\n"
        assert (done.returncode, done.stdout, done.stderr) == (2, "", told)
    with running("run", "--headless", "--sessions", tmp_path):
        until(lambda: lives(tmp_path))
        with running("serve", "--port", "0", "--sessions", tmp_path) as server:
            assert server.stdout is not None
            port = server.stdout.readline().split("/")[2].split(":")[1]
            done = command("serve", "--port", port, "--sessions", tmp_path)
        told = f"allusetui: --port {port}: Address already in use; allowed: another --port, or 0 for any that is free\n"
        assert (done.returncode, done.stdout, done.stderr) == (2, "", told)
    assert os.listdir(tmp_path) == ["demo"]
