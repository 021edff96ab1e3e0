"""What only the broker's book and the messages show, broken by hand: the checker names it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from allusetui.domain import event as ev
from allusetui.domain.contract import Contract, Option, Right, Stock
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.quote import Quote
from allusetui.torture.checker.checker import judge
from allusetui.torture.checker.invariants.wire import one_live_order_there
from allusetui.torture.checker.witness import BookOrder, Holding, Message
from tests.faults.runs import ENTRY, HELD, ROLL, STOP, head
from tests.torture.checker.spoiling import LAW, Case, Told, before, case, changed, later, place, without
from tests.torture.checker.test_planted_in_journals import ACCEPTED, QUIET, latched

VIX = Stock("VIX")
QUIET_PUT = head("held", "10:00:00") + HELD
Spoil = Callable[[Case], Case]


def told(**values: Any) -> Spoil:
    """Another book."""
    return lambda honest: replace(honest, told=replace(honest.told, **values))


def by(change: Callable[[Told], dict[str, Any]]) -> Spoil:
    """Another book, made of the honest one."""
    return lambda honest: replace(honest, told=replace(honest.told, **change(honest.told)))


def journal(change: Callable[[list[Any]], list[Any]]) -> Spoil:
    """The same book beside another journal."""
    return lambda honest: replace(honest, rows=change(honest.rows))


def message(**values: Any) -> Spoil:
    """The first message, otherwise than it came."""
    return by(lambda seen: {"came": (replace(seen.came[0], **values), *seen.came[1:])})


def deal(**values: Any) -> Spoil:
    return by(lambda seen: {"executions": (replace(seen.executions[0], **values), *seen.executions[1:])})


def first_order(**values: Any) -> Spoil:
    return by(lambda seen: {"rows": (replace(seen.rows[0], **values), *seen.rows[1:])})


def to_be_cancelled(honest: Case) -> Case:
    """The first order is to be over, and lives on at the broker."""
    cut = honest.rows[: place(honest.rows, ev.OrderSent) + 1]
    sent = cut[-1][2]
    assert isinstance(sent, ev.OrderSent)
    asked = ev.CancelRequested(
        account="GEN", client_order_id=sent.client_order_id, intent=sent.intent, reason="safe"
    )  # fmt: skip
    return first_order(ended_ms=None)(replace(honest, rows=later(cut, 1, asked)))


def with_a_vix_of(value: int) -> Spoil:
    def spoil(seen: Told) -> dict[str, Any]:
        def quote(contract: Contract, at_ms: int) -> Quote | None:
            found = seen.market(contract, at_ms)
            return replace(found, bid=Decimal(value), ask=Decimal(value)) if found and contract == VIX else found

        return {"market": quote}

    return by(spoil)


def of_a_cent_less(seen: Told) -> dict[str, Any]:
    return {"held": Holding(seen.held.positions, seen.held.cash - Decimal("0.01"))}


def of_a_put_more(seen: Told) -> dict[str, Any]:
    (put, quantity), *_ = seen.held.positions.items()
    return {"held": Holding({**seen.held.positions, put: quantity - 1}, seen.held.cash)}


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
    latch, key = ev.LatchSet(account="GEN", latch="mismatch"), ev.OperatorKey(account="GEN", action="reset", by="op")
    accepted = later(case(ENTRY).rows, 1, latch, key, ACCEPTED)
    assert not [each for each in judge(accepted, LAW) if "nobody has accepted" in each.text]


def test_a_latched_difference_of_the_book_is_known_and_breaks_nothing_more() -> None:
    honest = case(ENTRY)
    latched_late = replace(honest, rows=[*honest.rows, (honest.rows[-1][0] + 1, honest.rows[-1][1], LATCHED)])
    assert 2 not in by(of_a_put_more)(latched_late).found()


LATCHED = ev.LatchSet(account="GEN", latch="mismatch")


OF_FILLS = {2, 6, 7}


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
