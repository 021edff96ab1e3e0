"""Each invariant that a journal can break, broken by hand: the checker names it, and nothing of an honest journal."""

from collections.abc import Callable
from decimal import Decimal
from functools import cache

import pytest

from allusetui.domain import event as ev
from allusetui.domain.advice import LadderTerms
from allusetui.domain.contract import Option, Right, Side, Stock
from allusetui.domain.moment import DAY_MS
from allusetui.domain.order import Purpose
from tests.engine.advisers import APPROVED, ROLL_DAY, Says, quarter, quick, run_with
from tests.engine.amending import AT_MS, PROPOSAL, Keeps, asked
from tests.engine.amending import key as answer
from tests.faults.runs import ENTRY, ROLL, STOP, fault, key
from tests.rules.stopped import PAUSE, TO_ROLL, at, wednesday
from tests.torture.checker.spoiling import (
    Rows,
    again,
    before,
    by_journal,
    case,
    changed,
    later,
    place,
    without,
)

QUIET = ENTRY + fault("no_fill", "09:40:00", "10m", symbol="AAPL")
LOST = ENTRY + fault("lost_ack", "09:40:00", "10m", symbol="AAPL") + fault("no_fill", "09:40:00", "10m", symbol="AAPL")
KILL = ENTRY + key("kill", "10:00:00", None) + key("reset", "10:10:00", None)
PAUSED = ENTRY + key("pause", "10:00:00") + key("resume", "10:10:00")
CRASHED = STOP + fault("crash", "10:40:00", "10s")
ACCEPTED = ev.PositionAdjusted(
    account="GEN", reason="accepted", contract=Stock("AAPL"), from_=0, to=100, into=Stock("AAPL"), settlement="s",
)  # fmt: skip
SALE = ev.OrderIntended(
    account="GEN", intent="9", purpose=Purpose.REDUCE, contract=Stock("AAPL"), candidate=None, side=Side.SELL,
    quantity=100,
)  # fmt: skip


def rows(text: str) -> Rows:
    return case(text).rows


@cache
def advised() -> Rows:
    """A suggestion that is approved on 10-02 and acts on 10-15."""
    return list(run_with(quarter(APPROVED, end=ROLL_DAY), Says(quick)).journal.read())


@cache
def amended() -> Rows:
    """A change of the law that a person has said yes to."""
    return list(asked(Keeps(PROPOSAL), (AT_MS, answer("approve"))).journal.read())


@cache
def approved() -> Rows:
    """A paused account's roll that a person has said yes to."""
    return list(wednesday(PAUSE, TO_ROLL, at("10:07:00", "approve")).journal.read())


def next_version(told: Rows) -> Rows:
    """The order sent once more under its next version, while it lives."""
    index = place(told, ev.OrderSent)
    sent = told[index][2]
    assert isinstance(sent, ev.OrderSent)
    name = sent.client_order_id.replace(".v1", ".v2")
    return again(told, ev.OrderSent, version=2, client_order_id=name)


def latched(told: Rows, latch: str) -> Rows:
    """A latch that is on when the first order leaves."""
    return before(told, place(told, ev.OrderSent), ev.LatchSet(account="GEN", latch=latch))


def dead_before_its_fill(told: Rows) -> Rows:
    sent = told[place(told, ev.OrderSent)][2]
    assert isinstance(sent, ev.OrderSent)
    over = ev.OrderCancelled(
        account="GEN", client_order_id=sent.client_order_id, reason="step", intent=sent.intent
    )  # fmt: skip
    return before(told, place(told, ev.OrderFilled), over)


def dead_at_once(told: Rows) -> Rows:
    """Found to be nowhere in the moment in which it became unknown."""
    index = place(told, ev.OrderUnknown)
    lost = told[index][2]
    assert isinstance(lost, ev.OrderUnknown)
    dead = ev.OrderResolved(
        account="GEN", client_order_id=lost.client_order_id, outcome="dead", intent=lost.intent
    )  # fmt: skip
    return before(told, index + 1, dead)


def as_calls(told: Rows) -> Rows:
    """Calls sold in the place of puts, on shares that nobody has."""
    sold = told[place(told, ev.OrderIntended)][2]
    assert isinstance(sold, ev.OrderIntended) and isinstance(sold.contract, Option)
    call = Option(sold.contract.symbol, sold.contract.expiry, sold.contract.strike, Right.CALL)
    return changed(changed(changed(told, ev.OrderIntended, contract=call), ev.OrderSent, contract=call),
                   ev.OrderFilled, contract=call)  # fmt: skip


def forgetful(told: Rows) -> Rows:
    """Up again, and latched by nothing."""
    return changed(told, ev.ResumeStep, nth=place_of_last_step(told), findings="working")


def place_of_last_step(told: Rows) -> int:
    """Which of the steps is the one that says what GEN does now."""
    steps = [event for _, _, event in told if isinstance(event, ev.ResumeStep)]
    return next(n for n, step in enumerate(steps) if (step.account, step.step) == ("GEN", "active"))


def on_a_stale_level(told: Rows) -> Rows:
    """The stop's level, reached by a stale price alone."""
    return changed(told, ev.LevelChanged, nth=-1, stale=True)


def moved(told: Rows, to: str) -> ev.StateChanged:
    """A change of GEN's state from where it is in the end."""
    was = [event.to for _, _, event in told if isinstance(event, ev.StateChanged) and event.account == "GEN"]
    return ev.StateChanged(account="GEN", from_=was[-1], to=to, reason="rest")


Spoilt = Callable[[], Rows]
PLANTED: dict[str, tuple[int, Spoilt]] = {
    "a second version beside the first": (1, lambda: next_version(rows(QUIET))),
    "an order of no intent": (1, lambda: without(rows(ENTRY), ev.OrderIntended)),
    "a fill told twice": (2, lambda: again(rows(ENTRY), ev.OrderFilled)),
    "more filled than was ordered": (2, lambda: changed(rows(ENTRY), ev.OrderFilled, quantity=5)),
    "a correction added to what it replaces": (
        2, lambda: again(changed(rows(ENTRY), ev.OrderFilled, exec_id="X1.01"), ev.OrderFilled, exec_id="X1.02"),
    ),
    "a fill of what was never sent": (
        2, lambda: changed(rows(ENTRY), ev.OrderFilled, client_order_id="AU-x-GEN-9-1.v1"),
    ),
    "a difference that nobody has seen, accepted": (2, lambda: later(rows(ENTRY), 1, ACCEPTED)),
    "a difference accepted by no key": (
        2, lambda: later(rows(ENTRY), 1, ev.LatchSet(account="GEN", latch="mismatch"), ACCEPTED),
    ),
    "an entry under a latch": (4, lambda: latched(rows(ENTRY), "level3")),
    "a stop while the broker is lost": (4, lambda: latched(rows(STOP), "broker")),
    "a roll of a paused account that nobody approved": (4, lambda: latched(rows(ROLL), "paused")),
    "an entry in a breaker's latch": (4, lambda: changed(rows(STOP), ev.OrderSent, purpose=Purpose.ENTRY)),
    "an order in EMERGENCY": (
        4, lambda: before(rows(STOP), place(rows(STOP), ev.OrderSent), moved(rows(STOP), "EMERGENCY")),
    ),
    "an entry after the key that stops entries": (
        4,
        lambda: before(
            rows(ENTRY), place(rows(ENTRY), ev.OrderSent), ev.OperatorKey(account="GEN", action="no_entries", by="op")
        ),
    ),
    "puts beyond the cash": (6, lambda: changed(rows(ENTRY), ev.OrderIntended, quantity=17)),
    "puts that took the cash of others": (6, lambda: changed(rows(ENTRY), ev.OrderFilled, price=Decimal(-600))),
    "calls without shares": (6, lambda: as_calls(rows(ENTRY))),
    "shares sold that are not held": (6, lambda: later(rows(ENTRY), 1, SALE)),
    "a fill of what is dead": (7, lambda: dead_before_its_fill(rows(ENTRY))),
    "dead without having been looked for": (7, lambda: dead_at_once(rows(LOST))),
    "the end of what was never sent": (
        7, lambda: changed(rows(QUIET), ev.OrderCancelled, client_order_id="AU-x-GEN-9-1.v1"),
    ),
    "a version left out": (8, lambda: changed(rows(ENTRY), ev.OrderSent, version=2)),
    "a version of more than was left": (8, lambda: changed(rows(QUIET), ev.OrderReplaced, quantity=5)),
    "a limit that is none": (10, lambda: changed(rows(ENTRY), ev.OrderSent, limit=Decimal("NaN"))),
    "a limit of nothing": (10, lambda: changed(rows(ENTRY), ev.OrderSent, limit=Decimal(0))),
    "an entry while the VIX is unknown": (
        10, lambda: before(rows(ENTRY), place(rows(ENTRY), ev.OrderSent), ev.FreezeOn(reason="vix_stale")),
    ),
    "a stop on a stale price": (10, lambda: on_a_stale_level(rows(STOP))),
    "a level 3 that latches nothing": (11, lambda: without(rows(STOP), ev.LatchSet)),
    "a latch that goes by itself": (11, lambda: later(rows(STOP), 1, ev.LatchReleased(account="GEN", latch="level3"))),
    "work under a latch": (11, lambda: later(rows(STOP), 1, moved(rows(STOP), "MONITORING"))),
    "a kill that is not felt": (11, lambda: without(rows(KILL), ev.StateChanged, to="EMERGENCY", account="GEN")),
    "an EMERGENCY that ends by itself": (11, lambda: without(rows(KILL), ev.OperatorKey, action="reset")),
    "a pause that ends by itself": (11, lambda: without(rows(PAUSED), ev.OperatorKey, action="resume")),
    "a latch that a restart has forgotten": (11, lambda: forgetful(rows(CRASHED))),
    "a breaker that latches nothing": (
        11, lambda: later(rows(ENTRY), 1, ev.BreakerTripped(tier="safe", vix=Decimal(66))),
    ),
    "a breaker cleared too high": (
        11, lambda: later(rows(ENTRY), 1, ev.BreakerCleared(tier="hedged_week", vix=Decimal("50.01"))),
    ),
    "a record that is missing": (12, lambda: rows(ENTRY)[:5] + rows(ENTRY)[6:]),
    "a record twice": (12, lambda: rows(ENTRY)[:6] + rows(ENTRY)[5:]),
    "time that runs back": (
        12, lambda: [(seq, at_ms + (seq == 3) * DAY_MS, event) for seq, at_ms, event in rows(ENTRY)],
    ),
    "an order that stays unknown": (
        14, lambda: later(rows(LOST)[: place(rows(LOST), ev.OrderUnknown) + 1], DAY_MS, ev.FreezeOff(reason="level2")),
    ),
    "an account that rests for no reason": (
        14, lambda: later(rows(ENTRY), 1, moved(rows(ENTRY), "SAFE")),
    ),
    "a latch of a link that is back": (
        14, lambda: later(
            later(rows(ENTRY), 1, ev.LatchSet(account="GEN", latch="broker"), moved(rows(ENTRY), "SAFE")), DAY_MS,
            ev.FreezeOff(reason="level2"),
        ),
    ),
    "a prompt decided twice": (15, lambda: again(approved(), ev.ApprovalDecided)),
    "a yes used twice": (15, lambda: again(approved(), ev.OrderIntended, intent="99")),
    "a roll of more than was shown": (15, lambda: changed(approved(), ev.ApprovalRequested, quantity=2)),
    "a no that was heard as a yes": (15, lambda: changed(approved(), ev.ApprovalDecided, decision="refused")),
    "a person who was shown something else": (15, lambda: changed(approved(), ev.ApprovalDecided, shown="0" * 64)),
    "a suggestion that acts twice": (15, lambda: again(advised(), ev.LlmsApplied)),
    "a suggestion that nobody approved": (15, lambda: changed(advised(), ev.ApprovalDecided, decision="expired")),
    "a suggestion applied otherwise than approved": (
        15, lambda: changed(advised(), ev.LlmsApplied, terms=LadderTerms(0.25, 12, 1)),
    ),
    "a suggestion that starts from other terms than the ladder's": (
        15, lambda: changed(advised(), ev.LlmsSuggested, now=LadderTerms(0.35, 17, 1)),
    ),
    "a law in force twice": (15, lambda: again(amended(), ev.LawEnacted)),
    "a law that nobody approved": (15, lambda: changed(amended(), ev.ApprovalDecided, decision="expired")),
    "a law that was not shown": (15, lambda: changed(amended(), ev.LawEnacted, sha256="5" * 64)),
    "a delete sign in a record": (16, lambda: changed(rows(ENTRY), ev.OrderFilled, exec_id="X\x7f")),
    "an escape in a record": (16, lambda: changed(rows(KILL), ev.OperatorKey, by="\x1b[2J")),
    "text that runs backwards": (16, lambda: changed(rows(KILL), ev.OperatorKey, by="\u202eevil")),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found_under_its_number(name: str) -> None:
    number, spoil = PLANTED[name]
    assert number in by_journal(spoil())


@pytest.mark.parametrize("text", [ENTRY, ROLL, STOP, QUIET, LOST, KILL, PAUSED, CRASHED])
def test_an_honest_journal_breaks_none(text: str) -> None:
    assert by_journal(rows(text)) == set()


def test_an_approved_roll_an_approved_suggestion_and_an_approved_law_break_none() -> None:
    assert by_journal(approved()) == by_journal(advised()) == by_journal(amended()) == set()
