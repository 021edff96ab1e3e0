"""Whatever a client asks of data, or sends for a message, the gateway answers or refuses, and goes on."""

from hypothesis import given, settings
from hypothesis import strategies as st

from allusetui.broker.gateway.session import Limits
from tests.broker.gateway.desks import NOW, gateway
from tests.broker.gateway.questions import TOLD
from tests.broker.gateway.wire import Wire

STOCK = ["0", "AAPL", "STK", "", "0.0", "", "", "SMART", "", "USD", "", ""]
OPTION = ["0", "AAPL", "OPT", "20260320", "200.0", "P", "100", "SMART", "", "USD", "", "AAPL"]
COMBO = ["0", "AAPL", "BAG", "", "0.0", "", "", "SMART", "", "USD", "", ""]
VALID = (
    ["1", "11", "5", *OPTION, "0", "100,101,105,292", "0", "0", ""],
    ["1", "11", "6", *STOCK, "0", "221,456", "1", "0", ""],
    ["1", "11", "7", *COMBO, "1", "265598", "1", "BUY", "SMART", "0", "", "0", "0", ""],
    ["2", "2", "5"],
    ["8", "1", "1"],
    ["9", "8", "5", *OPTION, "0", "", "", ""],
    ["14", "1", "1"],
    ["17", "1"],
    ["20", "5", *STOCK, "0", "", "1 day", "5 D", "1", "TRADES", "1", "0", ""],
    ["20", "5", *OPTION, "0", "20260305 09:50:00", "30 secs", "600 S", "1", "BID", "2", "0", ""],
    ["25", "1", "5"],
    ["49", "1"],
    ["59", "1", "2"],
    ["71", "2", "1", ""],
    ["78", "5", "AAPL", "", "STK", "265598"],
    ["81", "5", "A"],
    ["84", "5", "BRFG", "BRFG$000000", ""],
    ["85"],
    ["86", "5", "265598", "BRFG", "", "", "5", ""],
    ["91", "26"],
    ["100", "5"],
    ["102", "5", "265598", "", "0", "0", "0", "20260301", "20261231", "2147483647"],
    ["102", "5", "2147483647", '{"watchlist": ["265598"]}', "0", "0", "0", "", "", "2"],
)
SAID = st.sampled_from(
    ["", "0", "1", "2", "-1", "1e9", "1e299", "-1e-30", "nan", "Infinite", "2147483647", "9" * 18, "AAPL", "SPX",
     "SPXW", "OPT", "IND", "BAG", "FUT", "2026", "20269999", "00000000", "99991231", "P", "X", "MOON",
     "AAPL  260320P00200000", "1 day", "1 Y", "86400 S", "365 D", "2026-03-05 10:00:00", "20260305-10:00:00",
     "[]", "{}", "a=b;", "416904", "BRFG$999999999999", "-5"]
)  # fmt: skip
CHANGES = st.lists(st.tuples(st.integers(1, 30), SAID), max_size=4)
ENDS = st.sampled_from((0, 0, 0, -1, 1))


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(VALID), CHANGES, ENDS), min_size=1, max_size=6))
def test_nothing_that_is_asked_ends_the_conversation(asked: list[tuple[list[str], list[tuple[int, str]], int]]) -> None:
    wire = Wire(gateway(TOLD, Limits(messages=1_000)), at_ms=NOW)
    wire.begin()
    for valid, changes, end in asked:
        fields = list(valid)
        for place, said in changes:
            fields[min(place, len(fields) - 1)] = said
        wire.say_fields([*fields, "more"] if end > 0 else fields[: len(fields) + end])
        wire.wait(1_000)
    assert any(each[0] == "49" for each in wire.say(49, 1))
    assert not wire.closed


@settings(max_examples=200)
@given(st.lists(st.binary(max_size=60), max_size=6))
def test_any_bytes_are_answered_or_end_the_connection_and_no_other(pieces: list[bytes]) -> None:
    made = gateway()
    steady = Wire(made, 1, NOW)
    steady.begin()
    wild = Wire(made, 2, NOW)
    wild.greet()
    for piece in pieces:
        wild.raw(piece)
    assert steady.say(49, 1)[-1][0] == "49"
