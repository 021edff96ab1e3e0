"""What can be typed, and what it teaches. Each command imports its own part, and no other."""

from pathlib import Path
from typing import Annotated

import typer

from allusetui import __version__
from allusetui.cli.start import Start

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
constitution = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The law: read it, check it, see it held.")
app.add_typer(constitution, name="constitution")

SessionName = Annotated[str, typer.Option("--session", help="Name of the session; its folder lies in --sessions.")]
SessionsFolder = Annotated[Path | None, typer.Option("--sessions", help="Folder of all sessions.", show_default=False)]
Theme = Annotated[str | None, typer.Option(help="Palette: dark, light, contrast, safe, ansi.", show_default=False)]
SettingsFile = Annotated[Path | None, typer.Option("--settings", help="Settings of the dashboard.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON value instead of text.")]
OneAccount = Annotated[str, typer.Option("--account", help="GEN, REV, COM …", show_default=False)]
ContractWords = Annotated[list[str], typer.Argument(help="As the status writes it: NVDA 2026-03-06 180.00 P")]
WatchOnly = Annotated[bool, typer.Option("--watch", help="Look only: no key reaches the engine.")]
JournalFile = Annotated[Path | None, typer.Option("--journal", help="An exported journal instead: journal.ndjson.")]
AccountName = Annotated[str | None, typer.Option("--account", help="GEN, REV, COM …; left out: every account.")]
_USUAL = Start()


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
        run()


@app.command()
def run(
    mode: Annotated[str, typer.Option(help="sim; paper or live trade the account of allusetui link.")] = _USUAL.mode,
    session: SessionName = _USUAL.session,
    scenario: Annotated[str | None, typer.Option(help="A scenario file or a shipped name; default demo.")] = None,
    headless: Annotated[bool, typer.Option("--headless", help="No dashboard: attach one later.")] = False,
    speed: Annotated[str, typer.Option(help="Market seconds a second, or max.")] = _USUAL.speed,
    theme: Theme = None,
    settings: SettingsFile = None,
    sessions: SessionsFolder = None,
    waive_paper_weeks: Annotated[
        str | None, typer.Option(help="Why live may do without them; journalled.", show_default=False)
    ] = None,
) -> None:
    """Run a session's engine, with its dashboard; a session that has been run before goes on where it stood.

    q leaves the dashboard; a lost terminal ends it alone, the engine goes on. SIGTERM ends both in good order.
    """
    from allusetui.cli.session import run_session

    run_session(Start(mode, session, scenario, headless, speed, theme, settings, sessions, waive_paper_weeks))


@app.command()
def attach(
    session: Annotated[str, typer.Argument(help="Name of the session.")] = "demo",
    theme: Theme = None,
    settings: SettingsFile = None,
    watch: WatchOnly = False,
    sessions: SessionsFolder = None,
) -> None:
    """A dashboard on an engine that runs already."""
    from allusetui.cli.remote import attach_to

    attach_to(session, theme, settings, watch, sessions)


@app.command()
def serve(
    session: Annotated[str, typer.Argument(help="Name of the session.")] = "demo",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Where it listens; 0 for any free one.")] = 8_000,
    theme: Annotated[str, typer.Option(help="Palette: dark or light.")] = "dark",
    watch: WatchOnly = False,
    sessions: SessionsFolder = None,
) -> None:
    """The dashboard in a browser of this machine, at an address that nobody can guess. Needs the extra web.

    From afar: ssh -L 8000:127.0.0.1:8000, and the same address. Each browser has a dashboard of its own.
    """
    from allusetui.cli.serve import serve_session

    serve_session(session, port, theme, watch, sessions)


@app.command()
def gateway(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Where it listens; 0 for any free one.")] = 4_002,
    scenario: Annotated[str | None, typer.Option(help="A scenario file or a shipped name.", show_default=False)] = None,
    market: Annotated[str | None, typer.Option(help="synthetic, which is the default.", show_default=False)] = None,
    speed: Annotated[str, typer.Option(help="Market seconds a second.")] = "1",
    accounts: Annotated[
        str, typer.Option(help="Paper accounts of sleeves: GEN=DU4000001,REV=DU4000002; the rest: DU4000001.")
    ] = "",
    data: Annotated[str, typer.Option(help="What clients may see of quotes: live, delayed, none.")] = "live",
    events: Annotated[bool, typer.Option(help="Whether there is the feed of corporate events.")] = True,
    read_only: Annotated[bool, typer.Option("--read-only", help="Clients may neither see nor place orders.")] = False,
    record: Annotated[
        Path | None, typer.Option(help="Keep every message in this new file.", show_default=False)
    ] = None,
    mask: Annotated[bool, typer.Option("--mask", help="With other account codes than the real ones.")] = False,
    upstream: Annotated[
        str | None, typer.Option(help="Pass on to the gateway at HOST:PORT, to record it.", show_default=False)
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(help="Replay a transcript, and list what differs; exit 1.", show_default=False)
    ] = None,
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


def _press(
    action: str, session: str, account: str | None, sessions: Path | None, contract: list[str] | None = None
) -> None:
    from allusetui.cli.remote import option_of, press

    press(action, session, account, sessions, option_of(contract) if contract else None)


@app.command()
def pause(session: SessionName = "demo", account: AccountName = None, sessions: SessionsFolder = None) -> None:
    """Cancel an account's orders and latch it in SAFE, at once; its stops are disarmed until it is resumed."""
    _press("pause", session, account, sessions)


@app.command()
def resume(session: SessionName = "demo", account: AccountName = None, sessions: SessionsFolder = None) -> None:
    """Let a paused account work again."""
    _press("resume", session, account, sessions)


@app.command()
def kill(session: SessionName = "demo", sessions: SessionsFolder = None) -> None:
    """Cancel everything and go to EMERGENCY, at once; left by a reset."""
    _press("kill", session, None, sessions)


@app.command()
def reset(session: SessionName = "demo", account: AccountName = None, sessions: SessionsFolder = None) -> None:
    """Release what waits for a person: level 3, the breaker once VIX allows, a mismatch, an EMERGENCY."""
    _press("reset", session, account, sessions)


@app.command("no-entries")
def no_entries(session: SessionName = "demo", account: AccountName = None, sessions: SessionsFolder = None) -> None:
    """Cancel an account's entries and let none begin; its protocol stays armed. Left by a resume."""
    _press("no_entries", session, account, sessions)


@app.command()
def close(
    contract: ContractWords, account: OneAccount, session: SessionName = "demo", sessions: SessionsFolder = None
) -> None:
    """Close one position, within the slippage cap."""
    _press("close", session, account, sessions, contract)


@app.command()
def approve(
    contract: ContractWords, account: OneAccount, session: SessionName = "demo", sessions: SessionsFolder = None
) -> None:
    """Say yes to the defence of a position that a paused account asks for."""
    _press("approve", session, account, sessions, contract)


@app.command()
def refuse(
    contract: ContractWords, account: OneAccount, session: SessionName = "demo", sessions: SessionsFolder = None
) -> None:
    """Say no to it."""
    _press("refuse", session, account, sessions, contract)


@app.command()
def maintenance(session: SessionName = "demo", account: AccountName = None, sessions: SessionsFolder = None) -> None:
    """Take an account that rests in SAFE out of service, a restart included; left by a resume."""
    _press("maintenance", session, account, sessions)


@app.command()
def audit(session: SessionName = "demo", account: AccountName = None, sessions: SessionsFolder = None) -> None:
    """Compare an account's book with the broker's, now."""
    _press("audit", session, account, sessions)


@app.command()
def status(
    session: SessionName = "demo",
    account: AccountName = None,
    max_age: Annotated[
        float | None, typer.Option(min=0, help="Only judge: exit 1 where something has been silent for more seconds.")
    ] = None,
    as_json: AsJson = False,
    sessions: SessionsFolder = None,
) -> None:
    """How an engine stands: clock, heartbeat, link, accounts, latches, equity, working orders, approvals.

    With --max-age a dead man's alarm: nothing is printed while heartbeat, link and data live. Else one line, and exit
    code 1; or 2 where no engine answers. Data may rest while the market does.
    """
    from allusetui.cli.status import show_status

    show_status(session, account, max_age, as_json, sessions)


@app.command()
def replay(
    scenario: Annotated[str, typer.Argument(help="A scenario file, or the name of a shipped one: crash-week.")],
    out: Annotated[Path | None, typer.Option(help="Folder for journal, ledger and reports.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Judge the [[expect]] tables; exit 1 on a failure.")] = False,
) -> None:
    """Run a scenario on a virtual clock, as fast as it can, and say what the law made of it.

    Market history needs a data folder: `data` in the file, or the environment variable ALLUSETUI_DATA.
    """
    from allusetui.cli.replay import run as replay_scenario

    replay_scenario(scenario, out, check)


@app.command()
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
) -> None:
    """A report rebuilt from the journal alone: the same, byte for byte, as the one that was written.

    One that has not ended is told so far, and says so.
    """
    from allusetui.cli.report import report as show_report
    from allusetui.cli.say import complain

    if as_markdown and as_json:
        raise complain("--markdown and --json: one of both")
    form = "json" if as_json else "markdown" if as_markdown else "text"
    show_report(period, {"weekly": week, "monthly": month, "quarterly": quarter}, session, journal, form, sessions)


@app.command()
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


@app.command()
def tax(
    year: Annotated[int | None, typer.Option(help="A calendar year; left out: the last.", show_default=False)] = None,
    session: SessionName = "demo",
    journal: JournalFile = None,
    csv: Annotated[Path | None, typer.Option(help="Write every row there too, for an accountant.")] = None,
    as_json: AsJson = False,
    sessions: SessionsFolder = None,
) -> None:
    """A calendar year for the tax return: gains by term, wash-sale flags, the reserve, assignments. No tax advice.

    Short and long term as Form 8949 has them, options on indexes 60/40 and marked at the year's end (§1256).
    """
    from allusetui.cli.tax import tax as show_tax

    show_tax(year, session, journal, csv, as_json, sessions)


@app.command()
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


@app.command()
def weeks(
    session: SessionName = "demo",
    journal: JournalFile = None,
    as_json: AsJson = False,
    sessions: SessionsFolder = None,
) -> None:
    """The week types so far, and the chances of the next one with their score against the base rates.

    Shown from 50 typed weeks on, for a person alone: no rule reads them.
    """
    from allusetui.cli.weeks import show_weeks

    show_weeks(session, journal, as_json, sessions)


@app.command()
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


@app.command()
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


@app.command()
def settings(
    write: Annotated[bool, typer.Option("--write", help="Write a file with every default, commented.")] = False,
    file: SettingsFile = None,
) -> None:
    """Where the dashboard's settings are and what holds: palette, notifications, keys; exit 2 if some can't be used."""
    from allusetui.cli.settings import show
    from allusetui.cli.settings import write as write_default

    write_default(file) if write else show(file)


@constitution.command("show")
def constitution_show(
    clause: Annotated[str | None, typer.Argument(help="A clause's id, such as 6.10; left out: all.")] = None,
    as_json: AsJson = False,
) -> None:
    """One clause whole, or a line for each.

    Whole: the constitution's sentence, its reading, the law's numbers, and the functions, tests and scenarios that hold
    the engine to it.
    """
    from allusetui.cli.constitution import show

    show(clause, as_json)


@constitution.command("verify")
def constitution_verify(as_json: AsJson = False) -> None:
    """Is it the law that was shipped? Exit 2 if not."""
    from allusetui.cli.constitution import verify

    verify(as_json)


@constitution.command("coverage")
def constitution_coverage(
    with_planned: Annotated[bool, typer.Option("--all", help="Planned rules count as gaps too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Where each clause is enforced and tested.

    Exit 1 on a gap: a rule said to be enforced that has no function or no test.
    """
    from allusetui.cli.constitution import coverage

    coverage(with_planned, as_json)


@constitution.command("tensions")
def constitution_tensions(
    spot: Annotated[float, typer.Option(min=1, max=100_000, help="Price of the stock that is looked at.")] = 200,
    vol: Annotated[float, typer.Option(min=0.01, max=5, help="Its volatility a year: 0.30.")] = 0.30,
    as_json: AsJson = False,
) -> None:
    """Where the law works against itself, in figures."""
    from allusetui.cli.tensions import tensions

    tensions(spot, vol, as_json)
