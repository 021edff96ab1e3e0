"""The second set of books: the journal's events folded once more, by code that shares nothing with the engine's.

It believes what it reads and never raises: a record that names what nobody knows changes nothing. What is wrong with
a record is judged before it is taken in.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from allusetui.domain import event as ev
from allusetui.domain.advice import LadderTerms
from allusetui.domain.contract import Contract, Stock
from allusetui.domain.money import ZERO
from allusetui.domain.order import Pocket
from allusetui.domain.proposal import Proposal
from allusetui.torture.checker.keys import owe, owe_all, press
from allusetui.torture.checker.names import clip_of, ident_of, root_in
from allusetui.torture.checker.sheet import EMERGENCY, Intent, Order, Prompt, Sent, Sheet

Row = tuple[int, int, ev.Event]
_FOR_A_PRICE: Final = frozenset({"step", "timeout"})
"""Why an order is cancelled of which another version may follow."""


@dataclass
class Books:
    """Everything that the journal has told by now.

    `deals`: executions by id, of several versions the latest by their root, which is in `roots` from the first one on.
    `accepted`: what a person has taken over from the broker beyond what was traded; `strange`: what the broker holds of
    a contract that nobody here held or worked as it was told, which is left alone (9.5). `suggested`: the terms that a
    suggestion shows, where they change something; `proposed`: the laws that were asked for.
    """

    seq: int = 0
    at_ms: int = 0
    accounts: dict[str, Sheet] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    doubled: list[Order] = field(default_factory=list)
    clips: dict[str, str] = field(default_factory=dict)
    intents: dict[str, Intent] = field(default_factory=dict)
    booked: set[str] = field(default_factory=set)
    roots: set[str] = field(default_factory=set)
    deals: dict[str, ev.OrderFilled] = field(default_factory=dict)
    accepted: dict[Contract, int] = field(default_factory=dict)
    strange: dict[Contract, int] = field(default_factory=dict)
    awaited: dict[str, Decimal] = field(default_factory=dict)
    """Dividends, dollars by their settlements, that the broker's cash may show before they are booked."""
    prompts: dict[str, Prompt] = field(default_factory=dict)
    closes: dict[tuple[str, Contract], int] = field(default_factory=dict)
    suggested: dict[str, LadderTerms] = field(default_factory=dict)
    proposed: dict[str, Proposal] = field(default_factory=dict)
    breakers: set[str] = field(default_factory=set)
    vix_stale: bool = False
    lost: str = ""
    """Why the link was lost the last time."""
    margin_rate: Decimal = ZERO

    def sheet(self, event: ev.Event) -> Sheet:
        """The account of an event; an empty one that nobody keeps where there is none."""
        return self.accounts.get(event.account or "", Sheet())

    def open_intents(self, account: str | None) -> Iterator[Intent]:
        return (each for each in self.intents.values() if each.wanted.account == account and each.left > 0)

    def take(self, row: Row) -> None:
        """One record."""
        self.seq, self.at_ms, event = row
        if isinstance(event, ev.DividendExpected):
            self.awaited[event.settlement] = event.amount
        ident = ident_of(event)
        if ident in self.booked:
            return  # told twice, it counts once
        if ident is not None:
            self.booked.add(ident)
            self.awaited.pop(ident, None)
        for take in (self._take_order, self._take_money, self._take_settlement, self._take_latch, self._take_house):
            take(event)

    # Orders

    def _take_order(self, event: ev.Event) -> None:
        match event:
            case ev.OrderIntended():
                self.intents[event.intent] = Intent(event)
                self._use(event)
            case ev.OrderSent() | ev.OrderReplaced():
                self._send(event)
            case ev.CancelRequested() if event.client_order_id in self.orders:
                self._take_cancel(self.orders[event.client_order_id], event.reason)
            case ev.OrderUnknown() if event.client_order_id in self.orders:
                self.orders[event.client_order_id].unknown_ms = self.at_ms
            case ev.OrderCancelled() | ev.OrderRejected():
                self._end(event.client_order_id, event.kind)
            case ev.OrderResolved(outcome="open") if event.client_order_id in self.orders:
                self.orders[event.client_order_id].unknown_ms = None
            case ev.OrderResolved():
                self._end(event.client_order_id, event.outcome)
            case ev.OrderAbandoned() if event.intent in self.intents:
                self.intents[event.intent].over = "abandoned"
            case ev.OrderFilled():
                self._fill(event)
            case ev.ReconcileMismatch(what="double_order", settlement=str() as told):
                self._double(told.partition(" ")[0], int(event.broker))
            case ev.ReconcileMismatch(what="unknown_position", account=None, contract=contract) if contract is not None:
                if not self._is_ours(contract):
                    self.strange[contract] = int(event.broker)

    def _is_ours(self, contract: Contract) -> bool:
        """Whether somebody holds the contract, or works an order for it."""
        live = (order.sent for order in self.orders.values() if order.live)
        worked = any(contract in (sent.contract, sent.candidate) for sent in live)
        return worked or any(contract in sheet.held for sheet in self.accounts.values())

    def _double(self, client_order_id: str, copies: int) -> None:
        order = self.orders.get(client_order_id)
        if order is not None:
            self.doubled += [order] if order.copies == 1 else []
            order.copies = copies

    def _send(self, event: Sent) -> None:
        if isinstance(event, ev.OrderReplaced):
            self._end(event.replaces, event.kind)
        self.orders[event.client_order_id] = Order(event, self.seq)
        self.clips[clip_of(event.client_order_id)] = event.client_order_id
        if event.intent in self.intents:
            self.intents[event.intent].live = event.client_order_id

    def _take_cancel(self, order: Order, reason: str) -> None:
        order.cancel_requested = True
        if reason not in _FOR_A_PRICE and order.unwanted_ms is None:
            order.unwanted_ms = self.at_ms

    def _end(self, client_order_id: str, how: str) -> None:
        order = self.orders.get(client_order_id)
        if order is None:
            return
        order.ended = order.ended or (how, self.at_ms)
        order.unknown_ms = None
        self._let_go(order)

    def _let_go(self, order: Order) -> None:
        intent = self.intents.get(order.sent.intent)
        if intent is not None and intent.live == order.sent.client_order_id:
            intent.live = None

    def _use(self, event: ev.OrderIntended) -> None:
        """An order that a person said yes to uses the yes up."""
        if not event.approved or event.account is None:
            return
        if self.closes.get((event.account, event.contract)):
            self.closes[event.account, event.contract] -= 1
            return
        found = next((each for each in self.prompts.values() if each.allows(event)), None)
        if found is not None:
            found.used = True

    def _fill(self, event: ev.OrderFilled) -> None:
        sheet, order = self.sheet(event), self.orders.get(event.client_order_id)
        if event.pocket is Pocket.LEAP_CASH:
            sheet.aside -= event.paid_usd
        else:
            sheet.cash -= event.paid_usd
        sheet.move(event.contract, event.signed)
        name = root_in(event.exec_id)
        if event.takes_back is not None:
            self.deals.pop(name, None)
        else:
            self.deals[name] = event
            self.roots.add(name)
        if order is None or event.contract != order.sent.contract:
            return
        quantity = event.quantity if event.side is order.sent.side else -event.quantity
        order.filled += quantity
        if not order.live:
            order.unknown_ms = None
            self._let_go(order)
        intent = self.intents.get(order.sent.intent)
        if intent is not None:
            intent.filled += quantity

    # Money and what is held

    def _take_money(self, event: ev.Event) -> None:
        sheet = self.sheet(event)
        match event:
            case ev.AccountProvisioned():
                self._provision(event)
            case ev.AccountForked():
                sheet.cash -= event.amount
            case ev.AccountMerged():
                heir = self.accounts.get(event.to, Sheet())
                sheet.cash, heir.cash = sheet.cash - event.amount, heir.cash + event.amount
                sheet.aside, heir.aside = sheet.aside - event.leap_cash, heir.aside + event.leap_cash
                sheet.trading = False
            case ev.CashBooked(reason="tax"):
                sheet.aside += event.amount
            case ev.CashBooked():
                sheet.cash += event.amount
            case ev.ReinvestDone():
                kept = event.tax_reserve + event.leaps
                sheet.cash, sheet.aside = sheet.cash - kept, sheet.aside + kept
            case ev.TaxReleased():
                sheet.cash, sheet.aside = sheet.cash + event.amount, sheet.aside - event.amount

    def _provision(self, event: ev.AccountProvisioned) -> None:
        assert event.account is not None
        sheet = self.accounts[event.account] = Sheet(event.trading, event.cash)
        for holding in event.holdings:
            sheet.move(Stock(holding.symbol), holding.shares)
        for option in event.options:
            sheet.move(option.contract, option.quantity)

    def _take_settlement(self, event: ev.Event) -> None:
        sheet = self.sheet(event)
        match event:
            case ev.AssignmentReceived():
                sheet.move(event.contract, event.quantity)
                sheet.move(Stock(event.contract.symbol), event.shares)
                sheet.cash -= event.price * event.shares
            case ev.CalledAwayReceived():
                sheet.move(event.contract, event.quantity)
                sheet.move(Stock(event.contract.symbol), -event.shares)
                sheet.cash += event.price * event.shares
            case ev.ExercisedReceived():
                bought = -event.shares if event.contract.is_put else event.shares
                sheet.move(event.contract, -event.quantity)
                sheet.move(Stock(event.contract.symbol), bought)
                sheet.cash -= event.price * bought
            case ev.ExpiredReceived():
                gone = event.quantity if sheet.held.get(event.contract, 0) > 0 else -event.quantity
                sheet.move(event.contract, -gone)
                sheet.cash += gone * event.price * event.contract.multiplier
            case ev.PositionAdjusted():
                sheet.move(event.contract, -event.from_)
                sheet.move(event.into, event.to)
                if event.reason == "accepted":
                    before = self.accepted.get(event.contract, 0)
                    self.accepted[event.contract] = before + event.to - event.from_

    # Latches and states

    def _take_latch(self, event: ev.Event) -> None:
        sheet = self.sheet(event)
        match event:
            case ev.LatchSet():
                sheet.latches.setdefault(event.latch, self.at_ms)
                sheet.owed.add(event.latch)
            case ev.LatchReleased():
                sheet.latches.pop(event.latch, None)
                sheet.owed.discard(event.latch)
            case ev.StateChanged():
                sheet.status, sheet.since_ms = event.to, self.at_ms
                if event.to == EMERGENCY:
                    sheet.owed.add(EMERGENCY)
            case ev.StateRefused(reason="reset" | "resume"):
                # The key that would have ended them has ended nothing.
                sheet.owed |= sheet.latches.keys() | ({EMERGENCY} if sheet.status == EMERGENCY else set())
            case ev.ResumeStep(step="reconcile"):
                sheet.owed -= {"broker", "disk"}
            case ev.BrokerDown():
                self.lost = event.reason
                owe_all(self.accounts, "broker")
            case ev.LevelChanged():
                sheet.levels[event.contract] = event.to, event.stale
                owe(sheet, "level3", event.to == 3 and not event.stale)

    def _take_house(self, event: ev.Event) -> None:
        match event:
            case ev.SessionStarted():
                self.margin_rate = event.margin_rate
            case ev.FreezeOn(account=None) | ev.FreezeOff(account=None):
                self.vix_stale = isinstance(event, ev.FreezeOn)
            case ev.BreakerTripped():
                self.breakers.add(event.tier)
                owe_all(self.accounts, {"safe": "breaker", "halt": EMERGENCY}.get(event.tier))
            case ev.BreakerCleared():
                self.breakers.discard(event.tier)
            case ev.OperatorKey():
                press(self.accounts, event)
                if event.action == "close" and event.account is not None and event.contract is not None:
                    named = event.account, event.contract
                    self.closes[named] = self.closes.get(named, 0) + 1
            case ev.ApprovalRequested():
                self.prompts[event.id] = Prompt(event)
            case ev.ApprovalDecided() if event.id in self.prompts:
                self.prompts[event.id].decision = event.decision
            case ev.LlmsSuggested() if event.proposed != event.now:
                self.suggested[event.id] = event.proposed
            case ev.AmendmentProposed():
                self.proposed[event.id] = event.proposal
            case ev.LlmsApplied() | ev.LawEnacted() | ev.LawNotEnacted() if event.id in self.prompts:
                self.prompts[event.id].used = True
