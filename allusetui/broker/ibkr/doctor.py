"""A Gateway or TWS looked at, in order, without changing anything: each check's facts, judged by `doctor_verdicts`."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import field
from typing import Final

from allusetui.broker.ibkr import doctor_verdicts as verdicts
from allusetui.broker.ibkr.doctor_facts import IN_USE, Finding, Greeting, Verdict
from allusetui.broker.ibkr.doctor_greeting import greet
from allusetui.broker.ibkr.doctor_visit import Patience, Visit
from allusetui.domain.frozen import mutable
from allusetui.domain.link import Link
from allusetui.domain.moment import local

Check = Callable[["Doctor"], Awaitable[Finding]]


@mutable
class Doctor:
    """What one look knows so far. `wall_s`: the clock of this machine, seconds since 1970."""

    link: Link
    own_id: int
    patience: Patience
    wall_s: Callable[[], float]
    greeting: Greeting = field(default_factory=Greeting)
    visit: Visit | None = None
    theirs_s: float = 0.0
    """The broker's clock when it was asked; the market of a simulated Gateway lives on a day of its own."""
    skew_s: float = 0.0

    @property
    def at(self) -> Visit:
        """The connection, which the checks that use it need."""
        assert self.visit is not None
        return self.visit


async def examine(doctor: Doctor, tell: Callable[[str], None]) -> AsyncIterator[Finding]:
    """Every check's finding as it is made; `tell` is told which one begins. What needs a failed one is skipped.

    Bounded: no check waits longer than the patience with it. Places no order.
    """
    failed: dict[str, str] = {}
    try:
        for name, needs, check in _CHECKS:
            lacking = next((failed[need] for need in needs if need in failed), None)
            if lacking is not None:
                failed[name] = lacking
                yield Finding(name, Verdict.SKIPPED, f"needs {lacking}")
                continue
            tell(name)
            try:
                finding = await check(doctor)
            except OSError:  # from whichever request found that nobody is there any more
                finding = verdicts.lost(name)
            if finding.verdict is Verdict.FAIL:
                failed[name] = name
            yield finding
    finally:
        if doctor.visit is not None:
            doctor.visit.leave()


async def _settings(doctor: Doctor) -> Finding:
    return verdicts.settings(doctor.link)


async def _tcp(doctor: Doctor) -> Finding:
    link = doctor.link
    wait_s = doctor.patience.connect_s
    doctor.greeting = await greet(link.host, link.port, link.client_id, wait_s, doctor.wall_s)
    return verdicts.reachable(link, doctor.greeting)


async def _handshake(doctor: Doctor) -> Finding:
    return verdicts.handshake(doctor.link, doctor.greeting, doctor.patience.connect_s)


async def _client_id(doctor: Doctor) -> Finding:
    doctor.visit = Visit(doctor.patience)
    link = doctor.link
    connected = await doctor.visit.enter(link.host, link.port, doctor.own_id)
    own_in_use = any(code == IN_USE for code, _ in doctor.visit.told)
    return verdicts.client_ids(link.client_id, doctor.greeting.in_use, doctor.own_id, own_in_use, connected)


async def _accounts(doctor: Doctor) -> Finding:
    return verdicts.accounts(doctor.link, doctor.at.managed)


async def _line(doctor: Doctor) -> Finding:
    asked_s = doctor.wall_s()
    theirs_s = await doctor.at.time_s()
    if theirs_s is None:
        return verdicts.line(None, doctor.patience.answer_s)
    now_s = doctor.wall_s()
    # They tell whole seconds, the fraction cut: half a second is the fairest guess.
    doctor.theirs_s, doctor.skew_s = theirs_s, now_s - theirs_s - 0.5
    return verdicts.line((now_s - asked_s) * 1000, doctor.patience.answer_s)


async def _clock(doctor: Doctor) -> Finding:
    return verdicts.clock(doctor.skew_s, local(int(doctor.theirs_s * 1000)), doctor.link.mode)


async def _sync(doctor: Doctor) -> Finding:
    counts = await doctor.at.sync()
    return verdicts.sync(counts, doctor.at.told, doctor.patience.answer_s)


async def _farms(doctor: Doctor) -> Finding:
    return verdicts.farms(doctor.at.told)


async def _contract(doctor: Doctor) -> Finding:
    con_id, told = await doctor.at.find_stock()
    return verdicts.contract(doctor.at.symbol, con_id, told, doctor.patience.answer_s)


async def _chain(doctor: Doctor) -> Finding:
    expiries, strikes, told = await doctor.at.find_chain()
    return verdicts.chain(doctor.at.symbol, expiries, strikes, told, doctor.patience.answer_s)


async def _quote(doctor: Doctor) -> Finding:
    return verdicts.quote(await doctor.at.quote(local(int(doctor.theirs_s * 1000)).date()), doctor.link.mode)


async def _bars(doctor: Doctor) -> Finding:
    days, told = await doctor.at.bars()
    return verdicts.bars(days, told, doctor.patience.bars_s)


async def _what_if(doctor: Doctor) -> Finding:
    """Of every account the first that would not take an order."""
    finding = Finding("what-if", Verdict.SKIPPED, "needs an option")
    for code in doctor.link.codes if doctor.at.option is not None else ():
        margin, told = await doctor.at.what_if(code)
        finding = verdicts.what_if(code, margin, told, doctor.patience.answer_s)
        if finding.verdict is not Verdict.OK:
            break
    return finding


async def _foreign(doctor: Doctor) -> Finding:
    return verdicts.foreign(await doctor.at.foreign_orders(), doctor.patience.answer_s)


async def _earnings(doctor: Doctor) -> Finding:
    is_entitled, told = await doctor.at.earnings()
    return verdicts.earnings(is_entitled, told, doctor.patience.answer_s)


_CONNECTED: Final = ("line",)
_CHECKS: Final[tuple[tuple[str, tuple[str, ...], Check], ...]] = (
    ("settings", (), _settings),
    # Nothing is connected to while live and paper are mixed up in the settings.
    ("tcp", ("settings",), _tcp),
    ("handshake", ("tcp",), _handshake),
    ("client id", ("handshake",), _client_id),
    ("accounts", ("client id",), _accounts),
    # Somebody who does not tell the time will tell nothing else.
    ("line", ("accounts",), _line),
    ("clock", _CONNECTED, _clock),
    ("sync", _CONNECTED, _sync),
    ("farms", _CONNECTED, _farms),
    ("contract", _CONNECTED, _contract),
    # Before the quote: an option has to be known to be quoted.
    ("chain", ("contract",), _chain),
    ("quote", ("chain",), _quote),
    ("bars", ("contract",), _bars),
    ("what-if", ("chain",), _what_if),
    ("orders", _CONNECTED, _foreign),
    ("earnings", _CONNECTED, _earnings),
)
