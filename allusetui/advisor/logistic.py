"""A multinomial logistic regression that is drawn towards base rates. Pure: numpy, and the same numbers every time.

Each type's log odds are those of its base rate and a weighted sum of facts; every weight, and what is added to the base
rate, has a normal prior around zero. With no data, or facts that say nothing, the chances are the base rates.

Source: Bishop, Pattern Recognition and Machine Learning (2006), 4.3.4 and 4.5; Newton's method with its steps halved.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.frozen import frozen
from allusetui.domain.quote import Floats

Classes = NDArray[np.int64]
_STEPS: Final = 50
_HALVINGS: Final = 12
_FLAT: Final = 1e-8
_PRIOR: Final = 0.5  # Jeffreys' half a week of each type before the first


@frozen
class Fit:
    """`weights`: (facts + 1, types), the last row stands alone; facts are centred and scaled as the past was."""

    base: Floats
    weights: Floats
    centre: Floats
    scale: Floats

    def chances(self, facts: Floats) -> Floats:
        """(rows, types) for facts (rows, facts), NaN where unknown: what is unknown says nothing."""
        return _softmax(np.log(self.base) + _design(facts, self.centre, self.scale) @ self.weights)


def base_rates(came: Classes, types: int) -> Floats:
    """How often each type came, none of them never."""
    rates: Floats = (np.bincount(came, minlength=types).astype(np.float64) + _PRIOR) / (len(came) + _PRIOR * types)
    return rates


def fit(facts: Floats, came: Classes, types: int, ridge: float, start: Floats | None = None) -> Fit:
    """The most probable weights; `ridge` is the inverse of their variance. `start` only shortens the way to them."""
    base = base_rates(came, types)
    centre, scale = _measured(facts)
    design, shown = _design(facts, centre, scale), np.eye(types)[came]
    weights = np.zeros((design.shape[1], types)) if start is None else start.copy()
    offset = np.log(base)
    lost = _loss(design, offset, weights, shown, ridge)
    for _ in range(_STEPS):
        chances = _softmax(offset + design @ weights)
        slope = design.T @ (chances - shown) + ridge * weights
        if float(np.abs(slope).max()) < _FLAT:
            break
        step = np.linalg.solve(_curvature(design, chances, ridge), slope.T.ravel()).reshape(types, -1).T
        for _ in range(_HALVINGS):
            tried = weights - step
            now = _loss(design, offset, tried, shown, ridge)
            if now <= lost:
                break
            step = step / 2
        weights, lost = tried, now
    return Fit(base, weights, centre, scale)


def _measured(facts: Floats) -> tuple[Floats, Floats]:
    """Means and deviations of what is known; of what never was, or never differed, 0 and 1."""
    known = np.isfinite(facts)
    count = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, facts, 0.0).sum(axis=0) / count
    scale = np.sqrt((np.where(known, facts - centre, 0.0) ** 2).sum(axis=0) / count)
    safe: Floats = np.where(scale > 0, scale, 1.0)
    return centre, safe


def _design(facts: Floats, centre: Floats, scale: Floats) -> Floats:
    scaled = np.where(np.isfinite(facts), (facts - centre) / scale, 0.0)
    return np.column_stack((np.clip(scaled, -4.0, 4.0), np.ones(len(facts))))


def _softmax(odds: Floats) -> Floats:
    raised = np.exp(odds - odds.max(axis=1, keepdims=True))
    chances: Floats = raised / raised.sum(axis=1, keepdims=True)
    return chances


def _loss(design: Floats, offset: Floats, weights: Floats, shown: Floats, ridge: float) -> float:
    odds = offset + design @ weights
    top = odds.max(axis=1, keepdims=True)
    total = np.log(np.exp(odds - top).sum(axis=1)) + top[:, 0]
    return float((total - (odds * shown).sum(axis=1)).sum() + ridge / 2 * (weights**2).sum())


def _curvature(design: Floats, chances: Floats, ridge: float) -> Floats:
    """The second derivative by all weights, type after type."""
    facts, types = design.shape[1], chances.shape[1]
    found = np.empty((types, facts, types, facts))
    for one in range(types):
        for other in range(one, types):
            share = chances[:, one] * ((one == other) - chances[:, other])
            found[one, :, other] = (design * share[:, None]).T @ design
            found[other, :, one] = found[one, :, other].T
    whole: Floats = found.reshape(types * facts, types * facts)
    whole[np.diag_indices(types * facts)] += ridge
    return whole
