"""What only the broker's book and the messages show, broken by hand: the checker names it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from allusetui.domain import event as ev
from allusetui.domain.contract import Contract, Stock
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.quote import Quote
from allusetui.torture.checker.invariants.wire import one_live_order_there
from allusetui.torture.checker.witness import BookOrder, Holding, Message
from tests.faults.runs import ENTRY, ROLL, STOP
from tests.torture.checker.books import (
    Spoil,
    by,
    deal,
    first_order,
    journal,
    message,
    of_a_put_more,
    told,
    with_a_vix_of,
)
from tests.torture.checker.spoiling import Case, Told, before, case, changed, later, place, without
from tests.torture.checker.test_planted_in_journals import QUIET


def to_be_cancelled(honest: Case) -> Case:
    """The first order is to be over, and lives on at the broker."""
    cut = honest.rows[: place(honest.rows, ev.OrderSent) + 1]
    sent = cut[-1][2]
    assert isinstance(sent, ev.OrderSent)
    asked = ev.CancelRequested(
        account="GEN", client_order_id=sent.client_order_id, intent=sent.intent, reason="safe"
    )  # fmt: skip
    return first_order(ended_ms=None)(replace(honest, rows=later(cut, 1, asked)))


def of_a_cent_less(seen: Told) -> dict[str, Any]:
    return {"held": Holding(seen.held.positions, seen.held.cash - Decimal("0.01"))}


def with_its_limit(limit: str) -> Spoil:
    """The first message of another limit than the journal's."""

    def spoil(seen: Told) -> dict[str, Any]:
        first = seen.came[0]
        assert first.order is not None
        return {"came": (replace(first, order=replace(first.order, limit=Decimal(limit))), *seen.came[1:])}

    return by(spoil)


def priced(scale: Decimal, age_ms: int = 0) -> Spoil:
    """A market that stands elsewhere, or whose options were last quoted a while ago."""

    def spoil(seen: Told) -> dict[str, Any]:
        def quote(contract: Contract, at_ms: int) -> Quote | None:
            found = seen.market(contract, at_ms)
            if found is None or isinstance(contract, Stock):
                return found
            return replace(found, bid=found.bid * scale, ask=found.ask * scale, at_ms=found.at_ms - age_ms)

        return {"market": quote}

    return by(spoil)


def also(name: str) -> Spoil:
    """One more order that lives at the broker."""
    return by(lambda seen: {"rows": (*seen.rows, BookOrder(name.format(of(seen)), 0))})


def of(seen: Told) -> str:
    return seen.rows[0].client_order_id.rpartition("-")[0]


def a_cancel_untold(honest: Case) -> Case:
    """A live order's cancel comes and is in no record, nor is its end."""
    sent = next(m for m in honest.told.came if not m.cancels)
    cut = honest.rows[: place(honest.rows, ev.OrderSent) + 1]
    cancel = Message(sent.at_ms + 1, sent.client_order_id, cancels=True, seq=len(cut))
    return replace(honest, rows=cut, told=replace(honest.told, came=(sent, cancel)))


PLANTED: dict[str, tuple[int, str, Spoil]] = {
    "a message twice": (1, ENTRY, by(lambda seen: {"came": (*seen.came, seen.came[0])})),
    "two clips alive": (1, QUIET, lambda honest: also("{}-3.v1")(also("{}-2.v1")(honest))),
    "an execution that was not booked": (2, ENTRY, journal(lambda rows: without(rows, ev.OrderFilled))),
    "an execution of which the book knows nothing": (2, ENTRY, told(executions=())),
    "an execution booked at another price": (2, ENTRY, deal(price=Decimal("9.99"))),
    "a correction that was not taken over": (
        2, ENTRY,
        lambda honest: deal(exec_id="X1.02")(
            replace(honest, rows=changed(honest.rows, ev.OrderFilled, exec_id="X1.01"))
        ),
    ),
    "a cent that is missing": (2, ENTRY, by(of_a_cent_less)),
    "a put that nobody sold": (2, ENTRY, by(of_a_put_more)),
    "an order that no record tells of": (3, ENTRY, journal(lambda rows: without(rows, ev.OrderSent))),
    "an order before its record": (3, ENTRY, message(seq=3)),
    "an order at another limit": (3, STOP, with_its_limit("0.01")),
    "an order of another size": (3, ENTRY, journal(lambda rows: changed(rows, ev.OrderSent, quantity=1))),
    "a cancel that no record tells of": (3, QUIET, a_cancel_untold),
    "an order of ours that is in no journal": (3, ENTRY, also("{}-77.v1")),
    "an order that left after its latch": (
        4, ENTRY,
        lambda honest: message(seq=place(honest.rows, ev.OrderSent) + 2)(
            replace(honest, rows=before(
                honest.rows, place(honest.rows, ev.OrderSent) + 1, ev.LatchSet(account="GEN", latch="broker")
            ))
        ),
    ),
    "five contracts where four fill the cap": (
        5, ENTRY, journal(lambda rows: changed(rows, ev.OrderIntended, quantity=5)),
    ),
    "an entry past the margin cap": (
        5, ENTRY, journal(lambda rows: changed(rows, ev.SessionStarted, margin_rate=Decimal(3))),
    ),
    "an entry in a half-sized week": (
        5, ENTRY,
        journal(lambda rows: before(
            changed(rows, ev.OrderIntended, quantity=9), place(rows, ev.OrderIntended),
            ev.BreakerTripped(tier="hedged_week", vix=Decimal(51)),
        )),
    ),
    "an order that lives on": (7, STOP, lambda honest: first_order(ended_ms=None)(ended(honest))),
    "an order that ended later than was said": (
        7, QUIET, lambda honest: first_order(ended_ms=honest.rows[-1][1])(honest),
    ),
    "a fill after the end": (7, STOP, lambda honest: later_deal(ended(honest))),
    "a limit off the market": (10, ENTRY, priced(Decimal("1.2"))),
    "a limit past the cap, 1.0973 at a mid of 1.155": (
        10, ENTRY, journal(lambda rows: changed(rows, ev.OrderSent, limit=Decimal("1.08"))),
    ),
    "a roll off the market": (10, ROLL, priced(Decimal("0.5"))),
    "an entry on an old quote": (10, ENTRY, priced(Decimal(1), age_ms=31 * SECOND_MS)),
    "a level by a spot that the market never showed": (
        10, STOP, journal(lambda rows: changed(rows, ev.LevelChanged, spot=Decimal(1))),
    ),
    "an entry at a VIX that trips what has not tripped": (11, ENTRY, with_a_vix_of(51)),
    "an order that is to be over and lives there": (14, QUIET, to_be_cancelled),
    "an order that is over and lives here": (
        14, ENTRY, lambda honest: replace(honest, rows=honest.rows[: place(honest.rows, ev.OrderSent) + 1]),
    ),
}  # fmt: skip


def later_deal(honest: Case) -> Case:
    return deal(at_ms=honest.told.executions[0].at_ms + 1)(honest)


def ended(honest: Case) -> Case:
    """The journal takes the order for cancelled before it has filled."""
    sent = honest.rows[place(honest.rows, ev.OrderSent)][2]
    assert isinstance(sent, ev.OrderSent)
    over = ev.OrderCancelled(account="GEN", client_order_id=sent.client_order_id, reason="step", intent=sent.intent)
    return replace(honest, rows=before(honest.rows, place(honest.rows, ev.OrderFilled), over))


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_beside_the_book_is_found_under_its_number(name: str) -> None:
    number, text, spoil = PLANTED[name]
    assert number in spoil(case(text)).found()


@pytest.mark.parametrize("text", [ENTRY, ROLL, STOP, QUIET])
def test_an_honest_book_breaks_none(text: str) -> None:
    assert case(text).found() == set()


@pytest.mark.parametrize(
    ("others", "breaks"),
    [(("{}-1.v1", "{}-1.v1"), False), (("{}-1.v1", "{}-1.v2"), True), (("{}-1.v1", "{}0-1.v1"), False)],
)
def test_1_an_order_that_the_broker_has_doubled_is_one_and_another_version_or_clip_is_a_second(
    others: tuple[str, ...], breaks: bool
) -> None:
    rows = [BookOrder(name.format("AU-s-GEN-7"), 0) for name in others]
    assert [each.invariant for each in one_live_order_there(rows, 0)] == [1] * breaks
    assert [*one_live_order_there([replace(rows[0], ended_ms=0), rows[1]], 0)] == []
