"""Why a symbol is entered or not: what the law explains is what the engine has decided."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from allusetui.domain.account import Account, Latch
from allusetui.rules.explain import OfAccount, OfEntry, Verdict
from allusetui.rules.situation import VIX, Situation
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, holding, operator, option, situation, tape
from tests.rules.whys import HOLDS, REFUSES, UNSEEN, WAITS, why

THURSDAY, MONDAY = "2026-03-05T", "2026-03-02T"
ASKED = OfEntry("GEN", "AAPL")
PLANNED = "it was planned today"
FACTS = {
    "paused": "no latch holds it back",
    "safe": "no latch holds it back",
    "no_entries": "its entries are allowed",
    "frozen": "no put freezes entries",
    "pivot": "no drawdown pivot is on",
    "assigned": "no share was assigned",
    "rejecting": "its orders are accepted",
    "earnings": "no report by its expiry",
    "earnings_unknown": "no report by its expiry",
    "no_chain": "a chain is at hand",
    "stale": "spot and VIX are fresh",
    "bad_quote": "spot and VIX are fresh",
    "no_expiry": "an expiry is in its days",
    "no_strike": "a strike is in its band",
    "open_interest": "open interest is enough",
    "volume": "volume is enough",
    "spread": "the spread is narrow",
    "hedged_week": "its Hedged half has room",
    "per_symbol_cap": "one fits the symbol cap",
    "sizing": "one fits what is free",
    "adv": "its volume carries one",
    "margin_cap": "margin carries one",
}


def morning(lines: str, *more: str, capital: int | None = 1_000_000) -> Replayed:
    """GEN's Thursday with AAPL alone, until within its window."""
    times = (THURSDAY + "09:40:00", THURSDAY + "09:46:00")
    return replay_text(situation(*times, {"AAPL": lines, "SPY": FAR}, *more, capital=capital))


def own(equity: int) -> str:
    return f"[accounts.GEN]\nequity = {equity}"


def put(strike: float, quantity: int, symbol: str = "AAPL") -> str:
    return option("GEN", symbol, "2026-03-13", strike, "P", -quantity, 2.0, "2026-03-03")


FAR = but(AAPL, atr=80.0)
TENSE = tape(THURSDAY + "09:42:00", VIX=55.0)
RUNS: dict[str, tuple[str, Sequence[str], int | None]] = {
    "paused": (AAPL, [operator(THURSDAY + "09:41:00", "pause", "GEN")], 1_000_000),
    "safe": (AAPL, [tape(THURSDAY + "09:42:00", VIX=65.5)], 1_000_000),
    "no_entries": (AAPL, [operator(THURSDAY + "09:41:00", "no_entries", "GEN")], 1_000_000),
    "pivot": (AAPL, [own(100_000) + "\nhigh_water = 120_000"], None),
    "assigned": (AAPL, [holding("GEN", "AAPL", 100, 200.0, assigned=True)], 1_000_000),
    "earnings": (but(AAPL, earnings="[2026-03-06]"), [], 1_000_000),
    "earnings_unknown": (but(AAPL, earnings='"unknown"'), [], 1_000_000),
    "no_chain": (AAPL, [fault(THURSDAY + "09:40:00", "no_chain", "AAPL", "20m")], 1_000_000),
    "stale": (AAPL, [fault(THURSDAY + "09:41:00", "stale", "AAPL", "20m")], 1_000_000),
    "no_strike": (but(AAPL, strike_step=50.0, spot=225.0), [], 1_000_000),
    "open_interest": (but(AAPL, oi=499), [], 1_000_000),
    "volume": (but(AAPL, volume=99), [], 1_000_000),
    "spread": (but(AAPL, spread_pct=0.10), [], 1_000_000),
    "hedged_week": (AAPL, [own(100_000), put(180.0, 3), TENSE], None),
    "per_symbol_cap": (AAPL, [own(79_000)], None),
    "sizing": (AAPL, [own(100_000), put(180.0, 5, "SPY")], None),
}


@pytest.fixture(scope="module")
def planned() -> Replayed:
    return morning(AAPL)


def test_what_was_planned_passes_every_filter_while_the_window_is_open(planned: Replayed) -> None:
    found = why(planned, ASKED)
    assert {f.verdict for f in found.values()} == {HOLDS}
    assert found[PLANNED].figures["quantity"] == 5 and found[PLANNED].figures["delta"] == 0.4369
    assert set(FACTS.values()) <= set(found)


@pytest.mark.parametrize("reason", RUNS)
def test_the_filter_that_the_engine_names_is_the_first_that_refuses(reason: str) -> None:
    lines, more, capital = RUNS[reason]
    replayed = morning(lines, *more, capital=capital)
    skipped = replayed.of("entry.skipped", symbol="AAPL")
    assert [r["data"]["reason"] for r in skipped] == [reason]
    said, *filters = why(replayed, ASKED, title="put").values()
    assert (said.verdict, said.figures["outcome"]) == (REFUSES, reason)
    first = next(finding for finding in filters if finding.verdict is REFUSES)
    assert first.fact == FACTS[reason]
    assert set(first.clauses) & set(skipped[0]["clauses"])


CHANGES: dict[str, Callable[[Situation], object]] = {
    "safe": lambda s: gen(s).latches.add(Latch.MISMATCH),
    "frozen": lambda s: setattr(gen(s), "frozen", True),
    "pivot": lambda s: setattr(gen(s), "pivoted", True),
    "rejecting": lambda s: s.state.rejecting.add(("GEN", "AAPL")),
    "earnings": lambda s: s.volatile.reports.update(AAPL=(s.today,)),
    "stale": lambda s: s.volatile.quotes.pop(VIX),
    "bad_quote": lambda s: s.volatile.told_invalid.add(("AAPL", "bid")),
    "no_expiry": lambda s: outcome(s, "no_expiry"),
    "adv": lambda s: outcome(s, "adv"),
    "margin_cap": lambda s: s.state.__setattr__("margin_rate", Decimal(9)),
    "sizing": lambda s: setattr(gen(s), "cash", Decimal(0)),
}


def gen(s: Situation) -> Account:
    return s.state.accounts["GEN"]


def outcome(s: Situation, reason: str) -> None:
    log = gen(s).windows["gen"]
    log.outcome["AAPL"] = reason
    log.told.add(("AAPL", reason))


@pytest.mark.parametrize("reason", CHANGES)
def test_a_filter_that_held_refuses_once_what_it_looks_at_has_changed(planned: Replayed, reason: str) -> None:
    found = why(planned, ASKED, CHANGES[reason])
    assert found[FACTS[reason]].verdict is REFUSES


def test_after_a_refusal_what_was_not_reached_was_not_looked_at(planned: Replayed) -> None:
    found = why(planned, ASKED, lambda s: outcome(s, "no_strike"))
    before, after = ("a chain is at hand", "an expiry is in its days"), ("open interest is enough", FACTS["adv"])
    assert [found[fact].verdict for fact in before] == [HOLDS, HOLDS]
    assert [found[fact].verdict for fact in after] == [UNSEEN, UNSEEN]


def test_of_8_1_each_check_has_a_verdict_of_its_own() -> None:
    found = why(morning(but(AAPL, oi=499, spread_pct=0.10)), ASKED)
    verdicts = [found[FACTS[reason]].verdict for reason in ("open_interest", "volume", "spread")]
    assert verdicts == [REFUSES, HOLDS, REFUSES]
    assert found[FACTS["open_interest"]].figures["open_interest"] == 499
    assert found[FACTS["open_interest"]].law == {"at least": 500}


def test_before_its_window_a_symbol_waits_and_its_chain_is_not_looked_at() -> None:
    replayed = replay_text(situation("2026-03-04T10:00:00", "2026-03-04T10:06:00", {"AAPL": AAPL}))
    found = why(replayed, ASKED)
    assert found[PLANNED].verdict is WAITS and found["the entry window is open"].verdict is WAITS
    chain = [FACTS[reason] for reason in ("no_chain", "no_expiry", "no_strike", "spread", "sizing", "adv")]
    assert {found[fact].verdict for fact in chain} == {UNSEEN}
    assert found[FACTS["earnings"]].verdict is UNSEEN  # no chain has told of its reports yet


@pytest.mark.parametrize(("day", "verdict"), [(5, REFUSES), (9, UNSEEN), (12, UNSEEN), (13, HOLDS)])
def test_a_report_that_only_some_expiries_would_meet_decides_nothing_yet(
    planned: Replayed, day: int, verdict: Verdict
) -> None:
    # From Thursday 5 March REV's expiry may be up to 5 + 2 days away: Thursday 12.
    report = date(2026, 3, day)
    found = why(planned, OfEntry("REV", "NVDA"), lambda s: s.volatile.reports.update(NVDA=(report,)))
    assert found[FACTS["earnings"]].verdict is verdict


@pytest.mark.clause("1.6")
def test_1_6_a_report_that_googls_chain_told_of_keeps_goog_out(planned: Replayed) -> None:
    goog = OfEntry("GEN", "GOOG")
    found = why(planned, goog, lambda s: s.volatile.reports.update(GOOGL=(s.today,)))
    assert found[FACTS["earnings"]].verdict is REFUSES
    assert why(planned, goog)[FACTS["earnings"]].verdict is UNSEEN


def test_what_an_earlier_week_said_is_told_but_decides_nothing(planned: Replayed) -> None:
    def a_week_ago(s: Situation) -> None:
        gen(s).windows["gen"].day -= timedelta(days=7)
        outcome(s, "spread")

    found = why(planned, ASKED, a_week_ago)
    assert (found[PLANNED].verdict, found[PLANNED].figures["outcome"]) == (UNSEEN, "spread")
    assert found[FACTS["spread"]].verdict is UNSEEN and "said on" in found[FACTS["spread"]].figures


def test_an_account_tells_what_counts_for_each_of_its_symbols(planned: Replayed) -> None:
    found = why(planned, OfAccount("GEN"), title="symbols")
    assert found["AAPL put: it was planned today"].verdict is HOLDS
    assert found["MSFT put: it was planned today"].figures["outcome"] == "no_chain"
    assert found["AAPL put: it was planned today"].of == ASKED
    rev = why(planned, OfAccount("REV"), title="symbols")
    assert rev["NVDA put: spot and VIX are fresh"].verdict is REFUSES  # it has none


# Calls


def com(*more: str, lines: str = AAPL) -> Replayed:
    """COM's Monday with 300 AAPL and no cash."""
    own = "[accounts.COM]\nequity = 62_000"
    held = holding("COM", "AAPL", 300, 200.0)
    times = (MONDAY + "09:40:00", MONDAY + "09:45:01")
    return replay_text(situation(*times, {"AAPL": lines}, own, held, *more, accounts=("COM",), capital=None))


OF_CALL = OfEntry("COM", "AAPL")


def test_4_1_a_planned_call_leaves_no_lot_uncovered() -> None:
    found = why(com(), OF_CALL, title="call")
    assert found[PLANNED].verdict is HOLDS and found[PLANNED].figures["quantity"] == 3
    assert found["a lot is uncovered"].verdict is REFUSES
    assert found["a strike is in its band"].law["delta"] == "0.20–0.25"


def test_that_a_call_was_planned_says_nothing_of_the_put_on_the_same_symbol() -> None:
    found = why(com(), OF_CALL, title="put")
    assert found[PLANNED].verdict is UNSEEN and found["an expiry is in its days"].verdict is UNSEEN


@pytest.mark.clause("4.3")
def test_4_3_in_an_earnings_week_half_of_the_lots_may_be_covered() -> None:
    one = option("COM", "AAPL", "2026-03-06", 210.0, "C", -1, 2.0, "2026-02-27")
    replayed = com(one, lines=but(AAPL, earnings="[2026-03-05]"))
    found = why(replayed, OF_CALL, title="call")
    leaves = found["reports leave a lot free"]
    assert leaves.verdict is REFUSES and (leaves.figures["covered"], leaves.figures["allowed"]) == (1, 1)
    free = why(replayed, OF_CALL, lambda s: s.volatile.reports.update(AAPL=()), title="call")
    assert free["reports leave a lot free"].verdict is HOLDS
    unknown = why(replayed, OF_CALL, lambda s: s.volatile.reports.clear(), title="call")
    assert unknown["reports leave a lot free"].verdict is UNSEEN


def test_a_sleeve_writes_calls_on_assigned_shares_from_its_cost() -> None:
    held = holding("GEN", "AAPL", 100, 205.0, assigned=True)
    replayed = replay_text(situation(MONDAY + "09:40:00", MONDAY + "09:45:01", {"AAPL": AAPL}, held))
    found = why(replayed, ASKED, title="call")
    assert found["a strike is in its band"].law["strike from_price"] == 205
    assert found[PLANNED].verdict is HOLDS
