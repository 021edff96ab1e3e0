"""A whole scenario: its tables, and the checks that need more than one of them.

Field names are the file's keys, except `glide` and `for` (milliseconds in `glide_ms`, `for_ms`), `headline`
(`headlines`), `fault` (`faults`), `operator` (`operators`), `expect` (`expectations`) and `any` (`any_of`). Numbered
tables keep the file's order. Times are naive New York times.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Self

from pydantic import Field, model_validator

from allusetui.scenario import agree
from allusetui.scenario.agree import Key
from allusetui.scenario.expectation import Expectation, SumTest
from allusetui.scenario.script import Action, Fault, FaultKind, Headline, OperatorAct, TapePoint
from allusetui.scenario.setting import (
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

__all__ = [
    "AccountSpec",
    "Action",
    "Breadth",
    "Dividend",
    "Expectation",
    "Fault",
    "FaultKind",
    "Headline",
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


class Scenario(Table):
    """One scenario file."""

    scenario: Run
    market: Market
    accounts: AccountTables = Field(default_factory=dict)
    tape: tuple[TapePoint, ...] = ()
    headlines: tuple[Headline, ...] = Field(default=(), alias="headline")
    faults: tuple[Fault, ...] = Field(default=(), alias="fault")
    operators: tuple[OperatorAct, ...] = Field(default=(), alias="operator")
    expectations: tuple[Expectation, ...] = Field(default=(), alias="expect")

    @model_validator(mode="after")
    def _tables_agree(self) -> Self:
        agree.check_accounts(self.accounts, self.scenario)
        agree.check_script(self.market, self.tape)
        if self.market.kind == "scripted":
            agree.check_symbols(self.named_symbols, self.market.symbols)
        agree.check_times(self.scenario, self._happenings())
        agree.check_operators(self.operators, self.accounts, self.scenario)
        return self

    @property
    def named_symbols(self) -> tuple[tuple[Key, str], ...]:
        """Every symbol that the market has to list, after the key that names it."""
        held = agree.symbols_of_accounts(self.accounts)
        return (*held, *agree.symbols_of_script(self.tape, self.faults, self.operators))

    def _happenings(self) -> Iterator[tuple[Key, datetime]]:
        yield from ((("tape", index), point.at) for index, point in enumerate(self.tape))
        yield from ((("headline", index), told.at) for index, told in enumerate(self.headlines))
        yield from agree.moments_of_faults(self.faults, self.scenario)
        yield from ((("operator", index), act.at) for index, act in enumerate(self.operators))
