"""What is said before a key is sent, and what a prompt asks."""

from dataclasses import replace

import pytest

from allusetui.domain.account import Latch
from allusetui.domain.contract import Option
from allusetui.view.model import Question, Seen
from allusetui.view.prompts import prompts
from allusetui.view.questions import closing, ending, resetting, resuming
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, TRADED_VIX, but, fault, situation, tape
from tests.view.snapshots import seen_of, text_of
from tests.view.wednesdays import HELD, TO_ROLL, TO_STOP, WED, key, wednesday


def said(question: Question) -> list[str]:
    return [text_of(line) for line in question.lines]


def the_put(seen: Seen) -> Option:
    return next(iter(seen.snapshot.state.accounts["GEN"].positions))


@pytest.fixture(scope="module")
def asked(paused: Replayed) -> Seen:
    return seen_of(paused)


def test_a_prompt_shows_what_is_asked_the_evidence_and_what_yes_and_no_do(asked: Seen) -> None:
    (prompt,) = prompts(asked)
    assert (prompt.id, prompt.account) == ("1", "GEN")
    assert text_of(prompt.title).startswith("GEN: Roll 3 AAPL 13Mar 200P into AAPL 20Mar")
    evidence = [text_of(line) for line in prompt.asked]
    assert evidence[0] == "2 roll: spot 191.00, strike 200.00, breach 2.25 ATR"
    assert evidence[1].startswith("█████████1█████████2██▌      3")
    assert evidence[2].startswith("sold at 20.00, now ") and "a gain of" in evidence[2]
    assert evidence[3] == "open while level 2 lasts and GEN is paused (0.7)"
    assert text_of(prompt.on_yes).startswith("yes: rolled") and text_of(prompt.on_no).startswith("no: nothing is sent")


def test_a_stop_is_asked_for_before_a_roll() -> None:
    (prompt,) = prompts(seen_of(wednesday(key("10:02:00", "pause"), TO_STOP)))
    assert text_of(prompt.title) == "GEN: Buy back 3 AAPL 13Mar 200P?"
    assert "until it is done" in text_of(prompt.on_yes)


@pytest.mark.clause("6.11")
def test_a_hedge_is_asked_for_leg_by_leg_after_the_roll() -> None:
    symbols = {"AAPL": but(AAPL, atr=4.0), "SPX": "spot = 5000.0", "VIX": TRADED_VIX}
    more = HELD, key("10:02:00", "pause"), TO_ROLL
    text = situation(f"{WED}T10:00:00", f"{WED}T10:10:00", symbols, *more, capital=2_000_000)
    roll, put, call = prompts(seen_of(replay_text(text)))
    assert text_of(roll.title).startswith("GEN: Roll")
    assert text_of(put.title) == "GEN: Buy 1 SPX 20Nov 4250P to hedge?"
    assert text_of(put.asked[0]).startswith("now ") and text_of(put.on_yes).startswith("yes: bought")
    assert text_of(call.title).startswith("GEN: Buy 12 VIX 21Aug 27C")


def test_closing_by_hand_tells_price_and_cap_and_that_a_pause_is_passed_over(asked: Seen) -> None:
    question = closing(asked, "GEN", the_put(asked))
    assert question.allowed and said(question)[0].startswith("Buys back 3 from mid ")
    assert said(question)[-1] == "GEN is paused: your yes sends this order, and nothing else."


def test_closing_is_not_offered_while_halted_or_once_the_position_is_gone() -> None:
    halted = seen_of(wednesday(key("10:02:00", "kill", None)))
    question = closing(halted, "GEN", the_put(halted))
    assert not question.allowed and "halted" in said(question)[0]
    assert said(closing(halted, "REV", the_put(halted))) == ["It is no longer held."]


def test_closing_is_not_offered_under_a_latch_of_the_books_nor_where_an_order_on_it_works() -> None:
    slow = fault(f"{WED}T10:00:00", "no_fill", "AAPL", "1h")
    works = seen_of(wednesday(TO_STOP, slow, end="10:05:02"))
    assert said(closing(works, "GEN", the_put(works))) == ["An order on it works already."]
    assert not closing(works, "GEN", the_put(works)).allowed
    assert said(ending(works))[1] == "1 order at work: GEN stop AAPL"
    gen = replace(works.snapshot.state.accounts["GEN"], latches={Latch.LEVEL3, Latch.MISMATCH, Latch.BROKER})
    state = replace(works.snapshot.state, accounts={"GEN": gen}, intents={})
    latched = replace(works, snapshot=replace(works.snapshot, state=state))
    question = closing(latched, "GEN", the_put(latched))
    assert (question.allowed, said(question)) == (False, ["Nothing is sent under the latch broker, mismatch."])


def test_resuming_tells_what_ends_and_what_stays_latched(asked: Seen) -> None:
    question = resuming(asked, "GEN")
    assert question.allowed and said(question) == [
        "Its pause ends: its stops defend again, and orders leave by themselves.",
        "1 open prompt withdrawn: it defends itself.",
    ]
    both = seen_of(wednesday(TO_STOP, key("10:06:00", "pause")))
    assert said(resuming(both, "GEN"))[-1] == "Stays latched level3: R resets."


def test_resuming_what_is_not_paused_is_not_offered() -> None:
    stopped = seen_of(wednesday(TO_STOP))
    assert not resuming(stopped, "GEN").allowed
    assert said(resuming(stopped, "GEN")) == ["It is not paused. Latched level3: R resets."]


def test_resuming_is_not_offered_while_halted() -> None:
    question = resuming(seen_of(wednesday(key("10:02:00", "kill", None))), "GEN")
    assert (question.allowed, said(question)) == (False, ["It is halted: only a reset of all accounts (R) ends that."])


def test_a_stop_of_entries_ends_with_a_resume() -> None:
    seen = seen_of(wednesday(key("10:02:00", "no_entries")))
    assert said(resuming(seen, "GEN")) == ["Its stop of entries ends."]


def test_a_reset_tells_which_latches_it_ends() -> None:
    stopped = seen_of(wednesday(TO_STOP))
    assert said(resetting(stopped, "GEN")) == ["GEN: latch level3 ends."]
    calm = seen_of(wednesday())
    assert not resetting(calm, None).allowed


def test_a_breaker_s_reset_is_offered_only_once_the_vix_is_back_below_it() -> None:
    tripped = seen_of(wednesday(tape(f"{WED}T10:04:00", VIX=70.0), accounts=("GEN", "REV")))
    waits = "the VIX is 70.0: a reset of SAFE waits until it is known and back at its tier."
    for account, told in (("GEN", [f"GEN: {waits}"]), (None, [f"{name}: {waits}" for name in ("GEN", "REV", "COM")])):
        question = resetting(tripped, account)
        assert (question.allowed, said(question)) == (False, told)
    calm = seen_of(wednesday(tape(f"{WED}T10:04:00", VIX=70.0), tape(f"{WED}T10:08:00", VIX=60.0)))
    assert said(resetting(calm, "GEN")) == ["GEN: latch breaker ends."] and resetting(calm, "GEN").allowed


def test_a_halt_that_ends_above_the_breaker_s_tier_tells_all_that_it_ends_and_what_it_accepts() -> None:
    down = tape(f"{WED}T10:08:00", VIX=70.0)
    seen = seen_of(wednesday(TO_STOP, tape(f"{WED}T10:06:00", VIX=90.0), down))
    accounts = seen.snapshot.state.accounts
    gen = replace(accounts["GEN"], latches={*accounts["GEN"].latches, Latch.MISMATCH})
    state = replace(seen.snapshot.state, accounts={**accounts, "GEN": gen}, rejecting={("GEN", "AAPL")})
    question = resetting(replace(seen, snapshot=replace(seen.snapshot, state=state)), None)
    assert question.allowed and said(question) == [
        "The halt ends, and the books are compared.",
        "Every account stays latched breaker: the VIX is 70.0: a reset of SAFE waits until it is known and back at "
        "its tier.",
        "GEN: latch level3 ends.", "GEN: accepts what the broker shows as its book.", "GEN: may enter AAPL again.",
    ]  # fmt: skip


def test_a_halt_is_reset_for_all_accounts_and_only_below_its_vix() -> None:
    halted = seen_of(wednesday(tape(f"{WED}T10:04:00", VIX=90.0)))
    assert not resetting(halted, "GEN").allowed
    assert not resetting(halted, None).allowed and "the VIX is 90.0" in said(resetting(halted, None))[0]
    killed = seen_of(wednesday(key("10:02:00", "kill", None)))
    assert resetting(killed, None).allowed and said(resetting(killed, None)) == [
        "The halt ends, and the books are compared.", "Then work goes on.",
    ]  # fmt: skip


def test_ending_lists_what_stays_open(asked: Seen) -> None:
    assert said(ending(asked))[-2:] == ["What stays open, and nobody watches:", "GEN AAPL 13Mar 200P −3"]


def test_an_account_in_maintenance_says_so_and_what_a_resume_leaves() -> None:
    seen = seen_of(wednesday(key("10:02:00", "no_entries"), key("10:02:00", "pause"), key("10:03:00", "maintenance")))
    question = resuming(seen, "GEN")
    assert question.allowed
    assert said(question) == [
        "Its maintenance ends, and nothing else.", "Stays latched paused: r resumes.",
        "Its stop of entries stays: r resumes.",
    ]  # fmt: skip
    assert said(closing(seen, "GEN", the_put(seen))) == ["Nothing is sent in MAINTENANCE."]
    assert not closing(seen, "GEN", the_put(seen)).allowed
