"""What the synthetic market's rows of (shock, VIX's innovation) stand in for: those of SPX and VIX, 1990-2022.

Filters the real returns by the market model's GJR-GARCH, at the long-run volatility (.178) at which its line from
forecast to VIX comes out, and prints beside the stand-in's: moments, and the mean innovation by the size of the shock.
Reads data of the shared folder. Usage: python -m tests.bench.innovations
"""

import os
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np

from allusetui.domain.quote import Floats
from allusetui.market import synthetic_index as model
from allusetui.market.history_data import load
from allusetui.market.indices import SPX, VIX
from tests.bench.calibration import batch

SHARED = Path(os.environ.get("ALLUSETUI_SHARED", Path(__file__).parents[3] / "shared"))
FIRST, LAST = date(1990, 1, 3), date(2022, 12, 28)
VARIANCE = 0.178**2 / model.YEAR_SESSIONS
SETTLED = 250  # sessions until the filter has forgotten how it began
EDGES = (-np.inf, -4.0, -3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, np.inf)

Rows = tuple[Floats, Floats]


def real() -> Rows:
    """Shocks, and what moved log VIX beside the forecast, of the same days."""
    found = load(SHARED / "data", (), FIRST, LAST).daily
    spx, vix = found[SPX], found[VIX]
    levels = dict(zip(vix.days, np.log(vix.closes), strict=True))
    days = [row for row, day in enumerate(spx.days) if day in levels]
    moves = np.diff(np.log(spx.closes[days]))
    shocks, forecasts = _filtered(moves - moves.mean())
    logs = np.array([levels[spx.days[row]] for row in days[1:]])
    owns = logs - model._LEVEL - model._POWER * np.log(100 * np.sqrt(model.YEAR_SESSIONS * forecasts))
    return shocks[SETTLED:], (owns[1:] - model._OWN_KEPT * owns[:-1])[SETTLED - 1 :]


def _filtered(surprises: Floats) -> Rows:
    """Each session's shock, and the mean variance forecast after it for the 21 to come."""
    shocks, forecasts, variance = np.empty_like(surprises), np.empty_like(surprises), VARIANCE
    kept, ahead = model._KEPT, model._AHEAD
    falls_back = (1 - kept**ahead) / (ahead * (1 - kept))
    for row, surprise in enumerate(surprises):
        shocks[row] = surprise / variance**0.5
        news = (model._ALPHA + model._GAMMA * (surprise < 0)) * surprise**2
        variance = VARIANCE * (1 - kept) + news + model._BETA * variance
        forecasts[row] = VARIANCE + (variance - VARIANCE) * falls_back
    return shocks, forecasts


def stand_in() -> Rows:
    drawn = batch(100, SPX, 2520)
    return drawn.shocks.ravel(), model.innovations(drawn).ravel()


def moments(rows: Rows) -> Iterator[tuple[str, float]]:
    shocks, innovations = rows
    for label, values in (("shock", shocks), ("innovation", innovations)):
        apart = (values - values.mean()) / values.std()
        yield f"{label}: deviation", float(values.std())
        yield f"{label}: skewness", float((apart**3).mean())
        yield f"{label}: excess kurtosis", float((apart**4).mean()) - 3
    yield "share of the variance in falls", float((shocks**2 * (shocks < 0)).mean() / (shocks**2).mean())
    yield "correlation of shock and innovation", float(np.corrcoef(shocks, innovations)[0, 1])
    yield "correlation of the shock's size and innovation", float(np.corrcoef(abs(shocks), innovations)[0, 1])


def by_shock(rows: Rows) -> Iterator[tuple[str, float]]:
    shocks, innovations = rows
    for low, high in pairwise(EDGES):
        inside = (low <= shocks) & (shocks < high)
        yield f"mean innovation, shocks of {low:g} to {high:g}", float(innovations[inside].mean())


def main() -> None:
    found, made = real(), stand_in()
    print(f"{'':<48} {'real':>9} {'stand-in':>9}")
    for table in (moments, by_shock):
        for (label, told), (_, drawn) in zip(table(found), table(made), strict=True):
            print(f"{label:<48} {told:>9.4f} {drawn:>9.4f}")


if __name__ == "__main__":
    main()
