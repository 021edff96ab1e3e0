"""What an engine was told is read back exactly; a line that is not as it was written is told, never believed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allusetui.codec.shape import CodecError
from allusetui.codec.tape import FORMAT, TapeReader, TapeWriter
from allusetui.domain import input as inp
from allusetui.domain.account import AccountType
from allusetui.domain.advice import Closes, HeadlineQuestion, MarketQuestion
from allusetui.domain.contract import Option, Right, Side, Stock
from allusetui.domain.input import Input, MarketSeen
from allusetui.domain.link import Linked, Mode
from allusetui.domain.quote import Bar, Breadth, Chain, Feed, Payout, Quote, Slice
from tests.engine.amending import PROPOSAL
from tests.journal.tapes import heard

AT_MS = 1_772_464_000_000
DAY = date(2026, 3, 6)
ONE = Decimal("1.00")
PUT = Option("BRK B", DAY, Decimal("180.50"), Right.PUT)
FILL = inp.Execution("0001.02", "AU-1", PUT, Side.SELL, 3, Decimal("1.10"), Decimal("1.95"), DAY)
SETTLED = inp.Settled(
    AT_MS, (inp.Settlement("s1", "assigned", "GEN", PUT, 1, ONE),),
    (inp.CashBooking("b1", "GEN", "dividend", ONE, "AAPL", DAY),), (inp.Split("x", "AAPL", Decimal(4), DAY),),
)  # fmt: skip
FOREIGN = inp.ForeignOrderSeen(AT_MS, "77", "AAPL", 2)
SAMPLES: tuple[Input, ...] = (
    inp.ProposalsSeen(AT_MS, (PROPOSAL,)), inp.LawWritten(AT_MS, "1", "evidence: at: is 31 days old"),
    inp.Started(
        AT_MS, "ab12cd", "normal", 1, ONE, ONE,
        (inp.Provision(
            "GEN", AccountType.GEN, "A1", True, ONE, ONE, ONE, ONE, DAY, ONE,
            (inp.Holding("AAPL", 100, ONE, True),), (inp.OpenOption(PUT, -1, ONE, DAY),),
        ),),
        Linked(Mode.PAPER, "main", {"GEN": "DU1"}, 2, "why", {Stock("AAPL"): 7, PUT: -1}, ONE),
    ),
    inp.Resumed(AT_MS, AT_MS - 1, "journal folded"),
    MarketSeen(AT_MS, {"AAPL": Quote(ONE, ONE, AT_MS - 7)}, {PUT: Quote(ONE, ONE, AT_MS)}, 0.04, Breadth(DAY, ONE)),
    inp.ChainSeen(AT_MS, "AAPL", None, "no permission"),
    inp.BarsSeen(AT_MS, "AAPL", (Bar(DAY, 2.5, 1.5, float("nan")),)),
    inp.AdviceSeen(AT_MS, MarketQuestion(DAY, (Closes("AAPL", (DAY,), (1.5,)),)), None, "is not there"),
    inp.AdviceSeen(AT_MS, HeadlineQuestion(DAY, "AAPL", "\x1b[2J\u202e"), None),
    inp.HeadlineSeen(AT_MS, "AAPL", "one\ntwo\x85three \ud800"),
    inp.OrderAcked(AT_MS, "AU-1"),
    inp.OrderExecuted(AT_MS, (FILL,)),
    inp.OrderCancelled(AT_MS, "AU-1", 1),
    inp.OrderRejected(AT_MS, "AU-1", "no"),
    FOREIGN,
    inp.OrderDoubled(AT_MS, "AU-1", ("1", "2")),
    inp.OrdersSeen(AT_MS, (inp.BrokerOrder("AU-1", True, 1, False),), (FILL,), True, (FOREIGN,), AT_MS - 5),
    SETTLED,
    inp.PositionsSeen(AT_MS, {Stock("AAPL"): 100, PUT: -1}, ONE, SETTLED, True, {Stock("X"): 1}, AT_MS),
    inp.BrokerLost(AT_MS, "1100", True),
    inp.BrokerReturned(AT_MS, "1102"),
    inp.OperatorActed(AT_MS, "close", "GEN", "operator", PUT, ONE, "3", "ff"),
    inp.ReportDone(AT_MS, "weekly", "2026-W10", "0" * 64, None),
    inp.ReportFailed(AT_MS, "weekly", "2026-W10", "full"),
    inp.DiskFailed(AT_MS, "full", AT_MS - 1),
    inp.Ending(AT_MS),
    inp.InboxFull(AT_MS),
    inp.TapeEnded(AT_MS, "full"),
)  # fmt: skip


def written(items: tuple[Input, ...]) -> list[str]:
    writer = TapeWriter()
    return [writer.begin(), *(writer.line(seq, item) for seq, item in enumerate(items))]


def refusal(lines: list[str]) -> str:
    with pytest.raises(CodecError) as refused:
        heard(lines)
    return str(refused.value)


def test_every_kind_of_input_is_read_back_as_it_was_and_leaves_no_control_byte() -> None:
    lines = written(SAMPLES)
    assert {type(each) for each in SAMPLES} == set(get_args(Input))
    assert all(line.isascii() and line.isprintable() for line in lines)
    found = heard(lines)
    # Not a number is equal to nothing, and 1.0 is to 1.00: the words tell either.
    assert [repr(each.item) for each in found] == [repr(each) for each in SAMPLES]
    assert [each.seq for each in found] == [*range(len(SAMPLES))]
    assert all(each.follows for each in found)


def test_a_chain_is_read_back_with_what_is_not_known_of_it() -> None:
    counts, prices = np.array([-1, 5], dtype=np.int64), np.array([np.nan, 0.1 + 0.2])
    row = Slice("AAPL", DAY, Right.PUT, AT_MS, (ONE, Decimal("2.50")), prices, prices, counts, counts, counts, counts)
    chain = Chain("AAPL", AT_MS, ONE, (DAY,), {(DAY, Right.PUT): row}, None, frozenset({DAY}), (Payout(DAY, ONE),))
    (found,) = heard(written((inp.ChainSeen(AT_MS, "AAPL", chain),)))
    assert isinstance(found.item, inp.ChainSeen) and found.item.chain is not None
    (again,) = found.item.chain.slices.values()
    assert replace(found.item.chain, slices={}) == replace(chain, slices={})
    assert again.strikes == row.strikes
    for name in ("bids", "asks", "open_interest", "volume", "previous_volume", "average_volume"):
        np.testing.assert_array_equal(getattr(again, name), getattr(row, name), strict=True)


prices = st.sampled_from([Decimal(each) for each in ("1", "1.0", "-0", "2.35", "NaN", "-1E+7", "Infinity")])
steps = st.sampled_from([(), ((ONE, ONE),), ((ONE, Decimal("1.0")),)])
quotes = st.builds(Quote, prices, prices, st.integers(-9, 9), st.booleans(), prices, st.sampled_from(Feed), steps)
options = st.sampled_from([replace(PUT, strike=Decimal(strike)) for strike in ("180.5", "180.50", "185")])
looks = st.builds(
    MarketSeen, st.integers(-9, 9), st.dictionaries(st.sampled_from(["AAPL", "VIX", "é"]), quotes),
    st.dictionaries(options, quotes), st.floats(), st.none(),
)  # fmt: skip


@given(st.lists(looks, max_size=3).map(lambda made: [*made, *made[-1:]]))
def test_looks_are_read_back_exactly_in_their_order_though_only_changes_are_written(seen: list[MarketSeen]) -> None:
    assert [repr(each.item) for each in heard(written(tuple(seen)))] == [repr(each) for each in seen]


def test_a_quote_that_has_not_changed_is_not_written_again() -> None:
    options = {replace(PUT, strike=Decimal(strike)): Quote(ONE, ONE, AT_MS) for strike in range(100, 160)}
    first = MarketSeen(AT_MS, {}, options, 0.04)
    then = replace(first, options={**options, PUT: Quote(ONE, ONE, AT_MS)})
    last = replace(then, at_ms=AT_MS + 250, options={**then.options, PUT: Quote(ONE, Decimal("1.05"), AT_MS + 99)})
    (_, _, _, line) = written((first, then, last))
    assert line[12:] == f'2,"MarketSeen",[{AT_MS + 250},[null,[]],[null,[[60,"1.00","1.05",151]]],0.04,null]]'


LINES = written((*SAMPLES[:4], *SAMPLES[2:9]))


@given(st.data())
def test_a_line_of_which_one_bit_has_turned_is_never_believed(data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(LINES) - 1))
    place, bit = data.draw(st.integers(0, len(LINES[number]) - 1)), data.draw(st.integers(0, 6))
    turned = bytearray(LINES[number].encode())
    turned[place] ^= 1 << bit
    assert "damaged" in refusal([*LINES[:number], turned.decode("ascii"), *LINES[number + 1 :]])


@pytest.mark.parametrize("order", [[0, 1, 3], [0, 1, 1], [0, 2, 1], [1], [0, 1, 2, 3, 4, 2]])
def test_a_line_in_the_wrong_place_is_never_believed(order: list[int]) -> None:
    assert "damaged, or does not follow" in refusal([LINES[each] for each in order])


def test_a_tape_of_another_format_is_refused_by_its_name() -> None:
    writer: Any = TapeWriter()
    line = writer._line([0, "tape", ["1-older", ""]])
    assert refusal([line]) == f"is of the format '1-older'; this version reads {FORMAT}"


def test_a_file_says_whether_the_one_before_it_is_there() -> None:
    writer = TapeWriter()
    files = [[writer.begin(), writer.line(0, each), writer.line(0, each)] for each in SAMPLES[1:4]]
    other = written(SAMPLES[:1])
    for order, follows in (((0, 1, 2), 6 * [True]), ((0, 2), [True, True, False, False]), ((1,), [False, False])):
        assert [each.follows for each in heard([line for n in order for line in files[n]])] == follows
    # Another process has begun meanwhile, and its beginning is on the tape.
    assert [each.follows for each in heard([*files[0], *other, *files[1]])] == [True, True, True, False, False]


@pytest.mark.parametrize("line", ["", "[]", "{}", "7", "[" * 100_000, '["00000000",0]', "\ud800", "NaN"])
def test_what_is_no_line_of_a_tape_is_refused(line: str) -> None:
    with pytest.raises(CodecError):
        TapeReader().read(line)
