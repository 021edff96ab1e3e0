"""§6: the protocol of short puts at their evaluations — levels, freezes, rolls and stops."""

from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.account import Account, Latch, Position
from allusetui.domain.contract import Option, Side
from allusetui.domain.money import to_figure, to_price
from allusetui.domain.order import Purpose, RollChain
from allusetui.domain.quote import Chain, Quote
from allusetui.domain.state import Atr
from allusetui.engine import hedges, prompts
from allusetui.engine.desk import Desk
from allusetui.engine.machine import latch
from allusetui.engine.orders import end, intend
from allusetui.rules import protocol
from allusetui.rules.entry import is_young
from allusetui.rules.latches import may_leave
from allusetui.rules.liquidity import buffered_spot, slice_quote
from allusetui.rules.situation import clause

LEVEL_CLAUSE = ("6.1", "6.2", "6.3", "6.4")


@clause("6.1", "6.2", "6.3", "6.4", "8.3")
def evaluate(desk: Desk, account: Account, option: Option) -> None:
    """One evaluation of a short put."""
    atr = desk.state.atr.get(option.symbol)
    if atr is None or atr.day != desk.today:
        return  # the first evaluation of a session comes with its ATR
    spot = buffered_spot(desk, option, atr.value)
    if spot is None:
        return
    price, stale = spot
    if stale:
        desk.volatile.buffered.add((account.name, option))
    else:
        desk.volatile.buffered.discard((account.name, option))
    position = account.positions[option]
    breach = protocol.breach_of(option, price, atr.value)
    reached = protocol.level_of(breach, desk.law.protocol)
    if reached > position.level:
        desk.volatile.fall_looks.pop((account.name, option), None)
        _level(desk, account, option, reached, price, atr, breach, stale, (LEVEL_CLAUSE[reached],))
        if stale:
            text = f"{account.name} {option.symbol}: level {reached} on a stale price."
            desk.alert("critical", text, account.name, ("8.3",))
    elif not stale:
        _confirm(desk, account, option, price, atr, breach)
        _fall(desk, account, option, position, price, atr, breach)
    if option in account.positions:
        _act(desk, account, option, price, atr, breach, stale)


@clause("6.1", "8.3")
def forget_gone(desk: Desk) -> None:
    """What was seen of a put that is held no more: the next of its kind begins anew, and no look waits for it."""
    falls, buffered = desk.volatile.fall_looks, desk.volatile.buffered
    for key in [key for key in (*falls, *buffered) if key[1] not in desk.state.accounts[key[0]].positions]:
        falls.pop(key, None)
        buffered.discard(key)


def _level(
    desk: Desk, account: Account, option: Option, to: int, spot: Decimal, atr: Atr, breach: Decimal, stale: bool,
    clauses: tuple[str, ...],
) -> None:  # fmt: skip
    desk.emit(
        ev.LevelChanged(
            account=account.name, clauses=clauses, contract=option, from_=account.positions[option].level, to=to,
            spot=to_price(spot), strike=option.strike, atr=atr.value, atr_source=atr.source,
            breach=to_figure(float(breach)), stale=stale,
        )
    )  # fmt: skip


@clause("8.3")
def _confirm(desk: Desk, account: Account, option: Option, spot: Decimal, atr: Atr, breach: Decimal) -> None:
    """Tell of a level that only the buffer reached what a young quote stands behind, where an order follows from it."""
    position = account.positions[option]
    level = protocol.confirmed_level(position, breach, desk.law.protocol)
    if position.level_from_buffer and level >= desk.law.protocol.freeze_level:
        _level(desk, account, option, level, spot, atr, breach, False, (LEVEL_CLAUSE[level], "8.3"))


def _fall(
    desk: Desk, account: Account, option: Option, position: Position, spot: Decimal, atr: Atr, breach: Decimal
) -> None:
    key = (account.name, option)
    level = protocol.level_to_leave(position, desk.law.protocol)
    if not protocol.is_below(level, breach, desk.law.protocol):
        desk.volatile.fall_looks.pop(key, None)
        return
    first = desk.volatile.fall_looks.pop(key, None)
    if first is None:
        desk.volatile.fall_looks[key] = breach
        return
    to = protocol.falls_to(level, (first, breach), desk.law.protocol)
    if to is not None and to < position.level:
        _level(desk, account, option, to, spot, atr, breach, False, (LEVEL_CLAUSE[to],))


def _act(desk: Desk, account: Account, option: Option, spot: Decimal, atr: Atr, breach: Decimal, stale: bool) -> None:
    """What the level asks for. One that only the buffer reached prepares the roll, and nothing else until confirmed."""
    position = account.positions[option]
    trigger = desk.law.sleeves[account.type.value].roll_trigger_atr
    level = 0 if stale or position.level_from_buffer else position.level
    if not stale and protocol.asks_for_hedge(breach, desk.law.protocol):
        hedges.defend(desk, account)
    if level >= desk.law.protocol.stop_level:
        _stop(desk, account, option)
        return
    if level >= desk.law.protocol.freeze_level:
        _freeze(desk, account)
    rolls = level >= desk.law.protocol.freeze_level and not desk.state.intents_of(account, option)
    prepares = not position.roll_prepared and protocol.roll_is_due(option, spot, atr.value, trigger)
    if prepares or rolls:
        desk.volatile.rolls_awaited.add((account.name, option))
        desk.ask_chain(option.symbol)


@clause("6.3")
def _freeze(desk: Desk, account: Account) -> None:
    if not account.frozen:
        desk.emit(ev.FreezeOn(account=account.name, clauses=("6.3",), reason="level2"))


@clause("6.4")
def _stop(desk: Desk, account: Account, option: Option) -> None:
    """Latch SAFE and buy the position to close; another order on it has to be dead first."""
    _freeze(desk, account)
    latch(desk, account, Latch.LEVEL3)
    mine = desk.state.intents_of(account, option)
    for intent in mine:
        if intent.purpose is not Purpose.STOP:
            end(desk, intent, "safe")
    if not desk.state.intents_of(account, option):
        defend(desk, account, Purpose.STOP, option, -account.quantity(option), ("6.4",))


@clause("0.7")
def defend(
    desk: Desk, account: Account, purpose: Purpose, option: Option, quantity: int, clauses: tuple[str, ...],
    candidate: Option | None = None, approved: bool = False,
) -> None:  # fmt: skip
    """Send a defence, or in a paused account ask for it."""
    position = account.positions[option]
    if may_leave(account, purpose, approved):
        # What was sold in pieces has an average credit, which may have no last decimal.
        chain = RollChain(to_price(position.first_credit), to_price(position.chain_cost)) if candidate else None
        intend(desk, account, purpose, option, Side.BUY, quantity, clauses, candidate, approved, chain)
        return
    prompts.request(desk, account, purpose, option, quantity, clauses, candidate)


@clause("2.3", "3.3", "6.3", "6.10")
def on_chain(desk: Desk, symbol: str, chain: Chain | None) -> None:
    """The chain for awaited rolls has come: prepare, and at level 2 roll or refuse."""
    awaited = [key for key in desk.volatile.rolls_awaited if key[1].symbol == symbol]
    for name, option in sorted(awaited):
        desk.volatile.rolls_awaited.discard((name, option))
        account = desk.state.accounts[name]
        quote = desk.volatile.option_quotes.get(option)
        # A chain that is missing now says nothing of what it holds: the next evaluation asks again.
        if option in account.positions and chain is not None and quote is not None:
            _roll(desk, account, option, chain, quote)


def _roll(desk: Desk, account: Account, option: Option, chain: Chain, quote: Quote) -> None:
    position = account.positions[option]
    shown = desk.volatile.rolls_approved.pop((account.name, option), None)
    stale = desk.fresh_option(option) is None or not is_young(desk, chain)
    doubted = desk.is_doubted(option.symbol)
    if doubted and not stale:
        return  # a chain with values that are thrown away names no candidate: the next evaluation asks again
    level = 0 if stale or position.level_from_buffer else position.level
    if level >= desk.law.protocol.stop_level:
        return  # asked for before it got there: what is bought back is not rolled
    candidates = [] if doubted else protocol.roll_candidates(desk, account, option, chain, quote)
    if not position.roll_prepared:
        cited = ("3.3",) if account.type.value == "rev" else ("2.3",)
        best = _best(candidates)
        desk.emit(
            ev.RollPrepared(
                account=account.name, clauses=(*cited, "6.2"), contract=option, candidates=tuple(candidates),
                cost=best.cost if best else None, chain_cost=best.chain_cost if best else None,
                credit=best.credit if best else None,
                first_credit=to_price(position.first_credit), stale=stale,
            )
        )  # fmt: skip
    if level < desk.law.protocol.freeze_level:
        return
    if desk.state.intents_of(account, option) or protocol.opens_wide(desk, option):
        return
    allowed = next((c for c in candidates if c.refused is None), None)
    if allowed is None:
        _refuse(desk, account, option, candidates)
        return
    quantity = allowed.quantity
    if shown is not None:
        if allowed.contract != shown.candidate:
            return  # not what was approved; the next evaluation asks again
        quantity = min(quantity, shown.quantity)
    _remember_quote(desk, allowed.contract, chain)
    clauses = ("6.3", "6.10")
    defend(desk, account, Purpose.ROLL, option, quantity, clauses, allowed.contract, approved=shown is not None)


def _best(candidates: list[ev.RollCandidate]) -> ev.RollCandidate | None:
    """The candidate that would be taken, or the first one where none is allowed."""
    return next((c for c in candidates if c.refused is None), candidates[0] if candidates else None)


def _remember_quote(desk: Desk, option: Option, chain: Chain) -> None:
    row = chain.slices[option.expiry, option.right]
    quote = slice_quote(chain, row, row.strikes.index(option.strike))
    desk.volatile.option_quotes[option] = quote


@clause("6.10")
def _refuse(desk: Desk, account: Account, option: Option, candidates: list[ev.RollCandidate]) -> None:
    """No roll that the law allows: the position is stopped instead."""
    position = account.positions[option]
    quote, atr = desk.quote(option.symbol), desk.state.atr[option.symbol]
    assert quote is not None
    best = _best(candidates)
    desk.emit(
        ev.RollRefused(
            account=account.name, clauses=("6.10",), contract=option, candidates=tuple(candidates),
            cost=best.cost if best else None, chain_cost=best.chain_cost if best else None,
            credit=best.credit if best else None,
            first_credit=to_price(position.first_credit), reason=protocol.refusal_reason(candidates),
        )
    )  # fmt: skip
    breach = protocol.breach_of(option, quote.mid, atr.value)
    _level(desk, account, option, desk.law.protocol.stop_level, quote.mid, atr, breach, False, ("6.10", "6.4"))
    _stop(desk, account, option)
