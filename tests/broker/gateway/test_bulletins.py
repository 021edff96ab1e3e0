"""News and corporate events, message by message."""

import json

import pytest

from allusetui.broker.gateway.frames import UNSET_WHOLE
from allusetui.broker.gateway.session import Limits
from allusetui.broker.gateway.venue import assemble
from tests.broker.gateway.desks import NOW, gateway, venue
from tests.broker.gateway.questions import AAPL, TOLD, ask, stock
from tests.broker.gateway.wire import Wire, errors

GOOG = 208813720
FIVE_MINUTES_MS = 300_000


def _wire() -> Wire:
    wire = Wire(gateway(TOLD, Limits(messages=500)), at_ms=NOW)
    wire.begin()
    return wire


def _events(
    wire: Wire, con_id: int | str = AAPL, filter_text: str = "", start: str = "", end: str = ""
) -> list[list[str]]:
    return wire.say(102, 7, con_id, filter_text, False, False, False, start, end, UNSET_WHOLE)


def test_headlines_are_found_by_their_contract_and_read() -> None:
    wire = _wire()
    assert wire.say(85) == [["85", "1", "BRFG", "Briefing.com General Market Columns"]]
    row, end = wire.say(86, 3, AAPL, "BRFG", "", "", 10, "")
    assert row == ["86", "3", "2026-03-05 14:50:00.0", "BRFG", "BRFG$000000", "Apple said to look at something"]
    assert end == ["87", "3", "0"]
    assert wire.say(84, 4, "BRFG", "BRFG$000000", "") == [["83", "4", "0", "Apple said to look at something"]]


def test_what_has_not_been_published_is_not_told() -> None:
    wire = _wire()
    assert errors(wire.say(84, 4, "BRFG", "BRFG$000001", "")) == [(4, 321)]
    wire.wait(FIVE_MINUTES_MS)
    newest, _, end = wire.say(86, 3, AAPL, "BRFG", "", "", 10, "")
    assert newest[5] == "Apple looked at it"
    assert wire.say(86, 3, AAPL, "BRFG", "", "", 1, "")[-1] == ["87", "3", "1"]
    assert wire.say(86, 3, AAPL, "DJNL", "", "", 10, "") == [["87", "3", "1"]]
    assert len(wire.say(86, 3, AAPL, "BRFG", "20260305 10:00:00", "", 10, "")) == 2
    assert end == ["87", "3", "0"]


@pytest.mark.parametrize(("con_id", "start", "end"), [(1, "", ""), (AAPL, "yesterday", ""), (AAPL, "", "noon")])
def test_headlines_of_an_unknown_contract_or_time_are_refused(con_id: int, start: str, end: str) -> None:
    assert errors(_wire().say(86, 3, con_id, "BRFG", start, end, 10, "")) == [(3, 321)]


def test_a_headline_comes_on_a_line_that_asked_for_news() -> None:
    wire = _wire()
    ask(wire, 5, stock("AAPL"), "292")
    ask(wire, 6, stock("AAPL"))
    said = [each for each in wire.wait(FIVE_MINUTES_MS) if each[0] == "84"]
    assert [(each[1], each[5]) for each in said] == [("5", "Apple looked at it")]


def test_earnings_are_told_to_who_has_asked_what_there_is() -> None:
    wire = _wire()
    assert errors(_events(wire)) == [(7, 10282)]
    assert "wshe_ed" in wire.say(100, 6)[0][2]
    ((_, _, text),) = _events(wire)
    (found,) = json.loads(text)
    assert found["conid"] == AAPL and found["data"] == {"earnings_date": "20260430", "time_of_day": "BEFORE MARKET"}
    assert _events(wire, end="20260401") == [["105", "7", "[]"]]
    assert _events(wire, con_id=GOOG) == [["105", "7", "[]"]]
    assert _events(wire, con_id="", filter_text=json.dumps({"watchlist": [str(AAPL)]}))[0][2] == text


def test_a_filter_that_is_none_is_refused() -> None:
    wire = _wire()
    wire.say(100, 6)
    for bad in ("", "[", "{}", '{"watchlist": 7}', '{"watchlist": [Infinity]}'):
        assert errors(_events(wire, con_id="", filter_text=bad)) == [(7, 10283)]


def test_who_has_not_paid_for_events_is_told_so() -> None:
    stand = venue()
    stand.entitled.events = False
    wire = Wire(assemble(stand).gateway, at_ms=NOW)
    wire.begin()
    assert errors(wire.say(100, 6)) == [(6, 10276)]
    assert errors(_events(wire)) == [(7, 10282)]
