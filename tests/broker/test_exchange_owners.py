"""What the owners of our short options want: expiry by their choice, calls called away for a dividend."""

from datetime import date
from decimal import Decimal

from allusetui.broker.simulated.exchange import Exchange
from allusetui.broker.simulated.owners import PunctualOwners
from allusetui.domain.contract import Contract, Option, Right, Stock
from allusetui.domain.input import Settled
from tests.broker.exchanges import FRIDAY, exchange
from tests.broker.exchanges import PUT as LOW_PUT
from tests.broker.provisions import provision
from tests.broker.scripts import at

NEXT_FRIDAY = date(2026, 3, 13)
CALL = Option("AAPL", NEXT_FRIDAY, Decimal(195), Right.CALL)  # 5 in the money
ENDING = Option("AAPL", date(2026, 3, 5), Decimal(195), Right.CALL)
HIGH_PUT = Option("AAPL", NEXT_FRIDAY, Decimal(210), Right.PUT)
HIGH_CALL = Option("AAPL", FRIDAY, Decimal(195), Right.CALL)


class ContraryOwners:
    """Implements `Owners`: they do what nobody expects, and take every call before an ex-date."""

    def exercise_at_expiry(self, option: Option, spot: Decimal) -> bool:
        return not option.intrinsic(spot)

    def exercise_before(self, ex: date, option: Option, spot: Decimal, extrinsic: Decimal, dividend: Decimal) -> bool:
        assert (ex, spot, dividend) == (FRIDAY, Decimal(200), Decimal("0.25"))
        return 0 < extrinsic < 2


def settled(house: Exchange, at_ms: int) -> list[tuple[str, str, Contract, int, int]]:
    """(account, what, contract, quantity, when) of everything up to the instant."""
    told = [each for each in house.advance(at_ms) if isinstance(each, Settled)]
    return [
        (row.account, row.kind, row.contract, row.quantity, each.at_ms) for each in told for row in each.settlements
    ]


def test_a_call_is_called_away_at_the_last_close_before_the_ex_date_in_every_account_that_is_short_of_it() -> None:
    short = [provision(name, shares=200, options=[(CALL, -1)]) for name in ("GEN", "COM")]
    house = exchange("", *short, owners=ContraryOwners())
    assert settled(house, at(15, 59)) == []
    close = at(16)
    assert settled(house, close) == [(name, "called_away", CALL, 1, close) for name in ("GEN", "COM")]
    assert house.positions(at(9, day=6)).positions == {Stock("AAPL"): 200}
    assert house.positions(at(10, day=6)).cash == 200_000 + 2 * 19_500 + 200 * Decimal("0.25")


def test_calls_that_we_hold_puts_and_what_ends_at_that_close_are_not_called_for_a_dividend() -> None:
    house = exchange("", provision(options=[(CALL, 1), (HIGH_PUT, -1), (ENDING, -1)]), owners=ContraryOwners())
    assert settled(house, at(9, day=6)) == [("GEN", "expired", ENDING, 1, at(16))]


def test_punctual_owners_wait_for_the_expiry() -> None:
    house = exchange("", provision(shares=100, options=[(CALL, -1), (HIGH_CALL, -1)]), owners=PunctualOwners())
    assert settled(house, at(16, day=6)) == [("GEN", "called_away", HIGH_CALL, 1, at(16, day=6))]


def test_at_expiry_owners_decide_about_what_we_are_short_of_and_the_money_about_what_we_hold() -> None:
    house = exchange("", provision(options=[(LOW_PUT, -1), (HIGH_CALL, 1)]), owners=ContraryOwners())
    assert settled(house, at(16, day=6)) == [
        ("GEN", "exercised", HIGH_CALL, 1, at(16, day=6)),
        ("GEN", "assigned", LOW_PUT, 1, at(16, day=6)),
    ]
