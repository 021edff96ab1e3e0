"""Orders with the adviser present are the orders without it, but for approved suggestions (faults, invariant 13)."""

from functools import cache
from typing import Any

import pytest

from allusetui.advisor.adviser import Adviser
from allusetui.domain.advice import Advice, Anomalies, Anomaly, HeadlineQuestion, MarketQuestion, Question
from allusetui.law.load import load as load_law
from allusetui.runtime.asking import AtOnce
from allusetui.scenario.load import load, parse
from allusetui.scenario.model import Scenario
from tests.engine.advisers import APPROVED, LEAP, NVDA, REV, ROLL_DAY, Says, outside, quarter, raises, run_with
from tests.engine.test_examples import EXAMPLES, OWN
from tests.replaying import DATA
from tests.rules.situations import situation

MARCH = """
[accounts.REV]
equity = 1_200_000
realized_quarter = 40_000
[[accounts.REV.options]]
symbol = "NVDA"
expiry = 2021-03-19
strike = 300
right = "C"
quantity = 10
price = 20.0
opened = 2020-01-02
[[accounts.REV.options]]
symbol = "TSLA"
expiry = 2020-06-19
strike = 1000
right = "C"
quantity = 5
price = 60.0
opened = 2020-01-02
"""


def march() -> Scenario:
    """The crash of 2020 to the middle of April, over reinvest day, 04-01; REV holds two LEAPs."""
    text = (OWN / "march-2020.toml").read_text("utf-8")
    assert "end = 2020-04-30T17:00:00" in text and "[accounts." not in text
    head, _, _ = text.partition("[[expect]]")
    whole = head.replace("end = 2020-04-30T17:00:00", "end = 2020-04-17T17:00:00") + MARCH
    return parse(whole.replace('kind = "history"', f'kind = "history"\ndata = "{DATA}"'), "march-2020.toml")


def unanswered(name: str) -> Scenario:
    """A scenario of ours without its keys."""
    tables = (OWN / f"{name}.toml").read_text("utf-8").split("[[")
    kept = [table for table in tables if not table.startswith(("operator]]", "expect]]"))]
    return parse("[[".join(kept), f"{name}.toml")


def reinvesting() -> Scenario:
    """Leap cash is spent at the instant at which the adviser is asked, and a LEAP is rolled."""
    ripe = LEAP.replace("2027-01-15", "2026-12-18")
    account = f"{REV}\nrealized_quarter = 50000"
    hours = "2026-09-30T12:00:00", "2026-10-09T17:00:00"
    markets = {"NVDA": NVDA, "TSLA": NVDA}
    return parse(situation(*hours, markets, account, ripe, accounts=("REV",), capital=None), "test.toml")


def week_of_2020() -> Scenario:
    """All three sleeves in the first week of the crash, with bad news on what they enter."""
    head = (OWN / "march-2020.toml").read_text("utf-8").partition("[[operator]]")[0]
    assert "start = 2020-02-03T09:00:00" in head and "end = 2020-04-30T17:00:00" in head
    hours = head.replace("2020-02-03T09:00:00", "2020-02-24T09:00:00").replace("2020-04-30", "2020-02-28")
    days = ("2020-02-25", "2020-02-26", "2020-02-27")
    news = (
        f'[[headline]]\nat = {day}T10:30:00\nsymbol = "NVDA"\ntext = "Shares plunge as buyers flee"\n' for day in days
    )
    whole = hours.replace('kind = "history"', f'kind = "history"\ndata = "{DATA}"') + "".join(news)
    return parse(whole, "week-of-2020.toml")


class Alarmed:
    """Implements `ports.Advisor`: finds everything out of the ordinary."""

    def answer(self, question: Question) -> Advice | None:
        match question:
            case MarketQuestion():
                kinds = ("volatility", "turbulence", "correlation")
                symbols = ("", *(each.symbol for each in question.series))
                return Anomalies(tuple(Anomaly(k, symbol, 9.0, 2.0, 0.5, 0.1) for k in kinds for symbol in symbols))
            case HeadlineQuestion():
                return Anomalies((Anomaly("headline", question.symbol, -9.0, -3.0, -9.0, -3.0),))
            case _:
                return None


SCENARIOS = {
    "reinvest day": reinvesting,
    "roll day": lambda: quarter(end=ROLL_DAY),
    "three sleeves": lambda: unanswered("17.6-acts-from-the-next-action"),
    "a hedge rolled": lambda: load(OWN / "17.2-put-rolled.toml"),
    "one contract at a time": lambda: load(OWN / "17.1-one-contract-at-a-time.toml"),
    "march 2020": march,
    "a week of 2020": week_of_2020,
    "headlines": lambda: load(OWN / "13.2-a-headline-is-text.toml"),
    "a LEAP's last months": lambda: load(EXAMPLES / "leap-roll-three-months.toml"),
}
HISTORIES = ("march 2020", "a week of 2020")
ADVISERS: dict[str, Any] = {
    "absent": AtOnce(None),
    "silent": Says(lambda question: None),
    "broken": Says(raises),
    "outside the law": Says(outside),
    "alarmed": AtOnce(Alarmed()),
    "real": AtOnce(Adviser(load_law())),
}


def is_advice(row: dict[str, Any]) -> bool:
    """Whether a record tells of advice, and of nothing that is done."""
    said = row["kind"].startswith(("llms.", "approval.")) or row["kind"] == "alert.raised"
    return said and row["clauses"] in (["13.3", "17.6"], ["13.2"])


@cache
def journal(story: str, adviser: str) -> tuple[list[str], list[dict[str, Any]]]:
    """All that a run has decided but for advice, without its numbering, and the records of its advice."""
    records = run_with(SCENARIOS[story](), ADVISERS[adviser]).records
    advice = [row for row in records if is_advice(row)]
    return [str({**row, "seq": 0}) for row in records if not is_advice(row)], advice


@pytest.mark.clause("13.2", "13.3", "17.6")
@pytest.mark.parametrize(
    ("story", "adviser"),
    [(s, a) for s in SCENARIOS for a in ADVISERS if a == "real" or (a != "absent" and s != "march 2020")],
)
def test_13_3_what_is_decided_is_the_same_without_the_adviser(story: str, adviser: str) -> None:
    if story in HISTORIES and not DATA.is_dir():
        pytest.skip("the market data is not here")
    if story == "a LEAP's last months" and not EXAMPLES.is_dir():
        pytest.skip("the shared example scenarios are not here")
    found, _ = journal(story, adviser)
    assert found == journal(story, "absent")[0]


@pytest.mark.parametrize("story", ["reinvest day", "roll day", "three sleeves", "march 2020"])
def test_these_stories_have_advice_in_them_and_orders(story: str) -> None:
    if story in HISTORIES and not DATA.is_dir():
        pytest.skip("the market data is not here")
    found, advice = journal(story, "real")
    assert sum(row["clauses"] == ["13.3", "17.6"] for row in advice) >= 2
    assert any("'kind': 'order.filled'" in row for row in found)


@pytest.mark.clause("13.2")
@pytest.mark.parametrize(
    ("story", "adviser"), [(s, "real") for s in ("headlines", *HISTORIES)] + [("roll day", "alarmed")]
)
def test_13_2_these_stories_have_alarms_in_them_and_orders(story: str, adviser: str) -> None:
    if story in HISTORIES and not DATA.is_dir():
        pytest.skip("the market data is not here")
    found, advice = journal(story, adviser)
    assert any(row["data"].get("topic") for row in advice)
    assert any("'kind': 'order.filled'" in row for row in found)


@pytest.mark.clause("17.6")
def test_17_6_an_approved_suggestion_is_the_one_thing_that_makes_a_difference() -> None:
    scenario = quarter(APPROVED, end=ROLL_DAY)
    without, by_approval = (
        [row["data"]["candidate"] for row in run_with(scenario, ADVISERS[name]).of("leap.rolled")]
        for name in ("absent", "real")
    )
    assert without != by_approval
