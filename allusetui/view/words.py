"""How things are said: contracts, money, shares, instants, ages, levels, latches. Unknown is `?`, never 0."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from math import isinf

from allusetui.domain.account import Latch
from allusetui.domain.contract import Contract, Stock
from allusetui.domain.moment import day_of, local
from allusetui.domain.money import ZERO
from allusetui.view.model import Tone

UNKNOWN = "?"
NONE = "–"
_FAR_DAYS = 300

LEVELS = ("0 hold", "1 watch", "2 roll", "3 stop")
LEVEL_TONES = (Tone.PLAIN, Tone.WARN, Tone.BAD, Tone.LOUD)
TIERS = {"hedged_week": "HEDGED", "safe": "SAFE", "halt": "HALT"}
CAPS = {"0.2": "ceiling", "0.3": "symbols", "0.10": "margin", "6.12": "hedged"}
_RELEASES = {
    Latch.PAUSED: "{resume} resumes",
    Latch.LEVEL3: "{reset} resets",
    Latch.BREAKER: "{reset} resets once the VIX is back below its tier",
    Latch.BROKER: "leaves by itself when the broker's books have come",
    Latch.DISK: "leaves by itself when the disk can be written",
    Latch.MISMATCH: "{reset} accepts what the broker shows",
}


def release(latch: Latch, keys: Mapping[str, str]) -> str:
    """How a latch is left, by the keys as they are told."""
    return _RELEASES[latch].format(**keys)


def named(contract: Contract, today: date) -> str:
    """`AAPL 06Mar 199.5P`, with the year where it is far away; a stock is its symbol."""
    if isinstance(contract, Stock):
        return contract.symbol
    far = (contract.expiry - today).days > _FAR_DAYS
    expiry = contract.expiry.strftime("%d%b%y" if far else "%d%b")
    return f"{contract.symbol} {expiry} {plain(contract.strike)}{contract.right.value}"


def plain(value: Decimal) -> str:
    """A number without the zeros that say nothing: 199.5, 200."""
    text = format(value, "f")
    return minus(text.rstrip("0").rstrip(".") if "." in text else text)


def minus(text: str) -> str:
    """With the sign that people read."""
    return text.replace("-", "−")


def usd(amount: Decimal) -> str:
    """Whole dollars: `301,880`."""
    return minus(f"{amount:,.0f}")


def price(value: Decimal | None) -> str:
    """Dollars a share, to the cent, or to the fourth decimal where there are more."""
    return UNKNOWN if value is None else minus(f"{value:.2f}")


def signed(share: Decimal | None) -> str:
    """A change as a percentage with its sign: `+0.6%`."""
    return UNKNOWN if share is None else minus(f"{round(share * 100, 1) + ZERO:+.1f}%")


def percent(share: Decimal | None, digits: int = 0) -> str:
    """A share in percent, without the sign: `49`."""
    return UNKNOWN if share is None else minus(f"{share * 100:.{digits}f}")


def atrs(value: Decimal | None) -> str:
    """A number of ATRs in five cells: `−1.42`, `−12.4`."""
    return UNKNOWN if value is None else minus(f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}")


def age(seconds: float) -> str:
    """How old: `0.4s` `12s` `3m` `4h` `2d`."""
    if isinf(seconds):
        return UNKNOWN
    if seconds < 10:
        return f"{seconds:.1f}s".replace(".0s", "s")
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds)}s"


def span(seconds: float) -> str:
    """How long: `3h 12m`, `48m`, `30s`, `2d 4h`."""
    whole = max(int(seconds), 0)
    days, hours, minutes = whole // 86_400, whole // 3_600 % 24, whole // 60 % 60
    if days:
        return f"{days}d {hours}h"
    if hours:
        return f"{hours}h {minutes:02}m"
    return f"{minutes}m" if minutes else f"{whole}s"


def clock(at_ms: int) -> str:
    """`10:05:30` on New York's clock."""
    return local(at_ms).strftime("%H:%M:%S")


def moment(at_ms: int, now_ms: int) -> str:
    """`10:15` today, `Thu 09:45` within a week, `05 Mar` beyond; seconds where there are some."""
    when, days = local(at_ms), abs((day_of(at_ms) - day_of(now_ms)).days)
    if days > 6:
        return when.strftime("%d %b")
    shown = when.strftime("%H:%M:%S" if when.second else "%H:%M")
    return shown if not days else f"{when:%a} {shown}"


def count(number: int, thing: str) -> str:
    """`1 cancel`, `3 cancels`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"
