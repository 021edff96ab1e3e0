"""Why the protocol holds, rolls or stops a short put."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from allusetui.domain.account import Account
from allusetui.domain.contract import Option
from allusetui.domain.event import RollCandidate, RollPrepared, RollRefused
from allusetui.domain.money import ZERO
from allusetui.domain.snapshot import Told
from allusetui.domain.state import Atr
from allusetui.rules import protocol
from allusetui.rules.explain.finding import Finding, Value, Verdict, allows, comes
from allusetui.rules.explain.held import spot_of
from allusetui.rules.situation import Situation

_LEVELS = (
    (("6.2",), "level 1: watched"),
    (("6.3", "6.10"), "level 2: rolled"),
    (("6.4",), "level 3: bought back"),
)


def put_findings(s: Situation, account: Account, put: Option, tail: Sequence[Told]) -> Iterator[Finding]:
    """Its levels, the roll's trigger, and what a roll may cost."""
    atr, spot = s.state.atr.get(put.symbol), spot_of(s, put)
    yield from _levels(s, account, put, atr, spot)
    yield from _trigger(s, account, put, atr, spot)
    yield from _economics(s, account, put, tail)


def _levels(
    s: Situation, account: Account, put: Option, atr: Atr | None, spot: tuple[Decimal, bool] | None
) -> Iterator[Finding]:
    law, position = s.law.protocol, account.positions[put]
    figures: dict[str, Value] = {"level": position.level}
    breach = None
    if atr is not None and spot is not None:
        breach = protocol.breach_of(put, spot[0], atr.value)
        figures |= {"breach_atr": breach, "buffered_price" if spot[1] else "spot_price": spot[0]}
    yield Finding(("6.1",), "level 0: held", comes(position.level == 0), figures, {"below_atr": law.level_atr[0]})
    for level, (clauses, fact) in enumerate(_LEVELS, start=1):
        step = {"from_atr": law.level_atr[level - 1]}
        yield Finding(clauses, fact, comes(position.level >= level), {"breach_atr": breach}, step)
    if position.level:
        held = protocol.level_to_leave(position, law)
        verdict = Verdict.UNSEEN if breach is None else comes(protocol.is_below(held, breach, law))
        leaves = {"at most_atr": protocol.exact(law.level_atr[held - 1]) - protocol.exact(law.fall_margin)}
        yield Finding(
            (_LEVELS[position.level - 1][0][0],), "it is to fall a level", verdict, {"breach_atr": breach},
            {**leaves, "looks": law.fall_looks},
        )  # fmt: skip
    if spot is not None and breach is not None:
        stands = protocol.confirmed_level(position, breach, law) == position.level and not spot[1]
        yield Finding(("8.3",), "a young quote proves it", allows(stands), {"level": position.level})


def _trigger(
    s: Situation, account: Account, put: Option, atr: Atr | None, spot: tuple[Decimal, bool] | None
) -> Iterator[Finding]:
    times = s.law.sleeves[account.type.value].roll_trigger_atr
    verdict, figures = Verdict.UNSEEN, dict[str, Value]()
    if atr is not None and spot is not None:
        verdict = comes(protocol.roll_is_due(put, spot[0], atr.value, times))
        figures = {"spot_price": spot[0], "trigger_price": put.strike - protocol.exact(times) * atr.value}
    clause_id = "3.3" if account.type.value == "rev" else "2.3"
    prepared = "yes" if account.positions[put].roll_prepared else "no"
    figures["prepared"] = prepared
    yield Finding((clause_id,), "a roll is to be prepared", verdict, figures, {"from_atr": times})


def _economics(s: Situation, account: Account, put: Option, tail: Sequence[Told]) -> Iterator[Finding]:
    """What rolls have cost so far, and what the last chain offered."""
    position = account.positions[put]
    limit = {"at most_price": s.law.roll.cost_cap * position.first_credit}
    yield Finding(
        ("6.10",), "its rolls are affordable", allows(protocol.affordable(ZERO, position, s.law)),
        {"first credit_price": position.first_credit, "rolls cost_price": position.chain_cost}, limit,
    )  # fmt: skip
    told = _candidates(account, put, tail)
    if told is None:
        yield Finding(("6.10",), "a roll is allowed", Verdict.UNSEEN, {"candidates": "no chain at hand"}, limit)
        return
    at_ms, candidates = told
    if not candidates:
        yield Finding(("6.10",), "a roll is allowed", Verdict.REFUSES, {"candidates": "none", "said_ms": at_ms}, limit)
    for found in candidates:
        yield Finding(
            ("6.10",), f"a roll to {found.contract.expiry:%d%b} {found.contract.strike.normalize():f}",
            allows(found.refused is None),
            {
                "credit_price": found.credit, "cost_price": found.cost, "with earlier_price": found.chain_cost,
                "delta": found.delta, "refused": found.refused, "said_ms": at_ms,
            }, limit,
        )  # fmt: skip


def _candidates(account: Account, put: Option, tail: Sequence[Told]) -> tuple[int, tuple[RollCandidate, ...]] | None:
    """The candidates that the journal told of last, and when; None where its tail tells of none."""
    for told in reversed(tail):
        event = told.event
        if isinstance(event, RollPrepared | RollRefused) and (event.account, event.contract) == (account.name, put):
            return told.at_ms, event.candidates
    return None
