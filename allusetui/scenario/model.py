"""A whole scenario: its tables, and the checks that need more than one of them.

Field names are the file's keys, except `glide` and `for` (milliseconds in `glide_ms`, `for_ms`), `fault` (`faults`),
`operator` (`operators`), `expect` (`expectations`) and `any` (`any_of`). Numbered tables keep the file's order. Times
are naive New York times.
"""

from collections.abc import Iterator
from typing import Self

from pydantic import Field, model_validator

from allusetui.scenario import values
from allusetui.scenario.expectation import Expectation, SumTest
from allusetui.scenario.script import Action, Fault, FaultKind, OperatorAct, TapePoint
from allusetui.scenario.setting import (
    FOUNDERS,
    AccountSpec,
    AccountTables,
    Breadth,
    Dividend,
    Holding,
    Market,
    OptionPosition,
    Right,
    Run,
    SymbolSpec,
    Table,
)
from allusetui.scenario.tape import split_key
from allusetui.scenario.values import Problem

__all__ = [
    "AccountSpec",
    "Action",
    "Breadth",
    "Dividend",
    "Expectation",
    "Fault",
    "FaultKind",
    "Holding",
    "Market",
    "OperatorAct",
    "OptionPosition",
    "Right",
    "Run",
    "Scenario",
    "SumTest",
    "SymbolSpec",
    "TapePoint",
]

# Our broker may show what is none of ours: these two name symbols that the market need not list.
FOREIGN_FAULTS = ("broker_book", "foreign_order")

Named = tuple[tuple[str | int, ...], str]


class Scenario(Table):
    """One scenario file."""

    scenario: Run
    market: Market
    accounts: AccountTables = Field(default_factory=dict)
    tape: tuple[TapePoint, ...] = ()
    faults: tuple[Fault, ...] = Field(default=(), alias="fault")
    operators: tuple[OperatorAct, ...] = Field(default=(), alias="operator")
    expectations: tuple[Expectation, ...] = Field(default=(), alias="expect")

    @model_validator(mode="after")
    def _tables_agree(self) -> Self:
        _check_accounts(self)
        if self.market.kind == "scripted":
            _check_symbols(self)
        return self


def _check_accounts(scenario: Scenario) -> None:
    for name, account in scenario.accounts.items():
        if account.equity is None and name not in FOUNDERS:
            raise Problem("is missing; only GEN, REV and COM have a share of the capital", "accounts", name, "equity")
        for index, option in enumerate(account.options):
            if option.expiry < scenario.scenario.start.date():
                text = f"{option.expiry} is before the start; allowed: {scenario.scenario.start.date()} or later"
                raise Problem(text, "accounts", name, "options", index, "expiry")


def _check_symbols(scenario: Scenario) -> None:
    listed = scenario.market.symbols
    for key, symbol in _named_symbols(scenario):
        if symbol not in listed:
            known = ", ".join(listed) or "none"
            guess = values.near_miss(symbol, listed)
            raise Problem(f"{symbol} is not listed under market.symbols; listed: {known}{guess}", *key)


def _named_symbols(scenario: Scenario) -> Iterator[Named]:
    for name, account in scenario.accounts.items():
        yield from ((("accounts", name, "holdings", symbol), symbol) for symbol in account.holdings)
        for index, option in enumerate(account.options):
            yield ("accounts", name, "options", index, "symbol"), option.symbol
    for index, point in enumerate(scenario.tape):
        yield from ((("tape", index, "set", key), split_key(key)[0]) for key in point.set if split_key(key)[0])
    for index, fault in enumerate(scenario.faults):
        if fault.symbol is not None and fault.kind not in FOREIGN_FAULTS:
            yield ("fault", index, "symbol"), fault.symbol
    for index, act in enumerate(scenario.operators):
        if act.symbol is not None:
            yield ("operator", index, "symbol"), act.symbol
