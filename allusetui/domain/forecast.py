"""What the weeks so far say of the next one (12.3): chances, and how such chances have done beside the base rates."""

from allusetui.domain.frozen import frozen


@frozen
class Chance:
    """Of a week type, parts of one: `base` by how often it came, `overlay` by what was known at the last cut."""

    type: str
    base: float
    overlay: float


@frozen
class Band:
    """Chances that were told between `low` and `high`: how many, what they said on average, how often it came."""

    low: float
    high: float
    count: int
    said: float
    came: float


@frozen
class Score:
    """How the chances of `weeks` weeks did, each told from the weeks before it alone. Less is better.

    The log score is the mean −log of the chance of what came, in nats; Brier's the mean squared error. `gain` is by how
    much the log score beats that of the base rates, `error` its standard error.
    """

    weeks: int
    log_overlay: float
    log_base: float
    brier_overlay: float
    brier_base: float
    gain: float
    error: float
    bands: tuple[Band, ...]

    @property
    def verdict(self) -> str:
        """`beats`, `loses`, or `level` where the difference is within two standard errors."""
        if abs(self.gain) <= 2 * self.error:
            return "level"
        return "beats" if self.gain > 0 else "loses"


@frozen
class Forecast:
    """Of the week after `last`. Hidden, without chances and score, before `needed` weeks are typed.

    `counts`: how many weeks of each type there were.
    """

    weeks: int
    needed: int
    last: str
    counts: tuple[tuple[str, int], ...]
    chances: tuple[Chance, ...] = ()
    score: Score | None = None
