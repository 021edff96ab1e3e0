"""Market data, message by message: lines, ticks, kinds of data, refusals."""

from decimal import Decimal

import pytest

from allusetui.broker.gateway.frames import Value
from allusetui.broker.gateway.session import Limits
from allusetui.broker.gateway.venue import assemble
from tests.broker.gateway.desks import NOW, gateway, venue
from tests.broker.gateway.questions import COMBO, SPX, ask, details, ids, index, option, stock
from tests.broker.gateway.wire import Wire, errors
from tests.broker.scripts import OF_AAPL, at, fault

PUT: dict[str, Value] = {"symbol": "AAPL", "sec_type": "OPT", "expiry": "20260320", "strike": 200.0, "right": "P"}
TICK_MS = 5_000


def _wire(more: str = "", at_ms: int = NOW, limits: Limits | None = None) -> Wire:
    wire = Wire(gateway(more, limits or Limits(messages=500)), at_ms=at_ms)
    wire.begin()
    return wire


def prices(messages: list[list[str]]) -> dict[int, Decimal]:
    """By tick type."""
    return {int(each[3]): Decimal(each[4]) for each in messages if each[0] == "1"}


def sizes(messages: list[list[str]]) -> dict[int, int]:
    return {int(each[3]): int(each[4]) for each in messages if each[0] == "2"}


def greeks(messages: list[list[str]]) -> dict[int, list[float]]:
    return {int(each[2]): [float(field) for field in each[4:]] for each in messages if each[0] == "21"}


def kinds(messages: list[list[str]]) -> list[str]:
    return [each[3] for each in messages if each[0] == "58"]


def test_a_stock_shows_bid_ask_last_and_its_day() -> None:
    said = ask(_wire(), 5, stock("AAPL"), "221")
    assert said[0][:2] == ["81", "5"] and kinds(said) == ["1"]
    assert prices(said) == {kind: Decimal(200) for kind in (1, 2, 4, 6, 7, 9, 14, 37)}
    assert all(len(each) == 7 for each in said if each[0] == "1")


def test_an_index_has_a_last_price_and_no_quote() -> None:
    said = ask(_wire(), 5, index("SPX"))
    assert prices(said)[4] == 5000
    assert not {1, 2} & prices(said).keys()


def test_an_option_shows_its_quote_its_depth_and_greeks_of_bid_ask_and_model() -> None:
    said = ask(_wire(), 5, option(), "100,101,105,106")
    found = prices(said)
    assert 0 < found[1] < found[2]
    assert sizes(said) == {8: 777, 30: 777, 28: 4321, 87: 777}
    vol, delta, price, _, gamma, vega, theta, under = greeks(said)[13]
    assert vol == pytest.approx(0.30, abs=0.002) and delta == pytest.approx(-0.48, abs=0.02)
    assert price == float(found[1] + found[2]) / 2 and under == 200
    assert gamma > 0 and 0.1 < vega < 0.3 and -0.3 < theta < 0
    assert sorted(greeks(said)) == [10, 11, 13]


def test_open_interest_of_a_call_is_a_calls() -> None:
    assert 27 in sizes(ask(_wire(), 5, option(right="C"), "101"))


def test_a_line_is_told_what_has_changed_and_nothing_else() -> None:
    tape = "[[tape]]\nat = 2026-03-05T10:00:10\nset = { AAPL = 190.0 }\n"
    wire = _wire(tape)
    ask(wire, 5, stock("AAPL"))
    same = wire.wait(TICK_MS)
    assert [each[0] for each in same] == ["46"] and same[0][4] == str((NOW + TICK_MS) // 1000)
    assert prices(wire.wait(TICK_MS)) == {1: 190, 2: 190, 4: 190, 7: 190}
    assert wire.say(2, 2, 5) == []
    assert wire.wait(10 * TICK_MS) == []


def test_between_ticks_nothing_is_said() -> None:
    wire = _wire()
    ask(wire, 5, stock("AAPL"))
    assert wire.gateway.next_ms(wire.at_ms) == NOW + TICK_MS
    assert wire.wait(TICK_MS - 1) == []


def test_a_snapshot_ends_once_it_is_whole_and_frees_its_line() -> None:
    wire = _wire(limits=Limits(lines=1, messages=500))
    assert ask(wire, 5, stock("AAPL"), snapshot=True)[-1] == ["57", "1", "5"]
    assert ask(wire, 6, stock("AAPL"), snapshot=True)[-1] == ["57", "1", "6"]


def test_a_snapshot_of_a_missing_price_waits_eleven_seconds() -> None:
    wire = _wire(fault("bad_quote", f'{OF_AAPL}\nvalue = "nan"'))
    said = ask(wire, 5, option(), snapshot=True)
    assert prices(said) == {1: -1, 2: -1} and not greeks(said)
    assert ["57", "1", "5"] not in wire.wait(10_999)
    assert ["57", "1", "5"] in wire.wait(1)


def test_a_zero_bid_is_a_quote() -> None:
    said = ask(_wire(), 5, option(strike=155.0))
    bid = next(each for each in said if each[0] == "1" and each[3] == "1")
    assert Decimal(bid[4]) == 0 and int(bid[5]) > 0
    assert greeks(said)[10][:2] == [-1.0, -2.0]


def test_a_frozen_feed_says_nothing_more() -> None:
    wire = _wire(fault("stale", OF_AAPL, "2026-03-05T10:00:01", "10m"))
    ask(wire, 5, stock("AAPL"))
    assert wire.wait(TICK_MS) == []


def test_what_a_combination_costs_and_brings() -> None:
    wire = _wire()
    near, far = ids(details(wire, **PUT)), ids(details(wire, **PUT | {"expiry": "20260417"}))
    legs = (2, near[0], 1, "BUY", "SMART", far[0], 1, "SELL", "SMART")
    said = prices(wire.say(1, 11, 9, *COMBO, *legs, False, "", False, False, ""))
    one, other = (
        prices(ask(wire, 6, option())),
        prices(wire.say(1, 11, 7, far[0], *[""] * 6, "SMART", *[""] * 4, False, "", False, False, "")),
    )
    assert said == {1: one[1] - other[2], 2: one[2] - other[1]}


def test_a_combination_of_which_a_leg_has_no_price_has_none() -> None:
    wire = _wire(fault("bad_quote", f'{OF_AAPL}\nvalue = "nan"'))
    near, far = ids(details(wire, **PUT)), ids(details(wire, **PUT | {"expiry": "20260417"}))
    legs = (2, near[0], 1, "BUY", "SMART", far[0], 1, "SELL", "SMART")
    assert prices(wire.say(1, 11, 9, *COMBO, *legs, False, "", False, False, "")) == {1: -1, 2: -1}


@pytest.mark.parametrize(
    ("contract", "code"),
    [
        (stock("NOPE"), 200),
        (stock("AAPL", exchange=""), 321),
        (option("SPX", 5000.0), 200),
        (("x", *stock("AAPL")[1:]), 320),
    ],
)
def test_what_can_t_be_shown_is_refused_under_its_number(contract: tuple[Value, ...], code: int) -> None:
    assert errors(ask(_wire(), 5, contract)) == [(5, code)]


def test_lines_are_counted_and_a_number_is_used_once() -> None:
    wire = _wire(limits=Limits(lines=2, messages=500))
    ask(wire, 5, stock("AAPL"))
    assert errors(ask(wire, 5, stock("AAPL"))) == [(5, 102)]
    ask(wire, 6, stock("AAPL"))
    assert errors(ask(wire, 7, stock("GOOG"))) == [(7, 101)]
    wire.say(2, 2, 6)
    assert errors(ask(wire, 7, stock("GOOG"))) == []
    assert errors(wire.say(2, 2, 99)) == [(99, 300)]


def test_a_line_dies_with_its_connection() -> None:
    wire = _wire()
    ask(wire, 5, stock("AAPL"))
    wire.gateway.lost(wire.key, wire.at_ms)
    assert wire.gateway.next_ms(wire.at_ms) is None


@pytest.mark.parametrize(
    ("data", "competing", "asked_type", "codes", "shown"),
    [
        ("none", False, 3, [354], []),
        ("delayed", False, 1, [10089], []),
        ("delayed", False, 3, [10167], ["3"]),
        ("live", False, 3, [], ["1"]),
        ("live", False, 2, [], ["1"]),
        ("live", True, 1, [10197], []),
    ],
)
def test_what_is_shown_is_what_the_account_may_see(
    data: str, competing: bool, asked_type: int, codes: list[int], shown: list[str]
) -> None:
    stand = venue()
    stand.entitled.data, stand.entitled.competing = data, competing  # type: ignore[assignment]
    wire = Wire(assemble(stand).gateway, at_ms=NOW)
    wire.begin()
    wire.say(59, 1, asked_type)
    said = ask(wire, 5, option())
    assert [code for _, code in errors(said)] == codes and kinds(said) == shown


def test_delayed_data_is_fifteen_minutes_old_under_types_of_its_own() -> None:
    stand = venue("[[tape]]\nat = 2026-03-05T09:50:00\nset = { AAPL = 190.0 }\n")
    stand.entitled.data = "delayed"
    wire = Wire(assemble(stand).gateway, at_ms=NOW)
    wire.begin()
    wire.say(59, 1, 3)
    said = ask(wire, 5, stock("AAPL"))
    assert prices(said)[66] == 200 and not {1, 2, 4} & prices(said).keys()
    assert list(greeks(ask(wire, 6, option()))) == [83]


def test_frozen_data_is_shown_as_frozen_while_the_market_is_shut() -> None:
    wire = _wire(at_ms=at(17))
    assert kinds(ask(wire, 5, stock("AAPL"))) == ["1"]
    wire.say(59, 1, 2)
    assert kinds(ask(wire, 6, stock("AAPL"))) == ["2"]
    assert errors(wire.say(59, 1, 9)) == [(-1, 321)]


def test_the_kind_of_data_is_told_again_when_it_changes() -> None:
    wire = _wire(at_ms=at(9, 29, 55))
    wire.say(59, 1, 2)
    shut = ask(wire, 5, stock("AAPL"))
    assert kinds(shut) == ["2"]
    opened = wire.wait(TICK_MS)
    assert kinds(opened) == ["1"]
    assert prices(opened) == prices(shut)  # of the new kind nothing has been told yet


def test_the_dividends_of_a_stock_are_told() -> None:
    paid = "{ ex = 2026-03-11, amount = 0.83 }, { ex = 2026-02-11, amount = 0.8 }"
    more = f"[market.symbols.MSFT]\nspot = 400.0\ndividends = [{paid}]\n"
    said = ask(_wire(more), 5, stock("MSFT"), "456")
    assert [each[4] for each in said if each[0] == "46" and each[3] == "59"] == ["0.8,0.83,20260311,0.83"]


def test_an_index_option_wants_its_class() -> None:
    said = ask(_wire(), 5, option("SPX", 5000.0))
    assert "ambiguous" in said[0][4]
    assert SPX == 416904
