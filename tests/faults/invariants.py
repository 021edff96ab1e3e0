"""The invariants of a run that has ended, judged from its journal, the exchange's book and the witness at the wire.

Each function gives its breaches as sentences; an empty list is a clean run. The numbers are those of the list of
invariants that every simulation is held to.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal

from allusetui.broker.simulated.exchange import Exchange
from allusetui.codec.records import line
from allusetui.domain import event as ev
from allusetui.domain.advice import LadderTerms
from allusetui.domain.contract import Contract, Option, Side
from allusetui.domain.moment import iso
from allusetui.domain.order import Purpose
from allusetui.engine.apply import fold
from tests.faults.tally import ZERO, Row, final, steps
from tests.faults.witness import Message, clip_of
from tests.replaying import Replayed

SENDS = (ev.OrderSent, ev.OrderReplaced)
DEFENCE = frozenset({Purpose.STOP, Purpose.CLOSE, Purpose.ROLL, Purpose.PROFIT_TAKE, Purpose.REDUCE})
LEAVES: dict[str, frozenset[Purpose]] = {"level3": DEFENCE, "breaker": DEFENCE}
"""The latches under which something leaves; under every other one nothing does, but for an approved defence."""
AT_WORK = frozenset({"SAFE", "SCANNING", "ANALYZING", "ORDERING", "MONITORING", "CLOSING", "RECONCILING", "EMERGENCY"})


def one_live_order_per_intent(rows: Iterable[Row]) -> list[str]:
    """1. An intent has at most one order that lives or may live; it ends by its fills or by proof."""
    found: list[str] = []
    live: dict[str, tuple[str, Contract, int]] = {}
    for _, at_ms, event in rows:
        match event:
            case ev.OrderSent() | ev.OrderReplaced():
                before = live.get(event.intent)
                expected = event.replaces if isinstance(event, ev.OrderReplaced) else None
                if (before[0] if before else None) != expected:
                    found.append(f"{iso(at_ms)}: {event.client_order_id} sent while {before} may live")
                live[event.intent] = event.client_order_id, event.contract, event.quantity
            case ev.OrderFilled():
                mine = live.get(event.intent)
                if mine and mine[:2] == (event.client_order_id, event.contract):
                    live[event.intent] = mine[0], mine[1], mine[2] - event.quantity
                    if mine[2] == event.quantity:
                        del live[event.intent]
            case ev.OrderCancelled() | ev.OrderRejected():
                live.pop(event.intent, None)
            case ev.OrderResolved() if event.outcome != "open":
                live.pop(event.intent, None)
    return found


def books_tie(r: Replayed, at_ms: int | None = None) -> list[str]:
    """2. Unique fills and settlements are the position change, at the exchange and in the state, to the cent."""
    tally, state = final(r.journal.read()), r.run.runtime.engine.state
    book = r.run.exchange.positions(r.run.end_ms if at_ms is None else at_ms)
    held: dict[Contract, int] = {}
    for sheet in tally.accounts.values():
        for contract, quantity in sheet.held.items():
            held[contract] = held.get(contract, 0) + quantity
    cash = sum((sheet.cash + sheet.aside for sheet in tally.accounts.values()), ZERO)
    found = []
    if {c: n for c, n in held.items() if n} != dict(book.positions):
        found.append(f"positions by the journal {held}, at the exchange {dict(book.positions)}")
    if cash != book.cash:
        found.append(f"cash by the journal {cash}, at the exchange {book.cash}")
    for name, account in state.accounts.items():
        mine = {contract: account.quantity(contract) for contract in account.lots}
        if (account.cash, mine) != (tally.accounts[name].cash, tally.accounts[name].held):
            found.append(f"{name}: state {account.cash} {mine}, journal {tally.accounts[name]}")
    return found


def no_fill_lost(rows: Iterable[Row], exchange: Exchange) -> list[str]:
    """2. Every fill at the exchange is in the journal, each of its legs once."""
    ids = [event.exec_id for _, _, event in rows if isinstance(event, ev.OrderFilled)]
    roots = {ident.split("-")[0] for ident in ids}
    made = {f"X{number:06}" for number in range(1, exchange._fills + 1)}
    twice = sorted({ident for ident in ids if ids.count(ident) > 1})
    return [f"booked twice: {i}" for i in twice] + [f"lost or invented: {i}" for i in sorted(made ^ roots)]


def journal_before_wire(messages: Iterable[Message]) -> list[str]:
    """3. What reached the broker stood in the journal before, once, with the same content."""
    found = []
    for message in messages:
        order, records = message.order, message.records
        if order is None:
            found += [] if records else [f"a cancel of {message.client_order_id}, which was never sent"]
            continue
        told = [(e.account, e.contract, e.candidate, e.side, e.quantity, e.limit) for e in records]
        sent = (order.account, order.contract, order.candidate, order.side, order.quantity, order.limit)
        if told != [sent]:
            found.append(f"{message.client_order_id}: sent {sent}, journal {told}")
    return found


def one_order_at_the_exchange(messages: Iterable[Message]) -> list[str]:
    """1. No order is placed while another of its clip works at the exchange, and no version is sent twice."""
    placed = [m for m in messages if m.order is not None]
    ids = [m.client_order_id for m in placed]
    return [f"{m.client_order_id} placed beside {m.alive}" for m in placed if m.alive] + [
        f"{ident} placed twice" for ident in sorted({i for i in ids if ids.count(i) > 1})
    ]


def latches_hold(rows: Iterable[Row]) -> list[str]:
    """4. and 11. Under a latch leaves only what it names; nothing in EMERGENCY; a latch ends by its own release."""
    found = []
    for tally, at_ms, event in steps(rows):
        if not isinstance(event, SENDS):
            continue
        assert event.account is not None
        sheet, approved = tally.accounts[event.account], tally.intents[event.intent].approved
        blocking = [
            latch
            for latch in sorted(sheet.latches)
            if event.purpose not in LEAVES.get(latch, frozenset())
            and not (latch == "paused" and approved)
            and not (latch in LEAVES and event.purpose is Purpose.HEDGE and "6.11" in event.clauses)
        ]
        if blocking or sheet.status == "EMERGENCY":
            found.append(f"{iso(at_ms)}: {event.client_order_id} left under {blocking} in {sheet.status}")
    return found


def nothing_uncovered(rows: Iterable[Row]) -> list[str]:
    """5. and 6. An order that sells has its cash or its shares, with all that is held and works beside it."""
    found = []
    for tally, at_ms, event in steps(rows):
        if not isinstance(event, SENDS) or not (event.candidate or event.side is Side.SELL):
            continue
        assert event.account is not None
        sheet = tally.accounts[event.account]
        puts = sheet.short_puts_usd + sum(o.notional * n for o, n in tally.working(event.account, puts=True))
        if puts > sheet.cash and event.purpose is Purpose.ENTRY:
            found.append(f"{iso(at_ms)}: strike cash {puts} of {event.account} over its cash {sheet.cash}")
        symbol = event.contract.symbol
        if event.purpose.is_ladder or sheet.held.get(event.contract, 0) > 0:
            continue  # what is held long is sold
        calls = sheet.short_calls(symbol)
        calls += sum(n for o, n in tally.working(event.account, puts=False) if o.symbol == symbol)
        shares = sum(n for c, n in sheet.held.items() if not isinstance(c, Option) and c.symbol == symbol)
        if calls * 100 > shares:
            found.append(f"{iso(at_ms)}: {calls} calls on {shares} shares of {symbol}")
    return found


def the_dead_stay_dead(rows: Iterable[Row]) -> list[str]:
    """7. An order that the journal has ended never fills later."""
    ended: dict[str, str] = {}
    found = []
    for _, at_ms, event in rows:
        match event:
            case ev.OrderReplaced():
                ended[event.replaces] = "replaced"
            case ev.OrderCancelled() | ev.OrderRejected():
                ended[event.client_order_id] = event.kind
            case ev.OrderResolved() if event.outcome == "dead":
                ended[event.client_order_id] = "resolved dead"
            case ev.OrderFilled() if event.client_order_id in ended:
                over = ended[event.client_order_id]
                found.append(f"{iso(at_ms)}: {event.client_order_id} filled after it was {over}")
    return found


def versions_rise(rows: Iterable[Row]) -> list[str]:
    """8. Versions of a clip are 1, 2, 3 …, each with what the one before has left open."""
    left: dict[str, tuple[int, int, Contract]] = {}
    found = []
    for _, at_ms, event in rows:
        if isinstance(event, SENDS):
            clip = clip_of(event.client_order_id)
            version, rest, _ = left.get(clip, (0, event.quantity, event.contract))
            if (event.version, event.quantity) != (version + 1, rest):
                found.append(f"{iso(at_ms)}: {event.client_order_id} of {event.quantity}; due v{version + 1} of {rest}")
            left[clip] = event.version, event.quantity, event.contract
        elif isinstance(event, ev.OrderFilled):
            clip = clip_of(event.client_order_id)
            version, rest, contract = left[clip]
            if contract == event.contract:
                left[clip] = version, rest - event.quantity, contract
    return found


def intents_end_once(rows: Iterable[Row]) -> list[str]:
    """Sent orders end in fills or exactly one `order.abandoned`; what is filled is not abandoned, or sent, again."""
    over: dict[str, str] = {}
    found = []
    for tally, at_ms, event in steps(rows):
        ident = getattr(event, "intent", None)
        if isinstance(event, (*SENDS, ev.OrderAbandoned)) and ident in over:
            found.append(f"{iso(at_ms)}: {event.kind} of intent {ident} that was {over[ident]}")
        if isinstance(event, ev.OrderAbandoned):
            over[event.intent] = "abandoned"
        elif isinstance(event, ev.OrderFilled) and tally.left[event.intent] == 0:
            over[event.intent] = "filled"
        if ident is not None and tally.left.get(ident, 0) < 0:
            found.append(f"{iso(at_ms)}: intent {ident} filled beyond its quantity")
    return found


def state_is_the_fold(r: Replayed) -> list[str]:
    """9. What the engine knows durably is what its journal tells."""
    return [] if r.run.runtime.engine.state == fold(r.journal.read()) else ["the state differs from the journal's fold"]


def priced_by_the_true_market(r: Replayed) -> list[str]:
    """10. No limit is further than the cap and a tick from the mid that the true market had at that instant."""
    found = []
    for _, at_ms, event in r.journal.read():
        if isinstance(event, SENDS) and event.candidate is None and isinstance(event.contract, Option):
            quote = r.run.market.option(event.contract, at_ms)
            assert quote is not None
            far = Decimal("0.95") if event.side is Side.SELL else Decimal("1.05")
            low, high = sorted((quote.mid, quote.mid * far))
            if not low - quote.tick <= event.limit <= high + quote.tick:
                found.append(f"{iso(at_ms)}: {event.client_order_id} at {event.limit}, mid {quote.mid}")
    return found


def numbers_have_no_holes(rows: Iterable[Row]) -> list[str]:
    """12. The sequence has no holes and time never runs back."""
    found, before = [], 0
    for number, (seq, at_ms, event) in enumerate(rows, start=1):
        if seq != number or at_ms < before:
            found.append(f"{seq} {event.kind} at {iso(at_ms)} in place {number}")
        before = at_ms
    return found


def at_rest(r: Replayed) -> list[str]:
    """14. At the end nothing is unknown, and every account works or is in SAFE by a latch with a name."""
    state = r.run.runtime.engine.state
    unknown = [i.order.client_order_id for i in state.intents.values() if i.order and i.order.status.value == "unknown"]
    lost = [name for name, sheet in final(r.journal.read()).accounts.items() if sheet.status not in AT_WORK]
    stuck = [a.name for a in state.accounts.values() if a.trading and a.status == "SAFE" and a.lots and not a.latches]
    named = {"an order is unknown": unknown, "in no state": lost, "holds, and rests in SAFE without a latch": stuck}
    return [f"{what}: {names}" for what, names in named.items() if names]


def approvals_are_used_once(rows: Iterable[Row]) -> list[str]:
    """15. A prompt that was asked is decided at most once."""
    asked: set[str] = set()
    found = []
    for _, at_ms, event in rows:
        if isinstance(event, ev.ApprovalRequested):
            asked.add(event.id)
        elif isinstance(event, ev.ApprovalDecided):
            if event.id not in asked:
                found.append(f"{iso(at_ms)}: prompt {event.id} decided {event.decision}, but not open")
            asked.discard(event.id)
    return found


def advice_acts_as_it_was_shown(rows: Iterable[Row]) -> list[str]:
    """15. A suggestion acts once, after a yes, by the terms that were shown; what keeps never does."""
    shown: dict[str, LadderTerms] = {}
    approved: set[str] = set()
    found = []
    for _, at_ms, event in rows:
        if isinstance(event, ev.LlmsSuggested) and event.proposed != event.now:
            shown[event.id] = event.proposed
        elif isinstance(event, ev.ApprovalDecided) and event.decision == "approved":
            approved.add(event.id)
        elif isinstance(event, ev.LlmsApplied):
            if event.id not in approved or shown.get(event.id) != event.terms:
                found.append(f"{iso(at_ms)}: suggestion {event.id} acts by {event.terms}")
            approved.discard(event.id)
    return found


def no_control_bytes(rows: Iterable[Row]) -> list[str]:
    """16. No control byte in the journal."""
    return [f"record {row[0]}" for row in rows if any(ord(sign) < 32 or ord(sign) == 127 for sign in line(*row))]


def by_rows(rows: Iterable[Row]) -> list[str]:
    """Every invariant that the journal alone can break."""
    checks: tuple[Callable[[Iterable[Row]], list[str]], ...] = (
        one_live_order_per_intent,
        latches_hold,
        nothing_uncovered,
        the_dead_stay_dead,
        versions_rise,
        intents_end_once,
        numbers_have_no_holes,
        approvals_are_used_once,
        advice_acts_as_it_was_shown,
        no_control_bytes,
    )
    every = list(rows)
    return [f"{check.__name__}: {breach}" for check in checks for breach in check(every)]
