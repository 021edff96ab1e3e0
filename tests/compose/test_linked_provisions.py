"""What sleeves of a broker's accounts begin with: the cash of those accounts, split by 0.1 as far as it can be."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allusetui.compose.provisions import linked_provisions
from allusetui.domain.link import SLEEVES
from allusetui.law.load import load
from allusetui.scenario.values import Problem

SIZING, DAY = load().sizing, date(2026, 3, 2)
ONE = dict.fromkeys(SLEEVES, "DU1")
MANY = {"GEN": "DU1", "REV": "DU2", "COM": "DU3"}


def given_to(accounts: dict[str, str], **cash: str) -> dict[str, str]:
    """The equity of each sleeve, dollars, by the cash of each broker's account."""
    provisions = linked_provisions(accounts, {code: Decimal(usd) for code, usd in cash.items()}, SIZING, DAY)
    assert all(p.equity == p.base == p.cash == p.high_water and p.opened == DAY and p.trading for p in provisions)
    return {p.name: f"{p.equity:.2f}" for p in provisions}


@pytest.mark.clause("0.1")
def test_0_1_one_account_is_split_40_30_30_to_the_cent() -> None:
    assert given_to(ONE, DU1="100000.01") == {"GEN": "40000.00", "REV": "30000.00", "COM": "30000.01"}


@pytest.mark.clause("0.1")
def test_0_1_accounts_of_their_own_are_bounded_by_the_poorest() -> None:
    assert given_to(MANY, DU1="400000", DU2="300000", DU3="300000") == {
        "GEN": "400000.00", "REV": "300000.00", "COM": "300000.00"
    }  # fmt: skip
    assert given_to(MANY, DU1="900000", DU2="30000", DU3="900000") == {
        "GEN": "40000.00", "REV": "30000.00", "COM": "30000.00"
    }  # fmt: skip
    assert given_to({"GEN": "DU1", "REV": "DU1", "COM": "DU2"}, DU1="70000", DU2="90000") == {
        "GEN": "40000.00", "REV": "30000.00", "COM": "30000.00"
    }  # fmt: skip


@pytest.mark.clause("0.1")
@pytest.mark.parametrize("cash", ["0", "-5", "0.01"])
def test_0_1_nothing_to_split_is_refused_by_its_sleeve(cash: str) -> None:
    with pytest.raises(Problem, match="DU2 holds no cash for it") as refused:
        given_to(MANY, DU1="400000", DU2=cash, DU3="300000")
    assert refused.value.key == ("broker", "accounts", "REV")


@pytest.mark.clause("0.1")
@given(
    st.sampled_from([ONE, MANY, {"GEN": "DU1", "REV": "DU2", "COM": "DU1"}]),
    st.lists(st.integers(10, 10**9), min_size=3, max_size=3),
)
def test_0_1_no_account_gives_more_than_it_has_and_the_shares_are_the_law_s(
    accounts: dict[str, str], cents: list[int]
) -> None:
    cash = {f"DU{number}": Decimal(amount) / 100 for number, amount in enumerate(cents, 1)}
    provisions = linked_provisions(accounts, cash, SIZING, DAY)
    for code in set(accounts.values()):
        assert sum(p.equity for p in provisions if accounts[p.name] == code) <= cash[code]
    capital = sum(p.equity for p in provisions)
    gen, rev, com = (p.equity for p in provisions)
    assert abs(gen - SIZING.split_gen * capital) < Decimal("0.01") > abs(rev - SIZING.split_rev * capital)
    assert com >= rev
