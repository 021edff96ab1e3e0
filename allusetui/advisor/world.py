"""The world in which ladders are compared: prices and volatilities by the month, drawn once for every candidate.

A symbol moves log-normally under a volatility of its own, whose log returns to what its LEAPs imply today; both
fall together as leverage makes them, and symbols share one market. Draws come in antithetic pairs, so that a path and
the one after half of them are mirror images.

Nothing is known of where prices go: they earn the interest and a premium for their risk. An option is paid and sold
at its implied volatility of that day, which is the one it lives under: no side is favoured.

Source: Scott, Option pricing when the variance changes randomly (1987), for the log-normal volatility; Glasserman,
Monte Carlo Methods in Financial Engineering (2003), 4.2, for the pairs.
"""

from hashlib import sha256
from typing import Final

import numpy as np

from allusetui.domain.frozen import frozen
from allusetui.domain.quote import Floats

EXCESS: Final = 0.04  # what stocks earn a year above the interest; Dimson, Marsh & Staunton's world since 1900 is 0.045
_TOGETHER: Final = 0.5  # correlation of two large shares
_LEVERAGE: Final = -0.6  # of a share and its volatility
_RETURNS: Final = 3.0  # a year: half of a shock to the volatility is gone in three months
_SWING: Final = 0.20  # the deviation of the log volatility of options a year out
_YEAR: Final = 12


@frozen
class Paths:
    """One symbol: `spots` begin at 1, `vols` are annual; one row a month, the first today, one column a path."""

    spots: Floats
    vols: Floats


def seed_of(seed: int, *names: str) -> int:
    """A seed of its own for every name, with which the draws can be had again."""
    words = sha256(":".join((str(seed), *names)).encode()).digest()
    return int.from_bytes(words[:4])


def paths(seed: int, vols: tuple[float, ...], rate: float, months: int, count: int) -> tuple[Paths, ...]:
    """A symbol's paths for each volatility of today, `count` of them (an even number)."""
    dice = np.random.Generator(np.random.PCG64(seed))
    market = _mirrored(dice, months, count)
    return tuple(_path(market, _mirrored(dice, months, count), _mirrored(dice, months, count), v, rate) for v in vols)


def _mirrored(dice: np.random.Generator, months: int, count: int) -> Floats:
    half = dice.standard_normal((months, count // 2))
    return np.concatenate((half, -half), axis=1)


def _path(market: Floats, own: Floats, other: Floats, vol: float, rate: float) -> Paths:
    months, count = market.shape
    shocks = _mixed(_TOGETHER**0.5, market, own)
    swings = _mixed(_LEVERAGE, shocks, other)
    step, kept = 1 / _YEAR, np.exp(-_RETURNS / _YEAR)
    spots, vols, swing = np.ones((months + 1, count)), np.full((months + 1, count), vol), np.zeros(count)
    for month in range(months):
        now = vols[month]
        moved = (rate + EXCESS - now * now / 2) * step + now * step**0.5 * shocks[month]
        spots[month + 1] = spots[month] * np.exp(moved)
        swing = kept * swing + _SWING * (1 - kept * kept) ** 0.5 * swings[month]
        vols[month + 1] = vol * np.exp(swing)
    return Paths(spots, vols)


def _mixed(share: float, common: Floats, own: Floats) -> Floats:
    """Standard normals that correlate with `common` by `share`."""
    result: Floats = share * common + (1 - share * share) ** 0.5 * own
    return result
