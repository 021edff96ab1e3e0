"""A whole scenario: its tables, and the checks that need more than one of them.

Field names are the file's keys, except `glide` and `for` (milliseconds in `glide_ms`, `for_ms`), `headline`
(`headlines`), `fault` (`faults`), `operator` (`operators`), `expect` (`expectations`) and `any` (`any_of`). Numbered
tables keep the file's order. Times are naive New York times.
"""

from collections.abc import Iterator
from dataclasses import field
from datetime import datetime

from allusetui.domain.frozen import frozen
from allusetui.domain.table import KEY, Table
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


@frozen(kw_only=True)
class Scenario(Table):
    """One scenario file."""

    scenario: Run
    market: Market
    accounts: AccountTables = field(default_factory=dict)
    tape: tuple[TapePoint, ...] = ()
    headlines: tuple[Headline, ...] = field(default=(), metadata={KEY: "headline"})
    faults: tuple[Fault, ...] = field(default=(), metadata={KEY: "fault"})
    operators: tuple[OperatorAct, ...] = field(default=(), metadata={KEY: "operator"})
    expectations: tuple[Expectation, ...] = field(default=(), metadata={KEY: "expect"})

    def check(self) -> None:
        agree.check_accounts(self.accounts, self.scenario)
        agree.check_script(self.market, self.tape)
        if self.market.kind == "scripted":
            agree.check_symbols(self.named_symbols, self.market.symbols)
        agree.check_times(self.scenario, self._happenings())
        agree.check_operators(self.operators, self.accounts, self.scenario)

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
