"""Why an account does what it does: each verdict turns with what it looks at."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from allusetui.domain.account import Account, AccountType, Latch, Status
from allusetui.domain.quote import Quote
from allusetui.rules.explain import OfAccount, OfEntry, explain
from allusetui.rules.situation import VIX, Situation
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, holding, option, situation
from tests.rules.whys import HOLDS, REFUSES, UNSEEN, WAITS, at_end, why

WEDNESDAY = ("2026-03-04T10:00:00", "2026-03-04T10:10:00")
PUT = option("GEN", "AAPL", "2026-03-06", 190.0, "P", -5, 2.0, "2026-03-03")


@pytest.fixture(scope="module")
def calm() -> Replayed:
    """GEN holds five far puts, COM 300 shares; the VIX is at 18."""
    far = but(AAPL, atr=4.0)
    shares = holding("COM", "AAPL", 300, 200.0)
    return replay_text(situation(*WEDNESDAY, {"AAPL": far}, PUT, shares, accounts=("GEN", "REV", "COM")))


def gen(s: Situation) -> Account:
    return s.state.accounts["GEN"]


def vix(s: Situation, value: str) -> None:
    s.volatile.quotes[VIX] = Quote(Decimal(value), Decimal(value), s.now_ms)


HOLDING: dict[str, tuple[str, Callable[[Situation], object]]] = {
    "its state lets it act": ("9.2", lambda s: setattr(gen(s), "status", Status.EMERGENCY)),
    "no person has paused it": ("0.7", lambda s: gen(s).latches.add(Latch.PAUSED)),
    "no stop awaits a reset": ("6.4", lambda s: gen(s).latches.add(Latch.LEVEL3)),
    "no VIX latch is on": ("6.13", lambda s: gen(s).latches.add(Latch.BREAKER)),
    "the broker's link is up": ("8.6", lambda s: gen(s).latches.add(Latch.BROKER)),
    "batches can be stored": ("9.5", lambda s: gen(s).latches.add(Latch.DISK)),
    "its books agree": ("9.5", lambda s: gen(s).latches.add(Latch.MISMATCH)),
    "a stop may be sent": ("8.6", lambda s: gen(s).latches.add(Latch.BROKER)),
    "an entry may be sent": ("6.3", lambda s: setattr(gen(s), "frozen", True)),
    "its entries are allowed": ("0.7", lambda s: setattr(gen(s), "no_entries", True)),
    "no put freezes entries": ("6.3", lambda s: setattr(gen(s), "frozen", True)),
    "there is room to deploy": ("0.2", lambda s: setattr(gen(s), "cash", Decimal(95_000))),
    "no symbol is at its cap": ("0.3", lambda s: setattr(gen(s), "cash", Decimal(379_000))),
    "margin is in its limit": ("0.10", lambda s: setattr(s.state, "margin_rate", Decimal(5))),
    "no drawdown pivot is on": ("2.5", lambda s: setattr(gen(s), "high_water", Decimal(2_000_000))),
    "the VIX is known now": ("8.3", lambda s: s.volatile.quotes.pop(VIX)),
    "no Hedged Week halves it": ("6.12", lambda s: s.state.breakers.add("hedged_week")),
    "the VIX allows entries": ("6.13", lambda s: s.state.breakers.add("safe")),
    "no VIX halt": ("6.14", lambda s: s.state.breakers.add("halt")),
}


@pytest.mark.parametrize("fact", HOLDING)
def test_a_fact_that_holds_in_a_calm_account_refuses_where_it_is_not_so(calm: Replayed, fact: str) -> None:
    clause_id, change = HOLDING[fact]
    assert why(calm, OfAccount("GEN"))[fact].verdict is HOLDS
    found = why(calm, OfAccount("GEN"), change)[fact]
    assert found.verdict is REFUSES and clause_id in found.clauses


def test_nothing_refuses_in_a_calm_account_but_what_has_no_quote(calm: Replayed) -> None:
    refused = [f for f in why(calm, OfAccount("GEN")).values() if f.verdict is REFUSES]
    assert {f.of for f in refused} == {OfEntry("GEN", each) for each in ("MSFT", "AMZN", "GOOG", "SPY", "QQQ", "IWM")}


def test_9_4_in_an_audit_nothing_leaves_and_its_state_waits(calm: Replayed) -> None:
    found = why(calm, OfAccount("GEN"), lambda s: setattr(gen(s), "status", Status.AUDIT))
    assert found["its state lets it act"].verdict is WAITS
    stop = found["a stop may be sent"]
    assert (stop.verdict, stop.clauses) == (REFUSES, ("9.4",))


def test_a_latch_tells_what_still_leaves_under_it(calm: Replayed) -> None:
    found = why(calm, OfAccount("GEN"), lambda s: gen(s).latches.update({Latch.LEVEL3, Latch.DISK}))
    assert found["no stop awaits a reset"].figures["leaves"] == "close, hedge, profit_take, reduce, roll, stop"
    assert found["batches can be stored"].figures["leaves"] == "cancels"


@pytest.mark.parametrize(("value", "verdict"), [("50", HOLDS), ("50.01", WAITS)])
def test_6_12_a_vix_above_its_tier_that_has_not_tripped_waits(calm: Replayed, value: str, verdict: object) -> None:
    found = why(calm, OfAccount("GEN"), lambda s: vix(s, value))["no Hedged Week halves it"]
    assert found.verdict is verdict and found.law == {"trips above": 50}


def test_an_unknown_vix_is_not_looked_at(calm: Replayed) -> None:
    found = why(calm, OfAccount("GEN"), lambda s: s.volatile.quotes.pop(VIX))
    assert found["no VIX halt"].verdict is UNSEEN


def test_0_9_rev_and_com_pivot_only_while_the_vix_is_low(calm: Replayed) -> None:
    def fallen(s: Situation, value: str) -> None:
        s.state.accounts["REV"].high_water *= 2
        vix(s, value)

    rev, fact = OfAccount("REV"), "no drawdown pivot is on"
    assert why(calm, rev, lambda s: fallen(s, "29"))[fact].verdict is REFUSES
    found = why(calm, rev, lambda s: fallen(s, "31"))[fact]
    assert found.verdict is HOLDS and found.law["and VIX below"] == 30
    assert "and VIX below" not in why(calm, OfAccount("GEN"))[fact].law


def test_1_1_a_window_waits_until_it_opens(calm: Replayed) -> None:
    fact = "the entry window is open"
    assert why(calm, OfAccount("GEN"), title="clock")[fact].verdict is WAITS
    open_now = why(calm, OfAccount("REV"), title="clock")[fact]
    assert open_now.verdict is HOLDS and open_now.law == {"": "Wed 09:45–11:00"}


def test_1_4_the_next_expiry_is_waited_for(calm: Replayed) -> None:
    found = why(calm, OfAccount("GEN"))["an expiry is looked at"]
    assert found.verdict is WAITS and str(found.figures["next expiry"]) == "2026-03-06"


def test_9_4_books_are_compared_once_a_day(calm: Replayed) -> None:
    fact = "it was audited today"
    assert why(calm, OfAccount("GEN"))[fact].verdict is WAITS
    assert why(calm, OfAccount("GEN"), lambda s: setattr(gen(s), "audited_ms", s.now_ms))[fact].verdict is HOLDS


@pytest.mark.parametrize(
    ("base", "strikes", "verdict"), [(399_999, 0, WAITS), (200_000, 0, HOLDS), (200_000, 400_000, REFUSES)]
)
def test_2_6_a_fork_is_due_or_waits_for_its_cash(calm: Replayed, base: int, strikes: int, verdict: object) -> None:
    def grown(s: Situation) -> None:
        gen(s).base = Decimal(base)
        if strikes:
            put = next(iter(gen(s).positions))
            gen(s).lots[put] = gen(s).lots[put] * 4

    found = why(calm, OfAccount("GEN"), grown)["it is grown for a fork"]
    assert found.verdict is verdict
    assert ("waits for" in found.figures) is (verdict is REFUSES)


def test_3_5_a_gain_waits_for_its_quarter_to_end_and_gen_has_no_such_row(calm: Replayed) -> None:
    fact = "a gain is to be shared"
    assert why(calm, OfAccount("REV"))[fact].verdict is WAITS
    owed = why(calm, OfAccount("REV"), lambda s: s.state.accounts["REV"].gains.update({"2025-Q4": Decimal(1000)}))
    assert owed[fact].verdict is HOLDS and owed[fact].figures["realized_usd"] == 1000
    assert fact not in why(calm, OfAccount("GEN"))


@pytest.mark.parametrize("hedged", [False, True])
def test_4_4_a_purchase_waits_for_the_end_of_a_hedged_week(calm: Replayed, hedged: bool) -> None:
    def owed(s: Situation) -> None:
        s.state.accounts["COM"].purchase_due = True
        s.state.breakers |= {"hedged_week"} if hedged else set()

    found = why(calm, OfAccount("COM"), owed)["its purchase may be made"]
    assert found.verdict is (WAITS if hedged else HOLDS)


@pytest.mark.clause("2.7")
@pytest.mark.parametrize("opened", [date(2023, 3, 5), date(2023, 3, 4)])
def test_2_7_a_mini_refuses_once_its_years_are_over(calm: Replayed, opened: date) -> None:
    def mini(s: Situation) -> None:
        gen(s).type, gen(s).opened = AccountType.MINI, opened

    found = why(calm, OfAccount("GEN"), mini)["its end has not come"]
    assert found.verdict is (HOLDS if opened.day == 5 else REFUSES) and found.law["years"] == 3
    assert "its end has not come" not in why(calm, OfAccount("GEN"))


@pytest.mark.clause("2.7")
@pytest.mark.parametrize("ended", [False, True])
def test_2_7_a_mini_that_runs_off_enters_nothing(calm: Replayed, ended: bool) -> None:
    def mini(s: Situation) -> None:
        gen(s).type, gen(s).run_off_on = AccountType.MINI, s.today if ended else None

    found = why(calm, OfEntry("GEN", "AAPL"), mini)["it does not run off"]
    assert found.verdict is (REFUSES if ended else HOLDS)


def test_what_is_gone_has_nothing_to_explain(calm: Replayed) -> None:
    assert explain(at_end(calm), OfAccount("MINI-9")) == ()
