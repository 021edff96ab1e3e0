"""What the engine knows for good: the fold of the journal. What a restart forgets is in volatile.py."""

from dataclasses import field
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

from allusetui.domain.account import Account
from allusetui.domain.advice import Suggestion
from allusetui.domain.contract import Contract, Option
from allusetui.domain.correction import Version
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.input import Execution
from allusetui.domain.lot import Lot
from allusetui.domain.money import ZERO
from allusetui.domain.order import Intent, Pocket, Purpose
from allusetui.domain.proposal import Proposal
from allusetui.domain.quote import Breadth

COMES_WITHIN = timedelta(days=60)
"""How long after its ex-date a dividend is awaited."""
_FIRST: dict[Purpose | None, int] = {Purpose.STOP: 0, Purpose.ROLL: 1}
"""Which defences are asked about before all else."""


@frozen
class Atr:
    """A session's ATR(5) of a symbol, dollars a share, and where it came from (6.9)."""

    value: Decimal
    source: str
    day: date


@frozen
class Approval:
    """An open prompt: what a person is asked for. A defence (0.7) has a purpose and a contract.

    `expires`: the session at whose close it is decided `expired`; None where it is open while its reason lasts.
    `suggestion`: what the adviser says, of subject llms; `proposal`: a change of the law, which is no account's.
    """

    id: str
    account: str | None
    purpose: Purpose | None
    contract: Option | None
    quantity: int
    candidate: Option | None
    subject: str = "defence"
    text: str = ""
    expires: date | None = None
    suggestion: Suggestion | None = None
    proposal: Proposal | None = None

    @property
    def turn(self) -> tuple[int, int]:
        """Which of its account's prompts a key without a name is for: the lowest, stop before roll, then by age."""
        return _FIRST.get(self.purpose, len(_FIRST)), int(self.id)

    @property
    def shown(self) -> str:
        """The sha256 of its terms: what a person who answers has seen."""
        options = (_terms(option) for option in (self.contract, self.candidate))
        purpose = self.purpose.value if self.purpose else ""
        terms = (
            self.id, self.account, self.subject, self.text, purpose, self.quantity, *options, self.expires,
            self.suggestion, self.proposal,
        )  # fmt: skip
        return sha256("\n".join(map(str, terms)).encode()).hexdigest()


def _terms(option: Option | None) -> str:
    if option is None:
        return ""
    return f"{option.symbol} {option.expiry} {option.strike.normalize():f} {option.right.value} {option.multiplier}"


@mutable
class Triggers:
    """What the last judged close said of the hedge triggers (5.3–5.6).

    `on`: those that are on; `episode`: how many times the first of them has turned on; `turned`: the session at whose
    close one did last. All else is of session `judged`: `level2`, the accounts with a position at level 2 or 3; the
    closes, None where not known; `vix_run`, how many in a row the VIX has been on its side of the limit.
    """

    judged: date = date.min
    on: set[str] = field(default_factory=set)
    episode: int = 0
    turned: date = date.min
    calm: bool = False
    level2: set[str] = field(default_factory=set)
    vix: Decimal | None = None
    vix_run: int = 0
    index: Decimal | None = None
    high: Decimal | None = None
    breadth: Breadth | None = None


@frozen
class Booked:
    """A fill that the broker may still correct, as it was booked: out of which pocket, whether it traded what is held
    long, and the lots that it closed.
    """

    execution: Execution
    pocket: Pocket = Pocket.CASH
    long: bool = False
    closed: tuple[Lot, ...] = ()

    @property
    def version(self) -> Version[Lot]:
        """What of it matters to lots."""
        fill = self.execution
        assert fill.root is not None and fill.day is not None
        signed = fill.side.sign * fill.quantity
        return Version(fill.root[0], signed, fill.price, fill.commission, fill.day, self.closed)


@frozen
class Dividend:
    """A dividend to come, dollars, on shares that an account held as they went ex."""

    account: str
    symbol: str
    ex: date
    amount: Decimal

    def is_awaited(self, today: date) -> bool:
        """What has not come so long after the ex-date was never paid so, and explains nothing any more."""
        return today - self.ex <= COMES_WITHIN


@mutable
class State:
    """The durable state. Changed in `apply` alone."""

    session: str = ""
    mode: str = "normal"
    linked: bool = False
    """Whether it is of a broker's account: its broker tells of orders and its book, not of what moves cash else."""
    constitution: str = ""
    constitution_hash: str = ""
    seed: int = 0
    margin_rate: Decimal = ZERO
    commission: Decimal = ZERO
    at_ms: int = 0
    heard_ms: int = 0
    marked_ms: int = 0
    """When the last key was pressed, and an account was last marked; 0 before the first."""
    accounts: dict[str, Account] = field(default_factory=dict)
    intents: dict[str, Intent] = field(default_factory=dict)
    intent_count: int = 0
    atr: dict[str, Atr] = field(default_factory=dict)
    last_bars_atr: dict[str, Atr] = field(default_factory=dict)
    breakers: set[str] = field(default_factory=set)
    vix_stale: bool = False
    triggers: Triggers = field(default_factory=Triggers)
    planned_day: date = date.min
    planned_today: dict[Option, int] = field(default_factory=dict)
    rejections: dict[str, int] = field(default_factory=dict)
    rejecting: set[tuple[str, str]] = field(default_factory=set)
    """(account, symbol) of which entries wait for the operator's reset (§9)."""
    seen_ids: set[str] = field(default_factory=set)
    fills: dict[str, Booked] = field(default_factory=dict)
    """What the broker may still correct: execution-id root → its latest version."""
    approvals: dict[str, Approval] = field(default_factory=dict)
    approval_count: int = 0
    proposals: dict[str, Proposal] = field(default_factory=dict)
    """Changes of the law by their prompt: those that are asked for, and those that were approved and are not written
    yet.
    """
    proposals_answered: set[str] = field(default_factory=set)
    """What was simulated of those that were approved, refused or left unanswered: they are not asked for again."""
    week_facts: dict[str, set[str]] = field(default_factory=dict)
    week_typed: str = ""
    typed_facts: dict[str, set[str]] = field(default_factory=dict)
    assigned_weeks: dict[str, set[str]] = field(default_factory=dict)
    """Week of the expiry → the groups in which an assignment or a call-away counts for it (12.1)."""
    began: date = date.min
    reports: dict[str, str] = field(default_factory=dict)
    """The session's first day, and the reports that were written: `weekly 2026-W10` → the sha256 of its text."""
    anomalies: dict[tuple[str, str], date] = field(default_factory=dict)
    """(topic, symbol) → the day on which the adviser's finding was last told (13.2)."""
    announced: dict[str, dict[date, Decimal]] = field(default_factory=dict)
    """Symbol → its ex-dates to come, as far as they are told, and the dollars a share; of a linked session alone."""
    dividends: dict[str, Dividend] = field(default_factory=dict)
    """Settlement → the dividend expected under it, which the broker's cash has not shown yet."""
    losses: dict[str, set[str]] = field(default_factory=dict)
    """Month, `2026-03` → the symbols of which a lot, or an option on them, was closed at a loss; of the last months."""
    quarter: str = ""

    def booked_fee(self, root: str) -> Decimal | None:
        """What an execution's commission was booked as, dollars; None where none was told, or the execution was not.

        `root`: what its versions have in common.
        """
        booked = self.fills.get(root)
        if booked is None or booked.execution.root == (root, 0):
            return None
        return booked.execution.commission

    def intents_of(self, account: Account, contract: Contract | None = None) -> list[Intent]:
        """Open intents of the account: all, or those that trade or roll the contract."""
        mine = (intent for intent in self.intents.values() if intent.account == account.name)
        return [intent for intent in mine if contract is None or intent.contract == contract]
