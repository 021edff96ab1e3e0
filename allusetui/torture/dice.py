"""Random scenarios from a seed: a few symbols, what accounts hold, prices that wander, faults and an operator's keys.

Whatever happens is over some time before the run ends, so that what should come to rest can.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final, TypeVar

import numpy as np

from allusetui.domain.moment import to_ms
from allusetui.market.calendars import calendar
from allusetui.scenario.script import BAD_VALUES

T = TypeVar("T")
UNIVERSES = {"GEN": ("AAPL", "MSFT", "SPY"), "REV": ("NVDA", "TSLA"), "COM": ("AAPL", "META")}
STARTS = (date(2026, 3, 2), date(2026, 3, 30), date(2026, 6, 29), date(2026, 11, 23), date(2026, 12, 28))
"""Mondays of an ordinary week, Good Friday's, those of a quarter's and a year's end, and one with an early close."""
SESSIONS = calendar(STARTS[0], STARTS[-1] + timedelta(days=30))
SPANS = ("5s", "40s", "3m", "30m", "4h")
QUIET = timedelta(minutes=20)
KEYS = ("pause", "resume", "reset", "maintenance", "audit", "approve", "refuse", "no_entries", "close")
RARE = ("kill", "pause")
FLOWS = ("deposit", "withdraw", "tax_paid")
Keys = dict[str, Any]
_TIGHT: Final = (0.005, 0.01, 0.02)
_ANY: Final = (*_TIGHT, 0.04, 0.3)
"""Spreads, of the mid."""


class Throws:
    """The throws of one seed, or of several numbers that make one: the same each time."""

    def __init__(self, *seed: int) -> None:
        self.rng = np.random.default_rng(seed if len(seed) > 1 else seed[0])

    def happens(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def whole(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))

    def number(self, low: float, high: float) -> float:
        return round(float(self.rng.uniform(low, high)), 2)

    def one_of(self, items: Sequence[T]) -> T:
        return items[self.whole(0, len(items) - 1)]


class Dice(Throws):
    """What is thrown for a scenario of some days."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.seed = seed
        day = self.one_of(STARTS) + timedelta(days=self.whole(0, 3))
        self.start = datetime.combine(day, time(9, self.whole(0, 59)))
        self.end = self.start + timedelta(days=self.whole(0, 5), hours=self.whole(3, 8))
        self.quiet = QUIET
        self.most_strikes: int | None = None
        """How many strikes there may be up to the spot: of fine grids a broker has much to tell."""
        self.liquid = False
        """Whether what is listed can be traded, most of it: orders are what faults are about."""
        self.least_equity = 50_000
        self.accounts = [name for name in UNIVERSES if self.happens(0.7)] or ["GEN"]
        self.spots: dict[str, float] = {}
        self.held: list[Keys] = []
        days = range((self.end - self.start).days + 1)
        self.busy = [datetime.combine(self.start.date() + timedelta(days=n), time(9, 45)) for n in days]

    def instant(self) -> datetime:
        """In the hours of a day, or a little outside of them."""
        while True:
            day = self.start.date() + timedelta(days=self.whole(0, (self.end - self.start).days))
            at = datetime.combine(day, time(9)) + timedelta(seconds=self.whole(0, 8 * 3600))
            if self.start <= at < self.end - self.quiet:
                return at

    def traded(self) -> str:
        return self.one_of(UNIVERSES[self.one_of(self.accounts)])

    def trouble(self) -> datetime:
        """Mostly while orders may work: about the start of a window, or a move of prices; else at any instant."""
        at = self.one_of(self.busy) + timedelta(seconds=self.whole(-20, 5))
        return at if self.happens(0.7) and self.start <= at < self.end - self.quiet else self.instant()


def scene(seed: int) -> str:
    """The scenario of a seed, as the text of its file."""
    dice = Dice(seed)
    tables = [head(dice), *listed(dice), *held(dice)]
    tables += [move(dice) for _ in range(dice.whole(2, 12))]
    tables += [_fault(dice) for _ in range(dice.whole(0, 6))]
    tables += [_key(dice) for _ in range(dice.whole(0, 4))]
    over = dice.end - QUIET / 2
    tables += [table("[[operator]]", at=over, action="resume", account=name) for name in dice.accounts]
    return "\n".join(tables)


def table(name: str, /, **keys: object) -> str:
    return "\n".join([name, *(f"{key.rstrip('_')} = {_shown(value)}" for key, value in keys.items())]) + "\n"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):  # an instant is one too
        return value.isoformat()
    if isinstance(value, list):
        return "[" + ", ".join(_shown(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {_shown(item)}' for key, item in value.items()) + " }"
    return f'"{value}"' if isinstance(value, str) else str(value)


def head(dice: Dice) -> str:
    run = table(
        "[scenario]", name=f"seed-{dice.seed}", start=dice.start, end=dice.end, seed=dice.seed,
        capital=dice.whole(1, 60) * 100_000, accounts=dice.accounts, mode=dice.one_of(("normal", "normal", "stress")),
    )  # fmt: skip
    return run + table("[market]", kind="scripted", margin=dice.one_of((0.2, 0.2, 0.6)))


def listed(dice: Dice) -> list[str]:
    rows = []
    for symbol in dict.fromkeys(symbol for name in UNIVERSES for symbol in UNIVERSES[name]):
        spot = dice.spots[symbol] = dice.number(20, 400)
        keys: Keys = {
            "spot": spot, "iv": dice.number(0.5 if dice.liquid else 0.2, 0.9),
            "spread_pct": dice.one_of(_TIGHT if dice.liquid else _ANY),
            "oi": dice.one_of((5000, 5000, 5000, 5000 if dice.liquid else 400)),
            "volume": dice.one_of((20_000, 20_000, 5_000, 5_000 if dice.liquid else 150)),
            "strike_step": _step(dice, spot), "expiries": dice.one_of(("daily", "friday", "mon-wed-fri")),
            "atr": dice.one_of((round(spot * 0.01, 2), round(spot * 0.03, 2), "none")),
        }  # fmt: skip
        if dice.happens(0.2):
            keys["earnings"] = [dice.start.date() + timedelta(days=dice.whole(0, 9))]
        rows.append(table(f"[market.symbols.{symbol}]", **keys))
        if dice.happens(0.3):
            ex = dice.start.date() + timedelta(days=dice.whole(0, 6))
            rows.append(table(f"[[market.symbols.{symbol}.dividends]]", ex=ex, amount=dice.number(0.1, 2)))
    rows.append(table("[market.symbols.VIX]", spot=dice.number(12, 45)))
    return [*rows, table("[market.symbols.SPX]", spot=5000.0)]


def _step(dice: Dice, spot: float) -> float:
    step = dice.one_of((0.5, 1.0, 2.5))
    return step if dice.most_strikes is None else max(step, round(spot / dice.most_strikes) / 2)


def held(dice: Dice) -> list[str]:
    rows = []
    for name in dice.accounts:
        equity = max(dice.whole(1, 30) * 50_000, dice.least_equity)
        keys: Keys = {"equity": equity}
        if dice.happens(0.3):
            keys["high_water"] = round(equity * dice.number(1, 1.3))
        if dice.happens(0.3):
            keys["realized_quarter"] = dice.whole(-5, 20) * 1_000
        rows.append(table(f"[accounts.{name}]", **keys))
        for symbol in UNIVERSES[name]:
            rows += _position(dice, name, symbol, equity / len(UNIVERSES[name]))
    return rows


def _position(dice: Dice, account: str, symbol: str, budget: float) -> list[str]:
    """Puts with their cash, shares with calls on some of them, or nothing."""
    spot, kind = dice.spots[symbol], dice.whole(0, 3)
    lots = int(budget * 0.8 / (spot * 100))
    if not lots or kind > 1:
        return []
    strike = round(spot * dice.number(0.9, 1.1) / 2.5) * 2.5
    expiry = in_session(dice.start.date() + timedelta(days=dice.whole(0, 12)), to_ms(dice.start))
    row: Keys = {"symbol": symbol, "expiry": expiry, "strike": strike, "right": "P" if kind else "C"}
    rows = []
    if kind == 0:
        shares, basis = lots * 100 + dice.one_of((0, 37)), dice.number(0.8 * spot, 1.2 * spot)
        holding = f"[accounts.{account}.holdings.{symbol}]"
        rows.append(table(holding, shares=shares, basis=basis, assigned=dice.happens(0.5)))
        lots = dice.whole(0, lots)
    if lots:
        dice.held.append(row)
        since = dice.start.date() - timedelta(days=dice.whole(0, 5))
        more = {"quantity": -lots, "price": dice.number(0.3, 0.06 * spot + 0.3), "opened": since}
        rows.append(table(f"[[accounts.{account}.options]]", **row, **more))
    return rows


def in_session(day: date, after_ms: int = 0) -> date:
    """The first session from a day on that has not ended by an instant."""
    while (session := SESSIONS.on(day)) is None or session.close_ms <= after_ms:
        day += timedelta(days=1)
    return day


def move(dice: Dice) -> str:
    values: dict[str, float] = {}
    for symbol in dice.spots:
        if dice.happens(0.5):
            dice.spots[symbol] = values[symbol] = round(dice.spots[symbol] * dice.number(0.9, 1.08), 2)
        if dice.happens(0.1):
            values[f"{symbol}.iv"] = dice.number(0.15, 1.2)
    values["VIX"] = dice.one_of((29.99, 35.0, 50.01, 51.0, 66.0, 81.0)) if dice.happens(0.08) else dice.number(14, 24)
    glide = {"glide": dice.one_of(("1m", "1h"))} if dice.happens(0.3) else {}
    dice.busy.append(dice.instant())
    return table("[[tape]]", at=dice.busy[-1], set=values, **glide)


def _fault(dice: Dice) -> str:
    kinds = ("stale", "no_chain", "no_fill", "partial_fill", "reject", "bad_quote", "lost_ack", "broker_down", "crash")
    kind = dice.one_of((*kinds, "no_fill", "lost_ack", "foreign_order", "assign"))
    at = dice.trouble()
    span = dice.one_of(SPANS) if at + timedelta(hours=4) < dice.end - QUIET else "40s"
    keys: Keys = {"at": at, "kind": kind, "symbol": "VIX" if dice.happens(0.1) else dice.traded()}
    if kind == "assign":
        if not dice.held:
            return ""
        return table("[[fault]]", **{**keys, **dice.one_of(dice.held)}, quantity=dice.whole(1, 4))
    keys["for"] = span
    if kind in ("broker_down", "crash"):
        del keys["symbol"]
    if kind == "partial_fill":
        keys["value"] = dice.whole(0, 3)
    if kind == "bad_quote":
        keys["value"] = dice.one_of(BAD_VALUES)
    return table("[[fault]]", **keys)


def _key(dice: Dice) -> str:
    keys: Keys = {
        "at": dice.trouble(),
        "action": dice.one_of((*KEYS, *FLOWS) if dice.happens(0.95) else RARE),
        "account": dice.one_of(dice.accounts),
    }
    if keys["action"] in FLOWS:
        keys["amount"] = dice.whole(1, 400) * 250.25
    if keys["action"] == "kill":
        del keys["account"]
    if keys["action"] == "close" and dice.held:
        keys |= dice.one_of(dice.held)
    elif keys["action"] == "close":
        keys["action"] = "audit"
    return table("[[operator]]", **keys)
