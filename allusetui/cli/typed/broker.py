"""The broker: ours, and the one that is linked."""

from pathlib import Path
from typing import Annotated

import typer

from allusetui.cli.typed.options import AsJson, SettingsFile

_MARKETS = "synthetic, which is the default; or today: the same from now on, for a session on paper."
_CODES = "Paper accounts of sleeves: GEN=DU4000001,REV=DU4000002; the rest: DU4000001."

Listens = Annotated[int, typer.Option(min=0, max=65_535, help="Where it listens; 0 for any free one.")]
ScenarioFile = Annotated[str | None, typer.Option(help="A scenario file or a shipped name.", show_default=False)]
Market = Annotated[str | None, typer.Option(help=_MARKETS, show_default=False)]
NewFile = Annotated[Path | None, typer.Option(help="Keep every message in this new file.", show_default=False)]
Upstream = Annotated[
    str | None, typer.Option(help="Pass on to the gateway at HOST:PORT, to record it.", show_default=False)
]
Transcript = Annotated[
    Path | None, typer.Option(help="Replay a transcript, and list what differs; exit 1.", show_default=False)
]


def gateway(
    port: Listens = 4_002,
    scenario: ScenarioFile = None,
    market: Market = None,
    speed: Annotated[str, typer.Option(help="Market seconds a second.")] = "1",
    accounts: Annotated[str, typer.Option(help=_CODES)] = "",
    data: Annotated[str, typer.Option(help="What clients may see of quotes: live, delayed, none.")] = "live",
    events: Annotated[bool, typer.Option(help="Whether there is the feed of corporate events.")] = True,
    read_only: Annotated[bool, typer.Option("--read-only", help="Clients may neither see nor place orders.")] = False,
    record: NewFile = None,
    mask: Annotated[bool, typer.Option("--mask", help="With other account codes than the real ones.")] = False,
    upstream: Upstream = None,
    compare: Transcript = None,
) -> None:
    """Our simulated exchange as Interactive Brokers' gateway: any TWS client of this machine can trade on it.

    It speaks version 178 of the protocol as text, on the loopback alone. Point a client at host 127.0.0.1, its port and
    any client id, as a program on ib_async does. Orders outlive a client's connection, and end with the gateway. It
    holds clients to the broker's limits: 50 messages a second, 100 lines.

    With --record FILE --upstream HOST:PORT it stands between a client and a real gateway, which it passes everything
    on to but orders for accounts that are not paper; --compare FILE then shows where ours speaks otherwise.
    """
    from allusetui.cli.gateway import Wanted, run_gateway

    asked = Wanted(port, scenario, market, speed, accounts, data, events, read_only, record, mask, upstream, compare)
    run_gateway(asked)


def link(
    account: Annotated[
        list[str] | None, typer.Option(help="DU1234567 for all sleeves; or GEN=…, REV=… and COM=….", show_default=False)
    ] = None,
    mode: Annotated[str | None, typer.Option(help="paper or live; default as the account's letters say.")] = None,
    host: Annotated[str | None, typer.Option(help="Where the Gateway or TWS runs; default 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Default 4002 for paper, 4001 for live.", show_default=False)] = None,
    client_id: Annotated[int | None, typer.Option(help="The engine's own; default 7.", show_default=False)] = None,
    settings: SettingsFile = None,
) -> None:
    """Name the account at Interactive Brokers: writes the table [broker] of the settings, and nothing else of them.

    What is left out is asked for, or has its default where there is no terminal. No password: the Gateway or TWS, which
    has to run on this machine or behind ssh -L, holds it. Then: allusetui doctor.
    """
    from allusetui.cli.link import Wish
    from allusetui.cli.link import link as link_account

    link_account(Wish(host, port, client_id, mode, account or ()), settings)


def doctor(
    client_id: Annotated[
        int | None, typer.Option(min=1, max=99_999, help="Its own; default the engine's + 1.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    settings: SettingsFile = None,
) -> None:
    """Look at the linked Gateway or TWS in order, and say what helps: a line a check. Places no order.

    From the port to greeks, margins and open orders that are not ours. ok, warn, fail, or skipped and why. Exit 0: the
    engine can work with it; 1: something failed; 2: there is no link, or it can't be used. At most two minutes.
    """
    from allusetui.cli.doctor import doctor as look

    look(settings, client_id, as_json)
