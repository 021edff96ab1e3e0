"""9, 12 and 13: what two runs of one scenario have in common, and that a difference is seen."""

from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

import pytest

from allusetui.codec.records import line
from allusetui.domain import event as ev
from allusetui.domain.order import Purpose
from allusetui.torture.checker.invariants.sequence import chain_is_whole
from allusetui.torture.checker.pairs import resumes_alike, same_journal, same_orders
from tests.engine.advisers import APPROVED, ROLL_DAY, Says, quarter, quick, run_with
from tests.faults.runs import ENTRY, ROLL, STOP, fault, key, move
from tests.torture.checker.spoiling import Rows, again, before, case, changed, later, place, renumbered, without

CRASHED = fault("crash", "10:40:00", "10s")
NOW_AND_THEN = fault("crash", "10:40:00", "10s") + fault("crash", "10:40:30", "10s")


def rows(text: str) -> Rows:
    return case(text).rows


@pytest.mark.parametrize("text", [ENTRY, ROLL, STOP, STOP + key("pause", "10:35:00")])
def test_9_a_run_that_crashed_ends_as_one_that_did_not_however_often(text: str) -> None:
    assert [*resumes_alike(rows(text), rows(text + CRASHED))] == []
    assert [*resumes_alike(rows(text + CRASHED), rows(text + NOW_AND_THEN))] == []


@pytest.mark.parametrize(
    "spoilt",
    [
        without(rows(STOP + CRASHED), ev.LatchSet),
        without(rows(STOP + CRASHED), ev.OrderFilled),
        changed(rows(STOP + CRASHED), ev.OrderFilled, price=Decimal(1)),
        rows(STOP + move("10:35:00", AAPL=190.0) + key("reset", "10:39:00") + CRASHED),
    ],
    ids=["a latch", "a fill", "a price", "a key"],
)
def test_9_what_a_crash_has_changed_is_told(spoilt: Rows) -> None:
    assert {each.invariant for each in resumes_alike(rows(STOP), spoilt)} == {9}


def test_9_what_an_unknown_order_may_still_change_is_not_compared() -> None:
    sent = rows(STOP)[: place(rows(STOP), ev.OrderFilled)]
    order = sent[place(sent, ev.OrderSent)][2]
    assert isinstance(order, ev.OrderSent)
    unknown = ev.OrderUnknown(account="GEN", client_order_id=order.client_order_id, intent=order.intent)
    told = [each.text for each in resumes_alike(rows(STOP), later(sent, 1, unknown))]
    assert not any("positions" in text or "cash" in text for text in told)


def test_12_the_first_record_that_differs_is_told() -> None:
    assert [*same_journal(rows(ENTRY), rows(ENTRY))] == []
    dearer = changed(rows(ENTRY), ev.OrderSent, limit=Decimal("1.17"))
    (found,) = same_journal(rows(ENTRY), dearer)
    assert (found.invariant, found.seq) == (12, rows(ENTRY)[place(rows(ENTRY), ev.OrderSent)][0])
    (shorter,) = same_journal(rows(ENTRY), rows(ENTRY)[:-1])
    assert shorter.seq == rows(ENTRY)[-1][0]


def stored(told: Rows) -> list[tuple[int, int, str, str]]:
    """As the journal on disk has it."""
    head, found = "", []
    for seq, at_ms, event in told:
        text = line(seq, at_ms, event)
        head = sha256((head + text).encode()).hexdigest()
        found.append((seq, at_ms, text, head))
    return found


def test_12_a_chain_is_whole_only_as_it_was_written() -> None:
    whole = stored(rows(ENTRY))
    assert [*chain_is_whole(whole)] == []
    seq, at_ms, text, head = whole[4]
    for spoilt in (
        [*whole[:4], (seq, at_ms, f"{text} ", head), *whole[5:]],
        [*whole[:4], (seq, at_ms, text, "0" * 64), *whole[5:]],
        [*whole[:4], *whole[5:]],
        [*whole[:5], *whole[4:]],
    ):
        assert {each.invariant for each in chain_is_whole(spoilt)} == {12}


def test_13_orders_are_the_same_with_an_adviser_and_without_one() -> None:
    advised = [*run_with(quarter(APPROVED, end=ROLL_DAY), Says(quick)).journal.read()]
    alone = [*run_with(quarter(end=ROLL_DAY), Says(lambda question: None)).journal.read()]
    assert any(isinstance(event, ev.LlmsApplied) for _, _, event in advised)
    assert [*same_orders(advised, alone)] == []


def test_13_an_order_that_only_the_adviser_made_is_told() -> None:
    honest = rows(ENTRY)
    for spoilt in (
        again(honest, ev.OrderSent, quantity=1),
        changed(honest, ev.OrderSent, limit=Decimal("1.17")),
        changed(honest, ev.OrderIntended, purpose=Purpose.LEAP, quantity=1),
        renumbered(honest[: place(honest, ev.OrderIntended)]),
    ):
        assert {each.invariant for each in same_orders(spoilt, honest)} == {13}
    told = before(honest, 5, ev.AlertRaised(severity="info", text="The adviser says so.", topic="vol", symbol="AAPL"))
    assert [*same_orders(told, honest)] == []


def test_13_numbers_that_only_count_may_differ() -> None:
    other = [(seq, at_ms, replace(event, intent="7") if isinstance(event, ev.OrderIntended | ev.OrderSent) else event)
             for seq, at_ms, event in rows(ENTRY)]  # fmt: skip
    assert [*same_orders(other, rows(ENTRY))] == []
