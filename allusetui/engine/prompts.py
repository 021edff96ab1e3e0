"""0.7: what a paused account's protocol wants is asked for; a person answers, or the reason for asking goes away."""

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.account import Account, Latch, Status
from allusetui.domain.contract import Option, Side
from allusetui.domain.order import Purpose
from allusetui.domain.state import Approval
from allusetui.domain.text import untrusted
from allusetui.engine.desk import Desk
from allusetui.engine.orders import intend, of_contract
from allusetui.engine.purchase import buy
from allusetui.rules.hedging import HedgePick, Leg, budget, within_cash
from allusetui.rules.situation import clause

_FIRST = {Purpose.STOP: 0, Purpose.ROLL: 1}
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
            account=account.name, clauses=("0.7", *clauses), id=str(desk.state.approval_count + 1), subject="defence",
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


@clause("0.7")
def answer(desk: Desk, account: Account, seen: inp.OperatorActed) -> None:
    """Answer the first open prompt: stop before roll, then by age. What is done equals what was shown.

    A key that names a contract answers only a prompt on it: another may have come since it was shown.
    """
    open_prompts = [
        a for a in desk.state.approvals.values() if a.account == account.name and seen.contract in (None, a.contract)
    ]
    if not open_prompts:
        desk.alert("warning", f"{account.name}: no prompt is open; {seen.action} did nothing.", account.name, ("0.7",))
        return
    prompt = min(open_prompts, key=lambda a: (_FIRST.get(a.purpose, len(_FIRST)), int(a.id)))
    decision = "approved" if seen.action == "approve" else "refused"
    _decide(desk, prompt, decision, untrusted(seen.by))
    if decision == "approved" and not of_contract(desk, account, prompt.contract):
        _act_on(desk, account, prompt)


def _act_on(desk: Desk, account: Account, prompt: Approval) -> None:
    if prompt.purpose is Purpose.STOP:
        quantity = min(prompt.quantity, -account.quantity(prompt.contract))
        intend(desk, account, Purpose.STOP, prompt.contract, Side.BUY, quantity, ("0.7", "6.4"), approved=True)
    elif prompt.purpose is Purpose.HEDGE:
        _hedge(desk, account, prompt)
    else:
        desk.volatile.rolls_approved[account.name, prompt.contract] = prompt
        desk.volatile.rolls_awaited.add((account.name, prompt.contract))
        desk.ask_chain(prompt.contract.symbol)


def _hedge(desk: Desk, account: Account, prompt: Approval) -> None:
    """What was shown, cut to the cash that an approved stop may have left."""
    quote = desk.fresh_option(prompt.contract)
    shown = Leg(HedgePick(prompt.contract, quote, prompt.quantity), prompt.quantity) if quote else None
    funds = budget(desk, account, desk.law.hedging.gains_share)
    wanted = within_cash(desk, account, [shown] if shown else [])
    buy(desk, account, funds, wanted, ("0.7", "6.11", "5.1", "5.2", "5.7", "17.2", "17.3"), approved=True)


def withdraw(desk: Desk, account: Account) -> None:
    """A resumed account defends itself."""
    for prompt in [a for a in desk.state.approvals.values() if a.account == account.name]:
        _decide(desk, prompt, "withdrawn", "engine")


def withdraw_idle(desk: Desk) -> None:
    """Prompts whose level has fallen, or risen past them, and those of positions that are gone."""
    for prompt in list(desk.state.approvals.values()):
        if not _is_wanted(desk, desk.state.accounts[prompt.account], prompt):
            _decide(desk, prompt, "withdrawn", "engine")


def _is_wanted(desk: Desk, account: Account, prompt: Approval) -> bool:
    position = account.positions.get(prompt.contract)
    if account.status in (Status.EMERGENCY, Status.MAINTENANCE):
        return False
    if prompt.purpose is Purpose.HEDGE:
        return any(each.level >= desk.law.protocol.freeze_level for each in account.positions.values())
    if position is None:
        return False
    stops = position.level >= desk.law.protocol.stop_level
    rolls = position.level >= desk.law.protocol.freeze_level and not stops
    return stops if prompt.purpose is Purpose.STOP else rolls


def _decide(desk: Desk, prompt: Approval, decision: str, by: str) -> None:
    desk.emit(ev.ApprovalDecided(account=prompt.account, clauses=("0.7",), id=prompt.id, decision=decision, by=by))
