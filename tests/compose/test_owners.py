"""Which markets have owners of options with a will of their own."""

import pytest

from allusetui.broker.simulated.owners import PunctualOwners
from allusetui.compose.parts import option_owners
from allusetui.market.owners import SeededOwners
from allusetui.scenario.load import parse

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
    ("market", "owners"),
    [
        ('kind = "synthetic"', SeededOwners),
        ('kind = "history"\ndata = "prices"', PunctualOwners),
        (f'kind = "scripted"\n{SCRIPTED}', PunctualOwners),
    ],
)
def test_only_a_synthetic_market_has_pins_and_calls_for_dividends(market: str, owners: type) -> None:
    assert type(option_owners(parse(HEAD + market, "owners.toml"))) is owners
