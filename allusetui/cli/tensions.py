"""`allusetui constitution tensions`: where the law works against itself, with figures from the law's own numbers.

The prices are Black and Scholes' at one volatility and without a rate: they show sizes, they decide nothing.
"""

import json
import textwrap
from dataclasses import asdict
from math import exp, pi, sqrt
from pathlib import Path
from statistics import NormalDist

from allusetui.cli.say import WIDTH, complain, own_laws
from allusetui.domain.account import AccountType
from allusetui.domain.frozen import frozen
from allusetui.law.load import LawError
from allusetui.law.model import Law, SleeveRules
from allusetui.pricing.black_scholes import price

YEAR_DAYS = 365
YEAR_SESSIONS = 252
MEAN_RANGE = sqrt(8 / pi)  # of a day's high and low, in its standard deviations: Feller (1951)
SPACINGS = (0.5, 1.0, 2.5, 5.0)
LISTINGS = {"daily": 1, "weekly": 7}
Row = dict[str, str | float]


@frozen
class Tension:
    """Clauses that pull in different directions: what happens, and how much of it."""

    clauses: tuple[str, ...]
    says: str
    figures: list[Row]


def tensions(spot: float, vol: float, as_json: bool, settings: Path | None) -> None:
    """Print what the law in force makes of a stock at that price and annual volatility."""
    try:
        law = own_laws(settings).in_force().law
    except LawError as error:
        raise complain(str(error)) from None
    found = [rolls(law, spot, vol), small_accounts(law, spot), aims(law), bands(law, spot, vol), pivots(law)]
    if as_json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
        return
    print(f"One stock at {spot:g}, volatility {vol:.0%} a year, no rate.")
    for one in found:
        print(f"\n{', '.join(one.clauses)}")
        print(textwrap.fill(one.says, WIDTH, initial_indent="  ", subsequent_indent="  ") + "\n")
        _print_table(one.figures)


def rolls(law: Law, spot: float, vol: float) -> Tension:
    """How far the cost of a roll at level 2 is from what 6.10 allows.

    The held put is taken at its intrinsic value, the new one at the rich end of the band and at the last expiry that
    may be looked at: a real roll costs more.
    """
    level = law.protocol.freeze_level
    atr = MEAN_RANGE * vol * spot / sqrt(YEAR_SESSIONS)
    buy_back = law.protocol.level_atr[level - 1] * atr
    rows: list[Row] = []
    for kind in AccountType:
        rules = law.sleeves[kind.value]
        credit = _premium(spot, vol, rules.dte.high, rules.delta.middle)
        allowed = float(law.roll.cost_cap) * credit
        for listing, days in LISTINGS.items():
            new = _premium(spot, vol, rules.dte.high + days * law.roll.expiries, rules.delta.high)
            rows.append(
                {
                    "sleeve": kind.value.upper(), "expiries": listing, "credit": round(credit, 2),
                    "buy back": round(buy_back, 2), "new credit": round(new, 2), "cost": round(buy_back - new, 2),
                    "allowed": round(allowed, 2), "verdict": "roll" if buy_back - new <= allowed else "level 3",
                }
            )  # fmt: skip
    says = f"Level {level} wants a roll; what it costs at that breach, and what 6.10 lets it cost. USD a share."
    return Tension(("6.3", "6.10"), says, rows)


def small_accounts(law: Law, spot: float) -> Tension:
    """The equity that a sleeve, and a whole account, needs for one contract under 0.3."""
    sizing = law.sizing
    splits = {"GEN": sizing.split_gen, "REV": sizing.split_rev, "COM": 1 - sizing.split_gen - sizing.split_rev}
    rows: list[Row] = []
    for strike in (spot / 2, spot, 2 * spot, 4 * spot):
        sleeve = strike * sizing.lot_shares / float(sizing.symbol_cap)
        whole: Row = {f"capital for {name}": round(sleeve / float(split)) for name, split in splits.items()}
        rows.append({"strike": strike, "sleeve equity": round(sleeve), **whole})
    highest = law.forks.mini_excess * sizing.symbol_cap / sizing.lot_shares
    says = f"One contract has to fit the cap: a new MINI of {law.forks.mini_excess:,} sells none above {highest:.0f}."
    return Tension(("0.2", "0.3"), says, rows)


def aims(law: Law) -> Tension:
    """What a sleeve can deploy when each issuer of its universe is at the cap."""
    rows: list[Row] = []
    for kind in AccountType:
        issuers = {_issuer(law, symbol) for symbol in law.sleeves[kind.value].universe}
        most = min(len(issuers) * law.sizing.symbol_cap, law.sizing.ceiling)
        rows.append(
            {"sleeve": kind.value.upper(), "issuers": len(issuers), "most": float(most), "aim": float(law.sizing.aim)}
        )
    return Tension(("3.1", "0.3"), "The aim cannot be reached where the universe is small. Parts of equity.", rows)


def bands(law: Law, spot: float, vol: float) -> Tension:
    """How often a delta band holds a strike, by the distance between strikes."""
    rows: list[Row] = []
    for kind in AccountType:
        rules = law.sleeves[kind.value]
        low, high = (_strike(spot, vol, rules.dte.high, delta) for delta in (rules.delta.low, rules.delta.high))
        chances: Row = {f"step {step:g}": round(min((high - low) / step, 1.0), 2) for step in SPACINGS}
        rows.append({"sleeve": kind.value.upper(), "days": rules.dte.high, "band USD": round(high - low, 2), **chances})
    says = "A band narrower than the step between strikes is often empty. Part of the time that it holds one:"
    return Tension(("2.2", "3.2", "4.1"), says, rows)


def pivots(law: Law) -> Tension:
    """Where a sleeve below the drawdown floor goes on to sell puts, and how much it must regain once it has pivoted."""
    calm, halved, stopped = law.pivot.vix_below, law.breakers.hedged_week, law.breakers.safe
    floor, recovery = law.pivot.drawdown_floor, law.pivot.recovery
    rows: list[Row] = []
    for kind in AccountType:
        whole, half = (_puts(law, law.sleeves[kind.value], f) for f in (1.0, float(law.breakers.deployment_factor)))
        rows.append(
            {
                "sleeve": kind.value.upper(), f"VIX < {calm}": "calls only", f"{calm}–{halved}": whole,
                f"{halved}–{stopped}": half, f"> {stopped}": "nothing",
            }
        )  # fmt: skip
    says = (
        f"Below {floor:.0%} of its high a sleeve that minds the VIX stops selling puts in calm markets and goes on in "
        f"wild ones. Once it has stopped, recovery takes {recovery / floor - 1:.1%}, by calls alone."
    )
    return Tension(("0.9", "2.5"), says, rows)


def _puts(law: Law, rules: SleeveRules, factor: float) -> str:
    """What a sleeve below the floor may still put into puts once the VIX is high."""
    if rules.pivot_any_vix:
        return "calls only"
    issuers = {_issuer(law, symbol) for symbol in rules.universe}
    most = min(len(issuers) * float(law.sizing.symbol_cap), factor * float(law.sizing.ceiling))
    return f"puts to {most:.0%}"


def _issuer(law: Law, symbol: str) -> str:
    return next((same[0] for same in law.sizing.same_issuer if symbol in same), symbol)


def _strike(spot: float, vol: float, days: int, delta: float) -> float:
    """The strike at which a put has that absolute delta."""
    spread = vol * sqrt(days / YEAR_DAYS)
    return spot * exp(NormalDist().inv_cdf(delta) * spread + spread * spread / 2)


def _premium(spot: float, vol: float, days: int, delta: float) -> float:
    return price(spot, _strike(spot, vol, days, delta), days / YEAR_DAYS, 0.0, vol, call=False)


def _cell(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:,}"


def _print_table(rows: list[Row]) -> None:
    heads = list(rows[0])
    cells = [[_cell(row[head]) for head in heads] for row in rows]
    widths = [max(len(line[i]) for line in [heads, *cells]) for i in range(len(heads))]
    for line in [heads, *cells]:
        print("  " + "  ".join(f"{text:>{width}}" for text, width in zip(line, widths, strict=True)))
