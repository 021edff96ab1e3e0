"""A session begins, or is taken up again: what its journal says of it first."""

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.account import Status
from allusetui.domain.link import Held, Linked, Mapped
from allusetui.domain.state import State
from allusetui.domain.text import untrusted
from allusetui.engine import amendments, resume
from allusetui.engine.desk import Desk
from allusetui.engine.machine import change, holds
from allusetui.rules.situation import clause


@clause("15.1")
def on_started(desk: Desk, item: inp.Started, law_hash: str) -> None:
    """What the accounts are handed to the engine with, and the law that they are under."""
    _tell_session(desk, item, law_hash, ("15.1",))
    if item.link is not None:
        _tell_link(desk, item.link)
    # What a session has had due before the start is due at the first look.
    desk.volatile.seen_ms = desk.open_session.open_ms - 1 if desk.open_session else item.at_ms
    for p in item.accounts:
        desk.emit(
            ev.AccountProvisioned(
                account=p.name, clauses=("0.1",), equity=p.equity, base=p.base, type=p.type.value, group=p.group,
                trading=p.trading, cash=p.cash, high_water=p.high_water, opened=p.opened,
                realized_quarter=p.realized_quarter, holdings=p.holdings, options=p.options,
                ladder=p.ladder,
            )
        )  # fmt: skip
    for account in desk.trading():
        if holds(desk, account):
            change(desk, account, Status.MONITORING, "startup")


@clause("9.5", "15.1")
def on_resumed(desk: Desk, item: inp.Resumed, law_hash: str) -> None:
    """The journal goes on, maybe under a newer law; nothing is sent until the books agree."""
    _tell_session(desk, desk.state, law_hash, ("9.5", "15.1"), resumed=True)
    desk.volatile.seen_ms = item.seen_ms
    resume.on_resumed(desk, item.findings)
    amendments.go_on(desk)


def _tell_session(
    desk: Desk, of: inp.Started | State, law_hash: str, clauses: tuple[str, ...], resumed: bool = False
) -> None:
    desk.emit(
        ev.SessionStarted(
            clauses=clauses, session=of.session, mode=of.mode, constitution=desk.law.version,
            constitution_hash=law_hash, seed=of.seed, margin_rate=of.margin_rate, commission=of.commission,
            resumed=resumed,
        )
    )  # fmt: skip


@clause("14.1", "16.1")
def _tell_link(desk: Desk, link: Linked) -> None:
    """Whose money it is, and what a person did without before it was real."""
    accounts = tuple(Mapped(sleeve, code) for sleeve, code in link.accounts.items())
    desk.emit(
        ev.SessionLinked(
            clauses=("14.1", "16.1"), mode=link.mode, name=link.name, accounts=accounts,
            paper_weeks=link.paper_weeks, waived=link.waived,
            foreign=tuple(Held(contract, quantity) for contract, quantity in link.foreign.items()), spare=link.spare,
        )
    )  # fmt: skip
    if link.waived:
        text = f"Live after {link.paper_weeks} paper weeks, a person waived the rest: {link.waived}"
        desk.alert("warning", untrusted(text), None, ("16.1",))
