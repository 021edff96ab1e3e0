"""A scenario's sleeves behind the gateway: in one account of the broker, or in several."""

from decimal import Decimal

import pytest

from allusetui.compose.gateway import ACCOUNT, build_gateway
from allusetui.domain.moment import HOUR_MS, MINUTE_MS
from allusetui.scenario.load import parse
from tests.broker.gateway.wire import Wire

SCENARIO = """
[scenario]
name = "sleeves"
start = 2026-03-05T09:00:00
end = 2026-03-06T17:00:00
capital = 1_000_000
[market]
kind = "scripted"
[market.symbols.AAPL]
spot = 200.0
iv = 0.3
[market.symbols.VIX]
spot = 18.0
[market.symbols.SPX]
spot = 5000.0
[accounts.GEN]
holdings = { AAPL = { shares = 100, basis = 190.0 } }
[accounts.REV]
holdings = { AAPL = { shares = 300, basis = 170.0 } }
[[operator]]
at = 2026-03-05T10:00:00
action = "deposit"
account = "REV"
amount = 5_000
"""
OTHER = "DU4000002"


def wire(accounts: dict[str, str]) -> Wire:
    gateway, stage = build_gateway(parse(SCENARIO, "test"), accounts, 1.0)
    found = Wire(gateway, at_ms=stage.start_ms)
    found.begin()
    return found


def cash(client: Wire) -> dict[str, Decimal]:
    rows = client.say(62, 1, 4, "All", "TotalCashValue")
    client.say(63, 1, 4)
    return {each[3]: Decimal(each[5]) for each in rows if each[0] == "63"}


def held(client: Wire) -> dict[str, tuple[str, str]]:
    return {each[2]: (each[14], each[15]) for each in client.say(61, 1) if each[0] == "61"}


def test_sleeves_share_an_account_and_what_they_hold_is_one_position() -> None:
    client = wire({})
    assert held(client) == {ACCOUNT: ("400", "175.0000")}
    assert list(cash(client)) == [ACCOUNT]


def test_a_sleeve_with_an_account_of_its_own_has_its_money_and_shares_there() -> None:
    together, apart = cash(wire({}))[ACCOUNT], wire({"REV": OTHER})
    begun = cash(apart)
    assert held(apart) == {ACCOUNT: ("100", "190.0000"), OTHER: ("300", "170.0000")}
    assert sum(begun.values()) == together
    apart.wait(HOUR_MS + MINUTE_MS)
    assert cash(apart) == {ACCOUNT: begun[ACCOUNT], OTHER: begun[OTHER] + 5_000}


def test_a_sleeve_that_the_scenario_lacks_is_named() -> None:
    with pytest.raises(KeyError, match="MINI"):
        wire({"MINI": OTHER})
