"""Chance of the model markets: a generator of its own for every name that is asked for."""

from datetime import date
from hashlib import sha256

import numpy as np

from allusetui.domain.contract import Option


def dice(seed: int, *name: str | date) -> np.random.Generator:
    """A generator that depends on seed and name alone."""
    words = sha256(":".join(map(str, (seed, *name))).encode()).digest()
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(int.from_bytes(words))))


def named(option: Option) -> tuple[str | date, ...]:
    """An option's terms as a name, however its strike is written."""
    return option.symbol, option.expiry, str(option.strike.normalize()), option.right
