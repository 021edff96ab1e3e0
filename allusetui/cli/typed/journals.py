"""What a journal is asked for, and how one comes about."""

from pathlib import Path
from typing import Annotated

import typer

from allusetui.cli.typed.options import AsJson, JournalFile, LawsOf, SessionName, SessionsFolder, SettingsFile


def replay(
    scenario: Annotated[
        str, typer.Argument(help="A scenario file, or the name of a shipped one: crash-week. With --tape a session.")
    ],
    out: Annotated[Path | None, typer.Option(help="Folder for journal, ledger and reports.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Judge the [[expect]] tables; exit 1 on a failure.")] = False,
    tape: Annotated[bool, typer.Option("--tape", help="Decide a session of paper or live again.")] = False,
    sessions: SessionsFolder = None,
    settings: LawsOf = None,
) -> None:
    """Run a scenario on a virtual clock, as fast as it can, and say what the law made of it.

    Market history needs a data folder: `data` in the file, or the environment variable ALLUSETUI_DATA.

    With --tape the inputs that a session's engine was told are told to this version's: exit 1 at the first record that
    it decides otherwise, which is printed as it was and as it is. Nothing is written.
    """
    if tape or sessions is not None or settings is not None:
        from allusetui.cli.retold import retell_session
        from allusetui.cli.say import complain

        if not tape or out is not None or check:
            raise complain("--tape: goes with --sessions and --settings; --out and --check are of scenarios")
        retell_session(scenario, sessions, settings)
        return
    from allusetui.cli.replay import run as replay_scenario

    replay_scenario(scenario, out, check)


def report(
    period: Annotated[str, typer.Argument(help="weekly, monthly, quarterly, or leaps: the LEAP ledger.")],
    week: Annotated[str | None, typer.Option(help="2020-W10; default the last that ended.", show_default=False)] = None,
    month: Annotated[str | None, typer.Option(help="2020-03; default the last that ended.", show_default=False)] = None,
    quarter: Annotated[str | None, typer.Option(help="2020-Q1; the same.", show_default=False)] = None,
    session: SessionName = "demo",
    journal: JournalFile = None,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Markdown instead of text.")] = False,
    as_json: AsJson = False,
    sessions: SessionsFolder = None,
    settings: LawsOf = None,
) -> None:
    """A report rebuilt from the journal alone: the same, byte for byte, as the one that was written.

    One that has not ended is told so far, and says so.
    """
    from allusetui.cli.report import report as show_report
    from allusetui.cli.say import complain

    if as_markdown and as_json:
        raise complain("--markdown and --json: one of both")
    form = "json" if as_json else "markdown" if as_markdown else "text"
    names = {"weekly": week, "monthly": month, "quarterly": quarter}
    show_report(period, names, session, journal, form, sessions, settings)


def ask(
    question: Annotated[str, typer.Argument(help='In English: "Why did Gen-Acc pivot last week?"')],
    session: SessionName = "demo",
    journal: JournalFile = None,
    as_json: AsJson = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no language model, though one is named.")] = False,
    settings: SettingsFile = None,
    sessions: SessionsFolder = None,
) -> None:
    """Ask the journal: why, when, how much, how many, which. Every sentence cites its records as [#1234].

    An engine may be running; it is not disturbed. Exit 0 also where the journal can't tell, which is then said. A model
    named in the settings, or by ALLUSETUI_LLM_MODEL, words the answer; a figure that stands in no record is refused.
    """
    from allusetui.cli.ask import ask as ask_journal

    ask_journal(question, session, journal, as_json, offline, settings, sessions)


def tax(
    year: Annotated[int | None, typer.Option(help="A calendar year; left out: the last.", show_default=False)] = None,
    session: SessionName = "demo",
    journal: JournalFile = None,
    csv: Annotated[Path | None, typer.Option(help="Write every row there too, for an accountant.")] = None,
    as_json: AsJson = False,
    sessions: SessionsFolder = None,
    settings: LawsOf = None,
) -> None:
    """A calendar year for the tax return: gains by term, wash-sale flags, the reserve, assignments. No tax advice.

    Short and long term as Form 8949 has them, options on indexes 60/40 and marked at the year's end (§1256).
    """
    from allusetui.cli.tax import tax as show_tax

    show_tax(year, session, journal, csv, as_json, sessions, settings)


def statement(
    file: Annotated[
        Path, typer.Argument(help="A Flex query's XML, or an activity statement's CSV, of Interactive Brokers.")
    ],
    session: SessionName = "demo",
    journal: JournalFile = None,
    broker_account: Annotated[
        str | None, typer.Option(help="The statement has to be this account's: U1234567.", show_default=False)
    ] = None,
    sessions: SessionsFolder = None,
) -> None:
    """Compare a broker's statement with the ledger: trades, fees, option events, payments, positions, cash.

    Every difference is a line. Exit code 0: it ties; 1: it differs; 2: the file can't be used. Nothing is written.
    """
    from allusetui.cli.statement import compare

    compare(file, session, journal, broker_account, sessions)


def weeks(
    session: SessionName = "demo",
    journal: JournalFile = None,
    as_json: AsJson = False,
    sessions: SessionsFolder = None,
    settings: LawsOf = None,
) -> None:
    """The week types so far, and the chances of the next one with their score against the base rates.

    Shown from 50 typed weeks on, for a person alone: no rule reads them.
    """
    from allusetui.cli.weeks import show_weeks

    show_weeks(session, journal, as_json, sessions, settings)
