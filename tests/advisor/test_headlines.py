"""13.2: how a headline reads, by its words alone."""

from datetime import date

import pytest

from allusetui.advisor.adviser import Adviser
from allusetui.advisor.headlines import WordList
from allusetui.advisor.watch import HEADLINE_LIMIT
from allusetui.domain.advice import Anomalies, HeadlineQuestion
from allusetui.law.load import load

DAY = date(2026, 3, 2)
BAD = (
    "Shares plunge after profit warning",
    "Nvidia tumbles as data center sales miss expectations",
    "Tesla recalls 1.1 million cars, shares slide",
    "Amazon cuts guidance for the holiday quarter",
    "SEC opens investigation into Apple's disclosures",
    "Moody's downgrades the chip maker to junk",
    "Meta fined $1.3 billion in Europe",
    "CEO resigns amid accounting scandal",
    "Trading halted in Tesla pending news",
    "Retailer warns of going concern doubt",
    "Microsoft suffers worldwide outage, stock drops",
    "Chip stocks crash as export ban widens",
    "Supplier files for Chapter 11 bankruptcy",
    "Quarterly results fall short; outlook disappointing",
    "Stock not cheap after all: shares collapse",
)
NOT_BAD = (
    "Apple beats estimates and raises guidance",
    "Record profit lifts shares to all-time high",
    "Microsoft denies data breach",
    "Fraud lawsuit against Tesla dismissed",
    "Loss narrows at the airline as sales jump",
    "Fed rate cut lifts stocks",
    "Nvidia is not under investigation, company says",
    "Recession fears overblown, analysts say",
    "Amazon to hold annual meeting on May 21",
    "Short squeeze sends shares up 12%",
    "Bankruptcy averted as lenders agree",
    "Apple unveils new phone",
    "Cost cuts help profit beat",
    "",
    "買い 🚀 ÄÖÜ",
)


@pytest.mark.clause("13.2")
@pytest.mark.parametrize("text", BAD)
def test_13_2_a_headline_that_is_bad_for_a_holder_reads_badly(text: str) -> None:
    assert WordList().score("AAPL", text) <= HEADLINE_LIMIT


@pytest.mark.clause("13.2")
@pytest.mark.parametrize("text", NOT_BAD)
def test_13_2_one_that_is_not_does_not(text: str) -> None:
    assert WordList().score("AAPL", text) > HEADLINE_LIMIT


def test_a_phrase_takes_the_weight_from_its_words() -> None:
    assert WordList().score("AAPL", "record loss") == -4
    assert WordList().score("AAPL", "record profit") == 3
    assert WordList().score("AAPL", "rate cut") == 0


def test_a_turned_word_is_half_of_its_opposite() -> None:
    assert WordList().score("AAPL", "fraud") == -5
    assert WordList().score("AAPL", "no fraud") == WordList().score("AAPL", "fraud claims were dismissed") == 2.5
    assert WordList().score("AAPL", "not a word of this matters to the fraud") == -5


def test_the_first_sixty_words_count() -> None:
    assert WordList().score("AAPL", "crash " * 10_000) == WordList().score("AAPL", "crash " * 60)


class Model:
    """A reader that somebody has configured."""

    def __init__(self, score: float | None) -> None:
        self._score = score

    def score(self, symbol: str, text: str) -> float | None:
        return self._score


@pytest.mark.clause("13.2")
@pytest.mark.parametrize(
    ("score", "is_told"),
    [(-8.12345, True), (-2.9, False), (None, False), (float("nan"), False), (float("-inf"), False)],
)
def test_13_2_another_reader_may_be_configured(score: float | None, is_told: bool) -> None:
    told = Adviser(load(), Model(score)).answer(HeadlineQuestion(DAY, "AAPL", "Apple unveils new phone"))
    assert isinstance(told, Anomalies) == is_told
    if isinstance(told, Anomalies):
        (one,) = told.found
        assert (one.kind, one.symbol, one.score) == ("headline", "AAPL", -8.1235)
