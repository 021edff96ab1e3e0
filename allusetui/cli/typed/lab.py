"""What the law does over years: one run, or many."""

from pathlib import Path
from typing import Annotated

import typer

from allusetui.cli.typed.options import AsJson

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
) -> None:
    """The engine that trades, over years of a market, and what the law made of them. No screen promises an edge.

    Ctrl-C keeps what is done: the same command goes on. A reset that the law asks of a person is pressed at 09:35 of
    the next session, and counted.
    """
    from allusetui.cli.backtest import backtest as run_backtest

    run_backtest(market, years, first, last, law, capital, seed, as_json, out)
