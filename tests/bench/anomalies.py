"""What the watch over closes finds in 2014 to 2020: hits on bad spells, and false alarms a year.

Each session of the history is looked at as the adviser sees it at its close. An alarm about the whole market is true
where within three sessions before or ten after it the S&P 500 closes 5 % or more below its highest close of 20
sessions; else it is false. An alarm about one symbol is about that symbol alone, and is counted apart.
Usage: python tests/bench/anomalies.py; the history is read from the shared folder's data.
"""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from allusetui.advisor import watch
from allusetui.domain.advice import Anomaly, Closes, MarketQuestion
from allusetui.market.history_data import load
from allusetui.market.indices import SPX
from allusetui.market.model_data import ModelData

SHARED = Path(os.environ.get("ALLUSETUI_SHARED", Path(__file__).parents[3] / "shared"))
SYMBOLS = ("AAPL", "MSFT", "AMZN", "GOOG", "NVDA", "TSLA", "META", "SPY", "QQQ")
FIRST, LAST = date(2014, 3, 27), date(2020, 12, 29)
BARS = 260
BEFORE, AFTER = 3, 10
FALL, HIGH_OF = 0.95, 20
SPELLS = {
    "August 2015": (date(2015, 8, 20), date(2015, 8, 25)),
    "Brexit": (date(2016, 6, 24), date(2016, 6, 27)),
    "February 2018": (date(2018, 2, 2), date(2018, 2, 8)),
    "October 2018": (date(2018, 10, 10), date(2018, 10, 24)),
    "December 2018": (date(2018, 12, 4), date(2018, 12, 24)),
    "August 2019": (date(2019, 8, 5), date(2019, 8, 14)),
    "February 2020": (date(2020, 2, 24), date(2020, 2, 28)),
    "March 2020": (date(2020, 3, 9), date(2020, 3, 16)),
    "September 2020": (date(2020, 9, 3), date(2020, 9, 8)),
}
EARLY = 3
"""Sessions before a spell on which an alarm counts as a hit."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """What was found at a session's close, and whether a fall of the market was near."""

    day: date
    found: Anomaly
    is_true: bool


def closes(data: ModelData, symbol: str) -> dict[date, float]:
    """A symbol's closes at the level that trades last."""
    rows, found = data.daily[symbol], {}
    for day, close in zip(rows.days, rows.closes, strict=True):
        later = [float(ratio) for ex, ratio in data.splits.get(symbol, ()) if ex > day]
        found[day] = float(close) / float(np.prod(later or [1.0]))
    return found


def falls(data: ModelData) -> dict[date, bool]:
    """Session → whether a fall of the index is near."""
    levels = list(closes(data, SPX).items())
    values = [close for _, close in levels]
    fell = [value <= FALL * max(values[max(0, at - HIGH_OF) : at + 1]) for at, value in enumerate(values)]
    return {day: any(fell[max(0, at - BEFORE) : at + AFTER + 1]) for at, (day, _) in enumerate(levels)}


def alarms(folder: Path) -> tuple[list[Alarm], list[date]]:
    """Every alarm of the history, and the sessions that were looked at."""
    data = load(folder, SYMBOLS, FIRST, LAST)
    known, near = {symbol: closes(data, symbol) for symbol in SYMBOLS}, falls(data)
    days = sorted(day for day in set.intersection(*map(set, known.values())) if FIRST <= day <= LAST)
    found: list[Alarm] = []
    for at in range(watch.LEAST + 2, len(days)):
        past = tuple(days[max(0, at - BARS) : at + 1])
        series = tuple(Closes(symbol, past, tuple(known[symbol][day] for day in past)) for symbol in SYMBOLS)
        told = watch.market(MarketQuestion(past[-1], series))
        found += [Alarm(past[-1], each, near[past[-1]]) for each in (told.found if told else ())]
    return found, days[watch.LEAST + 2 :]


def hit(spell: tuple[date, date], found: list[Alarm], days: list[date]) -> list[Alarm]:
    """The alarms about the whole market from a few sessions before a spell to its end."""
    first = days[max(days.index(spell[0]) - EARLY, 0)]
    return [alarm for alarm in found if not alarm.found.symbol and first <= alarm.day <= spell[1]]


def false_a_year(found: list[Alarm], days: list[date]) -> float:
    """Days a year with a false alarm about the whole market."""
    false = {alarm.day for alarm in found if not alarm.found.symbol and not alarm.is_true}
    return len(false) / years(days)


def single_a_year(found: list[Alarm], days: list[date]) -> float:
    """Alarms a year about one symbol, all of them together."""
    return sum(bool(alarm.found.symbol) for alarm in found) / years(days)


def years(days: list[date]) -> float:
    return (days[-1] - days[0]).days / 365.25


def main() -> None:
    found, days = alarms(SHARED / "data")
    print(f"{days[0]} to {days[-1]}, {len(days)} sessions, {len(SYMBOLS)} symbols")
    for name, spell in SPELLS.items():
        told = [f"{alarm.day} {alarm.found.kind} {alarm.found.score}" for alarm in hit(spell, found, days)]
        print(f"  {name:16} {spell[0]} to {spell[1]}  {'; '.join(told) or 'missed'}")
    for kind in ("volatility", "turbulence", "correlation"):
        whole = [alarm for alarm in found if alarm.found.kind == kind and not alarm.found.symbol]
        false = [str(alarm.day) for alarm in whole if not alarm.is_true]
        print(f"  {kind:12} {len(whole)} alarms, {len(false)} false: {' '.join(false)}")
    print(f"false days a year, the whole market: {false_a_year(found, days):.2f}")
    print(f"alarms a year about one of {len(SYMBOLS)} symbols: {single_a_year(found, days):.2f}")


if __name__ == "__main__":
    main()
