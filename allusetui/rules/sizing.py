"""How much of what: the split of 0.1, the deterministic allocation of 0.2 under the caps of 0.3, 0.10 and 8.2."""

from collections.abc import Callable
from decimal import ROUND_CEILING, Decimal

from allusetui.domain.account import Account, AccountType
from allusetui.domain.frozen import mutable
from allusetui.domain.money import ZERO, down_to_cent, to_cent
from allusetui.law.model import Sizing
from allusetui.rules.entry import Pick
from allusetui.rules.situation import Refusal, Situation, clause
from allusetui.rules.valuation import equity, exposures, free_cash, margin, put_margin


@clause("0.1")
def split(capital: Decimal, law: Sizing) -> dict[AccountType, Decimal]:
    """What each sleeve of an ALL-USE begins with, to the cent: COM with what the shares of the others leave."""
    gen, rev = down_to_cent(law.split_gen * capital), down_to_cent(law.split_rev * capital)
    return {AccountType.GEN: gen, AccountType.REV: rev, AccountType.COM: capital - gen - rev}


@mutable
class Room:
    """What an account may still take on. Dollars; `held` by issuer, `cap` and `target` are a symbol's."""

    equity: Decimal
    ceiling: Decimal
    cap_share: Decimal
    cap: Decimal
    target: Decimal
    aim: Decimal
    cash: Decimal
    margin_left: Decimal
    held: dict[str, Decimal]
    hedged: bool
    issuer: Callable[[str], str]

    @property
    def exposure(self) -> Decimal:
        return sum(self.held.values(), ZERO)

    @property
    def free(self) -> Decimal:
        """Up to the ceiling, and up to the cash that secures the puts."""
        return min(self.ceiling - self.exposure, self.cash)

    def of(self, symbol: str) -> Decimal:
        """Exposure held or working in the issuer of a symbol."""
        return self.held.get(self.issuer(symbol), ZERO)


@clause("0.2", "0.10", "6.12")
def room(s: Situation, account: Account, kept: Decimal = ZERO) -> Room:
    """The account's room as it stands now; halved in a Hedged Week. `kept` is no longer to be deployed by it."""
    worth = equity(s, account)
    hedged = "hedged_week" in s.state.breakers
    part = s.law.breakers.deployment_factor if hedged else Decimal(1)
    share = s.law.sizing.ceiling * part
    return Room(
        equity=worth,
        ceiling=share * worth - kept,
        cap_share=s.law.sizing.symbol_cap,
        cap=s.law.sizing.symbol_cap * worth,
        target=s.law.sizing.symbol_cap * part * worth,
        aim=s.law.sizing.aim * share * worth,
        cash=free_cash(s, account) - kept,
        margin_left=s.law.sizing.margin_cap * worth - margin(s, account),
        held=exposures(s, account),
        hedged=hedged,
        issuer=s.issuer,
    )


@clause("0.2", "4.4")
def put_room(s: Situation, account: Account) -> Room:
    """The room for puts: what is about to buy shares secures none."""
    return room(s, account, account.to_invest if account.purchase_due else ZERO)


@clause("0.3")
def within_symbol_cap(symbol: str, exposure: Decimal, room: Room) -> bool:
    """Whether so much more exposure to a symbol's issuer stays within its quarter."""
    return exposure <= symbol_room(symbol, room)


@clause("0.3")
def symbol_room(symbol: str, room: Room) -> Decimal:
    """What may still be taken on of a symbol's issuer."""
    return room.cap - room.of(symbol)


@clause("6.12")
def is_halved_full(room: Room) -> bool:
    """Whether a Hedged Week's half of the ceiling is deployed already."""
    return room.hedged and room.exposure >= room.ceiling


@clause("0.2")
def within_free(total: Decimal, room: Room) -> bool:
    return total <= room.free


def refusal_of(pick: Pick, room: Room) -> Refusal | None:
    """Why not even one contract of the pick fits, in the order of §9."""
    notional = pick.option.notional
    if is_halved_full(room):
        return Refusal("hedged_week", ("6.12",), {"exposure": to_cent(room.exposure), "ceiling": to_cent(room.ceiling)})
    if not within_symbol_cap(pick.symbol, notional, room):
        needed = ((room.of(pick.symbol) + notional) / room.cap_share).to_integral_value(ROUND_CEILING)
        return Refusal("per_symbol_cap", ("0.3",), {"equity_needed": needed, "notional": notional})
    if not within_free(notional, room):
        return Refusal("sizing", ("0.2",), {"free": to_cent(room.free), "notional": notional})
    if pick.room < 1:
        return Refusal("adv", ("8.2",), {"adv": pick.average_volume})
    return None


def margin_of(s: Situation, pick: Pick) -> Decimal:
    """Initial margin that one more contract of the pick binds."""
    quote = s.quote(pick.symbol)
    spot = quote.mid if quote else pick.option.strike
    return put_margin(s.state.margin_rate, pick.option, spot, pick.quote.mid)


@clause("0.2", "0.3", "0.10", "8.2", "3.1")
def allocate(s: Situation, picks: list[Pick], room: Room) -> tuple[dict[str, tuple[Pick, int]], dict[str, Refusal]]:
    """Contracts of each symbol's pick, and the refusal of each that gets none; picks in universe order."""
    refused = {p.symbol: why for p in picks if (why := refusal_of(p, room))}
    left = [p for p in picks if p.symbol not in refused]
    if not left:
        return {}, refused
    share = room.free / len(left)
    targets: dict[str, Decimal] = {}
    wanted: dict[str, int] = {}
    planned: dict[str, int] = {}
    for p in left:
        held = room.of(p.symbol) + _by_issuer(left, planned, room)[room.issuer(p.symbol)]
        targets[p.symbol] = max(min(room.target - held, share), ZERO)
        wanted[p.symbol] = int(targets[p.symbol] // p.option.notional)
        planned[p.symbol] = min(wanted[p.symbol], p.room)
    margins = {p.symbol: margin_of(s, p) for p in left}
    held_back = top_up(left, planned, margins, room) | {p.symbol for p in left if wanted[p.symbol] > p.room}
    before = dict(planned)
    cut_to_margin(left, planned, margins, room)
    for p in left:
        if planned[p.symbol] == 0:
            refused[p.symbol] = (
                Refusal("margin_cap", ("0.10",), {"margin_left": to_cent(room.margin_left)})
                if before[p.symbol]
                else Refusal("sizing", ("0.2",), {"target": to_cent(targets[p.symbol])})
            )
    cut = {symbol for symbol in held_back if planned[symbol] == before[symbol]}
    return {
        p.symbol: (p.cut_to_volume if p.symbol in cut else p, planned[p.symbol]) for p in left if planned[p.symbol]
    }, refused


def _by_issuer(picks: list[Pick], planned: dict[str, int], room: Room) -> dict[str, Decimal]:
    """Exposure that is planned so far, by issuer of the picks (0.3)."""
    found: dict[str, Decimal] = {}
    for p in picks:
        issuer = room.issuer(p.symbol)
        found[issuer] = found.get(issuer, ZERO) + planned.get(p.symbol, 0) * p.option.notional
    return found


def top_up(left: list[Pick], planned: dict[str, int], margins: dict[str, Decimal], room: Room) -> set[str]:
    """One more contract for the symbol with the lowest exposure that still fits, until the aim is reached.

    Gives the symbols whose turn it was and that only 8.2 held back.
    """
    held_back: set[str] = set()
    while True:
        added = _by_issuer(left, planned, room)
        total = sum(added.values(), ZERO)
        used = sum((n * margins[symbol] for symbol, n in planned.items()), ZERO)
        if room.exposure + total >= room.aim:
            return held_back
        fitting = [
            p
            for p in left
            if within_free(total + p.option.notional, room)
            and within_symbol_cap(p.symbol, added[room.issuer(p.symbol)] + p.option.notional, room)
            and used + margins[p.symbol] <= room.margin_left
            and p.symbol not in held_back
        ]
        if not fitting:
            return held_back
        lowest = min(fitting, key=lambda p: room.of(p.symbol) + added[room.issuer(p.symbol)])
        if planned[lowest.symbol] < lowest.room:
            planned[lowest.symbol] += 1
        else:
            held_back.add(lowest.symbol)


@clause("0.10")
def cut_to_margin(left: list[Pick], planned: dict[str, int], margins: dict[str, Decimal], room: Room) -> None:
    """Cuts fall on the last in universe order."""
    used = sum((n * margins[symbol] for symbol, n in planned.items()), ZERO)
    for p in reversed(left):
        while planned[p.symbol] and used > room.margin_left:
            planned[p.symbol] -= 1
            used -= margins[p.symbol]
