"""What the journal itself tells to differ from the broker's book breaks nothing more, and excuses nothing else."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.contract import Option, Right
from allusetui.torture.checker.witness import Holding
from tests.faults.runs import ENTRY, HELD, STOP, head
from tests.torture.checker.books import Spoil, by, deal, of_a_put_more, told, with_a_vix_of
from tests.torture.checker.spoiling import Case, before, by_journal, case, changed, later, place, without
from tests.torture.checker.test_planted_in_journals import ACCEPTED, latched

QUIET_PUT = head("held", "10:00:00") + HELD
LATCHED = ev.LatchSet(account="GEN", latch="mismatch")
OF_FILLS = {2, 6, 7}


def test_11_what_has_tripped_may_be_entered_under_its_own_rules() -> None:
    honest = with_a_vix_of(51)(case(ENTRY))
    tripped = ev.BreakerTripped(tier="hedged_week", vix=Decimal(51))
    entered = before(honest.rows, place(honest.rows, ev.OrderIntended), tripped)
    assert 11 not in replace(honest, rows=entered).found()


def read_off(honest: Case) -> Case:
    """The entry's fill is booked off the broker's book, a dollar of its price as fees."""
    filled = honest.rows[place(honest.rows, ev.OrderFilled)][2]
    assert isinstance(filled, ev.OrderFilled)
    fill = {"exec_id": f"seen-{filled.client_order_id}", "price": filled.price + Decimal("0.01")}
    fees = filled.commission + filled.quantity
    return replace(honest, rows=changed(honest.rows, ev.OrderFilled, commission=fees, **fill))


def test_2_a_fill_read_off_a_book_is_all_that_its_order_dealt_and_its_money_is_known_to_the_cent() -> None:
    honest = read_off(case(ENTRY))
    assert 2 not in honest.found()
    assert 2 in deal(price=Decimal("9.99"))(honest).found()
    assert 2 in told(executions=())(honest).found()


def test_2_what_a_reset_accepts_is_taken_over() -> None:
    key = ev.OperatorKey(account="GEN", action="reset", by="op")
    assert by_journal(later(case(ENTRY).rows, 1, LATCHED, ACCEPTED)) == {2}
    assert by_journal(later(case(ENTRY).rows, 1, LATCHED, key, ACCEPTED)) == set()


def test_a_latched_difference_of_the_book_is_known_and_breaks_nothing_more() -> None:
    honest = case(ENTRY)
    latched_late = replace(honest, rows=[*honest.rows, (honest.rows[-1][0] + 1, honest.rows[-1][1], LATCHED)])
    assert 2 not in by(of_a_put_more)(latched_late).found()


def doubled(fills: int) -> Case:
    """The entry has become two orders at the broker, which is told, and so many of them fill; the cash is for one."""
    honest = case(ENTRY)
    honest = replace(honest, rows=changed(honest.rows, ev.AccountProvisioned, cash=Decimal(100_000)))
    filled, dealt = honest.rows[place(honest.rows, ev.OrderFilled)][2], honest.told.executions[0]
    assert isinstance(filled, ev.OrderFilled)
    names = [f"X9{number}.01" for number in range(1, fills)]
    told = ev.ReconcileMismatch(
        account="GEN", what="double_order", contract=None, ours=Decimal(1), broker=Decimal(2),
        settlement=f"{filled.client_order_id} 11 12",
    )  # fmt: skip
    over = ev.OrderResolved(account="GEN", client_order_id=filled.client_order_id, outcome="filled", intent="1")
    rows = before(honest.rows, place(honest.rows, ev.OrderFilled), told, LATCHED)
    more = [over, *(replace(filled, exec_id=name) for name in names)]
    rows = before(rows, place(rows, ev.OrderFilled) + 1, *more)
    seen = replace(
        honest.told, rows=(honest.told.rows[0], *honest.told.rows),
        executions=(*honest.told.executions, *(replace(dealt, exec_id=name) for name in names)),
    )  # fmt: skip
    return replace(honest, rows=rows, told=seen)


def test_a_copy_of_an_order_that_only_the_broker_has_made_may_fill_and_a_fill_too_many_may_not() -> None:
    assert doubled(fills=2).found() & OF_FILLS == set()
    assert doubled(fills=3).found() & OF_FILLS == {2, 6}


def test_a_copy_that_nobody_has_told_of_may_not_fill_nor_one_that_is_told_and_is_none() -> None:
    honest = doubled(fills=2)
    untold = replace(honest, rows=without(honest.rows, ev.ReconcileMismatch))
    assert untold.found() & OF_FILLS == OF_FILLS
    assert by(lambda seen: {"rows": seen.rows[1:]})(honest).found() & OF_FILLS == {7}


def strange(quantity: int, account: str | None = None) -> Spoil:
    """Somebody holds a contract at the broker that was ours once, and so many of it are told."""
    put = Option("AAPL", date(2026, 3, 6), Decimal(195), Right.PUT)
    seen = ev.ReconcileMismatch(
        account=account, what="unknown_position", contract=put, ours=Decimal(0), broker=Decimal(quantity)
    )  # fmt: skip

    def spoil(honest: Case) -> Case:
        held = {**honest.told.held.positions, put: 1}
        return replace(told(held=Holding(held, honest.told.held.cash))(honest), rows=later(honest.rows, 0, seen))

    return spoil


def test_2_what_is_told_to_be_somebody_elses_differs_by_as_much_as_was_told_where_nobody_holds_it_here() -> None:
    assert strange(1)(case(STOP)).found() == set()
    assert strange(2)(case(STOP)).found() == strange(1, "GEN")(case(STOP)).found() == {2}


def test_2_what_somebody_holds_here_is_nobody_elses() -> None:
    assert 2 in strange(1)(case(QUIET_PUT)).found()


def test_a_latch_of_the_journal_alone_says_nothing_of_a_message_that_left_before_it() -> None:
    honest = case(ENTRY)
    assert 4 in replace(honest, rows=latched(honest.rows, "broker")).found()
    late = before(honest.rows, place(honest.rows, ev.OrderSent) + 1, ev.LatchSet(account="GEN", latch="broker"))
    assert 4 not in replace(honest, rows=late).found()
