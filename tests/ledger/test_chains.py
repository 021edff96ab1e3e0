"""Assignments told as stories; each is worked out by hand in its comment."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allusetui.domain.contract import Contract, Stock
from allusetui.domain.event import AssignmentReceived, Event, OrderFilled, PositionAdjusted
from allusetui.domain.money import to_cent
from allusetui.ledger.chains import Story, stories
from tests.ledger.dealing import D, Dealing, call, put
from tests.ledger.happenings import commissions, happened
from tests.replaying import SHARED, replay_file

pytestmark = pytest.mark.clause("10.3")

FIRST, SECOND = put("AAPL", "2020-03-06", "200"), put("AAPL", "2020-03-13", "195")
CALL, LATER = call("AAPL", "2020-03-20", "197.5"), call("AAPL", "2020-03-27", "195")
WHEEL = Path(__file__).parents[1] / "scenarios" / "wheel-three-weeks.toml"
RUNS = [WHEEL, *sorted((SHARED / "scenarios").glob("*.toml"))]


def steps(story: Story) -> list[tuple[str, int, str]]:
    return [(step.what, step.shares, str(to_cent(step.cash_usd))) for step in story.steps]


def test_10_3_a_story_goes_from_the_put_over_its_roll_and_calls_to_the_last_share() -> None:
    # A put at 2.00, bought back at 5.00 and sold anew at 5.60: −300 + 560; assigned at 195; a call at 0.90 expires, one
    # at 1.10 is called at 195. Premium 200 − 500 + 560 + 90 + 110 = 460; shares 19,500 − 19,500. Fees 5 × 0.65 = 3.25.
    book = Dealing().on("2020-03-04").trade(FIRST, -1, "2", "0.65")
    book.on("2020-03-05").roll(FIRST, SECOND, 1, "5", "5.6", "0.65").on("2020-03-13").settle("assigned", SECOND, 1)
    book.on("2020-03-16").trade(CALL, -1, "0.9", "0.65").on("2020-03-20").settle("expired", CALL, 1, "0")
    book.on("2020-03-23").trade(LATER, -1, "1.1", "0.65").on("2020-03-27").settle("called_away", LATER, 1)
    (story,) = stories(book.records)
    assert steps(story) == [
        ("put sold", 100, "200.00"), ("put bought back", 100, "-500.00"), ("put sold", 100, "560.00"),
        ("assigned", 100, "-19500.00"), ("call sold", 100, "90.00"), ("call expired", 100, "0.00"),
        ("call sold", 100, "110.00"), ("called away", 100, "19500.00"),
    ]  # fmt: skip
    assert (story.premium, story.fees, story.gain) == (D(460), D("3.25"), D("456.75"))
    # The shares cost 195 less the second put's 5.60 and bring 195 and the last call's 1.10, fees taken.
    assert (story.basis, story.proceeds) == (D("18940.65"), D("19609.35"))
    assert (story.began.isoformat(), story.ended and story.ended.isoformat(), story.days) == (
        "2020-03-04", "2020-03-27", 23
    )  # fmt: skip
    assert [step.seq for step in story.steps] == [2, 4, 6, 7, 8, 9, 11, 12]
    assert story.gain == sum((row.gain for row in book.taxes.rows), D(0))


def test_10_3_two_lots_called_away_by_one_are_two_stories() -> None:
    # One put of 200 at 2, one of 195 at 1, both assigned; two calls at 0.80 take all 200 shares at 197.5.
    book = Dealing().on("2020-03-04").trade(FIRST, -1, "2").on("2020-03-06").settle("assigned", FIRST, 1)
    book.trade(SECOND, -1, "1").on("2020-03-13").settle("assigned", SECOND, 1)
    book.on("2020-03-16").trade(CALL, -2, "0.8", "1.3").on("2020-03-20").settle("called_away", CALL, 2)
    one, two = stories(book.records)
    # 200 + 80 − 20,000 + 19,750 − 0.65 = 29.35; 100 + 80 − 19,500 + 19,750 − 0.65 = 429.35.
    assert (one.gain, two.gain) == (D("29.35"), D("429.35"))
    assert [step.shares for step in (*one.steps, *two.steps)] == [100] * 8


def test_10_3_a_partial_assignment_has_its_part_of_the_roll_and_the_rest_stays_outside() -> None:
    # 3 rolled: 600 received, 1,500 paid, 0.10 + 0.10 in fees; 1 of the 3 new ones is assigned: a third, to the cent.
    book = Dealing().on("2020-03-04").trade(FIRST, -3, "2", "0.1")
    book.on("2020-03-05").roll(FIRST, SECOND, 3, "5", "5.6", "0.1").on("2020-03-13").settle("assigned", SECOND, 1)
    book.settle("expired", SECOND, 2, "0")
    (story,) = stories(book.records)
    assert steps(story) == [
        ("put sold", 100, "200.00"), ("put bought back", 100, "-500.00"), ("put sold", 100, "560.00"),
        ("assigned", 100, "-19500.00"),
    ]  # fmt: skip
    assert [step.fees_usd for step in story.steps] == [D("0.03"), D("0.03"), D("0.03"), D(0)]
    assert (story.left, story.gain, story.ended, story.days) == (100, None, None, None)


def test_10_3_shares_sold_in_parts_end_with_the_last() -> None:
    book = Dealing().on("2020-03-04").trade(FIRST, -1, "2").on("2020-03-06").settle("assigned", FIRST, 1)
    book.on("2020-03-09").shares("AAPL", -40, "190", "1")
    assert stories(book.records)[0].left == 60
    (story,) = stories(book.on("2020-03-11").shares("AAPL", -60, "191", "1").records)
    # 200 − 20,000 + 7,600 + 11,460 − 2 = −742.
    assert (story.left, story.gain, story.days) == (0, D(-742), 7)


def test_10_3_calls_are_on_the_oldest_shares_that_no_other_call_is_on() -> None:
    # 100 bought stand first, 100 assigned next: the first call is on the bought ones, the second on the assigned ones.
    book = Dealing().on("2020-03-02").shares("AAPL", 100, "190").on("2020-03-04").trade(FIRST, -1, "2")
    book.on("2020-03-06").settle("assigned", FIRST, 1).on("2020-03-09").trade(CALL, -1, "0.9").trade(LATER, -1, "1.5")
    book.on("2020-03-10").trade(CALL, 1, "0.3").trade(LATER, 1, "0.5")
    (story,) = stories(book.records)
    assert steps(story)[2:] == [("call sold", 100, "150.00"), ("call bought back", 100, "-50.00")]


def test_10_3_after_a_split_the_same_money_is_on_more_shares() -> None:
    aapl = Stock("AAPL")
    split = PositionAdjusted(account="GEN", reason="split", contract=aapl, from_=100, to=400, into=aapl, settlement="s")
    book = Dealing().on("2020-03-04").trade(FIRST, -1, "2").on("2020-03-06").settle("assigned", FIRST, 1)
    (story,) = stories(book.on("2020-03-09").tell(split).shares("AAPL", -400, "50").records)
    assert (story.shares, story.left, story.gain) == (100, 0, D(200))


def split(contract: Contract, into: Contract, held: int) -> PositionAdjusted:
    """Four new ones for each of those held."""
    return PositionAdjusted(
        account="GEN", reason="split", contract=contract, from_=held, to=4 * held, into=into, settlement=f"s {contract}"
    )


def test_10_3_a_split_between_a_roll_and_its_assignment_leaves_the_money_of_both() -> None:
    # 2 rolled as above, then 4:1: of 8 puts at 48.75 half are assigned, 400 shares: half of 400, −1,000 and 1,120.
    quarter = put("AAPL", "2020-03-13", "48.75")
    book = Dealing().on("2020-03-04").trade(FIRST, -2, "2", "0.2")
    book.on("2020-03-05").roll(FIRST, SECOND, 2, "5", "5.6", "0.2")
    book.on("2020-03-09", "09:30").tell(split(SECOND, quarter, -2)).on("2020-03-13").settle("assigned", quarter, 4)
    (story,) = stories(book.records)
    assert [(step.what, to_cent(step.cash_usd), to_cent(step.fees_usd)) for step in story.steps] == [
        ("put sold", D(200), D("0.10")), ("put bought back", D(-500), D("0.10")), ("put sold", D(560), D("0.10")),
        ("assigned", D(-19500), D(0)),
    ]  # fmt: skip
    assert (story.shares, story.left, story.basis) == (400, 400, D("18940.10"))


def test_10_3_a_call_stays_on_its_shares_over_a_split() -> None:
    # 100 assigned under a call at 0.90; 4:1; three of the four calls are bought back at 0.10, one expires.
    quarter = call("AAPL", "2020-03-20", "49.375")
    book = Dealing().on("2020-03-04").trade(FIRST, -1, "2").on("2020-03-06").settle("assigned", FIRST, 1)
    book.trade(CALL, -1, "0.9").on("2020-03-09", "09:30").tell(split(Stock("AAPL"), Stock("AAPL"), 100))
    book.tell(split(CALL, quarter, -1)).on("2020-03-10").trade(quarter, 3, "0.1")
    (story,) = stories(book.on("2020-03-20").settle("expired", quarter, 1, "0").shares("AAPL", -400, "50").records)
    assert [(step.what, to_cent(step.cash_usd)) for step in story.steps[2:]] == [
        ("call sold", D("67.50")), ("call sold", D("22.50")), ("call bought back", D(-30)), ("call expired", D(0)),
        ("sold", D(20000)),
    ]  # fmt: skip
    assert story.gain == D(200) + D(90) - D(30)


def told_twice(records: Iterable[tuple[int, int, Event]], found: Iterable[Story]) -> list[int]:
    """The fills of which stories tell more dollars, or more fees, than they had."""
    told: dict[int, Decimal] = defaultdict(Decimal)
    fees: dict[int, Decimal] = defaultdict(Decimal)
    for story in found:
        for step in story.steps:
            told[step.seq] += step.cash_usd
            fees[step.seq] += step.fees_usd
    fills = [(seq, event) for seq, _, event in records if isinstance(event, OrderFilled)]
    return [
        seq
        for seq, fill in fills
        if abs(told[seq]) > to_cent(fill.price * fill.quantity * fill.contract.multiplier)
        or abs(fees[seq]) > fill.commission
    ]


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.stem)
def test_10_3_stories_of_a_run_count_no_dollar_twice(path: Path) -> None:
    records = replay_file(path).journal.read()
    found = stories(records)
    assert told_twice(records, found) == []
    assert sum(story.shares for story in found) == sum(
        event.shares for _, _, event in records if isinstance(event, AssignmentReceived)
    )


@settings(max_examples=80)
@given(data=st.data(), steps=st.integers(1, 25))
def test_10_3_whatever_happens_stories_count_no_dollar_twice_and_say_what_is_left(
    data: st.DataObject, steps: int
) -> None:
    book = happened(data, steps, commissions)
    found = stories(book.records)
    assert told_twice(book.records, found) == []
    lots = book.desk.state.accounts["GEN"].lots
    held = sum(lot.quantity for lot in lots.get(Stock("AAPL"), []) if lot.assigned)
    assert sum(story.left for story in found) == held
    assert all((story.gain is None) == bool(story.left) for story in found)
