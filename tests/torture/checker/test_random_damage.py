"""Whatever is lost or doubled of a journal or of a broker's book, the checker sees it."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from allusetui.domain import event as ev
from tests.faults.runs import ENTRY, ROLL, STOP, fault
from tests.torture.checker.spoiling import Case, Rows, case, place, renumbered

SLOW = ENTRY + fault("no_fill", "09:40:00", "310s", symbol="AAPL")
CRASHED = STOP + fault("crash", "10:30:00.500", "20s")
BY_LEG = ROLL + fault("partial_fill", "10:29:00", "10m", symbol="AAPL", value=1)
TEXTS = (ENTRY, ROLL, STOP, SLOW, CRASHED, BY_LEG)
OF_ORDERS = (ev.OrderIntended, ev.OrderSent, ev.OrderReplaced, ev.OrderFilled)

cases = st.sampled_from(TEXTS).map(case)


def damaged(rows: Rows, index: int, lost: bool) -> Rows:
    """Without a row, or with it twice."""
    return [*rows[:index], *rows[index + 1 :]] if lost else [*rows[: index + 1], *rows[index:]]


@given(cases, st.data(), st.booleans())
def test_a_record_that_is_lost_or_doubled_leaves_a_hole_in_the_sequence(
    honest: Case, data: st.DataObject, lost: bool
) -> None:
    index = data.draw(st.integers(0, len(honest.rows) - 2))
    assert 12 in replace(honest, rows=damaged(honest.rows, index, lost)).found()


@given(cases, st.data(), st.booleans())
def test_an_order_or_a_fill_that_is_lost_or_doubled_is_seen_though_the_numbers_were_made_to_fit(
    honest: Case, data: st.DataObject, lost: bool
) -> None:
    sold = honest.rows[place(honest.rows, ev.AccountProvisioned, account="GEN")]
    kinds = [index for index, row in enumerate(honest.rows) if isinstance(row[2], OF_ORDERS) or row is sold]
    index = data.draw(st.sampled_from(kinds))
    spoilt = replace(honest, rows=renumbered(damaged(honest.rows, index, lost)))
    assert spoilt.found() - {12}


@given(cases, st.data(), st.booleans())
def test_an_execution_that_the_book_has_lost_or_has_twice_is_seen(
    honest: Case, data: st.DataObject, lost: bool
) -> None:
    executions = list(honest.told.executions)
    index = data.draw(st.integers(0, len(executions) - 1))
    other = replace(executions[index], exec_id="X999999-1")
    spoilt = [*executions[:index], *executions[index + 1 :]] if lost else [*executions, other]
    assert 2 in replace(honest, told=replace(honest.told, executions=spoilt)).found()


@given(cases, st.data(), st.booleans())
def test_a_message_that_is_doubled_or_too_early_is_seen(honest: Case, data: st.DataObject, early: bool) -> None:
    messages = list(honest.told.came)
    index = data.draw(st.sampled_from([i for i, each in enumerate(messages) if not each.cancels]))
    if early:
        seq = next(s for s, _, e in honest.rows if _sends(e, messages[index].client_order_id))
        messages[index] = replace(messages[index], seq=seq - 1)
    else:
        messages.insert(index, messages[index])
    number = 3 if early else 1
    assert number in replace(honest, told=replace(honest.told, came=messages)).found()


def _sends(event: ev.Event, client_order_id: str) -> bool:
    return isinstance(event, ev.OrderSent | ev.OrderReplaced) and event.client_order_id == client_order_id


def test_the_cases_hold_something_to_damage() -> None:
    assert [case(text).found() for text in TEXTS] == [set()] * len(TEXTS)
    assert all(case(text).told.executions for text in TEXTS)
    assert any(isinstance(row[2], ev.OrderReplaced) for row in case(SLOW).rows)
    assert len(case(BY_LEG).told.executions) == 8
