"""The constitution as data: what every number is called, what kind it is and between which limits it may lie."""

from dataclasses import fields
from datetime import time
from decimal import Decimal
from typing import Any, Literal

from allusetui.domain.frozen import frozen
from allusetui.domain.table import Table
from allusetui.law.growth import (
    Acceptance,
    Advice,
    Forks,
    Governance,
    Hedging,
    Ladder,
    Reinvest,
    Reports,
    Tax,
    WeekType,
)
from allusetui.law.kinds import Band, Count, Hours, PerSleeve, Section, Symbols, Text
from allusetui.law.weekly import (
    AssignedCalls,
    Assignment,
    Atr,
    Breakers,
    Broker,
    Cadence,
    Closing,
    CoveredCall,
    Data,
    Entry,
    Liquidity,
    Monitoring,
    Pivot,
    Protocol,
    Roll,
    Sizing,
    SleeveRules,
    Sleeves,
    Walk,
    Window,
)

__all__ = [
    "Acceptance",
    "Advice",
    "AssignedCalls",
    "Assignment",
    "Atr",
    "Band",
    "Breakers",
    "Broker",
    "Cadence",
    "Clause",
    "Closing",
    "CoveredCall",
    "Data",
    "Entry",
    "Forks",
    "Governance",
    "Hedging",
    "Hours",
    "Ladder",
    "Law",
    "Liquidity",
    "Monitoring",
    "PerSleeve",
    "Pivot",
    "Protocol",
    "Reinvest",
    "Reports",
    "Roll",
    "Sizing",
    "SleeveRules",
    "Sleeves",
    "Tax",
    "Walk",
    "WeekType",
    "Window",
]


def _flat(value: object, key: str) -> dict[str, Any]:
    """The values of a table as JSON, by the way to them; what is left out is left out here too."""
    if isinstance(value, Table):
        found: dict[str, Any] = {}
        for each in fields(value):  # type: ignore[arg-type]  # every table is a dataclass
            if each.name != "clauses":
                found |= _flat(getattr(value, each.name), f"{key}.{each.name}")
        return found
    return {} if value is None else {key: _plain(value)}


def _plain(value: object) -> Any:
    if isinstance(value, tuple):
        return [_plain(member) for member in value]
    if isinstance(value, time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


@frozen(kw_only=True)
class Clause(Table):
    """One clause: what it says in a line and in the constitution's own words, and whether an engine enforces it yet.

    A rule's `reading` says what the engine makes of the sentence where the constitution leaves it open.
    """

    id: Text
    kind: Literal["rule", "report", "ops", "advisory"]
    summary: Text
    reading: Text | None = None
    sentence: Text
    status: Literal["enforced", "planned"]

    def check(self) -> None:
        if self.kind == "rule" and not self.reading:
            raise ValueError(f"rule {self.id} has no reading; allowed: a reading with every rule")


@frozen(kw_only=True)
class Law(Table):
    """One version of the constitution, whole."""

    version: Text
    changelog: Symbols
    etfs: Symbols  # they have no earnings
    rejections: Count  # in a row for one symbol
    sizing: Sizing
    walk: Walk
    pivot: Pivot
    monitoring: Monitoring
    cadence: Cadence
    sleeves: Sleeves
    entry: Entry
    assigned_calls: AssignedCalls
    covered_call: CoveredCall
    protocol: Protocol
    atr: Atr
    roll: Roll
    breakers: Breakers
    liquidity: Liquidity
    data: Data
    broker: Broker
    assignment: Assignment
    forks: Forks
    reinvest: Reinvest
    hedging: Hedging
    ladder: Ladder
    tax: Tax
    reports: Reports
    week_type: WeekType
    advice: Advice
    acceptance: Acceptance
    governance: Governance
    clauses: tuple[Clause, ...]

    def clause(self, clause_id: str) -> Clause:
        """The clause of an id; KeyError when the law has none."""
        for clause in self.clauses:
            if clause.id == clause_id:
                return clause
        raise KeyError(clause_id)

    def numbers(self, clause_id: str) -> dict[str, Any]:
        """The tables that cite a clause as JSON values, by key: `cadence.windows.gen.opens`."""
        found: dict[str, Any] = {}
        for name, section in self._sections().items():
            if clause_id in section.clauses:
                found |= _flat(section, name)
        return found

    def cited(self, key: str) -> tuple[str, ...]:
        """The clauses that the table of a key cites: `sizing.symbol_cap` → 0.2, 0.3 …; none for one of no table."""
        section = getattr(self, key.partition(".")[0])
        return section.clauses if isinstance(section, Section | Sleeves) else ()

    def check(self) -> None:
        known = [clause.id for clause in self.clauses]
        if len(set(known)) != len(known):
            raise ValueError("a clause id stands twice; allowed: each id once")
        for name, section in self._sections().items():
            for cited in section.clauses:
                if cited not in known:
                    raise ValueError(f"{name} cites clause {cited}; allowed: an id of [[clauses]]")

    def _sections(self) -> dict[str, Section | Sleeves]:
        told = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: section for name, section in told.items() if isinstance(section, Section | Sleeves)}
