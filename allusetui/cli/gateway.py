"""`allusetui gateway`: the simulated exchange behind the TWS protocol, for any client of it on this machine."""

import asyncio
import os
import re
from collections.abc import Coroutine
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from time import monotonic, time
from typing import Final, NamedTuple, cast, get_args

from allusetui.broker.gateway.gateway import Gateway
from allusetui.broker.gateway.quotes import Data, Entitled
from allusetui.broker.gateway.transcript import TranscriptError
from allusetui.cli.say import FAILED, INTERRUPTED, complain, mention, speed_of
from allusetui.compose.gateway import build_gateway, serve
from allusetui.compose.load import load_scenario
from allusetui.compose.run import Stage
from allusetui.compose.transcripts import Keeper, compared, relay
from allusetui.domain.link import is_host
from allusetui.domain.moment import SECOND_MS, local
from allusetui.domain.text import untrusted
from allusetui.law.load import LawError
from allusetui.market.history_data import DataError
from allusetui.scenario.load import ScenarioError
from allusetui.scenario.model import Scenario

_DEMO, _TODAY = "demo", "today"
_MARKETS: Final = {"synthetic": _DEMO, _TODAY: _DEMO}
_LIVE_PORTS: Final = (4001, 7496)
_FIRST_FREE: Final = 1024
_LAST: Final = 65_535
_CODE: Final = re.compile(r"D[UF][0-9]{5,8}")
_UPSTREAM: Final = re.compile(r"(.+):([0-9]{1,5})", re.ASCII)


class Wanted(NamedTuple):
    """The words of `allusetui gateway`."""

    port: int
    scenario: str | None
    market: str | None
    speed: str
    accounts: str
    data: str
    events: bool
    read_only: bool
    record: Path | None
    masked: bool
    upstream: str | None
    compare: Path | None


def run_gateway(wanted: Wanted) -> None:
    """Serve until it is ended, pass on to another gateway, or compare with a transcript."""
    _check_port(wanted.port)
    if wanted.masked and wanted.record is None:
        raise complain("--mask: hides the accounts of a transcript; allowed: with --record FILE")
    if wanted.upstream is not None:
        _pass_on(wanted, _address(wanted.upstream))
        return
    gateway, stage, source, rate = _built(wanted)
    if wanted.compare is not None:
        _compare(wanted.compare, gateway, stage)
        return
    with ExitStack() as held:
        if wanted.record is not None:
            gateway.tap = held.enter_context(_keeper(wanted)).tap

        def opened(bound: int) -> None:
            begins = f"{local(stage.start_ms):%Y-%m-%d %H:%M}"
            mention(f"TWS gateway on 127.0.0.1:{bound}: {source}, from {begins} in New York at speed {wanted.speed}")
            mention(f"Accounts: {', '.join(gateway.accounts)}. All of it is simulated.")
            client = f"IB().connect(port={bound}, clientId=1)"
            mention(f"A client: host 127.0.0.1, port {bound}, any client id; with ib_async: {client}")
            mention("Ctrl-C ends it, and with it the simulated orders and positions.")

        _until_ended(serve(gateway, stage, rate, wanted.port, monotonic, opened, _tell), wanted.port)


def _built(wanted: Wanted) -> tuple[Gateway, Stage, str, float]:
    """The gateway of the wanted scenario, what it stands on, the scenario's name, and the speed."""
    rate = speed_of(wanted.speed)
    if rate is None:
        raise complain("--speed max: clients need a clock; allowed: a number above 0 up to 100000")
    source, codes = _source(wanted.scenario, wanted.market), codes_of(wanted.accounts)
    entitled = Entitled(_data(wanted.data), events=wanted.events, orders=not wanted.read_only)
    data = os.environ.get("ALLUSETUI_DATA")
    try:
        scenario = load_scenario(source, Path(data) if data else None)
        if wanted.market == _TODAY:
            scenario = _from_now(scenario)
        gateway, stage = build_gateway(scenario, codes, rate, entitled)
    except (ScenarioError, DataError, LawError) as error:
        raise complain(str(error)) from None
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except KeyError as error:
        raise complain(f"--accounts {error.args[0]}: no sleeve of {source}; allowed: GEN, REV, COM …") from None
    return gateway, stage, source, rate


def _from_now(scenario: Scenario) -> Scenario:
    """The same market, which begins now: its clock is this machine's, as that of a real gateway is."""
    start, end = local(int(time()) * SECOND_MS).replace(tzinfo=None), scenario.scenario.end
    if start >= end:
        wrong = f"it is {start:%Y-%m-%d} by this machine's clock, and that market ends on {end:%Y-%m-%d}"
        raise complain(f"--market {_TODAY}: {wrong}; allowed: a clock that is right, or --scenario FILE")
    return replace(scenario, scenario=replace(scenario.scenario, start=start))


def _pass_on(wanted: Wanted, upstream: tuple[str, int]) -> None:
    if wanted.record is None:
        raise complain("--upstream: is for keeping its transcript; allowed: with --record FILE")
    if wanted.scenario is not None or wanted.market is not None or wanted.compare is not None:
        raise complain(
            "--upstream: the market is the other gateway's; allowed: without --scenario, --market, --compare"
        )

    def opened(bound: int) -> None:
        mention(f"Passing on from 127.0.0.1:{bound} to {wanted.upstream}; the transcript: {wanted.record}")
        mention("Orders pass to paper accounts alone. Ctrl-C ends it.")

    with _keeper(wanted) as keeper:
        _until_ended(relay(upstream, wanted.port, keeper, lambda: int(time() * SECOND_MS), opened, _tell), wanted.port)


def _compare(path: Path, gateway: Gateway, stage: Stage) -> None:
    try:
        lines = compared(path, gateway, stage)
    except TranscriptError as error:
        raise complain(f"--compare {path}: {error}; allowed: a file that --record has written") from None
    except OSError as error:
        raise complain(f"--compare {path}: {error.strerror}; allowed: a file that --record has written") from None
    for line in lines:
        print(line)
    print(f"{len(lines)} differences" if lines else "No difference")
    if lines:
        raise SystemExit(FAILED)


def _keeper(wanted: Wanted) -> Keeper:
    assert wanted.record is not None
    try:
        return Keeper(wanted.record, wanted.masked, _tell)
    except OSError as error:
        raise complain(
            f"--record {wanted.record}: {error.strerror}; allowed: a new file in a folder of yours"
        ) from None


def _until_ended(work: Coroutine[None, None, None], port: int) -> None:
    try:
        asyncio.run(work)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise complain(f"--port {port}: {reason}; allowed: another --port, or 0 for any that is free") from None


def _check_port(port: int) -> None:
    """Live ports are left to what is live: a client that is set to one must never find a simulation there."""
    if port in _LIVE_PORTS:
        raise complain(f"--port {port}: is a live port of TWS or its gateway; allowed: 4002, 7497, another, or 0")
    if 0 < port < _FIRST_FREE:
        raise complain(f"--port {port}: is the system's; allowed: {_FIRST_FREE} to {_LAST}, or 0 for any that is free")


def _address(upstream: str) -> tuple[str, int]:
    said = _UPSTREAM.fullmatch(upstream)
    if said is None or not is_host(said[1]) or not 0 < int(said[2]) <= _LAST:
        raise complain(f"--upstream {untrusted(upstream)}: no address; allowed: HOST:PORT, as 127.0.0.1:7497")
    return said[1], int(said[2])


def _source(scenario: str | None, market: str | None) -> str:
    if scenario is not None and market is not None:
        raise complain("--scenario and --market: one of both")
    if scenario is not None:
        return scenario
    wanted = market or "synthetic"
    if wanted not in _MARKETS:
        raise complain(f"--market {wanted}: unknown; allowed: {', '.join(_MARKETS)}, or --scenario FILE")
    return _MARKETS[wanted]


def _data(wanted: str) -> Data:
    for known in get_args(Data):
        if wanted == known:
            return cast(Data, known)
    raise complain(f"--data {untrusted(wanted)}: unknown; allowed: {', '.join(get_args(Data))}")


def codes_of(accounts: str) -> dict[str, str]:
    """`GEN=DU4000001,REV=DU4000002` as a map; paper accounts only."""
    codes: dict[str, str] = {}
    for pair in filter(None, accounts.split(",")):
        name, _, code = pair.partition("=")
        if not _CODE.fullmatch(code) or not name or name in codes:
            raise complain(f"--accounts {pair}: not a sleeve and a paper account, once; allowed: GEN=DU4000001,REV=…")
        codes[name] = code
    return codes


def _tell(line: str) -> None:
    mention(f"gateway: {line}")
