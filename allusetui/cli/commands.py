"""What can be typed, in the order in which help shows it."""

from typing import Annotated, Final

import typer
from typer.completion import completion_init  # type: ignore[attr-defined]  # it passes it on untold

from allusetui import __version__
from allusetui.cli.start import NAME
from allusetui.cli.typed import broker, engine, help, journals, keys, lab, law, trials
from allusetui.cli.typed.options import SettingsFile

app: Final = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
constitution: Final = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The law: read it, check it, see it held, change it."
)
app.add_typer(constitution, name="constitution")


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Program and constitution.")] = False,
) -> None:
    """ALL-USE: a deterministic, autonomous options-income engine.

    Without a command: engine and dashboard on the synthetic market, session demo, from a Monday 09:25 at speed 60. The
    options of run may follow.
    """
    if version:
        from allusetui.law.load import law_hash, load

        print(f"allusetui {__version__}, constitution {load().version} {law_hash()}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        engine.run()


def settings(
    write: Annotated[bool, typer.Option("--write", help="Write a file with every default, commented.")] = False,
    file: SettingsFile = None,
) -> None:
    """Where the dashboard's settings are and what holds: palette, notifications, keys; exit 2 if some can't be used."""
    from allusetui.cli.settings import show
    from allusetui.cli.settings import write as write_default

    write_default(file) if write else show(file)


for _command in (
    engine.run, engine.attach, engine.serve, broker.gateway,
    keys.pause, keys.resume, keys.kill, keys.reset, keys.no_entries, keys.close, keys.approve, keys.refuse,
    keys.maintenance, keys.audit, engine.status,
    journals.replay, journals.report, journals.ask, journals.tax, journals.statement, journals.weeks,
    lab.backtest, lab.sweep, trials.torture, trials.acceptance, broker.link, broker.doctor, settings, help.guide,
    help.completion,
):  # fmt: skip
    app.command()(_command)
constitution.command("show")(law.show_clauses)
constitution.command("verify")(law.verify_hash)
constitution.command("coverage")(law.show_coverage)
constitution.command("tensions")(law.show_tensions)
constitution.command("propose")(law.propose_change)
constitution.command("simulate")(law.simulate_change)
constitution.command("approve")(law.approve_change)


def complete() -> None:
    """Answer a shell that asks what may come next; its words stand in the environment."""
    completion_init()
    app([], prog_name=NAME)
