"""Hedges: what turns them on and off, what is opened, skipped and released."""

from datetime import date
from decimal import Decimal

from allusetui.domain.contract import Option
from allusetui.domain.event.base import Event
from allusetui.domain.frozen import frozen


@frozen(kw_only=True)
class TriggersJudged(Event):
    """What the close of session `day` says of the triggers; None for what is not known.

    `high` is the highest close of a year of sessions, `breadth` in percent as of `breadth_day`; `calm`: the VIX has
    closed low for as many sessions as turn its trigger on. `at_level2`: the accounts with a position at level 2 or 3.
    `vix_run`: how many closes in a row the VIX has been on the side of its limit on which it is.
    """

    kind = "triggers.judged"
    day: date
    vix: Decimal | None
    index: Decimal | None
    high: Decimal | None
    breadth: Decimal | None
    breadth_day: date | None
    calm: bool
    at_level2: tuple[str, ...]
    vix_run: int = 0


@frozen(kw_only=True)
class TriggerOn(Event):
    """`value`: the VIX, the share that the index has lost, or breadth in percent, at the close of session `day`."""

    kind = "trigger.on"
    trigger: str
    value: Decimal | None
    day: date


@frozen(kw_only=True)
class TriggerOff(Event):
    """As when it turned on; `value` None where it is not known any more."""

    kind = "trigger.off"
    trigger: str
    value: Decimal | None
    day: date


@frozen(kw_only=True)
class HedgePlanned(Event):
    """What is about to be bought, `mid` a share. Dollars: the quarter's whole `budget` as it stands and its `spent`."""

    kind = "hedge.planned"
    contract: Option
    quantity: int
    mid: Decimal
    budget: Decimal
    spent: Decimal
    deviation: str | None = None


@frozen(kw_only=True)
class HedgeOpened(Event):
    """Dollars: the gross `premium` paid, the `budget` that it was planned by, and what of that is `spent` by now."""

    kind = "hedge.opened"
    contract: Option
    quantity: int
    premium: Decimal
    budget: Decimal
    spent: Decimal


@frozen(kw_only=True)
class HedgeSkipped(Event):
    """Nothing was bought. Dollars: `price` of one contract, the cheapest; None where none can be named.

    `failures`: the filters that kept a contract out, as `SPX spread`.
    """

    kind = "hedge.skipped"
    reason: str
    contract: Option | None
    price: Decimal | None
    budget: Decimal
    spent: Decimal
    free_cash: Decimal
    failures: tuple[str, ...]


@frozen(kw_only=True)
class HedgeReleased(Event):
    """Sold, or settled at its expiry; `profit` in dollars, net of fees."""

    kind = "hedge.released"
    contract: Option
    quantity: int
    reason: str
    profit: Decimal
