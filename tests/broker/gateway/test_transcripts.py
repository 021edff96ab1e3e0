"""Transcripts: kept, read, hidden, replayed and compared; and a relay that keeps one of another gateway."""

import asyncio
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allusetui.broker.gateway.compare import differences, replayed, unlike
from allusetui.broker.gateway.gateway import Gateway
from allusetui.broker.gateway.relay import Relay, may_pass
from allusetui.broker.gateway.server import ADDRESS
from allusetui.broker.gateway.transcript import CLOSED, HEARD, OPENED, SAID, Mask, Record, TranscriptError, read
from allusetui.domain.input import Provision
from tests.broker.gateway.clients import House, serving, until
from tests.broker.gateway.desks import NOW, assembly, gateway
from tests.broker.gateway.placed import sale
from tests.broker.gateway.questions import ask, bars, details, option, stock
from tests.broker.gateway.surprises.counter import RESTING, put
from tests.broker.gateway.wire import Wire
from tests.broker.provisions import provision

TAPE = "[[tape]]\nat = 2026-03-05T10:00:10\nset = { AAPL = 190.0 }\n"
_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)


def _kept(made: Gateway) -> list[Record]:
    """Everything that a gateway hears and says from now on."""
    records: list[Record] = []
    made.tap = lambda at_ms, key, way, fields: records.append(Record(at_ms, key, way, tuple(fields)))
    return records


def _visit() -> list[Record]:
    """A client's visit: questions, a stream while the market moves, something that is no message, the end."""
    made = gateway(TAPE)
    records = _kept(made)
    wire = Wire(made, key=3, at_ms=NOW)
    wire.begin()
    details(wire, symbol="AAPL", sec_type="STK")
    ask(wire, 5, option(), "101")
    wire.wait(5_000), wire.wait(5_000)
    bars(wire, stock("AAPL"), number=6)
    wire.say(9999)
    made.lost(3, wire.at_ms)
    return records


def test_a_transcript_replayed_says_the_same_message_by_message() -> None:
    records = _visit()
    assert {record.way for record in records} == {OPENED, HEARD, SAID, CLOSED}
    answers = replayed(records, gateway(TAPE), 0)
    assert answers == [record for record in records if record.way == SAID]
    assert list(differences(records, answers)) == []


def test_another_market_says_other_messages_that_look_alike() -> None:
    records = _visit()
    answers = replayed(records, gateway(), 0)
    told = list(differences(records, answers))
    assert told and all(line.isprintable() for line in told)
    assert any("there 1|6|5|1|9.8" in line or "message 1 1" in line for line in told)
    assert list(unlike(records, answers)) == []


def test_a_message_that_is_made_otherwise_is_found() -> None:
    records = _visit()
    longer = [replace(each, fields=(*each.fields, "more")) if each.fields[:1] == ("10",) else each for each in records]
    worded = [replace(each, fields=("49", "1", "noon")) if each.fields[:1] == ("52",) else each for each in records]
    assert list(unlike(longer, records)) == ["message 10: 41 fields there, 40 here"]
    assert list(unlike(worded, records)) == ["message 49: only there", "message 52: only here"]


def test_a_field_that_holds_something_else_is_found() -> None:
    there = [Record(0, 1, SAID, ("49", "1", "noon"))]
    here = [Record(0, 1, SAID, ("49", "1", "12")), Record(0, 1, SAID, ("49", "1", ""))]
    assert list(unlike(there, here)) == ["message 49: field 2: there text, here a number or nothing"]


def test_a_message_more_is_a_difference() -> None:
    record = Record(0, 1, SAID, ("49", "1", "12"))
    assert list(differences([record], [])) == ["connection 1, message 49, 1.: there 49|1|12, here nothing"]


@given(st.integers(0, 2**50), st.integers(0, 9), st.sampled_from((OPENED, HEARD, SAID, CLOSED)), st.lists(_TEXT))
def test_what_is_kept_is_read_again(at_ms: int, key: int, way: str, fields: list[str]) -> None:
    record = Record(at_ms, key, way, tuple(fields))
    assert list(read([record.line()])) == [record]


@given(st.text(max_size=60))
def test_a_line_that_is_no_record_is_told_by_its_number(line: str) -> None:
    with pytest.raises(TranscriptError, match="line 2: "):
        list(read([Record(0, 1, OPENED).line(), line]))


@pytest.mark.parametrize(
    "change", [{"at_ms": "1"}, {"at_ms": True}, {"connection": 1.5}, {"way": "up"}, {"fields": "49"}, {"fields": [49]}],
    ids=str,
)  # fmt: skip
def test_a_record_with_what_no_transcript_has_is_told_by_its_number(change: dict[str, object]) -> None:
    line = json.dumps({**json.loads(Record(0, 1, SAID, ("49",)).line()), **change})
    with pytest.raises(TranscriptError, match="line 2: has a time, a connection, a way or a field"):
        list(read([Record(0, 1, OPENED).line(), line]))


def test_accounts_are_hidden_each_behind_another_code() -> None:
    mask = Mask()
    first = mask.masked(Record(0, 1, SAID, ("15", "1", "DU7654321,U1234567")))
    again = mask.masked(Record(0, 1, SAID, ("6", "2", "NetLiquidation", "7654321", "USD", "U1234567")))
    assert first.fields[2] == "DU0000001,U0000002"
    assert again.fields[3:] == ("7654321", "USD", "U0000002")


@pytest.mark.parametrize(
    ("message_id", "accounts", "passes"),
    [
        ("3", ["DU4000001"], True),
        ("3", ["DU4000001", "U1234567"], False),
        ("3", [], False),
        ("03", ["U1234567"], False),
        ("58", ["U1234567"], False),
        ("", ["U1234567"], False),
        ("\\xc8", ["U1234567"], False),
        ("9", ["U1234567"], True),
    ],
)
def test_orders_pass_to_paper_accounts_alone(message_id: str, accounts: list[str], passes: bool) -> None:
    assert may_pass(message_id, accounts) == passes


async def _through(account: Provision) -> tuple[int, list[Record], list[str]]:
    """Orders at a gateway whose client goes through a relay, what the relay kept, and what it said."""
    records: list[Record] = []
    told: list[str] = []
    async with serving(assembly(accounts=[account]).gateway) as house:
        relay = Relay(ADDRESS, house.port, lambda: NOW, records.append, told.append)
        between = House(house.gateway, port=await relay.open(0))
        ib = await between.client()
        contract = await put(ib)
        ib.placeOrder(contract, sale(RESTING, account=account.name))
        await ib.reqCurrentTimeAsync()
        await until(lambda: told or ib.openTrades()[0].orderStatus.permId)
        working = await ib.reqAllOpenOrdersAsync()
        ib.disconnect()
        await until(lambda: records[-1].way == CLOSED)
        await relay.close()
    return len(working), records, told


@pytest.mark.asyncio
async def test_a_relay_passes_everything_on_and_keeps_it() -> None:
    orders, records, told = await _through(provision("DU4000001"))
    assert (orders, told) == (1, [])
    heard = [record.fields[0] for record in records if record.way == HEARD]
    assert heard[:2] == ["v157..178", "71"] and "3" in heard
    assert records[0].way == OPENED and Record(NOW, 1, SAID, ("15", "1", "DU4000001")) in records


@pytest.mark.asyncio
async def test_a_relay_holds_orders_back_from_a_live_account() -> None:
    orders, records, told = await _through(provision("U7654321"))
    assert (orders, told) == (0, ["message 3 of connection 1 was held back: it is for no paper account"])
    assert "3" not in [record.fields[0] for record in records if record.way == HEARD]


@pytest.mark.asyncio
async def test_a_relay_to_nobody_says_so_and_hangs_up() -> None:
    told: list[str] = []
    closed = await asyncio.start_server(lambda reader, writer: None, ADDRESS, 0)
    port = closed.sockets[0].getsockname()[1]
    closed.close()
    await closed.wait_closed()
    relay = Relay(ADDRESS, port, lambda: NOW, lambda record: None, told.append)
    reader, writer = await asyncio.open_connection(ADDRESS, await relay.open(0))
    assert await reader.read() == b""
    writer.close()
    await relay.close()
    assert len(told) == 1 and f"{ADDRESS}:{port}" in told[0]
