"""The kinds of value that the law is made of, and the limits that come with each."""

from datetime import time
from decimal import Decimal
from typing import Annotated, Generic, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def _to_float(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value


def _to_decimal(value: object) -> object:
    return Decimal(value) if type(value) is int else value


Count = Annotated[int, Field(ge=1)]
Days = Annotated[int, Field(ge=0)]
Weekday = Annotated[int, Field(ge=0, le=4)]  # Monday is 0
Usd = Annotated[Decimal, BeforeValidator(_to_decimal), Field(gt=0)]
Share = Annotated[Decimal, BeforeValidator(_to_decimal), Field(gt=0, le=1)]  # a part of money: 0.25, never 25
Multiple = Annotated[Decimal, BeforeValidator(_to_decimal), Field(gt=0)]
Real = Annotated[float, BeforeValidator(_to_float), Field(gt=0, allow_inf_nan=False)]
Chance = Annotated[float, BeforeValidator(_to_float), Field(gt=0, lt=1)]  # a delta or a probability
Symbols = Annotated[tuple[str, ...], Field(min_length=1)]

T = TypeVar("T")
N = TypeVar("N", int, float, Decimal)


class Model(BaseModel):
    """A frozen table of the law: no unknown key, no silent conversion."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Section(Model):
    """A table of numbers and the clauses that they come from."""

    clauses: Symbols


class Band(Model, Generic[N]):
    """A closed interval."""

    low: N
    high: N

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low {self.low} is above high {self.high}; allowed: low <= high")
        return self

    @property
    def middle(self) -> float:
        """The number halfway between both ends."""
        return (float(self.low) + float(self.high)) / 2

    def __contains__(self, value: N) -> bool:
        """Whether a value lies in the band, ends included."""
        return self.low <= value <= self.high


class PerSleeve(Model, Generic[T]):
    """One value for each kind of sleeve; `["gen"]` and `.gen` are the same."""

    gen: T
    rev: T
    com: T
    mini: T

    def __getitem__(self, kind: str) -> T:
        """The value of a kind of sleeve: gen, rev, com or mini; KeyError for any other."""
        return {"gen": self.gen, "rev": self.rev, "com": self.com, "mini": self.mini}[kind]


class Hours(Model):
    """A stretch of a session's day."""

    opens: time
    closes: time

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError(f"opens {self.opens} is not before closes {self.closes}; allowed: opens < closes")
        return self
