"""0.2, 0.3, 0.10, 3.1 and 6.12: how many contracts each symbol gets. Every put is the 199.5 at 19 950 a contract."""

from collections.abc import Sequence

import pytest

from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, holding, option, situation

GEN = ("AAPL", "MSFT", "AMZN", "GOOG", "SPY", "QQQ", "IWM")
DAY = "2026-03-05T"


def sized(
    names: Sequence[str], equity: float, *more: str, account: str = "GEN", day: str = DAY, vix: float = 18.0,
    market: str = "", **changes: object,
) -> Replayed:  # fmt: skip
    """Thursday 09:45 with these symbols, all at 200; `equity` is the account's."""
    tables = {**dict.fromkeys(names, but(AAPL, **changes)), "VIX": f"spot = {vix}"}
    own = f"[accounts.{account}]\nequity = {equity}"
    times = (day + "09:30:00", day + "09:46:00")
    return replay_text(situation(*times, tables, own, *more, accounts=(account,), capital=None, market=market))


def quantities(replayed: Replayed) -> dict[str, int]:
    return {r["data"]["contract"]["symbol"]: r["data"]["quantity"] for r in replayed.of("entry.planned")}


def reasons(replayed: Replayed) -> dict[str, str]:
    rows = [r["data"] for r in replayed.of("entry.skipped")]
    return {r["symbol"]: r["reason"] for r in rows if r["reason"] != "no_chain"}


@pytest.mark.clause("0.2")
def test_0_2_with_few_symbols_each_is_filled_to_its_quarter() -> None:
    assert quantities(sized(GEN[:1], 400_000)) == {"AAPL": 5}  # 99 750 of 100 000
    assert quantities(sized(GEN[:3], 200_000)) == dict.fromkeys(GEN[:3], 2)  # 39 900; a third would be 59 850 > 50 000


@pytest.mark.clause("0.2")
def test_0_2_what_is_left_goes_one_by_one_to_the_lowest_in_universe_order_until_95_percent() -> None:
    # n = 6: 66 667 each, 3 contracts: 359 100 = 89.8 %. AAPL 379 050 = 94.8 %, MSFT 399 000 = 99.8 %: stop.
    assert list(quantities(sized(GEN[:6], 400_000)).values()) == [4, 4, 3, 3, 3, 3]
    # n = 7: 57 143 each, 2 contracts: 279 300. Six more reach 399 000; five would be 379 050 = 94.8 %.
    assert list(quantities(sized(GEN, 400_000)).values()) == [3, 3, 3, 3, 3, 3, 2]


@pytest.mark.clause("0.2")
def test_0_2_exactly_95_percent_is_enough() -> None:
    # 20 × 19 950 = 399 000 = 0.95 × 420 000; a twenty-first would make 418 950.
    assert list(quantities(sized(GEN[:6], 420_000)).values()) == [4, 4, 3, 3, 3, 3]
    # Of 420 001 it is not quite 95 %.
    assert list(quantities(sized(GEN[:6], 420_001)).values()) == [4, 4, 4, 3, 3, 3]


@pytest.mark.clause("0.2")
def test_0_2_never_above_the_whole_equity() -> None:
    # 359 100 is 94.99 % of 378 040, and a nineteenth contract would make 379 050.
    assert list(quantities(sized(GEN[:6], 378_040)).values()) == [3] * 6
    # Exactly all of it: 19 × 19 950.
    assert list(quantities(sized(GEN[:6], 379_050)).values()) == [4, 3, 3, 3, 3, 3]


@pytest.mark.clause("0.2")
def test_0_2_symbols_left_with_nothing_are_skipped_for_sizing() -> None:
    # 100 000 for seven: 14 286 each is less than a contract; one by one, five make 99 750.
    replayed = sized(GEN, 100_000)
    assert quantities(replayed) == dict.fromkeys(GEN[:5], 1)
    assert reasons(replayed) == dict.fromkeys(GEN[5:], "sizing")


@pytest.mark.clause("0.2")
def test_0_2_one_contract_beyond_what_is_free_is_skipped_for_sizing() -> None:
    # 900 MSFT at 200 are 180 000 of 199 949: 19 949 are free, a contract is 19 950.
    replayed = sized(GEN[:2], 199_949, holding("GEN", "MSFT", 900, 190.0))
    assert reasons(replayed) == {"AAPL": "sizing", "MSFT": "per_symbol_cap"}
    assert quantities(sized(GEN[:2], 199_950, holding("GEN", "MSFT", 900, 190.0))) == {"AAPL": 1}


@pytest.mark.clause("0.2")
def test_0_2_a_symbol_that_fails_a_filter_leaves_its_share_to_the_others() -> None:
    # Seven symbols without three chains: n = 4, 100 000 each: 5 contracts; with seven it would be 3.
    assert list(quantities(sized(GEN[:4], 400_000)).values()) == [5, 5, 5, 5]


@pytest.mark.clause("0.2", "0.3")
def test_0_2_puts_already_held_count_for_the_symbol_and_for_the_whole() -> None:
    held = option("GEN", "AAPL", "2026-03-13", 190.0, "P", -2, 1.0, "2026-03-02")  # 38 000
    assert quantities(sized(GEN[:1], 400_000, held)) == {"AAPL": 3}  # 38 000 + 59 850
    assert quantities(sized(GEN[:1], 391_300, held)) == {"AAPL": 2}  # a quarter is 97 825 < 97 850


@pytest.mark.clause("0.2")
def test_0_2_the_strike_cash_of_all_puts_is_covered_by_cash() -> None:
    # 1 000 MSFT at 200: of 400 000 half is cash; 10 × 19 950 = 199 500 is all it can secure.
    replayed = sized(GEN[:4], 400_000, holding("GEN", "MSFT", 1000, 190.0))
    assert quantities(replayed) == {"AAPL": 4, "AMZN": 3, "GOOG": 3}
    assert reasons(replayed) == {"MSFT": "per_symbol_cap"}


@pytest.mark.clause("0.3")
def test_0_3_a_contract_beyond_a_quarter_is_skipped_with_the_equity_that_it_needs() -> None:
    # 19 950 / 0.25 = 79 800.
    (row,) = sized(GEN[:1], 79_799).of("entry.skipped", symbol="AAPL")
    assert (row["data"]["reason"], row["data"]["equity_needed"]) == ("per_symbol_cap", 79_800)
    assert "0.3" in row["clauses"]
    assert quantities(sized(GEN[:1], 79_800)) == {"AAPL": 1}
    (row,) = sized(GEN[:1], 0).of("entry.skipped", symbol="AAPL")
    assert (row["data"]["reason"], row["data"]["equity_needed"]) == ("per_symbol_cap", 79_800)


@pytest.mark.clause("0.3")
def test_0_3_stock_and_puts_of_a_symbol_count_together() -> None:
    # 300 AAPL at 200 are 60 000; two puts more make 99 900 of the 100 000, with shares not assigned.
    assert quantities(sized(GEN[:1], 400_000, holding("GEN", "AAPL", 300, 190.0))) == {"AAPL": 2}
    (row,) = sized(GEN[:1], 200_000, holding("GEN", "AAPL", 300, 190.0)).of("entry.skipped", symbol="AAPL")
    assert row["data"]["equity_needed"] == 319_800  # (60 000 + 19 950) / 0.25


@pytest.mark.clause("0.3")
def test_0_3_a_holding_beyond_a_quarter_is_never_sold_for_it() -> None:
    replayed = sized(GEN[:1], 100_000, holding("GEN", "AAPL", 300, 190.0))
    assert not replayed.of("order.intended")
    assert reasons(replayed) == {"AAPL": "per_symbol_cap"}


@pytest.mark.clause("0.3")
def test_0_3_goog_and_googl_are_one_symbol() -> None:
    tables = {"GOOG": AAPL, "GOOGL": AAPL}
    replayed = replay_text(
        situation(
            DAY + "09:30:00", DAY + "09:46:00", tables, "[accounts.GEN]\nequity = 400_000",
            holding("GEN", "GOOGL", 400, 190.0), capital=None,
        )
    )  # fmt: skip
    assert quantities(replayed) == {"GOOG": 1}  # 80 000 + 19 950


@pytest.mark.clause("3.1", "0.3")
def test_3_1_rev_sizes_by_the_same_rule_and_two_symbols_reach_half_at_most() -> None:
    # REV 400 000: 100 000 a symbol though 200 000 each would be its share.
    replayed = sized(("NVDA", "TSLA"), 400_000, account="REV", day="2026-03-04T")
    assert set(quantities(replayed)) == {"NVDA", "TSLA"}
    for row in [r["data"] for r in replayed.of("entry.planned")]:
        assert row["exposure"] <= 100_000 < row["exposure"] + 100 * row["contract"]["strike"]


@pytest.mark.clause("0.2")
def test_0_2_the_plan_shows_quantity_and_exposure_after_all_cuts() -> None:
    replayed = sized(GEN[:1], 400_000, volume=100)
    (row,) = replayed.of("entry.planned")
    assert (row["data"]["quantity"], row["data"]["exposure"]) == (5, 99_750)
    (wanted,) = replayed.of("order.intended")
    assert wanted["data"]["quantity"] == 5


@pytest.mark.clause("0.10", "0.2")
def test_0_10_cuts_to_the_margin_fall_on_the_last_in_universe_order() -> None:
    # At a margin of 90 %: (0.9 × 200 − 0.5) × 100 + 115 = 18 065 a put; 60 % of 400 000 carry 13 of the 20.
    replayed = sized(GEN[:4], 400_000, market="margin = 0.90")
    assert quantities(replayed) == {"AAPL": 5, "MSFT": 5, "AMZN": 3}
    assert reasons(replayed) == {"GOOG": "margin_cap"}


@pytest.mark.clause("0.10", "0.2")
def test_0_10_one_more_below_95_percent_is_only_one_that_the_margin_carries() -> None:
    # Three each are 359 100 = 90 %. At a margin of 65 % a put binds 13 065.50: 60 % of 399 000 carry 18, and nobody
    # gives one up for a nineteenth.
    replayed = sized(GEN[:6], 399_000, market="margin = 0.65")
    assert list(quantities(replayed).values()) == [3] * 6


@pytest.mark.clause("6.12")
def test_6_12_a_hedged_week_halves_the_deployment_and_says_so() -> None:
    # 200 000 instead of 400 000: 50 000 each, 2 contracts, and two more make 199 500.
    replayed = sized(GEN[:4], 400_000, vix=50.01)
    assert list(quantities(replayed).values()) == [3, 3, 2, 2]
    assert all("hedged_week" in r["data"]["deviation"] for r in replayed.of("entry.planned"))
    assert list(quantities(sized(GEN[:4], 400_000, vix=50.0)).values()) == [5, 5, 5, 5]


@pytest.mark.clause("6.12", "0.3")
def test_6_12_a_hedged_week_leaves_the_quarter_as_it_is() -> None:
    assert quantities(sized(GEN[:1], 400_000, vix=51.0)) == {"AAPL": 5}
    (row,) = sized(GEN[:1], 79_799, vix=51.0).of("entry.skipped", symbol="AAPL")
    assert (row["data"]["reason"], row["data"]["equity_needed"]) == ("per_symbol_cap", 79_800)


@pytest.mark.clause("6.12")
def test_6_12_where_half_is_held_already_nothing_is_entered_and_nothing_is_sold() -> None:
    half = holding("GEN", "MSFT", 500, 190.0)  # 100 000 of 200 000
    replayed = sized(GEN[:2], 200_000, half, vix=51.0)
    assert reasons(replayed) == {"AAPL": "hedged_week", "MSFT": "hedged_week"}
    assert not replayed.of("order.intended")
    below = holding("GEN", "MSFT", 499, 190.0)  # 200 below the half: no contract fits
    assert reasons(sized(GEN[:2], 200_000, below, vix=51.0)) == {"AAPL": "sizing", "MSFT": "per_symbol_cap"}
