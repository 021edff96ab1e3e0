"""9.1 and 9.2: which changes of state are legal, and what leaves under each latch and in EMERGENCY."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest

from allusetui.domain.account import Account, AccountType, Latch, Status
from allusetui.domain.calendar import Calendar
from allusetui.domain.moment import day_of, quarter_of
from allusetui.domain.order import Purpose
from allusetui.domain.state import State
from allusetui.domain.volatile import Volatile
from allusetui.engine.desk import Desk
from allusetui.engine.machine import change
from allusetui.engine.transitions import LEGAL
from allusetui.law.load import load
from allusetui.rules.latches import may_leave
from tests.replaying import SHARED
from tests.rules.transitions import ALSO, RING, WAYS


def account(status: Status = Status.MONITORING, *latches: Latch) -> Account:
    day = date(2026, 3, 2)
    made = Account("GEN", AccountType.GEN, "A1", True, Decimal(0), Decimal(0), Decimal(0), day)
    made.status, made.latches = status, set(latches)
    return made


# The table


@pytest.mark.clause("9.1", "9.2")
@pytest.mark.parametrize(("from_", "to"), permutations(Status, 2))
def test_9_1_a_change_is_legal_exactly_where_the_table_says_so(from_: Status, to: Status) -> None:
    held = account(from_)
    state = State(accounts={"GEN": held}, quarter=quarter_of(day_of(0)))
    desk = Desk(load(), Calendar(()), state, Volatile(), 0)
    legal = (from_.value, to.value) in WAYS
    expected = deepcopy(state)
    expected.accounts["GEN"].status = to if legal else from_
    assert change(desk, held, to, "rest") is legal
    assert ((from_, to) in LEGAL) is legal
    (event,) = desk.events
    assert event.kind == ("state.changed" if legal else "state.refused")
    assert (event.from_, event.to, event.reason) == (from_.value, to.value, "rest")
    assert state == expected
    assert desk.effects == []


def test_the_table_is_what_the_rulebook_says() -> None:
    rulebook = SHARED / "spec" / "rulebook.md"
    if not rulebook.is_file():
        pytest.skip("the rulebook is not at hand; ALLUSETUI_SHARED names its folder")
    text = " ".join(rulebook.read_text(encoding="utf-8").split())
    assert f"Ring: {RING}. Also legal: {ALSO}." in text
    assert len(WAYS) == 34


SILENT = (Status.EMERGENCY, Status.MAINTENANCE, Status.AUDIT)

# What leaves, latch by latch; cancels are no orders.
DEFENCE = {"stop", "close", "roll", "profit_take", "reduce", "hedge"}
ALL = {purpose.value for purpose in Purpose}
LEAVES = {
    Latch.PAUSED: set(), Latch.LEVEL3: DEFENCE, Latch.BREAKER: DEFENCE, Latch.BROKER: set(), Latch.DISK: set(),
    Latch.MISMATCH: set(),
}  # fmt: skip


@pytest.mark.clause("9.1", "0.7", "6.4", "6.13", "8.6")
@pytest.mark.parametrize("latch", Latch)
@pytest.mark.parametrize("purpose", Purpose)
def test_9_1_each_latch_lets_leave_what_its_row_names(latch: Latch, purpose: Purpose) -> None:
    allowed = purpose.value in LEAVES[latch]
    assert may_leave(account(Status.SAFE, latch), purpose) is allowed
    if latch is not Latch.PAUSED:
        assert may_leave(account(Status.SAFE, latch), purpose, approved=True) is allowed


@pytest.mark.clause("9.1", "5.3")
@pytest.mark.parametrize("latch", Latch)
def test_9_1_a_hedge_on_triggers_is_no_defence(latch: Latch) -> None:
    assert may_leave(account(Status.SAFE), Purpose.HEDGE, defends=False)
    assert not may_leave(account(Status.SAFE, latch), Purpose.HEDGE, defends=False)


@pytest.mark.clause("9.1", "17.4")
def test_9_1_no_entries_holds_what_invests_back_and_lets_a_defending_hedge_leave() -> None:
    held = account(Status.MONITORING)
    held.no_entries = True
    assert {p.value for p in Purpose if may_leave(held, p)} == DEFENCE


@pytest.mark.clause("9.1", "0.7")
@pytest.mark.parametrize("other", [latch for latch in Latch if latch is not Latch.PAUSED])
def test_9_1_several_latches_let_through_what_all_of_them_do(other: Latch) -> None:
    held = account(Status.SAFE, Latch.PAUSED, other)
    assert not any(may_leave(held, purpose) for purpose in Purpose)
    assert {p.value for p in Purpose if may_leave(held, p, approved=True)} == LEAVES[other]


@pytest.mark.clause("9.1")
@pytest.mark.parametrize("status", [s for s in Status if s not in SILENT])
def test_9_1_protocol_and_exits_go_on_in_every_state_without_a_latch(status: Status) -> None:
    assert {p.value for p in Purpose if may_leave(account(status), p)} == ALL


@pytest.mark.clause("9.2")
def test_9_2_nothing_leaves_in_emergency_not_even_what_is_approved() -> None:
    held = account(Status.EMERGENCY)
    assert not any(may_leave(held, purpose, approved) for purpose in Purpose for approved in (False, True))
