"""Expectations over a journal: each form of `[[expect]]`, met and missed."""

import json
from decimal import Decimal
from typing import Any

import pytest

from allusetui.scenario.expect import Verdict, judge
from allusetui.scenario.load import parse
from allusetui.scenario.match import fits, lookup
from tests.scenario.small import SMALL

AAPL = {"symbol": "AAPL", "expiry": "2026-03-06", "strike": 195.0, "right": "P", "multiplier": 100}
LATER = {**AAPL, "expiry": "2026-03-13", "strike": 189.0}


def record(seq: int, clock: str, kind: str, account: str | None, clauses: list[str], **data: Any) -> dict[str, Any]:
    """One parsed line of a journal of 2026-03-05."""
    ts = f"2026-03-05T{clock}.000-05:00"
    return {"seq": seq, "ts": ts, "kind": kind, "account": account, "clauses": clauses, "data": data}


JOURNAL = [
    record(
        1, "09:45:00", "entry.planned", "GEN", ["2.2"], contract=AAPL, quantity=10, delta=0.437, dte=1, deviation=None
    ),
    record(2, "09:45:01", "order.sent", "GEN", ["0.5"], contract=AAPL, side="SELL", quantity=10, limit=1.16),
    record(3, "09:45:02", "order.filled", "GEN", [], contract=AAPL, side="SELL", quantity=4, price=1.16),
    record(4, "09:45:03", "order.filled", "GEN", [], contract=AAPL, side="SELL", quantity=6, price=1.16),
    record(5, "10:35:00", "protocol.level", "GEN", ["6.3", "0.12"], **{"from": 1, "to": 2}, contract=AAPL, stale=False),
    record(6, "10:35:30", "roll.done", "GEN", ["6.3"], contract=AAPL, candidate=LATER, cost=0.1 + 0.2),
    record(
        7, "10:35:30", "roll.prepared", "GEN", ["6.3"], contract=AAPL, candidates=[{"contract": LATER}, {"cost": 2}]
    ),
    record(8, "16:30:00", "week.typed", None, ["12.1"], week="2026-W10", type="Roll", all=["Roll", "Calm-Income"]),
]


def verdict(tables: str) -> Verdict:
    """The verdict on one expectation over the journal, as it comes from a file's text."""
    expectations = parse(SMALL + "[[expect]]\n" + tables, "x").expectations
    (only,) = judge(expectations, json.loads(json.dumps(JOURNAL)))
    assert only.line.startswith("ok     " if only.ok else "FAILED ")
    assert len(only.line.splitlines()) == 1
    return only


HOLDS = [
    'kind = "roll.done"',
    'kind = ["stop.done", "roll.done"]\ncount = 1',
    'kind = "a.kind.of.a.later.version"\ncount = 0',
    'kind = "order.filled"\ncount = 2',
    'kind = "order.filled"\nmin = 2\nmax = 2',
    'kind = "stop.done"\nmax = 1',
    'kind = "order.filled"\nwhere = { account = "GEN", side = "SELL", strike = 195, expiry = 2026-03-06, right = "P" }',
    'kind = "order.filled"\nwhere = { seq = 3, kind = "order.filled" }\ncount = 1',
    'kind = "order.filled"\nwhere = { seq = { ge = 3, lt = 4 } }\ncount = 1',
    'kind = "order.filled"\nsum = { key = "quantity", eq = 10 }',
    'kind = "order.filled"\nsum = { key = "price", near = 2.3, tol = 0.02 }',
    'kind = "order.filled"\nsum = { key = "quantity", ge = 9, le = 11, ne = 10.5, gt = 9, lt = 11 }',
    'kind = "stop.done"\nmin = 0\nsum = { key = "quantity", eq = 0 }',
    'kind = "roll.done"\nwhere = { "candidate.strike" = { ge = 188.5, le = 189.5 }, "contract.strike" = 195 }',
    'kind = "roll.done"\nwhere = { cost = 0.3, expiry = { lt = 2026-03-07 } }',
    'kind = "roll.done"\nwhere = { "data.candidate.expiry" = { gt = "2026-03-06" } }',
    'kind = "roll.prepared"\nwhere = { "candidates.0.contract.strike" = 189, "candidates.1.cost" = 2 }',
    'kind = "roll.done"\nwhere = { ts = { ge = 2026-03-05T10:35:30, le = 2026-03-05T10:35:30 } }',
    'kind = "entry.planned"\nwhere = { delta = { near = 0.43, tol = 0.007 }, deviation = { null = true } }',
    'kind = "entry.planned"\nwhere = { quantity = { null = false }, side = { null = true }, dte = { in = [0, 1] } }',
    'kind = "protocol.level"\nwhere = { from = 1, to = 2, stale = false, symbol = { not_in = ["SPX"] } }',
    'kind = "week.typed"\nwhere = { account = { null = true }, all = ["Roll", "Calm-Income"] }',
    'kind = "week.typed"\nwhere = { account = { not_in = ["GEN"] } }',
    'kind = "protocol.level"\nclauses = ["0.12", "6.3"]',
    'kind = "protocol.level"\nclauses = ["6.4"]\ncount = 0',
    'kind = "order.filled"\nany = [{ quantity = 4 }, { quantity = { gt = 5 } }]\ncount = 2',
    'kind = "order.filled"\nwhere = { any = [{ quantity = 4 }, { side = "BUY" }], price = 1.16 }\ncount = 1',
    'kind = "order.filled"\nbetween = [2026-03-05T09:45:02, 2026-03-05T09:45:03]\ncount = 2',
    'kind = "order.filled"\nbetween = [2026-03-05T09:45:02.001, 2026-03-05T09:45:02.999]\ncount = 0',
]

FAILS = [
    'kind = "stop.done"',
    'kind = "order.filled"\ncount = 1',
    'kind = "order.filled"\nmin = 3',
    'kind = "order.filled"\nmax = 1',
    'kind = "order.filled"\nwhere = { nothing = 1 }',
    'kind = "order.filled"\nwhere = { nothing = { ge = 0 } }',
    'kind = "order.filled"\nwhere = { nothing = { in = [0] } }',
    'kind = "order.filled"\nwhere = { "contract.nothing.deep" = 1 }',
    'kind = "order.filled"\nwhere = { side = { ge = 1 } }',
    'kind = "order.filled"\nwhere = { quantity = "4" }',
    'kind = "protocol.level"\nwhere = { stale = 0 }',
    'kind = "roll.done"\nwhere = { cost = { gt = 0.3 } }',
    'kind = "roll.done"\nwhere = { cost = 0.30001 }',
    'kind = "roll.done"\nwhere = { cost = { near = 0.4, tol = 0.09 } }',
    'kind = "order.filled"\nwhere = { side = { gt = 2026-03-06 } }',
    'kind = "order.filled"\nsum = { key = "quantity", eq = 11 }',
    'kind = "stop.done"\nsum = { key = "quantity", eq = 0 }',
    'kind = "protocol.level"\nclauses = ["6.3", "6.4"]',
    'kind = "order.filled"\nany = [{ quantity = 5 }]',
]


@pytest.mark.parametrize("tables", HOLDS)
def test_an_expectation_that_the_journal_meets_is_ok(tables: str) -> None:
    assert verdict(tables).ok


@pytest.mark.parametrize("tables", FAILS)
def test_an_expectation_that_the_journal_misses_fails(tables: str) -> None:
    assert not verdict(tables).ok


def test_a_failure_says_what_was_expected_and_what_was_seen() -> None:
    said = verdict('kind = "order.filled"\nwhere = { side = "SELL" }\ncount = 1\nnote = "sold once"').line
    assert "expected exactly 1, seen 2: #3 03-05 09:45:02 GEN" in said
    assert "(sold once)" in said


def test_a_failed_sum_shows_the_sum() -> None:
    said = verdict('kind = "order.filled"\nsum = { key = "quantity", eq = 11 }').line
    assert "expected at least 1 and sum of quantity eq 11, seen 2, sum 10" in said


def test_events_that_lack_only_the_clauses_are_pointed_out() -> None:
    assert "1 more but for the clauses (#5 has 6.3,0.12)" in verdict('kind = "protocol.level"\nclauses = ["6.4"]').line


def test_a_failure_without_any_fit_shows_what_of_its_kind_there_was() -> None:
    assert "of these kinds 2 in all: #3" in verdict('kind = "order.filled"\nwhere = { side = "BUY" }').line


def test_a_value_that_is_not_there_is_not_equal_to_anything() -> None:
    plan = JOURNAL[0]
    assert fits(plan, {"side": {"ne": "BUY"}})
    assert fits(plan, {"side": {"not_in": ["BUY"]}})
    assert not fits(plan, {"side": {"ne": "BUY", "null": False}})


def test_between_is_new_yorks_wall_clock_whatever_the_offset_written() -> None:
    (expected,) = parse(
        (SMALL + '[[expect]]\nkind = "x"\nbetween = [2026-03-05T10:00:00, 2026-03-05T10:00:00]\n'), "x"
    ).expectations
    at = {"seq": 1, "ts": "2026-03-05T15:00:00+00:00", "kind": "x", "account": None, "clauses": [], "data": {}}
    assert judge([expected], [at])[0].ok


def test_a_bare_name_is_looked_up_in_the_envelope_then_data_then_the_contract() -> None:
    assert lookup(JOURNAL[2], "account") == "GEN"
    assert lookup(JOURNAL[2], "quantity") == 4
    assert lookup(JOURNAL[2], "symbol") == "AAPL"
    both = {**JOURNAL[2], "data": {"account": "REV", "strike": 1, "contract": AAPL}}
    assert (lookup(both, "account"), lookup(both, "strike")) == ("GEN", 1)


def test_decimals_and_floats_compare_alike() -> None:
    exact = {**JOURNAL[2], "data": {"price": Decimal("1.16")}}
    assert fits(exact, {"price": Decimal("1.1600009")})
    assert not fits(exact, {"price": Decimal("1.160002")})


def test_verdicts_come_in_the_order_of_the_expectations() -> None:
    text = SMALL + '[[expect]]\nkind = "roll.done"\n[[expect]]\nkind = "stop.done"\n'
    assert [one.ok for one in judge(parse(text, "x").expectations, JOURNAL)] == [True, False]
