"""What tests of chains over the socket look for, and a chain that has come."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from allusetui.domain.contract import Option, Right
from allusetui.domain.quote import Chain, Sought
from tests.broker.ibkr.wired import Wired

FRIDAY = date(2026, 3, 13)
BAND = (0.30, 0.45)
FIRST = Option("AAPL", FRIDAY, Decimal("197.5"), Right.PUT)


def puts(symbol: str, listed: Sequence[date]) -> Sequence[Sought]:
    return (Sought(FRIDAY, Right.PUT, BAND),)


def both(symbol: str, listed: Sequence[date]) -> Sequence[Sought]:
    return (Sought(FRIDAY, Right.PUT, BAND), Sought(FRIDAY, Right.CALL, BAND))


async def scanned(world: Wired, symbol: str = "AAPL", moment_s: float = 0.001) -> Chain:
    """The symbol's chain, once its underlying is shown."""
    await world.look_for(symbol)
    await world.pass_until(world.chains, moment_s=moment_s)
    (seen,) = world.chains()
    assert seen.chain is not None, seen.reason
    return seen.chain
