"""Accounts: what they begin with, what they are worth, which state they are in."""

from datetime import date
from decimal import Decimal

from allusetui.domain.contract import Option
from allusetui.domain.event.base import Event
from allusetui.domain.frozen import frozen
from allusetui.domain.input import Holding, OpenOption
from allusetui.domain.link import Held, Mapped, Mode
from allusetui.domain.money import ZERO


@frozen(kw_only=True)
class SessionStarted(Event):
    """A process begins a session, or takes it up again. `margin_rate`: of the underlying's price, for a short put;
    `commission` in dollars a contract.
    """

    kind = "session.started"
    session: str
    mode: str
    constitution: str
    constitution_hash: str
    seed: int
    margin_rate: Decimal
    commission: Decimal
    resumed: bool = False


@frozen(kw_only=True)
class SessionLinked(Event):
    """A session of a broker's account, told once, at its beginning; a simulated one has none.

    `name`: its folder's, by which a copy is known; `paper_weeks`: those that 16.1 asks for, as found on this machine;
    `waived`: why a person did without them, empty where nothing was waived. `foreign` positions and `spare` dollars
    were in the accounts already, and are never touched.
    """

    kind = "session.linked"
    mode: Mode
    name: str
    accounts: tuple[Mapped, ...]
    paper_weeks: int
    waived: str
    foreign: tuple[Held, ...] = ()
    spare: Decimal = ZERO


@frozen(kw_only=True)
class AccountProvisioned(Event):
    """What a sleeve begins with, in dollars. `base`: what it was given (0.1); `group`: the ALL-USE that it belongs
    to; `trading`: whether it trades at all.
    """

    kind = "account.provisioned"
    equity: Decimal
    base: Decimal
    type: str
    group: str
    trading: bool
    cash: Decimal
    high_water: Decimal
    opened: date
    realized_quarter: Decimal
    holdings: tuple[Holding, ...]
    options: tuple[OpenOption, ...]
    parent: str | None = None
    """The sleeve whose cash it was given; None for what the owner brought."""
    ladder: Decimal = ZERO
    """What of the equity stands in LEAPs and hedges, dollars at mid."""

    @property
    def first_mark(self) -> Decimal:
        """The equity as every later mark tells it: without LEAPs and hedges (0.2)."""
        return self.equity - self.ladder


@frozen(kw_only=True)
class AccountForked(Event):
    """Cash has left a sleeve for what is provisioned next: a MINI, or `to` a whole ALL-USE of three sleeves."""

    kind = "account.forked"
    from_: str
    to: str
    amount: Decimal


@frozen(kw_only=True)
class ForkWaiting(Event):
    """A fork is due and waits: for one of those alive to end (`limit`), or for `cash` that no put binds. `amount`:
    what it takes with it, in dollars.
    """

    kind = "account.fork_waiting"
    reason: str
    amount: Decimal
    free_cash: Decimal
    alive: int


@frozen(kw_only=True)
class RunOffBegun(Event):
    """A MINI has lived its years, or grown to its multiple: it ends what it holds (2.7)."""

    kind = "account.run_off"
    reason: str
    equity: Decimal
    base: Decimal


@frozen(kw_only=True)
class AccountMerged(Event):
    """`amount`: the cash that moves; `leap_cash`: what is ring-fenced for LEAPs, which stays so."""

    kind = "account.merged"
    from_: str
    to: str
    amount: Decimal
    leap_cash: Decimal = ZERO


@frozen
class LongMark:
    """A LEAP or hedge as it stood: `price` and `spot` dollars a share, `delta` signed; `cost_usd` with fees.

    `theta_usd`: what the whole position gains in a calendar day on which nothing moves; both None where no quote tells.
    """

    contract: Option
    quantity: int
    cost_usd: Decimal
    price: Decimal
    spot: Decimal | None
    delta: float | None
    theta_usd: Decimal | None


@frozen
class Fall:
    """What is gained, in dollars, where every underlying falls by `share` at once: the book, growth and hedges apart.

    By the implied vols of the mids, which stay; options on the VIX stay as they are.
    """

    share: Decimal
    book_usd: Decimal
    growth_usd: Decimal
    hedge_usd: Decimal


@frozen(kw_only=True)
class AccountMarked(Event):
    """What an account is worth, in dollars. `rate`: the riskless one of the day, a year, continuously compounded."""

    kind = "account.marked"
    equity: Decimal
    cash: Decimal
    stock: Decimal
    short_options: Decimal
    leaps_growth: Decimal
    leaps_hedge: Decimal
    tax_reserve: Decimal
    leap_cash: Decimal
    high_water: Decimal
    realized: Decimal
    unrealized: Decimal
    fees: Decimal
    at_cut: bool = False
    rate: Decimal = ZERO
    longs: tuple[LongMark, ...] = ()
    falls: tuple[Fall, ...] = ()


@frozen
class IndexMark:
    """An index option at a year's last close: `quantity` signed, `price` a share at mid, None where nobody told one."""

    contract: Option
    quantity: int
    price: Decimal | None


@frozen(kw_only=True)
class YearMarked(Event):
    """What an account holds of index options at its year's last close: their gains are that year's (10.3)."""

    kind = "year.marked"
    year: str
    marks: tuple[IndexMark, ...]


@frozen(kw_only=True)
class StateChanged(Event):
    """The account has moved in the state machine of §9."""

    kind = "state.changed"
    from_: str
    to: str
    reason: str


@frozen(kw_only=True)
class StateRefused(Event):
    """A move that the table of §9 does not have, or a key that means nothing there: nothing has changed."""

    kind = "state.refused"
    from_: str
    to: str
    reason: str


@frozen(kw_only=True)
class LatchSet(Event):
    """The account is held in SAFE until what §9 names for the latch has happened."""

    kind = "latch.set"
    latch: str


@frozen(kw_only=True)
class LatchReleased(Event):
    """What the latch held back may leave again, unless another one holds it."""

    kind = "latch.released"
    latch: str


@frozen(kw_only=True)
class PivotEntered(Event):
    """Covered calls only from now on: `equity` has fallen too far below the `high_water` mark, both in dollars
    (0.9).
    """

    kind = "pivot.entered"
    equity: Decimal
    high_water: Decimal
    vix: Decimal | None


@frozen(kw_only=True)
class PivotLeft(Event):
    """Puts are sold again: `equity` has come near enough to the `high_water` mark, both in dollars (0.9)."""

    kind = "pivot.left"
    equity: Decimal
    high_water: Decimal
    vix: Decimal | None


@frozen(kw_only=True)
class FreezeOn(Event):
    """No entries: a position of the account is at `level2` or above, or, for the house, the VIX is unknown
    (`vix_stale`).
    """

    kind = "freeze.on"
    reason: str


@frozen(kw_only=True)
class FreezeOff(Event):
    """The reason to freeze entries is gone."""

    kind = "freeze.off"
    reason: str


@frozen(kw_only=True)
class MarginFound(Event):
    """Margin use found past, or again within, its limit (0.10)."""

    kind = "margin.found"
    use: float
    limit: float
    over: bool
