"""What was found → verdict and cure: what no socket is needed for."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allusetui.broker.ibkr import doctor_verdicts as verdicts
from allusetui.broker.ibkr.doctor_facts import COMPETING, Finding, Greeting, QuoteSeen, Told, Verdict
from allusetui.domain.link import SLEEVES, Link, Mode

PAPER = Link("127.0.0.1", 4002, 7, Mode.PAPER, dict.fromkeys(SLEEVES, "DU1"))
MANY = Link("localhost", 4002, 7, Mode.PAPER, {"GEN": "DU1", "REV": "DU2", "COM": "DU3"})
AFAR = Link("gate.example", 4002, 7, Mode.PAPER, dict.fromkeys(SLEEVES, "DU1"))
DAY = datetime(2026, 3, 2, 9, 25)
DELAYED = QuoteSeen("SPY P", 3, 4.1, 4.3, None, 15.0)


def test_a_host_that_is_not_this_machine_is_warned_of_with_the_way_through_ssh() -> None:
    found = verdicts.settings(AFAR)
    assert (found.verdict, found.found) == (
        Verdict.WARN, "paper DU1 at gate.example:4002, client 7; nothing on that line is encrypted"
    )  # fmt: skip
    assert found.cure == "ssh -L 4002:127.0.0.1:4002 gate.example, and host 127.0.0.1"
    assert verdicts.settings(MANY).verdict is Verdict.OK


def test_sleeves_in_accounts_of_their_own_have_all_to_be_there() -> None:
    assert verdicts.accounts(MANY, ["DU3", "DU2", "DU1"]).found == "GEN DU1; REV DU2; COM DU3, paper"
    assert verdicts.accounts(MANY, ["DU1"]).found == "no DU2, DU3 in this log-in; there are DU1"


@pytest.mark.parametrize(
    ("mode", "skew_s", "verdict"),
    [
        (Mode.PAPER, 1.9, Verdict.OK),
        (Mode.PAPER, -1.9, Verdict.OK),
        (Mode.PAPER, 2.1, Verdict.WARN),
        (Mode.PAPER, -5.1, Verdict.FAIL),
        (Mode.PAPER, 90_000.0, Verdict.WARN),
        (Mode.LIVE, 90_000.0, Verdict.FAIL),
    ],
)
def test_a_clock_is_judged_by_how_far_it_is_off_and_a_day_off_is_a_simulated_market(
    mode: Mode, skew_s: float, verdict: Verdict
) -> None:
    found = verdicts.clock(skew_s, DAY, mode)
    assert found.verdict is verdict
    assert ("simulated market" in found.found) is (skew_s > 86_400)


@pytest.mark.clause("8.3")
def test_8_3_delayed_data_is_a_warning_on_paper_and_a_refusal_of_live() -> None:
    assert verdicts.quote(DELAYED, Mode.PAPER).verdict is Verdict.WARN
    assert verdicts.quote(DELAYED, Mode.LIVE).verdict is Verdict.FAIL
    shared = QuoteSeen("SPY P", 3, 4.1, 4.3, None, 15.0, ((COMPETING, "competing session"),))
    assert verdicts.quote(shared, Mode.PAPER).cure == "log out elsewhere: another session has the live data"


def test_the_last_notice_of_a_farm_and_of_the_line_counts() -> None:
    broken, whole = (2103, "broken:usopt"), (2104, "OK:usopt")
    assert verdicts.farms([broken, whole]).verdict is Verdict.OK
    assert verdicts.farms([whole, broken]).found == "broken: usopt"
    lost, back = (1100, "lost"), (1102, "restored")
    assert verdicts.farms([whole, lost]).verdict is Verdict.FAIL
    assert verdicts.farms([whole, lost, back]).verdict is Verdict.OK


def test_three_foreign_orders_are_named_and_the_others_counted() -> None:
    assert verdicts.foreign(["a", "b", "c"], 5.0).found == "3 not ours: a; b; c"
    assert verdicts.foreign(["a", "b", "c", "d"], 5.0).found == "4 not ours: a; b; c…"


def test_fewer_bars_than_asked_for_are_told() -> None:
    assert verdicts.bars([date(2026, 3, 2)] * 4, (), 15.0).found == "4 of 5 daily bars"


TOLD = st.lists(st.tuples(st.sampled_from([200, 201, 321, 354, 460, 2103, 10089, 10197, 1100]), st.text()), max_size=4)
FLOATS = st.one_of(st.none(), st.floats(0, 1e6))


@given(TOLD, st.binary(max_size=8), st.text(), FLOATS, FLOATS, st.integers(0, 5), st.lists(st.text(), max_size=5))
def test_whatever_the_other_side_says_every_line_is_plain_and_what_is_not_well_has_its_cure(
    told: list[Told], first: bytes, text: str, bid: float | None, ask: float | None, kind: int, orders: list[str]
) -> None:
    findings: list[Finding] = [
        verdicts.reachable(PAPER, Greeting(error=text)),
        verdicts.handshake(PAPER, Greeting(first=first), 4.0),
        verdicts.accounts(PAPER, orders),
        verdicts.sync({"positions": None}, told, 5.0),
        verdicts.farms(told),
        verdicts.contract("SPY", None, told, 5.0),
        verdicts.chain("SPY", 0, 0, told, 5.0),
        verdicts.quote(QuoteSeen("SPY P", kind, bid, ask, None, 5.0, tuple(told)), Mode.PAPER),
        verdicts.quote(QuoteSeen("SPY P", kind, bid, ask, 1.0, 5.0), Mode.LIVE),
        verdicts.bars([], told, 15.0),
        verdicts.what_if("DU1", None, told, 5.0),
        verdicts.foreign(orders, 5.0),
        verdicts.earnings(False, told, 5.0),
    ]
    assert all((row.found + row.cure).isprintable() for row in findings)
    assert all(row.cure for row in findings if row.verdict in (Verdict.WARN, Verdict.FAIL))


STRANGE = "SP\x1b[2J\u202eY"


@pytest.mark.parametrize(
    "finding",
    [
        verdicts.contract(STRANGE, 1, (), 5.0),
        verdicts.contract(STRANGE, None, (), 5.0),
        verdicts.chain(STRANGE, 3, 4, (), 5.0),
        verdicts.chain(STRANGE, 0, 4, (), 5.0),
        verdicts.quote(QuoteSeen(STRANGE, 1, 4.1, 4.3, 0.1, 1.0), Mode.PAPER),
        verdicts.quote(QuoteSeen(STRANGE, 3, 4.1, 4.3, None, 1.0), Mode.PAPER),
        verdicts.quote(QuoteSeen(STRANGE, 0, None, None, None, 1.0), Mode.PAPER),
        verdicts.quote(QuoteSeen(STRANGE, 0, None, None, None, 1.0, ((COMPETING, ""),)), Mode.PAPER),
        verdicts.quote(QuoteSeen(STRANGE, 0, None, None, None, 1.0, ((354, ""),)), Mode.PAPER),
    ],
)
def test_what_a_gateway_calls_its_contracts_is_shown_as_text(finding: Finding) -> None:
    assert finding.found.startswith(("SP[2JY", "options of SP[2JY")) and finding.found.isprintable()
