"""The ledger after every session of a whole run: held against the broker's book, the engine's own and a pencil's."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from allusetui.domain import event as ev
from allusetui.journal.memory import MemoryJournal
from allusetui.scenario.load import load, parse
from tests.ledger.auditor import Auditor, Books, audited, written
from tests.market.test_splits import AUGUST_2020
from tests.replaying import DATA, SHARED, Replayed

WHEEL = Path(__file__).parents[1] / "scenarios" / "wheel-three-weeks.toml"
EXAMPLES = sorted((SHARED / "scenarios").glob("*.toml"))
Change = Callable[[ev.Event], ev.Event]


@pytest.mark.clause("10.1", "10.3")
@pytest.mark.skipif(not EXAMPLES, reason="the shared example scenarios are not here: 0 of them are held to their books")
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_10_1_the_books_tie_after_every_session_of_an_example(path: Path) -> None:
    audit = audited(load(path, DATA))
    assert audit.breaches() == []
    assert audit.sessions == audit.closes


@pytest.mark.clause("10.3")
@pytest.mark.skipif(not DATA.is_dir(), reason="the market data is not here")
@pytest.mark.parametrize("shares", [300, 333])
def test_10_3_the_books_tie_over_a_split(shares: int) -> None:
    text = AUGUST_2020.replace('"history"', f'"history"\ndata = "{DATA}"').replace("shares = 300", f"shares = {shares}")
    audit = audited(parse(text, str(DATA / "none.toml")))
    assert audit.breaches() == []
    assert len(audit.replayed.of("position.adjusted")) == 2
    assert audit.sessions == audit.closes == 2


@pytest.fixture(scope="module")
def wheel() -> Auditor:
    audit = audited(load(WHEEL, DATA))
    assert audit.breaches() == []
    return audit


def falsified(audit: Auditor, kind: type[ev.Event], change: Change) -> list[str]:
    """What the auditor says of the same run where the journal tells something else of each event of a kind."""
    told = MemoryJournal()
    for _, at_ms, event in audit.replayed.journal.read():
        told.append(at_ms, [change(event) if isinstance(event, kind) else event])
    return Auditor(Replayed(audit.replayed.scenario, audit.replayed.run, told), audit.evenings).breaches()


@pytest.mark.parametrize(
    ("kind", "change", "word"),
    [
        (ev.OrderFilled, lambda e: replace(e, commission=e.commission + 1), "at the broker"),
        (ev.OrderFilled, lambda e: replace(e, quantity=e.quantity + 1), "holds"),
        (ev.LotClosed, lambda e: replace(e, opened=e.opened.replace(day=1)), "the lots say"),
        (ev.LotClosed, lambda e: replace(e, realized=e.realized + 5), "the lots say"),
        (ev.LotClosed, lambda e: replace(e, book_usd=e.book_usd + 5), "realized marked"),
        (ev.AccountMarked, lambda e: replace(e, cash=e.cash + 1), "cash marked"),
        (ev.AccountMarked, lambda e: replace(e, fees=e.fees + 1), "fees marked"),
        (ev.AccountMarked, lambda e: replace(e, stock=e.stock + 1), "unrealized marked"),
        (ev.AssignmentReceived, lambda e: replace(e, shares=e.shares + 1), "holds"),
    ],
    ids=lambda value: value.kind if isinstance(value, type) else value if isinstance(value, str) else "",
)
def test_books_that_do_not_tie_are_seen(wheel: Auditor, kind: type[ev.Event], change: Change, word: str) -> None:
    assert any(word in told for told in falsified(wheel, kind, change))


@pytest.mark.clause("10.1")
def test_10_1_a_row_that_is_changed_in_the_csv_no_longer_sums_to_nothing(wheel: Auditor) -> None:
    text = written(wheel.replayed)
    first = text.split("\r\n")[1]
    cash = first.split(",")[9]
    books = Books(text.replace(cash, cash.replace(".00", ".01"), 1))
    assert any("sum to" in told for told in books.post(int(first.split(",")[0])))
