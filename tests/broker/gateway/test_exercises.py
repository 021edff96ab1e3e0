"""An option that a client exercises is gone in the night after, the shares in its place."""

from datetime import date
from decimal import Decimal

import pytest

from allusetui.broker.gateway.commands import Command, LoseLink, ReadOnly, RestoreLink
from allusetui.domain.contract import Option, Right
from allusetui.domain.moment import HOUR_MS
from tests.broker.gateway.desks import NOW, assembly
from tests.broker.gateway.ordering import client
from tests.broker.gateway.placed import ACCOUNT, OTHER, kinds
from tests.broker.gateway.wire import Wire, errors
from tests.broker.provisions import provision

CALL = Option("AAPL", date(2026, 3, 20), Decimal(190), Right.CALL)


def exercise(wire: Wire, quantity: int = 1, action: int = 1, account: str = ACCOUNT) -> list[list[str]]:
    what = (0, "AAPL", "OPT", "20260320", 190.0, "C", "100", "SMART", "USD", "", "AAPL")
    return wire.say(21, 2, 4, *what, action, quantity, account, 0)


def desk() -> Wire:
    """Three calls in the first account, two sold in the other."""
    made = assembly(accounts=(provision(ACCOUNT, options=[(CALL, 3)]), provision(OTHER, options=[(CALL, -2)])))
    return client(made)


def held(wire: Wire) -> dict[tuple[str, str], float]:
    """Positions by account and kind."""
    return {(row[2], row[5]): float(row[14]) for row in wire.say(61, 1) if row[0] == "61"}


def test_contracts_that_are_held_are_exercised_in_that_account_alone_and_seen_to_be_in_the_night() -> None:
    wire = desk()
    before = held(wire)
    assert before == {(ACCOUNT, "OPT"): 3, (OTHER, "OPT"): -2}
    assert exercise(wire, 2) == [] and held(wire) == before
    told = wire.wait(17 * HOUR_MS)
    assert "61" in kinds(told)
    assert held(wire) == {(ACCOUNT, "OPT"): 1, (ACCOUNT, "STK"): 200, (OTHER, "OPT"): -2}


def test_what_is_not_held_or_not_known_or_not_exercising_is_refused() -> None:
    wire = desk()
    for quantity, action, account in ((4, 1, ACCOUNT), (0, 1, ACCOUNT), (1, 2, ACCOUNT), (1, 1, OTHER), (1, 1, "DU9")):
        assert errors(exercise(wire, quantity, action, account)) == [(4, 321)]
    assert exercise(wire, 2) == [] and errors(exercise(wire, 2)) == [(4, 321)]
    what = (0, "AAPL", "OPT", "20260320", 191.7, "C", "100", "SMART", "USD", "", "AAPL")
    assert errors(wire.say(21, 2, 4, *what, 1, 1, ACCOUNT, 0)) == [(4, 200)]


def test_an_option_that_settles_in_cash_is_exercised_by_nobody() -> None:
    put = Option("SPX", date(2026, 3, 20), Decimal(5000), Right.PUT)
    wire = client(assembly(accounts=(provision(ACCOUNT, options=[(put, 3)]),)))
    what = (0, "SPX", "OPT", "20260320", 5000.0, "P", "100", "SMART", "USD", "", "SPXW")
    assert errors(wire.say(21, 2, 4, *what, 1, 1, ACCOUNT, 0)) == [(4, 321)]
    wire.wait(17 * HOUR_MS)
    assert held(wire) == {(ACCOUNT, "OPT"): 3}


@pytest.mark.parametrize("trouble", [LoseLink(), ReadOnly()], ids=["no link", "read only"])
def test_while_the_link_is_lost_or_clients_only_read_nothing_is_exercised(trouble: Command) -> None:
    made = assembly(accounts=(provision(ACCOUNT, options=[(CALL, 3)]),))
    wire = client(made)
    made.commands.do(trouble, NOW)
    wire.heard()
    assert errors(exercise(wire)) == [(4, 321)]
    made.commands.do(RestoreLink(), NOW)
    wire.wait(17 * HOUR_MS)
    assert held(wire) == {(ACCOUNT, "OPT"): 3}
