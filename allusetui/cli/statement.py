"""`allusetui statement`: a broker's statement against a session's journal. Nothing is written."""

from pathlib import Path

import typer

from allusetui.cli.journals import reading
from allusetui.cli.say import FAILED, complain
from allusetui.domain.event import SessionStarted
from allusetui.domain.moment import day_of
from allusetui.domain.text import untrusted
from allusetui.ledger.ours import KINDS, ours
from allusetui.ledger.statement import Statement
from allusetui.ledger.tie import Difference, Tie, tie
from allusetui.ports import Archive
from allusetui.reports.page import money
from allusetui.statement.read import read
from allusetui.statement.values import StatementError

_OURS = "AU-"
"""What the ids of our orders begin with: the statement's order reference (0.6)."""


def compare(file: Path, session: str, journal: Path | None, broker_account: str | None, sessions: Path | None) -> None:
    """Print how the statement and the journal agree; exit 1 where they differ."""
    try:
        statement = read(file, broker_account)
    except StatementError as error:
        raise complain(untrusted(f"{file}: {error}")) from None
    except OSError as error:
        raise complain(
            f"{file}: {error.strerror}; allowed: a Flex query's XML or an activity statement's CSV"
        ) from None
    parts = (statement.trades, statement.endings, statement.cash, statement.held, statement.ending_cash)
    if all(part is None for part in parts):
        raise complain(f"{file}: has nothing to compare; allowed: Trades, OptionEAE, CashTransactions, OpenPositions")
    with reading(session, journal, sessions) as archive:
        _check_is_ours(file, statement, archive)
        found = tie(statement, ours(tuple(archive.select(KINDS)), statement.first, statement.last))
    print("\n".join(_lines(statement, found)))
    if found.differences:
        raise typer.Exit(FAILED)


def _check_is_ours(file: Path, statement: Statement, archive: Archive) -> None:
    """A statement of other days, or one whose orders are another session's, is not compared."""
    ((_, began_ms, _),) = archive.select(until=1)
    ((_, last_ms, _),) = archive.select(after=archive.last_seq - 1)
    first, last = day_of(began_ms), day_of(last_ms)
    if statement.last < first or statement.first > last:
        told = f"{statement.first.isoformat()} to {statement.last.isoformat()}"
        raise complain(f"{file}: tells of {told}; the journal of {first.isoformat()} to {last.isoformat()}")
    refs = (trade.order_ref for trade in statement.trades or ())
    named = {ref.split("-")[1] for ref in refs if ref.startswith(_OURS)}
    known = {
        event.session for _, _, event in archive.select([SessionStarted.kind]) if isinstance(event, SessionStarted)
    }
    if named and not named & known:
        theirs, mine = untrusted(", ".join(sorted(named)), 40), ", ".join(sorted(known))
        raise complain(
            f"{file}: its orders are those of session {theirs}, not of {mine}; allowed: that one's --session"
        )


def _lines(statement: Statement, found: Tie) -> list[str]:
    period = f"{statement.first.isoformat()} to {statement.last.isoformat()}"
    lines = [
        f"{untrusted(statement.account, 20)}, {period}: trades {found.trades}, option events {found.endings},"
        f" payments {found.payments}, positions {found.positions}",
        f"fees: ours {money(found.our_fees)}, statement {money(found.their_fees)}",
    ]
    if found.their_cash is not None:
        lines.append(f"cash: ours {money(found.our_cash)}, statement {money(found.their_cash)}")
    if found.missing:
        lines.append(f"not in the file, not compared: {', '.join(found.missing)}")
    lines += [untrusted(_told(each)) for each in found.differences]
    count = len(found.differences)
    lines.append(f"{count} difference{'s' if count > 1 else ''}" if count else "it ties")
    return lines


def _told(each: Difference) -> str:
    apart = "" if each.usd is None else f", apart {each.usd:,.2f}"
    return f"DIFFERS {each.what} {each.about}: ours {each.ours}, statement {each.theirs}{apart}"
