"""6.1: what was seen of a put is forgotten with the put."""

from datetime import date
from decimal import Decimal

import pytest

from allusetui.domain.account import Account, AccountType, Position
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Option, Right
from allusetui.domain.moment import day_of, quarter_of
from allusetui.domain.state import State
from allusetui.domain.volatile import Volatile
from allusetui.engine import defend
from allusetui.engine.desk import Desk
from allusetui.law.load import load

HELD, GONE = (Option("AAPL", date(2026, 3, 6), Decimal(strike), Right.PUT) for strike in (190, 195))


@pytest.mark.clause("6.1", "8.3", "0.12")
def test_6_1_the_first_look_at_a_put_that_is_gone_keeps_no_later_look_from_being_left_out() -> None:
    """A level falls at two looks in a row: a put that ended between the two left its first one behind for ever."""
    account = Account("GEN", AccountType.GEN, "A1", True, Decimal(0), Decimal(0), Decimal(0), date(2026, 3, 2))
    account.positions[HELD] = Position(level=1)
    state = State(accounts={"GEN": account}, quarter=quarter_of(day_of(0)))
    seen = Volatile(
        fall_looks={("GEN", HELD): Decimal("0.5"), ("GEN", GONE): Decimal("0.7")},
        buffered={("GEN", HELD), ("GEN", GONE)},
    )
    defend.forget_gone(Desk(load(), Calendar(()), state, seen, 0))
    assert seen.fall_looks == {("GEN", HELD): Decimal("0.5")}
    assert seen.buffered == {("GEN", HELD)}
