"""The constitution as data: what every number is called, what kind it is and between which limits it may lie."""

from typing import Any, Literal, Self

from pydantic import model_validator

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
from allusetui.law.kinds import Band, Count, Hours, Model, PerSleeve, Section, Symbols
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


def _flat(table: dict[str, Any], prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in table.items():
        found |= _flat(value, f"{prefix}.{key}") if isinstance(value, dict) else {f"{prefix}.{key}": value}
    return found


class Clause(Model):
    """One clause: what it says in a line and in the constitution's own words, and whether an engine enforces it yet.

    A rule's `reading` says what the engine makes of the sentence where the constitution leaves it open.
    """

    id: str
    kind: Literal["rule", "report", "ops", "advisory"]
    summary: str
    reading: str | None = None
    sentence: str
    status: Literal["enforced", "planned"]

    @model_validator(mode="after")
    def _rule_is_read(self) -> Self:
        if self.kind == "rule" and not self.reading:
            raise ValueError(f"rule {self.id} has no reading; allowed: a reading with every rule")
        return self


class Law(Model):
    """One version of the constitution, whole."""

    version: str
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
        for name in type(self).model_fields:
            section = getattr(self, name)
            if isinstance(section, Section | Sleeves) and clause_id in section.clauses:
                found |= _flat(section.model_dump(mode="json", exclude={"clauses"}, exclude_none=True), name)
        return found

    @model_validator(mode="after")
    def _sections_cite_known_clauses(self) -> Self:
        known = [clause.id for clause in self.clauses]
        if len(set(known)) != len(known):
            raise ValueError("a clause id stands twice; allowed: each id once")
        for name in type(self).model_fields:
            section = getattr(self, name)
            for cited in section.clauses if isinstance(section, Section | Sleeves) else ():
                if cited not in known:
                    raise ValueError(f"{name} cites clause {cited}; allowed: an id of [[clauses]]")
        return self
