"""What the program is put through."""

from pathlib import Path
from typing import Annotated

import typer

from allusetui.cli.typed.options import AsJson, LawsOf, SessionsFolder


def torture(
    seeds: Annotated[
        int | None,
        typer.Option(min=1, max=1_000_000, help="How many runs; else 100.", show_default=False),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**62, help="The first seed; alone: that run.", show_default=False)
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0.01, max=10_000, help="Begin no more runs after so long.", show_default=False)
    ] = None,
    keep: Annotated[
        str | None, typer.Option(help="Of one seed's run these faults alone, as 3,7, or none.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    as_table: Annotated[bool, typer.Option("--table", help="Faults in groups, as Markdown.")] = False,
) -> None:
    """Put the whole program through seeded disasters on virtual time, and say what broke. Nothing of yours is touched.

    Each seed draws an hour of a market, what the accounts hold, what people press, the wire's latency, and what goes
    wrong: the broker's gateway, the wire, the process (kill -9), the disk, the data. Engine, journal, broker link and
    the real client library run against our gateway. A checker that shares no code with the engine reads the broker's
    book and the journal after every step and judges the sixteen invariants; then the faults end, and within two minutes
    everything has to be at rest.

    A run that breaks something is done again with fewer faults until each that is left is needed, and is told with the
    command that does just that. The same seed and program give the same run. The last line: seeds, simulated hours,
    violations; exit 1 where there is one.
    """
    from allusetui.cli.say import complain
    from allusetui.cli.torture import torture as put_through

    if as_json and as_table:
        raise complain("--json and --table: one of both")
    put_through(seeds, seed, minutes, keep, "json" if as_json else "table" if as_table else "text")


def acceptance(
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the evidence; else sessions/acceptance.", show_default=False),
    ] = None,
    law: Annotated[str, typer.Option(help="A version of the constitution.")] = "v1.3",
    settings: LawsOf = None,
    sessions: SessionsFolder = None,
) -> None:
    """Run what §16 asks for before the engine is believed, on a clock of its own, and print the evidence.

    Two weeks of run --mode paper against our gateway, the same weeks with the process killed at chosen instants, and a
    fork, its MINI and its merge. Each criterion is judged from the journals' public lines, by code that shares none
    with the engine, and told with the numbers of the records. The folder holds journals, ledgers, reports, the page as
    text and JSON, and SHA256SUMS over all of it. It takes some minutes. The live cycle is not run: it is told by the
    journals of live sessions on this machine, where there are some, which are only read.

    Exit 1 where a criterion fails. Ctrl-C ends it, and keeps nothing.
    """
    from allusetui.cli.acceptance import acceptance as run_acceptance

    run_acceptance(out, law, settings, sessions)
