"""What the runbook is about, in today's figures: stale data, orders that nobody is sure of, margin above its limit."""

from decimal import Decimal

from allusetui.domain.account import Latch
from allusetui.domain.frozen import frozen
from allusetui.domain.order import OrderStatus
from allusetui.rules import liquidity, valuation
from allusetui.rules.explain.figures import is_stale
from allusetui.rules.situation import Situation, clause


@frozen
class StaleFigures:
    """An underlying that is too old to decide on; `age_s` infinite for one that was never seen.

    `holders`: the accounts that hold something of it. `buffer_atr`: what the protocol adds for its age (8.3).
    """

    symbol: str
    age_s: float
    holders: tuple[str, ...]
    buffer_atr: Decimal


@frozen
class MarginFigures:
    """An account's initial margin as a share of its equity, None without equity; `over`: it may open nothing (0.10)."""

    account: str
    use: Decimal | None
    over: bool


@frozen
class Troubles:
    """What there is of each trouble now. `unknown`: client order ids; `mismatched`: accounts whose book is in doubt."""

    stale: tuple[StaleFigures, ...]
    unknown: tuple[str, ...]
    mismatched: tuple[str, ...]
    margin: tuple[MarginFigures, ...]


@clause("14.4")
def troubles(s: Situation) -> Troubles:
    """What the runbook has to be opened for, and every account's margin."""
    accounts = s.state.accounts.values()
    orders = [intent.order for intent in s.state.intents.values() if intent.order is not None]
    return Troubles(
        stale=_stale(s),
        unknown=tuple(order.client_order_id for order in orders if order.status is OrderStatus.UNKNOWN),
        mismatched=tuple(account.name for account in accounts if Latch.MISMATCH in account.latches),
        margin=_margin(s),
    )


def _stale(s: Situation) -> tuple[StaleFigures, ...]:
    holders: dict[str, list[str]] = {symbol: [] for symbol in s.volatile.quotes}
    for account in s.state.accounts.values():
        for symbol in dict.fromkeys(contract.symbol for contract in account.lots):
            holders.setdefault(symbol, []).append(account.name)
    ages = {symbol: s.age_s(s.quote(symbol)) for symbol in holders}
    return tuple(
        StaleFigures(symbol, ages[symbol], tuple(names), liquidity.buffer_atr(s.law.data, ages[symbol]))
        for symbol, names in holders.items()
        if is_stale(s, ages[symbol])
    )


def _margin(s: Situation) -> tuple[MarginFigures, ...]:
    found = []
    for account in s.state.accounts.values():
        worth, required = valuation.equity(s, account), valuation.margin(s, account)
        over = account.over_margin or valuation.is_over_margin(s, required, worth)
        found.append(MarginFigures(account.name, required / worth if worth > 0 else None, over))
    return tuple(found)
