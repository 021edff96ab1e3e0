"""Contract details, chains, price steps and symbols, as the messages of the protocol have them."""

from decimal import Decimal

import pytest

from allusetui.broker.gateway.frames import Value
from tests.broker.gateway.desks import NOW, gateway
from tests.broker.gateway.questions import AAPL, SPX, details, ids
from tests.broker.gateway.wire import Wire, errors


def _wire() -> Wire:
    wire = Wire(gateway(), at_ms=NOW)
    wire.begin()
    return wire


def test_a_stock_is_found_with_its_hours_exchanges_and_rules() -> None:
    row, end = details(_wire(), symbol="AAPL", sec_type="STK", exchange="SMART")
    assert row[:14] == [
        "10", "5", "AAPL", "STK", "", "0.0", "", "SMART", "USD", "AAPL", "AAPL", "AAPL", str(AAPL), "0.01",
    ]  # fmt: skip
    assert row[19] == "APPLE INC" and row[25] == "US/Eastern"
    assert row[26].startswith("20260305:0400-20260305:2000;")
    assert row[27].split(";")[:3] == ["20260305:0930-20260305:1600", "20260306:0930-20260306:1600", "20260307:CLOSED"]
    assert len(row) == 40
    assert end == ["52", "1", "5"]


def test_an_option_is_found_by_its_terms_by_its_name_and_by_its_id() -> None:
    wire = _wire()
    by_terms = details(wire, symbol="AAPL", sec_type="OPT", expiry="20260320", strike=200.0, right="C")
    by_name = details(wire, sec_type="OPT", local="AAPL  260320C00200000")
    (con_id,) = ids(by_terms)
    assert ids(by_name) == ids(details(wire, con_id=con_id)) == [con_id]
    assert by_terms[0][4:7] == ["20260320", "200.0", "C"] and by_terms[0][18] == str(AAPL)


def test_an_id_is_the_same_in_every_run_though_nobody_has_asked_for_its_contract() -> None:
    (con_id,) = ids(details(_wire(), symbol="GOOG", sec_type="OPT", expiry="20260320", strike=300.0, right="P"))
    (row, _) = details(_wire(), con_id=con_id)
    assert row[9] == "GOOG  260320P00300000"


def test_an_option_of_spx_without_its_class_is_two_contracts() -> None:
    wire = _wire()
    terms: dict[str, Value] = {"symbol": "SPX", "sec_type": "OPT", "expiry": "20260320", "strike": 5000.0, "right": "P"}
    both = details(wire, **terms)
    assert [row[11] for row in both if row[0] == "10"] == ["SPX", "SPXW"]
    assert len(ids(details(wire, **terms, trading_class="SPXW"))) == 1


@pytest.mark.parametrize(
    "wanted",
    [
        {"symbol": "NOPE", "sec_type": "STK"},
        {"symbol": "AAPL", "sec_type": "STK", "currency": "EUR"},
        {"symbol": "AAPL", "sec_type": "STK", "exchange": "MOON"},
        {"symbol": "AAPL", "sec_type": "FUT"},
        {"symbol": "AAPL", "sec_type": "IND"},
        {"symbol": "AAPL", "sec_type": "OPT", "expiry": "20260320", "strike": 201.0, "right": "C"},
        {"symbol": "AAPL", "sec_type": "OPT", "expiry": "20260321", "strike": 200.0, "right": "C"},
        {"symbol": "AAPL", "sec_type": "OPT", "expiry": "20260320", "strike": 200.0, "right": "X"},
        {"sec_type": "OPT", "local": "AAPL  269999C00200000"},
        {"con_id": 12345},
    ],
)
def test_what_is_not_listed_has_no_definition(wanted: dict[str, Value]) -> None:
    assert errors(details(_wire(), **wanted)) == [(5, 200)]


def test_a_description_without_a_type_is_refused() -> None:
    assert errors(details(_wire(), symbol="AAPL")) == [(5, 321)]


def test_details_with_a_field_too_many_are_refused_under_their_number() -> None:
    wire = _wire()
    fields = ["9", "8", "5", "0", "AAPL", "STK", "", "0.0", "", "", "SMART", "", "USD", "", "", "0", "", "", ""]
    assert errors(wire.say_fields(fields)) == []
    assert errors(wire.say_fields([*fields, "more"])) == [(5, 320)]


def test_a_chain_lists_expiries_and_strikes_of_each_class_and_exchange() -> None:
    wire = _wire()
    *rows, end = wire.say(78, 8, "SPX", "", "IND", SPX)
    assert [(row[2], row[4]) for row in rows] == [
        ("SMART", "SPXW"), ("CBOE", "SPXW"), ("SMART", "SPX"), ("CBOE", "SPX"),
    ]  # fmt: skip
    count = int(rows[0][6])
    expiries, strikes = rows[0][7 : 7 + count], rows[0][8 + count :]
    assert expiries[0] == "20260305" and expiries == sorted(expiries)
    assert len(strikes) == int(rows[0][7 + count]) and "5000" in strikes
    assert rows[2][7] == "20260320"
    assert end == ["76", "8"]


@pytest.mark.clause("5.2")
def test_5_2_a_month_of_the_vix_has_a_class_of_its_own_among_the_weeklies() -> None:
    wire = _wire()
    days = [("20260318", "VIX"), ("20260325", "VIXW"), ("20260415", "VIX"), ("20260918", "VIX")]
    for day, named in days:
        row, _ = details(wire, symbol="VIX", sec_type="OPT", expiry=day, strike=20.0, right="C")
        assert row[11] == named


@pytest.mark.parametrize("under", [("AAPL", "", "STK", SPX), ("AAPL", "", "IND", AAPL), ("AAPL", "", "STK", 1)])
def test_a_chain_of_the_wrong_underlying_is_refused(under: tuple[Value, ...]) -> None:
    assert errors(_wire().say(78, 8, *under)) == [(8, 321)]


def test_a_rule_says_the_price_steps_that_the_details_name() -> None:
    wire = _wire()
    terms: dict[str, Value] = {"symbol": "SPX", "sec_type": "OPT", "expiry": "20260320", "strike": 5000.0, "right": "P"}
    row, _ = details(wire, **terms, trading_class="SPXW")
    rule = int(row[-6].split(",")[0])
    ((_, number, rows, low, step),) = wire.say(91, rule)
    assert (int(number), rows, Decimal(low), step) == (rule, "1", 0, "0.05")
    assert errors(wire.say(91, 77)) == [(-1, 321)]


def test_symbols_are_found_by_how_they_or_their_names_begin() -> None:
    ((_, _, count, con_id, symbol, *_),) = _wire().say(81, 3, "alphabet")
    assert (count, con_id, symbol) == ("1", "208813720", "GOOG")


def test_the_clock_is_the_markets() -> None:
    assert _wire().say(49, 1) == [["49", "1", str(NOW // 1000)]]
