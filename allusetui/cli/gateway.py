"""`allusetui gateway`: the simulated exchange behind the TWS protocol, for any client of it on this machine."""

import asyncio
import os
import re
from pathlib import Path
from time import monotonic
from typing import Final

from allusetui.cli.say import INTERRUPTED, complain, speed_of
from allusetui.compose.gateway import build_gateway, serve
from allusetui.compose.load import load_scenario
from allusetui.domain.moment import local
from allusetui.law.load import LawError
from allusetui.market.history_data import DataError
from allusetui.scenario.load import ScenarioError

_MARKETS: Final = {"synthetic": "demo"}
_LIVE_PORTS: Final = (4001, 7496)
_FIRST_FREE: Final = 1024
_CODE: Final = re.compile(r"D[UF][0-9]{5,8}")


def run_gateway(port: int, scenario: str | None, market: str | None, speed: str, accounts: str) -> None:
    """Serve until it is ended."""
    _check_port(port)
    rate = speed_of(speed)
    if rate is None:
        raise complain("--speed max: clients need a clock; allowed: a number above 0 up to 100000")
    source, codes = _source(scenario, market), _codes(accounts)
    data = os.environ.get("ALLUSETUI_DATA")
    try:
        gateway, stage = build_gateway(load_scenario(source, Path(data) if data else None), codes, rate)
    except (ScenarioError, DataError, LawError) as error:
        raise complain(str(error)) from None
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except KeyError as error:
        raise complain(f"--accounts {error.args[0]}: no sleeve of {source}; allowed: GEN, REV, COM …") from None

    def opened(bound: int) -> None:
        begins = f"{local(stage.start_ms):%Y-%m-%d %H:%M}"
        print(f"TWS gateway on 127.0.0.1:{bound}: {source}, from {begins} in New York at speed {speed}")
        print(f"Accounts: {', '.join(gateway.accounts)}. All of it is simulated.")
        print(f"A client: host 127.0.0.1, port {bound}, any client id; ib_async: IB().connect('127.0.0.1', {bound}, 1)")
        print("Ctrl-C ends it, and with it the simulated orders and positions.", flush=True)

    try:
        asyncio.run(serve(gateway, stage, rate, port, monotonic, opened, _tell))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise complain(f"--port {port}: {reason}; allowed: another --port, or 0 for any that is free") from None


def _check_port(port: int) -> None:
    """Live ports are left to what is live: a client that is set to one must never find a simulation there."""
    if port in _LIVE_PORTS:
        raise complain(f"--port {port}: is a live port of TWS or its gateway; allowed: 4002, 7497, another, or 0")
    if 0 < port < _FIRST_FREE:
        raise complain(f"--port {port}: is the system's; allowed: {_FIRST_FREE} to 65535, or 0 for any that is free")


def _source(scenario: str | None, market: str | None) -> str:
    if scenario is not None and market is not None:
        raise complain("--scenario and --market: one of both")
    if scenario is not None:
        return scenario
    wanted = market or "synthetic"
    if wanted not in _MARKETS:
        raise complain(f"--market {wanted}: unknown; allowed: {', '.join(_MARKETS)}, or --scenario FILE")
    return _MARKETS[wanted]


def _codes(accounts: str) -> dict[str, str]:
    """`GEN=DU4000001,REV=DU4000002` as a map; paper accounts only."""
    codes: dict[str, str] = {}
    for pair in filter(None, accounts.split(",")):
        name, _, code = pair.partition("=")
        if not _CODE.fullmatch(code) or not name or name in codes:
            raise complain(f"--accounts {pair}: not a sleeve and a paper account, once; allowed: GEN=DU4000001,REV=…")
        codes[name] = code
    return codes


def _tell(line: str) -> None:
    print(f"gateway: {line}", flush=True)
