"""Twenty questions on March 2020 as it was replayed, each answer and each citation checked against its records."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from allusetui.advisor.answers.ask import Offline
from allusetui.law.load import load
from tests.advisor.asking import strange_figures
from tests.replaying import DATA, Replayed, replay_file

MARCH = Path(__file__).parents[1] / "scenarios" / "march-2020.toml"
Records = list[dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """`cites`: records that the answer has to cite. `says`: what stands in it; `derives`: figures that are computed."""

    question: str
    answered: bool
    cites: Callable[[Replayed], Records]
    says: Callable[[Replayed], list[str]] = lambda run: []
    derives: Callable[[Replayed], set[Decimal]] = field(default=lambda run: set())


def ends(run: Replayed) -> Records:
    return [run.records[0], run.records[-1]]


def between(first: str, after: str, records: Records) -> Records:
    return [r for r in records if first <= r["ts"] < after]


def of(kind: str, first: str = "", after: str = "3", **keys: Any) -> Callable[[Replayed], Records]:
    return lambda run: between(first, after, run.of(kind, **keys))


def count(found: Callable[[Replayed], Records]) -> Callable[[Replayed], set[Decimal]]:
    return lambda run: {Decimal(len(found(run)))}


def total(records: Records, amount: Callable[[dict[str, Any]], float]) -> Decimal:
    return sum((Decimal(repr(amount(r["data"]))) for r in records), Decimal(0))


def first_and_last(found: Callable[[Replayed], Records]) -> Callable[[Replayed], Records]:
    """Of more than twelve the first and the last are cited."""
    return lambda run: each if len(each := found(run)) <= 12 else [each[0], each[-1]]


PIVOT = of("pivot.entered", account="GEN")
STOPS = of("stop.done", "2020-02-24", "2020-03-02")
TESLA_STOP = of("stop.done", account="COM")
SKIPS = of("entry.skipped", "2020-02-01", "2020-03-01", account="GEN", symbol="IWM")
PROFITS = of("hedge.released")
RESETS = of("operator.acted", "2020-03-01", "2020-04-01", action="reset")
FEES = of("order.filled", "2020-02-01", "2020-03-01", account="GEN")
LOTS = of("lot.closed", "2020-01-01", "2020-04-01", account="REV")
INDEX = ("SPX", "XSP", "VIX")


def split_lots(run: Replayed, hedges: bool) -> Records:
    """REV's closed lots of the book, or of its hedges: never one figure (17.7)."""
    return [r for r in LOTS(run) if (r["data"]["contract"]["symbol"] in INDEX) is hedges]


def split_figures(run: Replayed) -> list[Decimal]:
    """Dollars and lots, of the book and of the hedges, by the report."""
    parts = [split_lots(run, hedges) for hedges in (False, True)]
    return [figure for part in parts for figure in (total(part, lambda d: d["realized"]), Decimal(len(part)))]


ASSIGNED = of("assignment.received", account="REV")
REFUSED = of("roll.refused")


def counts_of(records: Records, *names: str) -> set[Decimal]:
    """How many there are, and how many of each account and symbol."""
    named = [sum(name in (r["account"], r["data"]["contract"]["symbol"]) for r in records) for name in names]
    return {Decimal(number) for number in (len(records), *named)}


def premiums(run: Replayed) -> Records:
    fills = between("2020-03-01", "2020-04-01", run.of("order.filled", account="COM"))
    return [r for r in fills if "strike" in r["data"]["contract"] and r["data"]["contract"]["symbol"] != "SPX"]


def sold_premium(run: Replayed) -> Decimal:
    sales = (r["data"] for r in premiums(run) if r["data"]["side"] == "SELL")
    return sum((Decimal(repr(d["price"])) * d["quantity"] * 100 for d in sales), Decimal(0))


def net_premium(run: Replayed) -> Decimal:
    sign = {"SELL": 100, "BUY": -100}
    return total(premiums(run), lambda d: 0) + sum(
        Decimal(repr(d["price"])) * d["quantity"] * sign[d["side"]] for d in (r["data"] for r in premiums(run))
    )


def bought_back(run: Replayed) -> set[Decimal]:
    """What the stops cost: of all accounts and of each."""
    groups = [STOPS(run), *([r for r in STOPS(run) if r["account"] == name] for name in ("GEN", "REV", "COM"))]
    return {
        sum((Decimal(repr(r["data"]["price"])) * r["data"]["quantity"] * 100 for r in group), Decimal(0))
        for group in groups
    }


def drawdown(run: Replayed) -> Decimal:
    (mark,) = of("account.marked", "2020-03-16", "2020-03-17", account="GEN", at_cut=False)(run)[:1]
    equity, peak = (Decimal(repr(mark["data"][key])) for key in ("equity", "high_water"))
    return (100 * (peak - equity) / peak).quantize(Decimal("0.01"))


def pivot_fall(run: Replayed) -> set[Decimal]:
    data = PIVOT(run)[0]["data"]
    equity, peak = Decimal(repr(data["equity"])), Decimal(repr(data["high_water"]))
    return {(100 * (peak - equity) / peak).quantize(Decimal("0.01"))}


CASES = (
    Case("Why did Gen-Acc pivot in week 9?", True, PIVOT, lambda run: ["2.5", "of 1,598,681.25"], pivot_fall),
    Case(
        "Why did GEN pivot on 28 February?",
        True,
        lambda run: of("assignment.received", "2020-02-21", "2020-02-22", account="GEN")(run)[-1:],
        derives=pivot_fall,
    ),
    Case(
        "When did Rev-Acc freeze its entries?",
        True,
        of("freeze.on", account="REV"),
        lambda run: ["2020-02-27 15:56:00"],
    ),
    Case(
        "How much premium did Com-Acc take in March?",
        True,
        first_and_last(premiums),
        lambda run: [f"{net_premium(run):,.2f} dollars"],
        lambda run: {net_premium(run), sold_premium(run), Decimal(len(premiums(run)))},
    ),
    Case(
        "How many rolls were refused in 2020?",
        True,
        REFUSED,
        lambda run: [f"{len(REFUSED(run))} refused rolls stand"],
        lambda run: counts_of(REFUSED(run), "COM", "REV", "TSLA", "AAPL", "META"),
    ),
    Case(
        "Which stops were done in week 2020-W09?",
        True,
        STOPS,
        lambda run: ["TSLA 2020-02-28 795.00 P"],
        lambda run: {Decimal(len(STOPS(run))), Decimal(len(TESLA_STOP(run))), *bought_back(run)},
    ),
    Case(
        "Why did COM stop out of Tesla?",
        True,
        lambda run: TESLA_STOP(run)[:1],
        lambda run: ["because of economics", "breach of 2.1173 ATR"],
    ),
    Case(
        "What was the drawdown of the first sleeve on 2020-03-16?",
        True,
        lambda run: of("account.marked", "2020-03-16", "2020-03-17", account="GEN")(run)[-1:],
        lambda run: [f"{drawdown(run)} %"],
        lambda run: {drawdown(run)},
    ),
    Case("Why was IWM skipped by GEN in february?", True, lambda run: SKIPS(run)[-1:], lambda run: ["no chain (8.5)"]),
    Case(
        "Did the breaker trip on 16 March?",
        True,
        of("breaker.tripped", "2020-03-16", "2020-03-17"),
        lambda run: ["Yes: 2 tripped breakers", "vix 80.09"],
        count(of("breaker.tripped", "2020-03-16", "2020-03-17")),
    ),
    Case(
        "How much profit did the released hedges make?",
        True,
        PROFITS,
        lambda run: [f"{total(PROFITS(run), lambda d: d['profit']):,.2f} dollars"],
        lambda run: {total(PROFITS(run), lambda d: d["profit"]), Decimal(len(PROFITS(run))), Decimal(1)},
    ),
    Case("Who reset the accounts in March 2020?", True, RESETS, lambda run: ["operator pressed reset"], count(RESETS)),
    Case(
        "How much did GEN pay in fees in February 2020?",
        True,
        first_and_last(FEES),
        lambda run: [f"{total(FEES(run), lambda d: d['commission']):,.2f} dollars"],
        lambda run: {total(FEES(run), lambda d: d["commission"]), Decimal(len(FEES(run)))},
    ),
    Case(
        "What did REV realize in Q1 2020?",
        True,
        first_and_last(LOTS),
        lambda run: [
            f"For REV the realized result, net of fees, came to {split_figures(run)[0]:,.2f} dollars",
            f"of the ladder's hedges, which stands apart, came to {split_figures(run)[2]:,.2f} dollars",
        ],
        lambda run: {Decimal(len(LOTS(run))), *split_figures(run)},
    ),
    Case(
        "How many assignments did Rev-Acc have?",
        True,
        ASSIGNED,
        derives=lambda run: {Decimal(len(ASSIGNED(run))), total(ASSIGNED(run), lambda d: d["quantity"])},
    ),
    # What can't be told, and must not be made up.
    Case(
        "Why did Gen-Acc pivot last week?",
        False,
        lambda run: [between("2020-04-20", "2020-04-27", run.records)[0], *PIVOT(run)],
        lambda run: ["I can't tell from the ledger: no pivot of GEN"],
        pivot_fall,
    ),
    Case(
        "Why did REV stop NVDA on Tuesday?",
        False,
        lambda run: between("2020-04-28", "2020-04-29", run.records)[:1],
        lambda run: ["no stop of REV about NVDA"],
    ),
    Case("How much did MINI-7 earn?", False, ends, lambda run: ["an account that is not in it"]),
    Case("What will GEN earn next week?", False, ends, lambda run: ["can't tell"]),
    Case("Warum hat GEN letzte Woche pivotiert?", False, ends, lambda run: ["can't tell"]),
)


@pytest.fixture(scope="module")
def march() -> Replayed:
    if not DATA.is_dir():
        pytest.skip("the market's history is not at hand; ALLUSETUI_SHARED names its folder")
    return replay_file(MARCH)


@pytest.mark.clause("11.4", "13.1")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.question)
def test_11_4_march_2020_is_asked(march: Replayed, case: Case) -> None:
    answer = Offline(march.journal, load()).ask(case.question)
    assert answer.answered is case.answered, answer.text
    expected = case.cites(march)
    assert expected and {r["seq"] for r in expected} <= set(answer.citations), answer.text
    for words in case.says(march):
        assert words in answer.text
    assert strange_figures(answer.text, march.journal) <= case.derives(march)
    assert all("[#" in line for line in answer.text.splitlines())
