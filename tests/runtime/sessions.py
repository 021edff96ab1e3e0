"""Sessions in folders of their own, and what has to be so wherever one was begun again."""

from functools import cache
from pathlib import Path

from allusetui.compose.run import Run
from allusetui.compose.sessions import open_session
from allusetui.domain.event import Event, ReconcileMismatch
from allusetui.law.load import load as load_law
from allusetui.scenario.load import load
from allusetui.scenario.model import Scenario
from allusetui.torture.checker.checker import judge
from allusetui.torture.checker.exchange import AtTheExchange
from tests.faults.invariants import books_tie, no_fill_lost, state_is_the_fold
from tests.replaying import Replayed

Row = tuple[int, int, Event]


@cache
def week() -> Scenario:
    return load("crash-week")


def finished(scenario: Scenario, folder: Path) -> list[Row]:
    """The journal of a session taken up from its folder alone and run to its end, held to what must be so."""
    run = open_session(scenario, folder)
    run.go()
    rows = hold(scenario, run)
    run.close()
    return rows


def hold(scenario: Scenario, run: Run) -> list[Row]:
    """The journal: no fill lost or booked twice, cash and positions tie, the state is the fold, nothing differs."""
    session = Replayed(scenario, run, run.runtime.world.journal)  # type: ignore[arg-type] # one on disk
    rows = list(session.journal.read())
    at_the_broker = AtTheExchange(run.exchange, run.exchange, run.market, lambda: len(rows))
    assert [each.line for each in judge(rows, load_law(), at_the_broker, run.end_ms)] == []
    assert [*no_fill_lost(rows, run.exchange), *books_tie(session), *state_is_the_fold(session)] == []
    assert [event for _, _, event in rows if isinstance(event, ReconcileMismatch)] == []
    return rows
