"""0.7: what a paused account's protocol wants is asked for; a person answers, or the reason for asking goes away."""

from datetime import date

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.account import Account, Latch, Status
from allusetui.domain.contract import Option, Side
from allusetui.domain.order import Purpose
from allusetui.domain.state import Approval
from allusetui.domain.text import untrusted
from allusetui.engine.changes.hedges import BY_LEVEL
from allusetui.engine.desk import Desk
from allusetui.engine.orders import intend
from allusetui.engine.purchase import buy
from allusetui.rules.hedging import LEG_CLAUSES, HedgePick, Leg, budget, within_cash
from allusetui.rules.situation import clause

DEFENCE = "defence"
_CLAUSES = {DEFENCE: ("0.7",), "llms": ("13.3", "17.6"), "amendment": ("15.2",)}
_ASKABLE = frozenset({Latch.PAUSED, Latch.LEVEL3, Latch.BREAKER})


@clause("0.7")
def request(
    desk: Desk, account: Account, purpose: Purpose, option: Option, quantity: int, clauses: tuple[str, ...],
    candidate: Option | None,
) -> None:  # fmt: skip
    """Ask for a defence of a paused account, once: not while it is asked for, nor after it was refused."""
    if not _may_ask(account):
        return
    wanted = (account.name, option, purpose)
    asked = any((a.account, a.contract, a.purpose) == wanted for a in desk.state.approvals.values())
    if asked or purpose in account.positions[option].refused:
        return
    _ask(desk, account, purpose, option, quantity, clauses, candidate)


def _ask(
    desk: Desk, account: Account, purpose: Purpose, option: Option, quantity: int, clauses: tuple[str, ...],
    candidate: Option | None = None,
) -> None:  # fmt: skip
    text = f"{purpose.value} {quantity} {_named(option)}" + (f" into {_named(candidate)}" if candidate else "")
    desk.emit(
        ev.ApprovalRequested(
            account=account.name, clauses=("0.7", *clauses), id=str(desk.state.approval_count + 1), subject=DEFENCE,
            text=text, purpose=purpose, contract=option, quantity=quantity, candidate=candidate,
        )
    )  # fmt: skip


def wants_hedge(desk: Desk, account: Account) -> bool:
    """Whether a paused account is to be asked for a hedge: not while it is asked, nor after it was refused."""
    asked = any(a.account == account.name and a.purpose is Purpose.HEDGE for a in desk.state.approvals.values())
    return _may_ask(account) and not asked and not account.hedges.refused


@clause("0.7", "6.11")
def request_hedge(desk: Desk, account: Account, option: Option, quantity: int, clauses: tuple[str, ...]) -> None:
    """Ask for one leg of a hedge; its account `wants_hedge`."""
    _ask(desk, account, Purpose.HEDGE, option, quantity, clauses)


def _may_ask(account: Account) -> bool:
    paused = Latch.PAUSED in account.latches and account.latches <= _ASKABLE
    return paused and account.status is not Status.MAINTENANCE


def _named(option: Option) -> str:
    return f"{option.symbol} {option.strike} {option.right.value} {option.expiry}"


@clause("0.7", "13.3")
def answer(desk: Desk, account: Account, seen: inp.OperatorActed) -> None:
    """Answer a prompt, once. What is done equals what was shown: the key's hash has to be that of the prompt's terms.

    A key that names no prompt is for the first open one of the account: stop before roll, then by age. Where it names
    a contract it is for a prompt on that one: another may have come since it was shown.
    """
    prompt = answered(desk, account, seen)
    if prompt is None or seen.action != "approve":
        return
    if prompt.contract is not None and not desk.state.intents_of(account, prompt.contract):
        _act_on(desk, account, prompt, prompt.contract)


def answered(desk: Desk, account: Account | None, seen: inp.OperatorActed) -> Approval | None:
    """The prompt that a key has answered; None where it answers none. Of no account only a named one is."""
    expire(desk)
    if seen.prompt is None and account is not None:
        prompt = _first_open(desk, account, seen)
    else:
        prompt = _named_prompt(desk, seen)
    if prompt is not None:
        decision = "approved" if seen.action == "approve" else "refused"
        decide(desk, prompt, decision, untrusted(seen.by), seen.shown)
    return prompt


def _first_open(desk: Desk, account: Account, seen: inp.OperatorActed) -> Approval | None:
    open_prompts = [
        a for a in desk.state.approvals.values() if a.account == account.name and seen.contract in (None, a.contract)
    ]
    if not open_prompts:
        desk.alert("warning", f"{account.name}: no prompt is open; {seen.action} did nothing.", account.name, ("0.7",))
        return None
    return min(open_prompts, key=lambda a: a.turn)


def _named_prompt(desk: Desk, seen: inp.OperatorActed) -> Approval | None:
    """The prompt that the key names, where it is open and is what was shown."""
    assert seen.prompt is not None
    prompt = desk.state.approvals.get(seen.prompt)
    if prompt is not None and prompt.account == seen.account and prompt.shown == seen.shown:
        return prompt
    wrong = "is not open" if prompt is None or prompt.account != seen.account else "is not what was shown"
    whose = "" if seen.account is None else f"{seen.account}: "
    text = f"{whose}prompt {untrusted(seen.prompt, 20)} {wrong}; {seen.action} did nothing."
    desk.alert("warning", text, seen.account, ("0.7",))
    return None


def _act_on(desk: Desk, account: Account, prompt: Approval, contract: Option) -> None:
    if prompt.purpose is Purpose.STOP:
        quantity = min(prompt.quantity, -account.quantity(contract))
        intend(desk, account, Purpose.STOP, contract, Side.BUY, quantity, ("0.7", "6.4"), approved=True)
    elif prompt.purpose is Purpose.HEDGE:
        _hedge(desk, account, contract, prompt.quantity)
    else:
        desk.volatile.rolls_approved[account.name, contract] = prompt
        desk.volatile.rolls_awaited.add((account.name, contract))
        desk.ask_chain(contract.symbol)


def _hedge(desk: Desk, account: Account, option: Option, quantity: int) -> None:
    """What was shown, cut to the cash that an approved stop may have left."""
    quote = desk.fresh_option(option)
    shown = Leg(HedgePick(option, quote, quantity), quantity) if quote else None
    funds = budget(desk, account, desk.law.hedging.gains_share)
    wanted = within_cash(desk, account, [shown] if shown else [])
    buy(desk, account, funds, wanted, ("0.7", BY_LEVEL, *LEG_CLAUSES), approved=True)


def withdraw(desk: Desk, account: Account) -> None:
    """A resumed account defends itself."""
    for prompt in [a for a in _defences(desk) if a.account == account.name]:
        decide(desk, prompt, "withdrawn", "engine")


def withdraw_idle(desk: Desk) -> None:
    """Prompts whose level has fallen, or risen past them, and those of positions that are gone."""
    for prompt in _defences(desk):
        assert prompt.account is not None
        if not _is_wanted(desk, desk.state.accounts[prompt.account], prompt):
            decide(desk, prompt, "withdrawn", "engine")


@clause("13.3", "15.2")
def expire(desk: Desk) -> None:
    """Prompts that nobody answered up to the close of their last session."""
    for prompt in [a for a in desk.state.approvals.values() if a.expires is not None]:
        assert prompt.expires is not None
        session = desk.calendar.on(prompt.expires)
        if desk.today > prompt.expires or (session is not None and desk.now_ms >= session.close_ms):
            decide(desk, prompt, "expired", "engine")


def _defences(desk: Desk) -> list[Approval]:
    return [prompt for prompt in desk.state.approvals.values() if prompt.subject == DEFENCE]


def _is_wanted(desk: Desk, account: Account, prompt: Approval) -> bool:
    position = account.positions.get(prompt.contract) if prompt.contract else None
    if account.status in (Status.EMERGENCY, Status.MAINTENANCE):
        return False
    if prompt.purpose is Purpose.HEDGE:
        return any(each.level >= desk.law.protocol.freeze_level for each in account.positions.values())
    if position is None:
        return False
    stops = position.level >= desk.law.protocol.stop_level
    rolls = position.level >= desk.law.protocol.freeze_level and not stops
    return stops if prompt.purpose is Purpose.STOP else rolls


def last_session(desk: Desk) -> date:
    """At whose close an answer comes too late: so many sessions after today's."""
    day = desk.today
    for _ in range(desk.law.advice.expires_sessions):
        day = desk.calendar.after(day).day
    return day


def decide(desk: Desk, prompt: Approval, decision: str, by: str, shown: str | None = None) -> None:
    """It is open no more."""
    desk.emit(
        ev.ApprovalDecided(
            account=prompt.account, clauses=_CLAUSES[prompt.subject], id=prompt.id, decision=decision, by=by,
            shown=None if shown is None else untrusted(shown),
        )
    )  # fmt: skip
