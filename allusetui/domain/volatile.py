"""What the engine knows and a restart forgets: quotes, price walks, questions that are out. All of it in one place."""

from dataclasses import field
from datetime import date
from decimal import Decimal

from allusetui.domain.account import Status
from allusetui.domain.advice import Question
from allusetui.domain.contract import Option
from allusetui.domain.frozen import mutable
from allusetui.domain.quote import Bar, Breadth, Chain, Payout, Quote
from allusetui.domain.state import Approval


@mutable
class Walk:
    """Where a working clip stands on its price walk (0.5): the step, and when it has lived its 3 s."""

    step: int
    due_ms: int


@mutable
class Scan:
    """An entry window's look: whose it is and which chains are still awaited."""

    account: str
    window: str
    awaited: set[str]
    due_ms: int
    chains: dict[str, Chain | None] = field(default_factory=dict)

    def take(self, symbol: str, chain: Chain | None) -> None:
        """Keep what has come in answer to the look, if that is for this one."""
        if symbol in self.awaited:
            self.awaited.discard(symbol)
            self.chains[symbol] = chain


@mutable
class Judging:
    """The closes of session `day` that are about to be judged: those of the day itself where it has just closed."""

    day: date
    closes: dict[str, Decimal]
    bars: dict[str, tuple[Bar, ...]] = field(default_factory=dict)


@mutable
class Asked:
    """The newest question of a kind to the broker; `until_ms`: how long its answer is waited for, None: none is out."""

    at_ms: int = 0
    until_ms: int | None = None

    def hear(self, since_ms: int) -> bool:
        """Take note of an answer to a question of `since_ms`; whether that is the newest."""
        if since_ms < self.at_ms:
            return False
        self.until_ms = None
        return True

    def is_over(self, now_ms: int) -> bool:
        """Whether its answer has been waited for long enough."""
        return self.until_ms is not None and self.until_ms <= now_ms


@mutable
class Volatile:
    """Restarts conservatively: empty is the conservative value of each."""

    seen_ms: int = 0
    calm: bool = False
    """Whether neither the last look on the grid nor what came since left the next one more than what is told ahead."""
    quotes: dict[str, Quote] = field(default_factory=dict)
    option_quotes: dict[Option, Quote] = field(default_factory=dict)
    jumps: dict[str, tuple[Quote, int]] = field(default_factory=dict)
    told_invalid: set[tuple[str, str]] = field(default_factory=set)
    told_stale: set[str] = field(default_factory=set)
    told_alerts: set[str] = field(default_factory=set)
    rate: float = 0.0
    fall_looks: dict[tuple[str, Option], Decimal] = field(default_factory=dict)
    buffered: set[tuple[str, Option]] = field(default_factory=set)
    walks: dict[str, Walk] = field(default_factory=dict)
    acked: set[str] = field(default_factory=set)
    scans: dict[tuple[str, str], Scan] = field(default_factory=dict)
    leap_scans: dict[tuple[str, str], Scan] = field(default_factory=dict)
    leap_looks: set[str] = field(default_factory=set)
    """Accounts that owe the ladder's look of the session (17.4), and sales whose purchase a chain was asked for."""
    leap_asked: set[tuple[str, Option]] = field(default_factory=set)
    advice_awaited: dict[Question, int] = field(default_factory=dict)
    """What the adviser was asked → until when its answer is waited for."""
    bars: dict[str, tuple[Bar, ...]] = field(default_factory=dict)
    """Daily bars by symbol as they were last told, for the adviser."""
    bars_missing: set[str] = field(default_factory=set)
    """Symbols whose bars were asked for at the close of session `closed`."""
    closed: date = date.min
    """The session whose closes the adviser is still to be asked about."""
    adviser_failed: bool = False
    """Whether it has been told that the adviser looks at nothing."""
    rolls_awaited: set[tuple[str, Option]] = field(default_factory=set)
    rolls_approved: dict[tuple[str, Option], Approval] = field(default_factory=dict)
    coverage_awaited: set[tuple[str, str]] = field(default_factory=set)
    bars_asked: set[str] = field(default_factory=set)
    breadth: Breadth | None = None
    judging: Judging | None = None
    closes_asked: date = date.min
    """The last session in which closes that nobody judged were asked for."""
    hedges_awaited: set[tuple[str, str]] = field(default_factory=set)
    """(account, cause) of hedges that wait for their chains, which are kept until the last one has come."""
    hedge_chains: dict[str, Chain | None] = field(default_factory=dict)
    hedges_asked_ms: dict[str, int] = field(default_factory=dict)
    """When an account last asked for the chains of a hedge."""
    listed: dict[str, tuple[date, ...]] = field(default_factory=dict)
    """Expiries by symbol, as its last chain listed them."""
    reports: dict[str, tuple[date, ...] | None] = field(default_factory=dict)
    """Report dates by symbol, as its last chain told them; None for one without an earnings calendar."""
    payouts: dict[str, tuple[Payout, ...]] = field(default_factory=dict)
    """Dividends to come by symbol, as its last chain told them."""
    payouts_due_ms: dict[str, int] = field(default_factory=dict)
    """When the chain of what is held is to be asked for next, for its dividends; now for a symbol that is not there."""
    doubted_ms: dict[str, int] = field(default_factory=dict)
    """When an order became unknown: what was asked before then tells nothing of what it is now."""
    chainless: dict[str, str] = field(default_factory=dict)
    """Why the last chain of a symbol could not be had, where somebody has said."""
    absent_ms: dict[str, int] = field(default_factory=dict)
    """When the question was asked that an unknown order was first absent from the complete answer to."""
    unseen: set[str] = field(default_factory=set)
    """Orders of an earlier day that are over, of which the broker's book alone can tell what had filled."""
    over_ms: int = 0
    """When an order was last over, filled or proven dead: what was asked before then may still list it as open."""
    query_ms: int | None = None
    orders_asked: Asked = field(default_factory=Asked)
    positions_asked: Asked = field(default_factory=Asked)
    traded_ms: int = 0
    """When something was last booked: a book collected from before then is not compared with ours."""
    resuming: set[str] = field(default_factory=set)
    accepting: set[str] = field(default_factory=set)
    orphaned: set[str] = field(default_factory=set)
    auditing: dict[str, Status] = field(default_factory=dict)
    """Account → the state that its audit began in, until the broker's book has come."""
    sync_ms: int | None = None
    positions_wanted: bool = False
