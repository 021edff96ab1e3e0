"""What the model markets ask for options along a session: `model_quotes` at many instants at once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import YEAR_MS
from allusetui.domain.quote import Bools, Floats
from allusetui.market import model_quotes
from allusetui.market.indices import VIX
from allusetui.market.model_quotes import LEAST_DAYS, Scale
from allusetui.market.traits import Traits
from allusetui.pricing import surface
from allusetui.pricing.american import Dividends
from allusetui.pricing.surface import TERM

_YEAR_DAYS: Final = 365
_YEAR_SESSIONS: Final = 252


@frozen(eq=False)
class Scene:
    """What is the same for every symbol at the ticks `times`, ms, of one session; arrays of one length."""

    times: NDArray[np.int64]
    vix: Floats
    wide: Bools
    vix_63d_mean: float
    rate: float


@frozen(eq=False)
class Line:
    """An expiry of a symbol along a scene: `spots` at its ticks, and from each of them the years to the dividends."""

    symbol: str
    traits: Traits
    spots: Floats
    expires_ms: int
    reports: int
    dividends: Dividends


def quotes(scene: Scene, wanted: Mapping[Option, Line]) -> dict[Option, tuple[Floats, Floats]]:
    """Bids and asks of options, each of the line of its expiry, along a scene."""
    found: dict[Option, tuple[Floats, Floats]] = {}
    for options in _alike(wanted):
        places = {line: row for row, line in enumerate(dict.fromkeys(wanted[each] for each in options))}
        rows = np.array([places[wanted[each]] for each in options])
        strikes = np.array([float(each.strike) for each in options])
        calls = np.array([not each.is_put for each in options])
        lines = list(places)
        bids, asks = slices(scene, lines, scale(scene, lines), rows, strikes, calls)
        found |= {option: (bids[row], asks[row]) for row, option in enumerate(options)}
    return found


def _alike(wanted: Mapping[Option, Line]) -> Iterator[list[Option]]:
    """Those that one call prices."""
    found: dict[object, list[Option]] = {}
    for option, line in wanted.items():
        found.setdefault(line.traits.kind, []).append(option)
    return iter(found.values())


def slices(
    scene: Scene, lines: Sequence[Line], at: Scale[Floats], rows: NDArray[np.intp], strikes: Floats, calls: Bools
) -> tuple[Floats, Floats]:
    """Bids and asks: strikes down the rows, each of the line that `rows` tells; instants along them.

    `at` is the scale of the lines, which are of one kind.
    """
    whole = (len(lines), len(scene.times))

    def each(values: Any) -> Any:
        return np.broadcast_to(values, whole)[rows].ravel()

    dividends = tuple((each(due), each(amounts)) for due, amounts in at.dividends)
    years, spot, base, forward = each(at.years), each(at.spot), each(at.base), each(at.forward)
    every = Scale(years, spot, base, dividends, at.carry, forward, each(at.atm_vol), each(at.half_spread))
    repeated, sides = np.repeat(strikes, whole[1]), np.repeat(calls, whole[1])
    bids, asks = model_quotes.many(lines[0].traits, scene.rate, each(scene.wide), every, repeated, sides)
    return bids.reshape(-1, whole[1]), asks.reshape(-1, whole[1])


def scale(scene: Scene, lines: Sequence[Line]) -> Scale[Floats]:
    """`model_quotes.term` of lines of one kind, down the rows, at every instant, along them."""
    years = np.maximum(_column([line.expires_ms for line in lines]) - scene.times, 0) / YEAR_MS
    days, spots, dividends = years * _YEAR_DAYS, np.stack([line.spots for line in lines]), _dividends(scene, lines)
    if lines[0].symbol == VIX:
        sessions = years * _YEAR_SESSIONS
        base = forward = surface.vix_forward(scene.vix, sessions)
        vols = np.array([model_quotes.vix_vol(each) for each in sessions.ravel().tolist()]).reshape(sessions.shape)
        carry = scene.rate
    else:
        base, carry = spots - _escrow(scene, dividends), 0.0
        forward = base * np.exp(scene.rate * years)
        vols = _atm_vols(scene, lines, days)
    tiers = _column([line.traits.tier for line in lines])
    half = model_quotes.half_spread(tiers, base, np.maximum(days, LEAST_DAYS), scene.vix)
    return Scale(years, spots, base, dividends, carry, forward, vols, half)


def _column(values: Sequence[float | Floats]) -> Any:
    return np.array(values)[:, np.newaxis]


def _dividends(scene: Scene, lines: Sequence[Line]) -> Dividends:
    """Of every line the first dividend, of every line the second, and so on: of one that has fewer nothing is paid."""
    most, none = max(len(line.dividends) for line in lines), (np.zeros(len(scene.times)), 0.0)
    paid = [[*line.dividends, *[none] * (most - len(line.dividends))] for line in lines]
    ranks = [[dividends[rank] for dividends in paid] for rank in range(most)]
    return tuple((np.stack([years for years, _ in rank]), _column([amount for _, amount in rank])) for rank in ranks)


def _escrow(scene: Scene, dividends: Dividends) -> Floats | float:
    """`model_quotes.escrow` at every instant."""
    worth: Floats | float = 0.0
    for years, amounts in dividends:
        worth = worth + amounts * np.exp(-scene.rate * years)
    return worth


def _atm_vols(scene: Scene, lines: Sequence[Line], days: Floats) -> Floats:
    kinds = [line.traits for line in lines]
    betas, owns = _column([kind.beta for kind in kinds]), _column([kind.own_vol for kind in kinds])
    near: Floats = surface.index_atm_vols(np.minimum(days, TERM.month_days), scene.vix, scene.vix_63d_mean)
    vols: Floats = surface.name_atm_vol(near, betas, owns, scene.vix)
    settled = surface.index_long_run_vol()
    long_run = _column([surface.name_atm_vol(settled, kind.beta, kind.own_vol, TERM.vix_normal) for kind in kinds])
    later = surface.term_vol(np.maximum(days, TERM.month_days), vols, long_run)
    vols = np.where(days > TERM.month_days, later, vols)
    coming = [line.reports if line.traits.report_move is not None else 0 for line in lines]
    if any(coming):
        alive, counts = np.maximum(days, 1e-9) / _YEAR_DAYS, _column(coming)
        one = _column([float(surface.earnings_variance(kind.report_move or 0.0, 1.0, 1.0)) for kind in kinds])
        vols = np.where((days > 0) & (counts > 0), np.sqrt(vols * vols + one * counts / alive), vols)
    return vols
