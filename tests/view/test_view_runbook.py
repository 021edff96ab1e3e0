"""14.4: the runbook, one key away, in today's figures."""

from dataclasses import replace
from decimal import Decimal

import pytest

from allusetui.domain.account import Latch
from allusetui.domain.order import OrderStatus
from allusetui.rules import explain
from allusetui.view.model import Seen, Tone
from allusetui.view.runbook import runbook
from tests.replaying import replay_text
from tests.rules.situations import AAPL, but, fault, situation, tape
from tests.view.snapshots import LAW, seen_of, text_of
from tests.view.wednesdays import HELD


def wednesday(*more: str, end: str = "10:05:20") -> Seen:
    symbols = {"AAPL": but(AAPL, atr=4.0), "MSFT": AAPL}
    return seen_of(replay_text(situation("2026-03-04T10:00:00", f"2026-03-04T{end}", symbols, HELD, *more)))


def told(seen: Seen, width: int = 200) -> dict[str, dict[str, str]]:
    """What is told of each trouble, by its title, in the order of the runbook."""
    found: dict[str, dict[str, str]] = {}
    for line in runbook(seen, width):
        if len(line) == 1:
            title = line[0].text
            found[title] = {}
        elif line:
            found[title][line[0].text.strip()] = line[1].text
    return found


def troubles(seen: Seen) -> explain.Troubles:
    return explain.troubles(explain.situation_of(LAW, seen.calendar, seen.snapshot))


@pytest.mark.clause("14.4")
def test_14_4_stale_data_is_told_with_its_age_who_holds_it_and_what_its_age_costs() -> None:
    # The last quote of AAPL is of 10:03:55; at 10:05:20 it is 85 s old: two spans of 30 s, 0.1 ATR each.
    seen = wednesday(fault("2026-03-04T10:04:00", "stale", "AAPL", "5m"))
    (stale,) = troubles(seen).stale
    assert (stale.symbol, stale.age_s, stale.holders, stale.buffer_atr) == ("AAPL", 85.0, ("GEN",), Decimal("0.2"))
    title, lines = next(iter(told(seen).items()))
    assert title == "! Stale data (8.3)"
    assert lines["today"] == "AAPL 1m old, held by GEN: judged 0.2 ATR worse"
    assert "30 s" in lines["happened"] and "0.1 ATR" in lines["engine"] and "at most 1" in lines["engine"]
    assert lines["keys"].startswith("p pause · P pause all")


@pytest.mark.clause("14.4")
def test_14_4_what_was_never_seen_is_unknown_and_costs_the_most() -> None:
    seen = wednesday()
    quotes = {symbol: quote for symbol, quote in seen.snapshot.volatile.quotes.items() if symbol != "AAPL"}
    blind = replace(seen, snapshot=replace(seen.snapshot, volatile=replace(seen.snapshot.volatile, quotes=quotes)))
    (stale,) = troubles(blind).stale
    assert (stale.symbol, stale.buffer_atr) == ("AAPL", Decimal("1.0"))
    assert told(blind)["! Stale data (8.3)"]["today"].startswith("AAPL never seen, held by GEN")


@pytest.mark.clause("14.4")
def test_14_4_an_order_that_nobody_is_sure_of_and_a_book_that_differs_are_named() -> None:
    slow = fault("2026-03-04T10:00:00", "no_fill", "AAPL", "1h")
    seen = wednesday(tape("2026-03-04T10:04:00", AAPL=187.0), slow, end="10:05:02")
    (intent,) = seen.snapshot.state.intents.values()
    assert intent.order is not None
    assert told(seen)["· Orphan orders (0.6, 9.5)"]["today"] == "every order and every book is known"
    doubted = replace(intent, order=replace(intent.order, status=OrderStatus.UNKNOWN))
    gen = replace(seen.snapshot.state.accounts["GEN"], latches={Latch.MISMATCH})
    state = replace(seen.snapshot.state, intents={intent.id: doubted}, accounts={"GEN": gen})
    title, lines = next(iter(told(replace(seen, snapshot=replace(seen.snapshot, state=state))).items()))
    assert title == "! Orphan orders (0.6, 9.5)"
    assert lines["today"] == f"UNKNOWN: {intent.order.client_order_id}; latched mismatch: GEN"
    assert "never sent again" in lines["engine"] and "R reset" in lines["keys"]


@pytest.mark.clause("14.4", "0.10")
def test_14_4_a_margin_above_its_limit_is_told_in_figures() -> None:
    seen = wednesday()
    margin = next(each for each in troubles(seen).margin if each.account == "GEN")
    assert margin.use is not None and 0 < margin.use < Decimal("0.6") and not margin.over
    gen = replace(seen.snapshot.state.accounts["GEN"], over_margin=True)
    state = replace(seen.snapshot.state, accounts={"GEN": gen})
    title, lines = next(iter(told(replace(seen, snapshot=replace(seen.snapshot, state=state))).items()))
    assert title == "! Margin breach (0.10)"
    assert lines["today"] == f"GEN {margin.use * 100:.0f} % of 60 %"
    assert lines["keys"].startswith("x close · e no entries")


@pytest.mark.clause("14.4")
def test_14_4_without_trouble_the_runbook_is_calm_and_says_what_would_be_done() -> None:
    seen = wednesday()
    assert [title[0] for title in told(seen)] == ["·", "·", "·"]
    assert Tone.LOUD not in {cell.tone for line in runbook(seen, 80) for cell in line}
    assert all({"today", "happened", "engine", "you", "keys"} <= lines.keys() for lines in told(seen).values())


def test_the_keys_are_named_as_they_were_renamed() -> None:
    seen = wednesday()
    renamed = replace(seen, keys={**seen.keys, "pause": "F", "journal": "^k"})
    assert told(renamed)["· Stale data (8.3)"]["keys"] == "F pause · P pause all · ↵ why · ^k journal"


def test_a_line_is_never_cut() -> None:
    narrow = " ".join(cell.text.strip() for line in runbook(wednesday(), 44) for cell in line[1:])
    wide = " ".join(cell.text.strip() for line in runbook(wednesday(), 400) for cell in line[1:])
    assert narrow == wide
    assert all(text_of(line) == text_of(line).rstrip() for line in runbook(wednesday(), 44))
