"""What an adviser is asked and what it may say: figures, never words. It proposes; what comes of it is a person's."""

from dataclasses import field
from datetime import date
from decimal import Decimal

from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.money import ZERO

KEEP = "keep"
_REMEMBERED = 8
"""Outcomes: the quarters of two years."""


@frozen
class LadderTerms:
    """How a growth ladder buys: the delta and the months to expiry that it aims at, the months between two rungs."""

    delta_aim: float
    months_aim: int
    spacing: int


@frozen
class Outlook:
    """What a dollar in the ladder becomes, costs paid: the mean and three percentiles."""

    mean: float
    p5: float
    p50: float
    p95: float


@frozen
class Evidence:
    """Simulated ladders side by side: as it is now, and by the `best` of the `candidates`, on the same paths.

    `gain` is by how much the best scores more, `low` to `high` its interval at 95 %, corrected for the number of
    candidates. The outlooks are after `months`; `quarters` is the best one's after each quarter until then. Costs are
    parts of a dollar; `excess` is what the underlyings are taken to earn a year above the interest.
    """

    best: LadderTerms
    now: Outlook
    proposed: Outlook
    gain: float
    low: float
    high: float
    cost_now: float
    cost_proposed: float
    candidates: int
    paths: int
    months: int
    seed: int
    excess: float
    quarters: tuple[Outlook, ...]


@frozen
class Outcome:
    """What a dollar in the ladder became up to a quarter's end, beside what the suggestion `id` had promised."""

    id: str
    quarter: str
    promised: Outlook
    realized: float


@frozen
class HeldLeap:
    """A growth LEAP held: dollars a share, `vol` annual, `spread` as a part of the mid."""

    option: Option
    quantity: int
    spot: float
    mid: float
    vol: float
    spread: float


@frozen
class LadderQuestion:
    """Which terms would suit a ladder (13.3)? `commission` in dollars a contract; `past`: what came of earlier ones."""

    account: str
    quarter: str
    seed: int
    now: LadderTerms
    rate: float
    commission: float
    leaps: tuple[HeldLeap, ...]
    past: tuple[Outcome, ...]


@frozen
class LadderAdvice:
    """The terms that suit it; those it has by now where nothing else is better for certain."""

    proposed: LadderTerms
    evidence: Evidence


@frozen
class Closes:
    """A symbol's closes by session, ascending, dollars a share as the last session trades it."""

    symbol: str
    days: tuple[date, ...]
    closes: tuple[float, ...]


@frozen
class MarketQuestion:
    """What is out of the ordinary in the closes up to a session's (13.2)? A session has one such question."""

    day: date
    series: tuple[Closes, ...] = field(compare=False)


@frozen
class HeadlineQuestion:
    """How does a headline on a symbol read (13.2)? Its `text` is from outside, on one line and of bounded length."""

    day: date
    symbol: str
    text: str


@frozen
class Anomaly:
    """What is out of the ordinary: `score` has passed `limit`, either of them with its sign.

    `kind` is volatility, turbulence, correlation or headline; `symbol` is empty for all that was asked about together.
    `now` is what was found, `usual` what it stood against: a return and its deviation, a mean correlation and that of
    the year before; else the score itself and its limit.
    """

    kind: str
    symbol: str
    score: float
    limit: float
    now: float
    usual: float


@frozen
class Anomalies:
    """All that was found out of the ordinary."""

    found: tuple[Anomaly, ...]


Question = LadderQuestion | MarketQuestion | HeadlineQuestion
"""All that an adviser may be asked."""
Advice = LadderAdvice | Anomalies
"""All that an adviser may say."""


@frozen
class Suggestion:
    """Advice as a person is asked for it, with what came of earlier advice."""

    id: str
    quarter: str
    now: LadderTerms
    proposed: LadderTerms
    evidence: Evidence
    past: tuple[Outcome, ...]

    @property
    def keeps(self) -> bool:
        """Whether it would change nothing."""
        return self.proposed == self.now

    def __deepcopy__(self, memo: dict[int, object]) -> "Suggestion":
        """Nothing in it ever changes, and the state that holds it is copied for every frame."""
        return self


@mutable
class LadderLog:
    """What an account's ladder was advised, the terms it goes by, and what comes of them.

    `quarter`: the last one that was advised on. `terms`: None for the law's; `waiting`: what was approved and acts from
    the next action of the ladder on. `followed` is what acts, since the quarter `since`, its outcomes told up to the
    quarter `told`. `index`: what a dollar in the ladder has become since then, at the last mark; `worth` is what the
    ladder was worth then, `bought` and `sold` what went in and came out since, dollars.
    """

    quarter: str = ""
    suggestion: Suggestion | None = None
    terms: LadderTerms | None = None
    waiting: Suggestion | None = None
    followed: Suggestion | None = None
    since: str = ""
    told: str = ""
    outcomes: tuple[Outcome, ...] = ()
    index: float = 1.0
    worth: Decimal = field(default=ZERO)
    bought: Decimal = field(default=ZERO)
    sold: Decimal = field(default=ZERO)

    def follow(self, suggestion: Suggestion, quarter: str) -> None:
        """From now on the ladder goes by the suggestion."""
        self.terms, self.waiting, self.followed = suggestion.proposed, None, suggestion
        self.since = self.told = quarter
        self.index = 1.0

    def remember(self, outcome: Outcome, quarter: str) -> None:
        """An outcome has been told in a quarter."""
        self.outcomes = (*self.outcomes, outcome)[-_REMEMBERED:]
        self.told = quarter

    def trade(self, paid: Decimal) -> None:
        """Dollars paid for LEAPs with fees; negative what a sale brought."""
        if paid > 0:
            self.bought += paid
        else:
            self.sold -= paid

    def mark(self, worth: Decimal) -> None:
        """The ladder is worth so much: what was sold since the last mark counts as sold today."""
        had = self.worth + self.bought
        if had > 0:
            self.index *= float((worth + self.sold) / had)
        self.worth, self.bought, self.sold = worth, ZERO, ZERO
