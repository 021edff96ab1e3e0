"""What an explanation is made of."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum

from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen

Value = Decimal | float | int | str | date | time | None
"""A figure. Its name ends in its unit: `_usd` dollars, `_share` a part of one, `_s` seconds, `_ms` an instant, `_atr`
ATRs, `_price` dollars a share; any other is a plain number or a word."""


class Verdict(StrEnum):
    """Whether a fact is so. REFUSES: it is not, and that keeps something from being done. WAITS: it is not so yet."""

    HOLDS = "holds"
    REFUSES = "refuses"
    WAITS = "waits"
    UNSEEN = "not looked at"


@frozen
class OfAccount:
    """An account is explained."""

    account: str


@frozen
class OfEntry:
    """What an account may open on one symbol is explained."""

    account: str
    symbol: str


@frozen
class OfPosition:
    """An option held is explained."""

    account: str
    option: Option


Subject = OfAccount | OfEntry | OfPosition


@frozen
class Finding:
    """One look: a fact that the clauses name, whether it is so, the figures it was judged by and the law's numbers.

    `of`: what explains more of it.
    """

    clauses: tuple[str, ...]
    fact: str
    verdict: Verdict
    figures: Mapping[str, Value] = field(default_factory=dict)
    law: Mapping[str, Value] = field(default_factory=dict)
    of: Subject | None = None


@frozen
class Chapter:
    """Findings that belong together, in the order in which they are looked at."""

    title: str
    findings: tuple[Finding, ...]


def allows(so: bool) -> Verdict:
    """Of a fact that has to be so."""
    return Verdict.HOLDS if so else Verdict.REFUSES


def comes(so: bool) -> Verdict:
    """Of a fact whose time may yet come."""
    return Verdict.HOLDS if so else Verdict.WAITS
