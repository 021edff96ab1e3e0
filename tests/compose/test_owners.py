"""Which markets have people and fees of their own, and how the engine books what owners of options want."""

from decimal import Decimal

import pytest

from allusetui.broker.simulated.fees import BrokerFees, FlatFees
from allusetui.broker.simulated.owners import PunctualOwners
from allusetui.broker.simulated.takers import PunctualTakers
from allusetui.compose import run
from allusetui.compose.parts import broker_fees, option_owners, order_takers
from allusetui.domain.contract import Option
from allusetui.market.owners import SeededOwners
from allusetui.market.takers import SeededTakers
from allusetui.scenario.load import parse
from tests.replaying import replay

HEAD = """
[scenario]
name = "owners"
start = 2026-03-02T09:25:00
end = 2026-03-06T17:00:00
capital = 1_000_000
[market]
"""
SCRIPTED = "[market.symbols.VIX]\nspot = 18.0\n[market.symbols.SPX]\nspot = 5000.0"


@pytest.mark.parametrize(
    ("market", "found"),
    [
        ('kind = "synthetic"', [SeededOwners, SeededTakers, BrokerFees]),
        ('kind = "history"\ndata = "prices"', [PunctualOwners, PunctualTakers, FlatFees]),
        (f'kind = "scripted"\n{SCRIPTED}', [PunctualOwners, PunctualTakers, FlatFees]),
    ],
)
def test_only_a_synthetic_market_has_pins_calls_for_dividends_fills_by_chance_and_a_broker_s_fees(
    market: str, found: list[type]
) -> None:
    scenario = parse(HEAD + market, "owners.toml")
    assert [type(part(scenario)) for part in (option_owners, order_takers, broker_fees)] == found


class ContraryOwners(PunctualOwners):
    """They leave what is worth something, and exercise what is worth nothing."""

    def exercise_at_expiry(self, option: Option, spot: Decimal) -> bool:
        return not super().exercise_at_expiry(option, spot)


PINNED = """
[scenario]
name = "pinned"
start = 2026-03-06T15:55:00
end = 2026-03-06T17:30:00
capital = 1_000_000
accounts = ["GEN"]
[market]
kind = "scripted"
[market.symbols.AAPL]
spot = 200.0
iv = 0.3
strike_step = 0.25
[market.symbols.VIX]
spot = 18.0
[market.symbols.SPX]
spot = 5000.0
[accounts.GEN.holdings.AAPL]
shares = 100
basis = 190.0
[[accounts.GEN.options]]
symbol = "AAPL"
expiry = 2026-03-06
strike = 199.75
right = "P"
quantity = -1
price = 1.10
opened = 2026-03-05
[[accounts.GEN.options]]
symbol = "AAPL"
expiry = 2026-03-06
strike = 199.75
right = "C"
quantity = -1
price = 1.30
opened = 2026-03-05
[[operator]]
at = 2026-03-06T15:55:00
action = "pause"
account = "GEN"
"""


@pytest.mark.clause("7.2", "10.1")
def test_10_1_a_pin_is_booked_as_its_owner_would_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "option_owners", lambda scenario: ContraryOwners())
    day = replay(parse(PINNED, "pinned.toml"))
    [assigned], [expired] = day.of("assignment.received"), day.of("expired.received")
    assert (assigned["data"]["contract"]["right"], assigned["data"]["price"]) == ("P", 199.75)
    assert (assigned["data"]["shares"], assigned["data"]["basis"]) == (100, 199.75 - 1.10)
    assert (expired["data"]["contract"]["right"], expired["data"]["quantity"]) == ("C", 1)
    [call] = day.of("lot.closed", account="GEN")
    assert call["data"]["realized"] == 130.0
    assert [audit["data"]["mismatches"] for audit in day.of("audit.done", account="GEN")] == [0]
