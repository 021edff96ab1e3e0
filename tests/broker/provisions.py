"""Accounts as the tests of the broker open them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from allusetui.domain.account import AccountType
from allusetui.domain.contract import Option
from allusetui.domain.input import Holding, OpenOption, Provision


def provision(
    name: str = "GEN", *, cash: int = 100_000, shares: int = 0, options: Sequence[tuple[Option, int]] = ()
) -> Provision:
    money = Decimal(cash)
    return Provision(
        name=name,
        type=AccountType.GEN,
        group="A1",
        trading=True,
        equity=money,
        base=money,
        cash=money,
        high_water=money,
        opened=date(2026, 3, 5),
        realized_quarter=Decimal(0),
        holdings=(Holding("AAPL", shares, Decimal(190)),) if shares else (),
        options=tuple(OpenOption(option, n, Decimal(1), date(2026, 3, 4)) for option, n in options),
    )
