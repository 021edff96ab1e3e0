"""What a key would do, said before it is done: close, resume, reset, end."""

from collections.abc import Iterable

from allusetui.domain.account import Account, Latch, Status
from allusetui.domain.contract import Option
from allusetui.domain.moment import day_of
from allusetui.rules import explain
from allusetui.view import words
from allusetui.view.model import Cell, Question, Seen

_BY_HAND = frozenset({Latch.PAUSED, Latch.LEVEL3, Latch.BREAKER})


def _question(title: str, lines: Iterable[str], allowed: bool = True) -> Question:
    return Question((Cell(title),), tuple((Cell(line),) for line in lines), allowed)


def closing(seen: Seen, account: str, contract: Option) -> Question:
    """What `x` would do to a position."""
    held = seen.snapshot.state.accounts[account]
    named, quantity = words.named(contract, day_of(seen.snapshot.now_ms)), held.quantity(contract)
    title = f"Close {named} in {account}?"
    why = _not_closable(seen, held, contract)
    if why is not None:
        return _question(title, [why], allowed=False)
    s = explain.situation_of(seen.law, seen.calendar, seen.snapshot)
    f = explain.position(s, held, contract)
    verb, share = "Buys back" if quantity < 0 else "Sells", words.percent(seen.law.walk.slippage_cap)
    sign = "+" if quantity < 0 else "−"
    lines = [
        f"{verb} {abs(quantity)} from mid {words.price(f.now)} to mid {sign} {share} %, and gives up beyond it.",
        f"Sold at {words.price(f.credit)}." if quantity < 0 else f"Bought at {words.price(f.credit)}.",
    ]
    if Latch.PAUSED in held.latches:
        lines.append(f"{account} is paused: your yes sends this order, and nothing else.")
    return _question(title, lines)


def _not_closable(seen: Seen, account: Account, contract: Option) -> str | None:
    if not account.quantity(contract):
        return "It is no longer held."
    if account.status is Status.EMERGENCY:
        return "The account is halted: nothing is sent before a reset."
    if account.status in (Status.MAINTENANCE, Status.AUDIT):
        return f"Nothing is sent in {account.status.value}."
    blocked = account.latches - _BY_HAND
    if blocked:
        return f"Nothing is sent under the latch {', '.join(sorted(latch.value for latch in blocked))}."
    if seen.snapshot.state.intents_of(account, contract):
        return "An order on it works already."
    return None


def resuming(seen: Seen, account: str) -> Question:
    """What `r` would release of an account."""
    held, title = seen.snapshot.state.accounts[account], f"Resume {account}?"
    if held.status is Status.EMERGENCY:
        ends = f"only a reset of all accounts ({seen.keys['reset']}) ends that."
        return _question(title, [f"It is halted: {ends}"], allowed=False)
    if held.status is Status.MAINTENANCE:
        return _question(title, ["Its maintenance ends, and nothing else.", *_kept(held, seen)])
    lines = []
    if Latch.PAUSED in held.latches:
        lines.append("Its pause ends: its stops defend again, and orders leave by themselves.")
    if held.no_entries:
        lines.append("Its stop of entries ends.")
    prompts = seen.snapshot.state.approvals.values()
    asked = sum((a.account, a.subject) == (account, "defence") for a in prompts)
    if asked:
        lines.append(f"{words.count(asked, 'open prompt')} withdrawn: it defends itself.")
    if not lines:
        return _question(title, [f"It is not paused.{_latched(held, seen)}"], allowed=False)
    return _question(title, [*lines, *_stays(held.latches - {Latch.PAUSED}, seen)])


def _kept(account: Account, seen: Seen) -> list[str]:
    """What a resume from maintenance leaves."""
    kept = _stays(account.latches, seen)
    return [*kept, f"Its stop of entries stays: {seen.keys['resume']} resumes."] if account.no_entries else kept


def _stays(latches: Iterable[Latch], seen: Seen) -> list[str]:
    return [f"Stays latched {latch.value}: {words.release(latch, seen.keys)}." for latch in sorted(latches)]


def _latched(account: Account, seen: Seen) -> str:
    return "".join(f" Latched {latch.value}: {words.release(latch, seen.keys)}." for latch in sorted(account.latches))


def resetting(seen: Seen, account: str | None) -> Question:
    """What `R` would release of an account, or of all of them."""
    accounts = seen.snapshot.state.accounts
    title = f"Reset {account or 'all accounts'}?"
    named = list(accounts.values()) if account is None else [accounts[account]]
    s = explain.situation_of(seen.law, seen.calendar, seen.snapshot)
    calm = explain.resettable(s, "safe")
    if any(a.status is Status.EMERGENCY for a in named):
        if account is not None:
            return _question(title, ["It is halted: only a reset of all accounts ends that."], allowed=False)
        if not explain.resettable(s, "halt"):
            return _question(title, [_too_high(seen, "halt")], allowed=False)
        then = "Then work goes on." if calm else f"Every account stays latched breaker: {_too_high(seen, 'safe')}"
        ends = [line for each in named for line in _released(each, seen, calm)]
        return _question(title, ["The halt ends, and the books are compared.", then, *ends])
    waits = [] if calm else [each for each in named if Latch.BREAKER in each.latches]
    ends = [line for each in named if each not in waits for line in _released(each, seen, calm)]
    lines = [*ends, *(f"{each.name}: {_too_high(seen, 'safe')}" for each in waits)]
    return _question(title, lines or ["Nothing that a reset would end."], allowed=bool(ends))


def _released(account: Account, seen: Seen, calm: bool) -> list[str]:
    """What a reset takes off an account; `calm`: the VIX lets it end the breaker's latch too."""
    ends = [Latch.LEVEL3, *([Latch.BREAKER] if calm else [])]
    lines = [f"{account.name}: latch {latch.value} ends." for latch in ends if latch in account.latches]
    if Latch.MISMATCH in account.latches:
        lines.append(f"{account.name}: accepts what the broker shows as its book.")
    symbols = sorted(symbol for name, symbol in seen.snapshot.state.rejecting if name == account.name)
    return [*lines, *(f"{account.name}: may enter {symbol} again." for symbol in symbols)]


def _too_high(seen: Seen, tier: str) -> str:
    s = explain.situation_of(seen.law, seen.calendar, seen.snapshot)
    vix = words.UNKNOWN if s.vix is None else format(s.vix, ".1f")
    return f"the VIX is {vix}: a reset of {words.TIERS[tier]} waits until it is known and back at its tier."


def ending(seen: Seen) -> Question:
    """What `q` would leave open where it ends the engine."""
    state, today = seen.snapshot.state, day_of(seen.snapshot.now_ms)
    held = [
        f"{account.name} {words.named(contract, today)} {words.minus(str(account.quantity(contract)))}"
        for account in state.accounts.values()
        for contract in account.lots
    ]
    works = [f"{i.account} {i.purpose.value.replace('_', ' ')} {i.contract.symbol}" for i in state.intents.values()]
    lines = ["Entries are cancelled and everything is stored."]
    if works:
        lines.append(f"{words.count(len(works), 'order')} at work: {', '.join(works)}")
    if held:
        lines += ["What stays open, and nobody watches:", *held]
    return _question("End the engine?", lines)
