"""Events reach the public journal format and come back as they were."""

import json
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allusetui.codec.records import decode, line, to_data
from allusetui.codec.shape import CodecError
from allusetui.domain import event as events
from allusetui.domain.contract import Option, Right, Side, Stock
from allusetui.domain.event import (
    AccountProvisioned,
    AlertRaised,
    AssignmentPrepared,
    CashBooked,
    DataStale,
    EntrySkipped,
    Event,
    LevelChanged,
    OrderFilled,
    RollCandidate,
    RollPrepared,
    StateChanged,
    StopDone,
)
from allusetui.domain.input import Holding, OpenOption
from allusetui.domain.moment import to_ms

AT_MS = to_ms(datetime(2026, 3, 5, 10, 30, 5))
PUT = Option("AAPL", date(2026, 3, 6), Decimal("195"), Right.PUT)
KINDS = [c for c in vars(events).values() if isinstance(c, type) and issubclass(c, Event) and c is not Event]

days = st.dates(date(1990, 1, 1), date(2100, 1, 1))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
money = st.decimals(Decimal("-99999999999"), Decimal("99999999999"), places=4)
ratios = st.integers(-(10**9), 10**9).map(lambda n: n / 10_000)
wholes = st.integers(-(10**9), 10**9)
stocks = st.builds(Stock, texts)
options = st.builds(Option, texts, days, money, st.sampled_from(Right), wholes)
figures = st.dictionaries(st.sampled_from(["open_interest", "spread", "adv"]), money | wholes | texts | st.none())
for hint, strategy in {
    str: texts,
    int: wholes,
    Decimal: money,
    float: ratios,
    date: days,
    Stock: stocks,
    Option: options,
}.items():
    st.register_type_strategy(hint, strategy)


def events_of(cls: type[Event]) -> st.SearchStrategy[Event]:
    """Any event of a class, every field drawn from its type."""
    hints = get_type_hints(cls)
    names = [field.name for field in fields(cls)]
    return st.builds(cls, **{name: figures if name == "figures" else st.from_type(hints[name]) for name in names})


@pytest.mark.parametrize("cls", KINDS, ids=lambda cls: cls.kind)
@settings(max_examples=25)
@given(data=st.data())
def test_every_kind_of_event_comes_back_from_its_line_as_it_was(cls: type[Event], data: st.DataObject) -> None:
    event = data.draw(events_of(cls))
    text = line(17, AT_MS, event)
    seq, at_ms, found = decode(text)
    assert (seq, at_ms, found) == (17, AT_MS, event)
    assert type(found) is cls
    assert line(seq, at_ms, found) == text
    assert decode(json.loads(text)) == (17, AT_MS, event)


def test_a_line_reads_as_the_contract_says() -> None:
    event = LevelChanged(
        account="GEN",
        clauses=("6.3",),
        contract=PUT,
        from_=1,
        to=2,
        spot=Decimal("191.0000"),
        strike=Decimal("195"),
        atr=Decimal("4.0"),
        atr_source="bars",
        breach=0.5,
        stale=False,
    )
    assert line(17, AT_MS, event) == (
        '{"seq":17,"ts":"2026-03-05T10:30:05.000-05:00","kind":"protocol.level","account":"GEN","clauses":["6.3"],'
        '"data":{"contract":{"symbol":"AAPL","expiry":"2026-03-06","strike":195.0,"right":"P","multiplier":100},'
        '"from":1,"to":2,"spot":191.0,"strike":195.0,"atr":4.0,"atr_source":"bars","breach":0.5,"stale":false}}'
    )


def test_a_system_event_has_a_null_account_and_text_stays_readable() -> None:
    text = line(1, AT_MS, AlertRaised(severity="info", text="résumé −5 “ok”"))
    assert '"account":null,"clauses":[],' in text
    assert '"text":"résumé −5 “ok”"' in text


def test_a_stock_is_written_by_its_symbol_only() -> None:
    event = OrderFilled(
        account="GEN",
        client_order_id="GEN-1-1-1",
        contract=Stock("AAPL"),
        side=Side.SELL,
        quantity=100,
        price=Decimal("195.25"),
        commission=Decimal("0.65"),
        exec_id="0001.01",
        intent="GEN-1",
    )
    data = to_data(event)
    assert data["contract"] == {"symbol": "AAPL"}
    assert (data["side"], data["price"]) == ("SELL", 195.25)


def test_what_an_account_begins_with_is_written_as_objects() -> None:
    event = AccountProvisioned(
        account="COM",
        equity=Decimal(900_000),
        base=Decimal(900_000),
        type="com",
        group="main",
        trading=True,
        cash=Decimal("843000.05"),
        high_water=Decimal(950_000),
        opened=date(2025, 1, 2),
        realized_quarter=Decimal(0),
        holdings=(Holding("AAPL", 300, Decimal(190)),),
        options=(OpenOption(PUT, -5, Decimal("1.1"), date(2026, 3, 4)),),
    )
    data = to_data(event)
    assert data["holdings"] == [{"symbol": "AAPL", "shares": 300, "basis": 190.0, "assigned": False}]
    assert data["options"] == [{"contract": to_data_of(PUT), "quantity": -5, "price": 1.1, "opened": "2026-03-04"}]


def to_data_of(option: Option) -> dict[str, object]:
    return {
        "symbol": option.symbol,
        "expiry": option.expiry.isoformat(),
        "strike": float(option.strike),
        "right": option.right.value,
        "multiplier": option.multiplier,
    }


def test_figures_are_keys_of_their_own_beside_the_fields() -> None:
    event = EntrySkipped(
        account="GEN", symbol="AAPL", reason="spread", window="w1", figures={"spread": 0.0512, "limit": Decimal("0.05")}
    )
    assert to_data(event) == {"symbol": "AAPL", "reason": "spread", "window": "w1", "spread": 0.0512, "limit": 0.05}


def test_a_zero_has_no_sign() -> None:
    fee = CashBooked(reason="fee", amount=Decimal("-0.00"), symbol=None, settlement="")
    assert '"amount":0.0,' in line(1, AT_MS, fee)
    assert '"age":0.0}' in line(1, AT_MS, DataStale(symbol="AAPL", age=-0.0))


@pytest.mark.parametrize("amount", ["1.23456", "NaN", "Infinity", "100000000000"])
def test_a_price_that_the_journal_can_not_hold_is_refused_by_its_key(amount: str) -> None:
    with pytest.raises(ValueError, match=r"cash\.booked\.amount"):
        to_data(CashBooked(reason="fee", amount=Decimal(amount), symbol=None, settlement=""))


@pytest.mark.parametrize("age", [1.00001, float("nan"), float("inf")])
def test_a_figure_that_the_journal_can_not_hold_is_refused_by_its_key(age: float) -> None:
    with pytest.raises(ValueError, match=r"data\.stale\.age"):
        to_data(DataStale(symbol="AAPL", age=age))


def test_a_refusal_inside_a_candidate_names_the_way_to_it() -> None:
    candidate = RollCandidate(PUT, 0.25, Decimal("1.23456"), Decimal(0), Decimal(0), 1, None)
    cost = chain_cost = credit = None
    event = RollPrepared(
        contract=PUT, candidates=(candidate,), cost=cost, chain_cost=chain_cost, credit=credit,
        first_credit=Decimal(1), stale=False,
    )  # fmt: skip
    with pytest.raises(ValueError, match=r"candidates: RollCandidate\.credit: 1\.23456 has more than 4 decimals"):
        to_data(event)


def test_a_figure_may_not_take_the_name_of_a_field_nor_have_five_decimals() -> None:
    with pytest.raises(ValueError, match=r"entry\.skipped\.symbol"):
        to_data(EntrySkipped(symbol="AAPL", reason="adv", window="w1", figures={"symbol": 1}))
    with pytest.raises(ValueError, match=r"entry\.skipped\.adv"):
        to_data(EntrySkipped(symbol="AAPL", reason="adv", window="w1", figures={"adv": 0.12345}))


def test_a_value_of_another_type_is_refused_by_its_key() -> None:
    event = AssignmentPrepared(
        contract=PUT,
        quantity=1,
        shares=100,
        price=1.5,  # type: ignore[arg-type]  # the mistake under test
        itm_probability=0.9,
        basis=Decimal(190),
    )
    with pytest.raises(ValueError, match=r"assignment\.prepared\.price: 1\.5 is not a decimal"):
        to_data(event)


WATCHED = line(2, AT_MS, StopDone(account="GEN", contract=PUT, quantity=1, price=Decimal("3.05")))
STATE = line(3, AT_MS, StateChanged(account="GEN", from_="SAFE", to="SCANNING", reason="window"))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"state.changed"', '"state.shaken"', "unknown kind 'state.shaken'"),
        ('"reason":', '"raison":', "reason is missing"),
        ('"reason":', '"extra":1,"reason":', "unknown key extra"),
        ('"reason":"window"', '"reason":7', "state.changed.reason: 7 is not a text"),
        ('"account":', '"konto":', "missing or unknown: account, konto"),
        ('"seq":3', '"seq":0', "seq 0"),
        ('"seq":3', '"seq":NaN', "NaN is not a number"),
        ("2026-03-05T", "soon", "ts 'soon"),
        ("}}", "}", "not a JSON object"),
    ],
)
def test_a_line_that_is_not_ours_is_refused_by_what_is_wrong(old: str, new: str, told: str) -> None:
    assert old in STATE
    with pytest.raises(CodecError) as refused:
        decode(STATE.replace(old, new))
    assert told in str(refused.value)


@pytest.mark.parametrize("text", ["", "[]", "3", "null", '"x"', "[" * 100_000])
def test_text_that_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(CodecError):
        decode(text)


def test_an_unknown_key_inside_a_contract_is_refused() -> None:
    with pytest.raises(CodecError, match="unknown key colour"):
        decode(WATCHED.replace('"multiplier":100', '"multiplier":100,"colour":1'))


def test_an_unknown_member_is_refused_with_what_is_allowed() -> None:
    with pytest.raises(CodecError, match=r"Option\.right: 'X' is none of P, C"):
        decode(WATCHED.replace('"right":"P"', '"right":"X"'))


def test_a_key_with_a_default_may_be_left_out_of_an_older_record() -> None:
    text = line(1, AT_MS, events.OperatorKey(action="pause", by="operator"))
    assert decode(text.replace(',"contract":null', "")) == decode(text)
