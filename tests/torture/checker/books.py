"""Books of a broker that differ from what it really did: each makes one of an honest case."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from allusetui.domain.contract import Contract, Stock
from allusetui.domain.quote import Quote
from allusetui.torture.checker.witness import Holding
from tests.torture.checker.spoiling import Case, Told

VIX = Stock("VIX")
Spoil = Callable[[Case], Case]


def told(**values: Any) -> Spoil:
    """Another book."""
    return lambda honest: replace(honest, told=replace(honest.told, **values))


def by(change: Callable[[Told], dict[str, Any]]) -> Spoil:
    """Another book, made of the honest one."""
    return lambda honest: replace(honest, told=replace(honest.told, **change(honest.told)))


def journal(change: Callable[[list[Any]], list[Any]]) -> Spoil:
    """The same book beside another journal."""
    return lambda honest: replace(honest, rows=change(honest.rows))


def message(**values: Any) -> Spoil:
    """The first message, otherwise than it came."""
    return by(lambda seen: {"came": (replace(seen.came[0], **values), *seen.came[1:])})


def deal(**values: Any) -> Spoil:
    return by(lambda seen: {"executions": (replace(seen.executions[0], **values), *seen.executions[1:])})


def first_order(**values: Any) -> Spoil:
    return by(lambda seen: {"rows": (replace(seen.rows[0], **values), *seen.rows[1:])})


def with_a_vix_of(value: int) -> Spoil:
    def spoil(seen: Told) -> dict[str, Any]:
        def quote(contract: Contract, at_ms: int) -> Quote | None:
            found = seen.market(contract, at_ms)
            return replace(found, bid=Decimal(value), ask=Decimal(value)) if found and contract == VIX else found

        return {"market": quote}

    return by(spoil)


def of_a_put_more(seen: Told) -> dict[str, Any]:
    (put, quantity), *_ = seen.held.positions.items()
    return {"held": Holding({**seen.held.positions, put: quantity - 1}, seen.held.cash)}
