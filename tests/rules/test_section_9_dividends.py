"""9.5: a dividend that no broker tells of: expected at its ex-date's open, and read off the cash to the cent."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allusetui.compose.run import Run, build_run
from allusetui.domain.account import Latch
from allusetui.domain.contract import Stock
from allusetui.domain.effect import AskChain
from allusetui.domain.event import AccountMerged, DividendAnnounced, DividendExpected, ReconcileMismatch
from allusetui.domain.input import ChainSeen, MarketSeen, OperatorActed, PositionsSeen, Resumed, Settled
from allusetui.domain.link import SLEEVES, Linked, Mode
from allusetui.domain.moment import DAY_MS, SECOND_MS, day_of, to_ms
from allusetui.domain.money import ZERO
from allusetui.domain.quote import Chain, Payout
from allusetui.domain.state import Dividend
from allusetui.engine.apply import apply, fold
from allusetui.engine.engine import Engine
from allusetui.journal.memory import MemoryJournal
from allusetui.scenario.load import parse
from tests.replaying import Replayed, Silent
from tests.rules.answers import Telling
from tests.rules.situations import AAPL, but, holding, situation

EX = date(2026, 3, 6)
OPENING = ("2026-03-06T09:29:50", "2026-03-06T09:30:30")
LATE = ("2026-03-06T09:30:10", "2026-03-06T09:30:30")
LINK = Linked(Mode.PAPER, "main", dict.fromkeys(SLEEVES, "DU4000001"), 0)
PAYS = but(AAPL, dividends="[{ ex = 2026-03-06, amount = 0.255 }]")
EVENING_MS = to_ms(datetime(2026, 3, 20, 17, 0))


class Mute(Telling):
    """A broker that settles nothing by word."""

    def advance(self, at_ms: int) -> list[Any]:
        return [each for each in super().advance(at_ms) if not isinstance(each, Settled)]


@dataclass
class Night:
    """A session of a broker's account after the open of the ex-date."""

    run: Run
    journal: MemoryJournal

    @property
    def state(self) -> Any:
        return self.run.runtime.engine.state

    @property
    def cash(self) -> Decimal:
        return sum((account.money for account in self.state.accounts.values()), ZERO)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return Replayed(None, self.run, self.journal).of(kind)  # type: ignore[arg-type]

    def expect(self, *amounts: str, ex: date = EX, account: str = "COM") -> None:
        """Dividends are awaited beside those that the open has found."""
        for amount in map(Decimal, amounts):
            settlement = f"test-{len(self.state.dividends)}"
            apply(
                self.state, to_ms(datetime(ex.year, ex.month, ex.day, 9, 30)),
                DividendExpected(
                    account=account, symbol="AAPL", ex=ex, shares=1, a_share=amount, amount=amount,
                    settlement=settlement,
                ),
            )  # fmt: skip

    def chain_told(self, chain: Chain | None, at_ms: int | None = None) -> list[Decimal]:
        """Dollars a share of what a chain announces."""
        batch = self.run.runtime.engine.handle(ChainSeen(at_ms or self.run.end_ms, "AAPL", chain))
        return [e.a_share for e in batch.events if isinstance(e, DividendAnnounced)]

    def compare(self, more: str, at_ms: int = EVENING_MS, shares: int = 300) -> list[Any]:
        """The broker's book shows so many dollars more than ours; what the comparison leads to."""
        seen = PositionsSeen(at_ms, {Stock("AAPL"): shares}, self.cash + Decimal(more), Settled(at_ms), complete=True)
        return list(self.run.runtime.engine.handle(seen).events)


def opened(
    lines: str = PAYS, link: Linked | None = LINK, known: bool = True, opening: tuple[str, str] = OPENING
) -> Night:
    """COM holds 300 shares over the open of their ex-date; `known`: their chain was seen before, and a restart came."""
    journal = MemoryJournal()
    text = situation(*opening, {"AAPL": lines}, holding("COM", "AAPL", 300, 190.0), accounts=("COM",))
    run = build_run(parse(text, "test.toml"), journal, Silent())
    run.started = replace(run.started, link=link)
    if link is not None:
        run.runtime.world.broker = Mute(run.exchange)
    run.begin()
    if known:
        at_ms = run.started.at_ms
        batch = run.runtime.engine.handle(ChainSeen(at_ms, "AAPL", run.runtime.world.market.chain("AAPL", at_ms)))
        journal.append(batch.at_ms, batch.events)
        run.runtime.engine.volatile.payouts.clear()
    run.runtime.go_on(run.end_ms)
    return Night(run, journal)


def booked(events: list[Any]) -> list[tuple[str, str, Decimal, tuple[str, ...]]]:
    return [(e.account, e.reason, e.amount, e.clauses) for e in events if e.kind == "cash.booked"]


def latched(night: Night) -> bool:
    return Latch.MISMATCH in night.state.accounts["COM"].latches


@pytest.mark.clause("9.5")
def test_9_5_a_dividend_is_announced_once_and_again_with_another_amount() -> None:
    night = opened(AAPL, known=False)
    bare = night.run.runtime.world.market.chain("AAPL", night.run.started.at_ms)
    chain = replace(bare, payouts=(Payout(EX, Decimal("0.255")),))
    dearer = replace(chain, payouts=(Payout(EX, Decimal("0.123456")),))
    told = [night.chain_told(each) for each in (chain, chain, None, dearer, dearer)]
    assert told == [[Decimal("0.255")], [], [], [Decimal("0.1235")], []]
    assert night.state.announced == {"AAPL": {EX: Decimal("0.1235")}}
    night.chain_told(replace(chain, payouts=(Payout(EX + timedelta(days=90), Decimal(1)),)), EVENING_MS)
    assert night.state.announced == {"AAPL": {date(2026, 6, 4): Decimal(1)}}


@pytest.mark.clause("9.5")
def test_9_5_at_the_open_of_its_ex_date_a_known_dividend_is_expected_on_the_shares_held() -> None:
    (expected,) = opened().of("dividend.expected")
    assert (expected["ts"][:19], expected["account"]) == ("2026-03-06T09:30:00", "COM")
    assert expected["clauses"] == ["9.5", "10.3"]
    told = {key: expected["data"][key] for key in ("symbol", "ex", "shares", "a_share", "amount")}
    assert told == {"symbol": "AAPL", "ex": "2026-03-06", "shares": 300, "a_share": 0.255, "amount": 76.5}


@pytest.mark.clause("9.5")
def test_9_5_a_restart_still_awaits_what_went_ex_before_it() -> None:
    night = opened()
    (awaited,) = fold(night.journal.read()).dividends.values()
    assert awaited == Dividend("COM", "AAPL", EX, Decimal("76.50"))


@pytest.mark.clause("9.5")
@pytest.mark.parametrize("days", [3, 6, 40])
def test_9_5_a_process_that_was_down_over_the_ex_date_awaits_what_went_ex_meanwhile(days: int) -> None:
    night, back_ms = opened(known=False), EVENING_MS + days * DAY_MS
    chain = night.run.runtime.world.market.chain("AAPL", night.run.started.at_ms)
    ex = day_of(EVENING_MS + 3 * DAY_MS)
    night.chain_told(replace(chain, payouts=(Payout(ex, Decimal("0.255")),)), EVENING_MS)
    engine = night.run.runtime.engine
    looks = [MarketSeen(back_ms + n * SECOND_MS, {}, {}, 0.04) for n in range(2)]
    back = [Resumed(back_ms, EVENING_MS), *looks]
    told = [event for item in back for event in engine.handle(item).events if isinstance(event, DividendExpected)]
    assert [(each.ex, each.shares, each.amount) for each in told] == [(ex, 300, Decimal("76.50"))]
    assert told[0].settlement in night.state.dividends


@pytest.mark.clause("9.5", "6.6")
def test_9_5_the_chain_of_what_is_held_is_asked_for_from_its_first_price_on() -> None:
    night = opened(but(PAYS, dividends="[{ ex = 2026-03-09, amount = 0.255 }]"), known=False)
    (told,) = night.of("dividend.announced")
    assert (told["ts"][:19], told["data"]["ex"]) == ("2026-03-06T09:29:50", "2026-03-09")


@pytest.mark.clause("9.5")
def test_9_5_a_chain_of_what_is_held_that_does_not_come_is_asked_for_again() -> None:
    night, open_ms = opened(AAPL, known=False), to_ms(datetime(2026, 3, 6, 9, 30))
    before = night.run.runtime.engine
    engine = Engine(before.law, before.law_hash, before.calendar, fold(night.journal.read()))
    quotes, asked = {"AAPL": before.volatile.quotes["AAPL"]}, list[int]()

    def looks(*seconds: int, priced: bool = True) -> None:
        for each in seconds:
            seen = MarketSeen(open_ms + each * SECOND_MS, quotes if priced else {}, {}, 0.04)
            asked.extend([each] * (AskChain("AAPL") in engine.handle(seen).effects))

    looks(60, priced=False)
    looks(61, 62)
    engine.handle(ChainSeen(open_ms + 63 * SECOND_MS, "AAPL", None))
    looks(64, 360, 361)
    chain = night.run.runtime.world.market.chain("AAPL", night.run.end_ms)
    engine.handle(ChainSeen(open_ms + 362 * SECOND_MS, "AAPL", chain))
    over_the_week_end = 3 * 86_400 - 3_600  # clocks are put forward
    looks(900, 9_000, over_the_week_end - 1, over_the_week_end)
    assert asked == [61, 361, over_the_week_end]


@pytest.mark.clause("9.5")
@pytest.mark.parametrize(
    "night",
    [
        pytest.param(lambda: opened(known=False, opening=LATE), id="nobody knew of it"),
        pytest.param(lambda: opened(but(PAYS, dividends="[{ ex = 2026-03-09, amount = 0.255 }]")), id="not today"),
        pytest.param(lambda: opened(link=None), id="the exchange tells of it itself"),
    ],
)
def test_9_5_nothing_is_expected_otherwise(night: Any) -> None:
    assert night().of("dividend.expected") == []


@pytest.mark.clause("9.5", "10.3")
def test_9_5_cash_that_is_more_by_an_expected_dividend_is_that_dividend_once() -> None:
    night = opened()
    assert booked(night.compare("76.5")) == [("COM", "dividend", Decimal("76.50"), ("9.5", "10.3"))]
    assert night.state.dividends == {} and not latched(night)
    # As much again is nobody's dividend.
    assert booked(night.compare("76.5", EVENING_MS + DAY_MS)) == [] and latched(night)


@pytest.mark.clause("9.5")
@pytest.mark.parametrize("more", ["76.49", "76.51", "65.02", "-76.5", "153"])
def test_9_5_another_amount_explains_nothing_and_latches(more: str) -> None:
    night = opened()
    assert booked(night.compare(more)) == []
    assert latched(night) and len(night.state.dividends) == 1


@pytest.mark.clause("9.5")
def test_9_5_beside_a_position_that_differs_cash_is_not_explained() -> None:
    night = opened()
    assert booked(night.compare("76.5", shares=299)) == [] and latched(night)


@pytest.mark.clause("9.5")
def test_9_5_two_choices_of_dividends_with_one_sum_explain_nothing() -> None:
    night = opened()
    night.expect("30", "46.50")
    assert booked(night.compare("76.5")) == [] and latched(night)


@pytest.mark.clause("9.5")
@pytest.mark.parametrize(("days", "explains"), [(60, True), (61, False)])
def test_9_5_after_60_days_a_dividend_is_not_awaited_any_more(days: int, explains: bool) -> None:
    night = opened()
    at_ms = to_ms(datetime(2026, 3, 6, 17, 0)) + days * DAY_MS
    assert (bool(booked(night.compare("76.5", at_ms))), latched(night)) == (explains, not explains)
    night.expect("1", ex=day_of(at_ms))
    assert [each.amount for each in night.state.dividends.values()] == [Decimal(1)]


@pytest.mark.clause("9.5")
def test_9_5_what_a_person_accepts_may_hold_any_of_them() -> None:
    night = opened()
    night.compare("65.02")
    night.run.runtime.engine.handle(OperatorActed(EVENING_MS + SECOND_MS, "reset", "COM", "operator"))
    accepted = night.compare("65.02", EVENING_MS + 2 * SECOND_MS)
    assert [row[:3] for row in booked(accepted)] == [("COM", "accepted", Decimal("65.02"))]
    assert night.state.dividends == {}


@pytest.mark.clause("9.5")
def test_9_5_what_an_account_awaits_goes_to_the_one_that_it_merges_into() -> None:
    night = opened()
    night.state.accounts["A2"] = replace(night.state.accounts["COM"], name="A2", lots={})
    night.expect("12", account="A2")
    merged = AccountMerged(account="A2", from_="A2", to="COM", amount=ZERO, leap_cash=ZERO)
    apply(night.state, EVENING_MS, merged)
    assert {each.account for each in night.state.dividends.values()} == {"COM"}


@pytest.mark.clause("9.5")
@given(dollars=st.lists(st.integers(1, 40), min_size=1, max_size=6), missing=st.integers(-20, 120))
def test_9_5_cash_is_explained_if_and_only_if_one_choice_of_dividends_makes_it_up(
    dollars: list[int],
    missing: int,
) -> None:
    night = opened(known=False)
    night.expect(*map(str, dollars))
    ways = [0] * 1_000
    ways[0] = 1
    for each in dollars:
        ways = [ways[total] + (ways[total - each] if total >= each else 0) for total in range(len(ways))]
    found = sum((row[2] for row in booked(night.compare(str(missing)))), ZERO)
    explains = missing > 0 and ways[missing] == 1
    assert found == (missing if explains else 0)
    assert latched(night) is (missing != 0 and not explains)


@pytest.mark.clause("9.5")
@pytest.mark.parametrize(("more", "differs"), [("0.0033", False), ("-0.0033", False), ("0.01", True), ("-0.01", True)])
def test_9_5_cash_is_compared_to_the_cent_that_a_broker_shows(more: str, differs: bool) -> None:
    night = opened(AAPL)
    told = [event for event in night.compare(more) if isinstance(event, ReconcileMismatch)]
    assert {event.what for event in told} == ({"cash"} if differs else set())
    assert latched(night) is differs
