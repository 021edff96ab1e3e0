"""What happens in a scenario: the market's tape, headlines, faults of market and broker, the operator's keys."""

from dataclasses import field, fields
from decimal import Decimal
from typing import Annotated, Final, Literal

from allusetui.domain.frozen import frozen
from allusetui.domain.table import KEY, By, Table
from allusetui.scenario import values
from allusetui.scenario.setting import Right
from allusetui.scenario.tape import tape_values
from allusetui.scenario.values import Problem

FaultKind = Literal[
    "stale",
    "no_chain",
    "no_fill",
    "partial_fill",
    "reject",
    "lost_ack",
    "bad_quote",
    "broker_down",
    "crash",
    "broker_book",
    "foreign_order",
    "assign",
]
Action = Literal[
    "pause",
    "resume",
    "kill",
    "reset",
    "maintenance",
    "audit",
    "approve",
    "refuse",
    "tax_paid",
    "deposit",
    "withdraw",
    "no_entries",
    "close",
]

CONTRACT_KEYS: Final = ("expiry", "strike", "right")
BAD_VALUES: Final = ("nan", "zero", "negative", "crossed", "spike", "future")
FAULT_NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "stale": ("symbol",),
    "no_chain": ("symbol",),
    "no_fill": ("symbol",),
    "partial_fill": ("symbol", "value"),
    "reject": ("symbol",),
    "bad_quote": ("symbol", "value"),
    "broker_book": ("symbol", "quantity"),
    "foreign_order": ("symbol",),
    "assign": ("symbol", "quantity", *CONTRACT_KEYS),
}
FAULT_MAY: Final[dict[str, tuple[str, ...]]] = {
    "lost_ack": ("symbol",),
    "broker_book": CONTRACT_KEYS,
    "foreign_order": ("quantity",),
}
ACTION_NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "tax_paid": ("amount",),
    "deposit": ("amount",),
    "withdraw": ("amount",),
    "close": ("symbol", *CONTRACT_KEYS),
}
LONGEST_HEADLINE: Final = 100_000
WITHOUT_ACCOUNT: Final = ("kill", "reset")


@frozen(kw_only=True)
class TapePoint(Table):
    """`[[tape]]`: from `at` on these values hold, or are reached in a straight line of `glide_ms` (the key `glide`)."""

    at: values.LocalTime
    set: Annotated[dict[str, Decimal | str], By(tape_values)]
    glide_ms: values.Span = field(default=0, metadata={KEY: "glide"})


def _headline(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_HEADLINE:
        raise Problem(f"{values.shown(value)} is no headline; allowed: a text of at most {LONGEST_HEADLINE} characters")
    return value


@frozen(kw_only=True)
class Headline(Table):
    """`[[headline]]`: what somebody publishes on a symbol. It is seen at the next look, and makes none."""

    at: values.LocalTime
    symbol: values.Symbol
    text: Annotated[str, By(_headline)]


@frozen(kw_only=True)
class Fault(Table):
    """`[[fault]]`: `for_ms` (the key `for`) None lasts to the end of the scenario; a crash then never comes back.

    `value` is contracts a second for partial_fill, one of BAD_VALUES for bad_quote. An option is `symbol` with
    `expiry`, `strike` and `right`, a stock `symbol` alone.
    """

    at: values.LocalTime
    kind: FaultKind
    for_ms: values.Span | None = field(default=None, metadata={KEY: "for"})
    symbol: values.Symbol | None = None
    value: Annotated[Decimal | str | None, By(values.number_or_text)] = None
    quantity: values.Contracts | None = None
    expiry: values.Day | None = None
    strike: values.Price | None = None
    right: Right | None = None

    def check(self) -> None:
        needs = FAULT_NEEDS.get(self.kind, ())
        _need(self, f"kind {self.kind}", needs)
        _whole_contract(self)
        _refuse_others(self, f"kind {self.kind}", ("at", "for", "kind", *needs, *FAULT_MAY.get(self.kind, ())))
        if self.kind == "bad_quote" and self.value not in BAD_VALUES:
            raise Problem(f"{values.shown(self.value)} is no bad quote; allowed: {', '.join(BAD_VALUES)}", "value")
        if self.kind == "partial_fill" and not (isinstance(self.value, Decimal) and self.value >= 0):
            raise Problem(f"{values.shown(self.value)} is no speed; allowed: contracts a second, such as 2", "value")


@frozen(kw_only=True)
class OperatorAct(Table):
    """`[[operator]]`: a key of the operator. `account` None is a kill, or a reset of every account."""

    at: values.LocalTime
    action: Action
    account: values.Account | None = None
    amount: values.Price | None = None
    symbol: values.Symbol | None = None
    expiry: values.Day | None = None
    strike: values.Price | None = None
    right: Right | None = None

    def check(self) -> None:
        if self.action not in WITHOUT_ACCOUNT and self.account is None:
            raise Problem(f"is missing; action {self.action} needs it; allowed: {values.ACCOUNTS_ALLOWED}", "account")
        if self.action == "kill" and self.account is not None:
            raise Problem("kill stops every account; allowed: leave the account out", "account")
        needs = ACTION_NEEDS.get(self.action, ())
        _need(self, f"action {self.action}", needs)
        _refuse_others(self, f"action {self.action}", ("at", "action", "account", *needs))


def _need(table: Fault | OperatorAct, what: str, keys: tuple[str, ...]) -> None:
    for key in keys:
        if getattr(table, key) is None:
            raise Problem(f"is missing; {what} needs: {', '.join(keys)}", key)


def _refuse_others(table: Fault | OperatorAct, what: str, keys: tuple[str, ...]) -> None:
    """A key that would do nothing is a mistake."""
    given = {each.metadata.get(KEY, each.name) for each in fields(table) if getattr(table, each.name) is not None}
    for key in sorted(given - set(keys)):
        raise Problem(f"means nothing to {what}; allowed: {', '.join(keys)}", key)


def _whole_contract(table: Fault) -> None:
    missing = [key for key in CONTRACT_KEYS if getattr(table, key) is None]
    if missing and len(missing) < len(CONTRACT_KEYS):
        raise Problem(
            "an option needs all of expiry, strike and right; allowed: all three, or none for stock", missing[0]
        )
