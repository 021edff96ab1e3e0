"""The constitution."""

from pathlib import Path
from typing import Annotated

import typer

from allusetui.cli.typed.options import AsJson, LawsOf, SessionsFolder


def show_clauses(
    clause: Annotated[str | None, typer.Argument(help="A clause's id, such as 6.10; left out: all.")] = None,
    law: Annotated[str | None, typer.Option(help="A version; default the one in force.", show_default=False)] = None,
    session: Annotated[
        str | None, typer.Option(help="A session: the law that it goes on under.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    sessions: SessionsFolder = None,
    settings: LawsOf = None,
) -> None:
    """One clause whole, or a line for each.

    Whole: the constitution's sentence, its reading, the law's numbers, and the functions, tests and scenarios that hold
    the engine to it.
    """
    from allusetui.cli.constitution import Which, show

    show(clause, Which(law, session, sessions, settings), as_json)


def verify_hash(as_json: AsJson = False, settings: LawsOf = None) -> None:
    """Is each law what was shipped, or what was approved? Exit 2 if not."""
    from allusetui.cli.constitution import verify

    verify(as_json, settings)


def show_coverage(
    with_planned: Annotated[bool, typer.Option("--all", help="Planned rules count as gaps too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Where each clause is enforced and tested.

    Exit 1 on a gap: a rule said to be enforced that has no function or no test.
    """
    from allusetui.cli.constitution import coverage

    coverage(with_planned, as_json)


def show_tensions(
    spot: Annotated[float, typer.Option(min=1, max=100_000, help="Price of the stock that is looked at.")] = 200,
    vol: Annotated[float, typer.Option(min=0.01, max=5, help="Its volatility a year: 0.30.")] = 0.30,
    as_json: AsJson = False,
    settings: LawsOf = None,
) -> None:
    """Where the law in force works against itself, in figures."""
    from allusetui.cli.tensions import tensions

    tensions(spot, vol, as_json, settings)


def propose_change(
    file: Annotated[Path, typer.Argument(help="TOML: reason, and [changes]: keys of the law, new values.")],
    settings: LawsOf = None,
    as_json: AsJson = False,
) -> None:
    """A change of the law as a proposal. Nothing changes by it.

    The file: reason = "…", and under [changes] lines such as sizing.symbol_cap = 0.20.
    """
    from allusetui.cli.amend import propose

    propose(file, settings, as_json)


def simulate_change(
    proposal: Annotated[str, typer.Argument(help="The beginning of its sha256, as propose says it.")],
    paths: Annotated[int, typer.Option(min=20, max=100_000, help="Synthetic paths, each under both laws.")] = 1_000,
    weeks: Annotated[int, typer.Option(min=1, max=2_080, help="How long each is.")] = 13,
    past: Annotated[bool, typer.Option("--history/--no-history", help="Days of ALLUSETUI_DATA, too.")] = True,
    first: Annotated[str | None, typer.Option("--from", help="Their first day.", show_default=False)] = None,
    last: Annotated[str | None, typer.Option("--to", help="Their last day.", show_default=False)] = None,
    capital: Annotated[str, typer.Option(help="Dollars, split by the law.")] = "4_000_000",
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Processes; default one a core.", show_default=False)
    ] = None,
    settings: LawsOf = None,
    as_json: AsJson = False,
) -> None:
    """The law in force against a proposal: the same paths under both, and what has been.

    Ctrl-C keeps the trials that are done: the same command goes on. An approval asks for 1,000 paths or more.
    """
    from allusetui.cli.amend import simulate
    from allusetui.cli.backtest import day_in
    from allusetui.lab.span import Wanted

    days = Wanted("history", None, day_in("--from", first), day_in("--to", last)) if past else None
    simulate(proposal, paths, weeks, days, capital, workers, settings, as_json)


def approve_change(
    proposal: Annotated[str, typer.Argument(help="The beginning of its sha256.")],
    settings: LawsOf = None,
) -> None:
    """Bring a proposal into force, once its evidence is there: a person types its hash.

    It becomes the next version. A running session takes it up when it is resumed at a week's start.
    """
    from allusetui.cli.amend import approve

    approve(proposal, settings)
