"""What the law does over years: one run, or many."""

from pathlib import Path
from typing import Annotated

import typer

from allusetui.cli.typed.options import AsJson, LawsOf

Market = Annotated[str, typer.Option("--market", help="synthetic, or history: real days of ALLUSETUI_DATA.")]
Years = Annotated[
    int | None, typer.Option("--years", help="How many; default 10, or all of the data.", show_default=False)
]
First = Annotated[str | None, typer.Option("--from", help="The first day: 2020-03-02.", show_default=False)]
Folder = Annotated[Path | None, typer.Option("--out", help="Folder for what comes of it.", show_default=False)]
Last = Annotated[str | None, typer.Option("--to", help="The last day.", show_default=False)]


def backtest(
    market: Market = "synthetic",
    years: Years = None,
    first: First = None,
    last: Last = None,
    law: Annotated[str, typer.Option(help="A version of the constitution.")] = "v1.3",
    capital: Annotated[str, typer.Option(help="Dollars, split by the law.")] = "4_000_000",
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another market.")] = 1,
    as_json: AsJson = False,
    out: Folder = None,
    settings: LawsOf = None,
) -> None:
    """The engine that trades, over years of a market, and what the law made of them. No screen promises an edge.

    Ctrl-C keeps what is done: the same command goes on. A reset that the law asks of a person is pressed at 09:35 of
    the next session, and counted.
    """
    from allusetui.cli.backtest import backtest as run_backtest

    run_backtest(market, years, first, last, law, capital, seed, as_json, out, settings)


def sweep(
    scenarios: Annotated[
        list[str] | None, typer.Argument(help="Files or shipped names; left out: the market.", show_default=False)
    ] = None,
    market: Market = "synthetic",
    years: Years = None,
    first: First = None,
    last: Last = None,
    seeds: Annotated[str | None, typer.Option(help="1-1000, or 1,5,9; default 1-10.", show_default=False)] = None,
    capital: Annotated[list[str] | None, typer.Option(help="Dollars; may be repeated.", show_default=False)] = None,
    law: Annotated[list[str] | None, typer.Option(help="A version; may be repeated.", show_default=False)] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Processes; default one a core.", show_default=False)
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(help="tcp://HOST:PORT of a dask scheduler; needs the extra cluster.")
    ] = None,
    as_json: AsJson = False,
    out: Folder = None,
    settings: LawsOf = None,
) -> None:
    """Scenarios by seeds, capitals and laws: each trial once, however often it is stopped, wherever it is done.

    The results are the same for any number of workers. Ctrl-C keeps the trials that are done: the same command goes
    on. A worker of another version is refused.
    """
    from allusetui.cli.backtest import day_in
    from allusetui.cli.sweep import run_sweep
    from allusetui.lab.span import Wanted

    wanted = Wanted(market, years, day_in("--from", first), day_in("--to", last))
    run_sweep(scenarios or (), wanted, seeds, capital or (), law or ("v1.3",), workers, cluster, as_json, out, settings)
