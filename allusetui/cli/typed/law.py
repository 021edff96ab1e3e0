"""The constitution."""

from typing import Annotated

import typer

from allusetui.cli.typed.options import AsJson


def show_clauses(
    clause: Annotated[str | None, typer.Argument(help="A clause's id, such as 6.10; left out: all.")] = None,
    as_json: AsJson = False,
) -> None:
    """One clause whole, or a line for each.

    Whole: the constitution's sentence, its reading, the law's numbers, and the functions, tests and scenarios that hold
    the engine to it.
    """
    from allusetui.cli.constitution import show

    show(clause, as_json)


def verify_hash(as_json: AsJson = False) -> None:
    """Is it the law that was shipped? Exit 2 if not."""
    from allusetui.cli.constitution import verify

    verify(as_json)


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
) -> None:
    """Where the law works against itself, in figures."""
    from allusetui.cli.tensions import tensions

    tensions(spot, vol, as_json)
