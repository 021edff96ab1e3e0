"""6.10, 0.5 and 0.10: what a roll may cost while it is worked, and how much margin it may bind."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from allusetui.domain.account import Account, AccountType
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Option, Right, Side
from allusetui.domain.lot import Lot
from allusetui.domain.moment import to_ms
from allusetui.domain.order import Intent, Purpose, RollChain
from allusetui.domain.quote import Quote
from allusetui.domain.state import State
from allusetui.domain.volatile import Volatile
from allusetui.law.load import load
from allusetui.rules.price_walk import limit_at
from allusetui.rules.protocol import margin_room
from allusetui.rules.situation import Situation

LAW = load("v1.3")
NOW = to_ms(datetime(2026, 3, 4, 10))
OLD, NEW = (Option("AAPL", date(2026, 3, day), Decimal(200), Right.PUT) for day in (6, 13))


def quoted(age_s: int = 0) -> Situation:
    """The held put at a mid of 5.00, the new one at 4.40 so long ago."""
    s = Situation(LAW, Calendar(()), State(commission=Decimal("0.65"), margin_rate=Decimal("0.2")), Volatile(), NOW)
    s.volatile.quotes["AAPL"] = Quote(Decimal(191), Decimal(191), NOW)
    s.volatile.option_quotes[OLD] = Quote(Decimal("4.99"), Decimal("5.01"), NOW)
    s.volatile.option_quotes[NEW] = Quote(Decimal("4.39"), Decimal("4.41"), NOW - age_s * 1000)
    return s


def roll_limit(first_credit: str, before: str = "0", age_s: int = 0) -> Decimal | None:
    """The first limit of a roll."""
    s = quoted(age_s)
    chain = RollChain(Decimal(first_credit), Decimal(before))
    return limit_at(s, Intent("1", "GEN", Purpose.ROLL, OLD, Side.BUY, 1, NEW, (), False, chain, [1]), 0)


@pytest.mark.clause("6.10", "0.5")
@pytest.mark.parametrize(
    ("first_credit", "before", "priced"),
    [("1.226", "0", True), ("1.2259", "0", False), ("1.626", "0.2", True), ("1.626", "0.2001", False)],
)
def test_6_10_a_roll_that_has_become_dearer_than_half_its_credit_while_it_is_worked_has_no_price(
    first_credit: str, before: str, priced: bool
) -> None:
    # 0.60 a share and two commissions of 0.65 on 100 shares: 0.613.
    assert roll_limit(first_credit, before) == (Decimal("0.60") if priced else None)


@pytest.mark.clause("0.5", "8.3")
@pytest.mark.parametrize(("age_s", "priced"), [(30, True), (31, False)])
def test_0_5_a_roll_has_no_price_while_its_new_leg_has_no_young_quote(age_s: int, priced: bool) -> None:
    assert roll_limit("20", age_s=age_s) == (Decimal("0.60") if priced else None)


@pytest.mark.clause("6.10", "0.10")
@pytest.mark.parametrize(("premium", "room"), [("4.40", 3), ("5.00", 3), ("5.01", 0)])
def test_6_10_above_the_cap_a_roll_may_bind_as_much_margin_as_it_frees_and_no_cent_more(
    premium: str, room: int
) -> None:
    # Nothing is left below the cap: the account has no money at all.
    account = Account("GEN", AccountType.GEN, "A1", True, Decimal(0), Decimal(0), Decimal(0), date(2026, 3, 2))
    account.lots[OLD] = [Lot(-3, Decimal(5), Decimal(0), date(2026, 3, 2))]
    assert margin_room(quoted(), account, OLD, NEW, Decimal(premium)) == room
