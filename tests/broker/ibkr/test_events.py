"""Reports and dividends as the broker tells of them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allusetui.broker.ibkr.events import Reports, payout_of, reports_of
from allusetui.domain.quote import Payout

TODAY = date(2026, 3, 5)


def told(day: str, when: str = "AFTER MARKET", kind: str = "wshe_ed") -> str:
    return f'{{"event_type":"{kind}","data":{{"earnings_date":"{day}","time_of_day":"{when}"}}}}'


@pytest.mark.clause("1.6")
def test_1_6_reports_are_known_with_their_hour() -> None:
    text = f"[{told('20260730', 'BEFORE MARKET')},{told('20260430')},{told('20260501', kind='wshe_div')}]"
    days = (date(2026, 4, 30), date(2026, 7, 30))
    assert reports_of(text, TODAY) == Reports(days, frozenset(days[:1]))


@pytest.mark.clause("1.6")
@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", "[1]", "[" * 100_000, f"[{told('soon')}]", f"[{told('20260129')}]", '[{"event_type":1}]'],
)
def test_1_6_what_can_not_be_read_or_lies_behind_is_unknown(text: str) -> None:
    assert reports_of(text, TODAY) is None


def test_the_next_dividend() -> None:
    assert payout_of("1.03,1.04,20260511,0.26") == Payout(date(2026, 5, 11), Decimal("0.26"))


@pytest.mark.parametrize(
    "text", ["", ",,,", "1,2,,", "1,2,20260511,", "1,2,20260511,-1", "1,2,20260511,nan", "a,b,c,d"]
)
def test_no_dividend(text: str) -> None:
    assert payout_of(text) is None


@given(st.text(max_size=200))
def test_any_text_is_read_or_unknown(text: str) -> None:
    assert reports_of(text, TODAY) is None or "wshe_ed" in text
    payout_of(text)
