"""Why a position is held, defended or closed."""

from collections.abc import Iterator, Sequence

from allusetui.domain.account import Account
from allusetui.domain.contract import Option
from allusetui.domain.moment import day_of
from allusetui.domain.order import Purpose
from allusetui.domain.snapshot import Told
from allusetui.rules import assignment, cadence, latches, protocol
from allusetui.rules.explain.call import call_findings
from allusetui.rules.explain.finding import Chapter, Finding, Value, Verdict, allows, comes
from allusetui.rules.explain.held import data_findings, work_finding
from allusetui.rules.explain.long import long_chapters
from allusetui.rules.explain.put import put_findings
from allusetui.rules.situation import Situation

_DEFENCES = {
    True: {Purpose.STOP: "a stop may be sent", Purpose.ROLL: "a roll may be sent"},
    False: {Purpose.PROFIT_TAKE: "its profit may be taken", Purpose.REDUCE: "it may be reduced"},
}


def option_chapters(s: Situation, account: Account, option: Option, tail: Sequence[Told]) -> tuple[Chapter, ...]:
    """What the law looks at in an option held; none for one that is gone."""
    if option not in account.lots:
        return ()
    if option not in account.positions:
        return long_chapters(s, account, option)
    own = put_findings(s, account, option, tail) if option.is_put else call_findings(s, account, option)
    return (
        Chapter("protocol", tuple(own)),
        Chapter("data", tuple(_data(s, option))),
        Chapter("defence", tuple(_defence(s, account, option))),
        Chapter("expiry", tuple(_expiry(s, account, option))),
    )


def _data(s: Situation, option: Option) -> Iterator[Finding]:
    yield from data_findings(s, option)
    atr = s.state.atr.get(option.symbol)
    fixed = Verdict.UNSEEN if atr is None else comes(atr.day == s.today)
    figures: dict[str, Value] = {}
    if atr is not None:
        figures = {"ATR_price": atr.value, "from": atr.source, "of": atr.day}
    law = {"sessions": s.law.atr.period, "else of price_share": s.law.atr.price_share}
    yield Finding(("6.9", "8.4"), "its ATR is today's", fixed, figures, law)


def _defence(s: Situation, account: Account, option: Option) -> Iterator[Finding]:
    held = ", ".join(sorted(latch.value for latch in account.latches))
    for purpose, fact in _DEFENCES[option.is_put].items():
        may = allows(latches.may_leave(account, purpose))
        yield Finding(latches.latch_clauses(account), fact, may, {"latches": held} if held else {})
    yield work_finding(s, account, option)
    if option.is_put:
        law = s.law.cadence
        yield Finding(
            ("6.4",), "it is past the opening", allows(not protocol.opens_wide(s, option)), {},
            {"from": law.earliest_exit, "or spread at most_share": law.early_exit_spread},
        )  # fmt: skip


def _expiry(s: Situation, account: Account, option: Option) -> Iterator[Finding]:
    session = s.calendar.on(option.expiry)
    if session is None:
        return
    clock = cadence.expiry_clock(s.law.cadence, session)
    spot, quote = s.quote(option.symbol), s.fresh_option(option)
    yield Finding(
        ("1.4", "1.7"), "its last afternoon is on", comes(clock.looks.holds(s.now_ms)), {"expires": option.expiry},
        {"from_ms": clock.looks.opens_ms, "to_ms": clock.looks.closes_ms},
    )  # fmt: skip
    if option.expiry != day_of(s.now_ms):
        return
    if quote is None or spot is None:
        yield Finding(("7.1", "1.4"), "its end can be judged", Verdict.UNSEEN)
        return
    chance = assignment.itm_probability(s, option, quote, spot.mid)
    yield Finding(
        ("7.1",), "it is left to assignment", comes(assignment.is_left(s, chance)), {"ITM chance_share": chance},
        {"above_share": s.law.assignment.itm_probability},
    )  # fmt: skip
    yield Finding(
        ("1.4",), "it is near its strike", comes(assignment.near(s, option, spot.mid)),
        {"OTM by_price": option.otm_distance(spot.mid)}, {"within_price": s.law.cadence.pin_distance * option.strike},
    )  # fmt: skip
    said = assignment.expiry_verdict(s, account, option, quote, spot.mid, clock)
    yield Finding(
        ("1.4",), "it is to be bought back", comes(said is assignment.Verdict.CLOSE),
        {"verdict": said.value, "ask_price": quote.ask},
        {"expires at_price": s.law.cadence.let_expire_ask, "at last_ms": clock.close_otm_ms},
    )  # fmt: skip
