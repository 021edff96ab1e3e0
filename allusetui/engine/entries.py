"""§1–§4: an entry window's look, from the first question for a chain to the intents of the plan."""

from collections.abc import Iterable

from allusetui.domain import event as ev
from allusetui.domain.account import Account, Status
from allusetui.domain.contract import Side
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.money import ZERO, to_figure, to_price
from allusetui.domain.order import Purpose
from allusetui.domain.quote import Chain
from allusetui.domain.volatile import Scan
from allusetui.engine.desk import Desk
from allusetui.engine.machine import change, rest
from allusetui.engine.orders import intend
from allusetui.rules import covered_call
from allusetui.rules.cadence import CALLS, WINDOW_CLAUSE, Span, entry_window, windows_of
from allusetui.rules.entry import RELOOKED, Pick, account_refusal, put_for
from allusetui.rules.latches import may_begin
from allusetui.rules.situation import Refusal, clause
from allusetui.rules.sizing import allocate, put_room

SCAN_WAIT_S = 60
"""How long a look waits for its chains."""
ABANDONED = "abandoned"
UNABLE = frozenset({"paused", "safe", "no_entries", "frozen", "pivot", ABANDONED})
Plan = dict[str, tuple[Pick, int]]
Refused = dict[str, list[Refusal]]


def window_of(desk: Desk, window: str) -> Span | None:
    """Today's span of a window; None on a day without it."""
    session = desk.session
    return entry_window(desk.calendar, desk.law.cadence, window, session) if session else None


@clause("1.1", "1.2", "1.3")
def look(desk: Desk, relook_due: bool) -> None:
    """Begin the look of every window that is open and still owes an answer; close those that end."""
    if desk.volatile.seen_ms != desk.now_ms:
        return  # the market has not been looked at yet
    for account, window in _open_windows(desk):
        if (account.name, window) not in desk.volatile.scans:
            _consider(desk, account, window, relook_due)


def owes_a_look(desk: Desk) -> bool:
    """Whether an open window has symbols that it has no answer for yet."""
    for account, window in _open_windows(desk):
        outcomes = _outcomes(desk, account, window)
        if any(symbol not in outcomes for symbol in desk.symbols_in(account, window)):
            return True
    return False


def _open_windows(desk: Desk) -> list[tuple[Account, str]]:
    """Each account with the windows of its that are open."""
    spans = ((window, window_of(desk, window)) for window in WINDOW_CLAUSE)
    held = {window for window, span in spans if span is not None and span.holds(desk.now_ms)}
    return [(a, window) for a in desk.trading() for window in windows_of(a) if window in held] if held else []


def _outcomes(desk: Desk, account: Account, window: str) -> dict[str, str]:
    log = account.windows.get(window)
    return log.outcome if log is not None and log.day == desk.today else {}


def _consider(desk: Desk, account: Account, window: str, relook_due: bool) -> None:
    outcomes = _outcomes(desk, account, window)
    owed = [s for s in desk.symbols_in(account, window) if outcomes.get(s) is None or outcomes[s] in UNABLE]
    refusal = account_refusal(account)
    if refusal is not None:
        for symbol in owed:
            if outcomes.get(symbol) != ABANDONED:  # its order has been sent, and its end told
                skip(desk, account, window, symbol, [refusal])
        return
    owed = [s for s in owed if outcomes.get(s) != "pivot" or not account.pivoted]
    again = [s for s, why in outcomes.items() if why in RELOOKED] if relook_due else []
    wanted = [s for s in desk.symbols_in(account, window) if s in owed or s in again]
    if not wanted or not may_begin(desk, account):
        return
    if owed and account.status is not Status.ORDERING:
        change(desk, account, Status.SCANNING, "window", (WINDOW_CLAUSE[window], "9.1"))
    due = desk.now_ms + SCAN_WAIT_S * SECOND_MS
    desk.volatile.scans[account.name, window] = Scan(account.name, window, set(wanted), due)
    for symbol in wanted:
        desk.ask_chain(symbol)


def on_chain(desk: Desk, symbol: str, chain: Chain | None) -> None:
    """A chain has come; a scan that has all of its chains is decided."""
    for scan in list(desk.volatile.scans.values()):
        scan.take(symbol, chain)
    settle_scans(desk)


def settle_scans(desk: Desk) -> None:
    """Decide every scan that waits for nothing more, or has waited long enough, while its window is open."""
    for key, scan in list(desk.volatile.scans.items()):
        span = window_of(desk, scan.window)
        if span is None or not span.holds(desk.now_ms):
            del desk.volatile.scans[key]
            continue
        account = desk.state.accounts[scan.account]
        if account.status is Status.AUDIT or (scan.awaited and desk.now_ms < scan.due_ms):
            continue
        del desk.volatile.scans[key]
        for symbol in scan.awaited:
            scan.chains.setdefault(symbol, None)
        if account_refusal(account) is None:
            _decide(desk, account, scan)
        elif account.status is Status.SCANNING:
            rest(desk, account, "rest")


def _decide(desk: Desk, account: Account, scan: Scan) -> None:
    """ANALYZING: pick, allocate, plan; ORDERING when something is planned."""
    if account.status is Status.SCANNING:
        change(desk, account, Status.ANALYZING, "window")
    order = [s for s in desk.symbols_in(account, scan.window) if s in scan.chains]
    refused: Refused = {symbol: [] for symbol in order}
    calls = _plan_calls(desk, account, scan, order, refused) if scan.window == CALLS else {}
    puts = _plan_puts(desk, account, scan, order, refused) if scan.window == account.type.value else {}
    planned = [*calls.values(), *puts.values()]
    for symbol in order:
        if symbol not in calls:
            # What is looked at again is told last: it is the outcome.
            reasons = sorted(refused[symbol], key=lambda r: r.reason in RELOOKED)
            skip(desk, account, scan.window, symbol, reasons)
            if symbol not in puts:
                _answer(desk, account, scan.window, symbol, reasons[-1])
    if planned:
        _to_ordering(desk, account)
    for chosen, quantity in planned:
        _plan(desk, account, scan.window, chosen, quantity)
    if account.status is Status.ANALYZING:
        rest(desk, account, "rest")


def _to_ordering(desk: Desk, account: Account) -> None:
    if account.status is Status.ORDERING:
        return
    if account.status is not Status.ANALYZING:
        change(desk, account, Status.SCANNING, "window")
        change(desk, account, Status.ANALYZING, "window")
    change(desk, account, Status.ORDERING, "window")


@clause("4.1", "2.4", "3.4", "7.2")
def _plan_calls(desk: Desk, account: Account, scan: Scan, order: Iterable[str], refused: Refused) -> Plan:
    """Covered calls, one per 100 uncovered shares; COM's shares of less than a lot need no reason."""
    planned: Plan = {}
    for symbol in order:
        if account.type.value == CALLS and not covered_call.lots_of(desk, account, symbol):
            continue
        found = covered_call.call_for(desk, account, symbol, scan.chains[symbol])
        if isinstance(found, tuple):
            planned[symbol] = found
        else:
            refused[symbol] += found
    return planned


@clause("0.2")
def _plan_puts(desk: Desk, account: Account, scan: Scan, order: list[str], refused: Refused) -> Plan:
    """Cash-secured puts by the allocation of 0.2."""
    picks: list[Pick] = []
    for symbol in order:
        found = put_for(desk, account, symbol, scan.chains[symbol])
        if isinstance(found, Pick):
            picks.append(found)
        else:
            refused[symbol] += found
    planned, unfit = allocate(desk, picks, put_room(desk, account))
    for symbol, refusal in unfit.items():
        refused[symbol].append(refusal)
    return planned


def _plan(desk: Desk, account: Account, window: str, chosen: Pick, quantity: int) -> None:
    option = chosen.option
    notes = [chosen.deviation] if chosen.deviation else []
    if option.is_put and "hedged_week" in desk.state.breakers:
        notes.append("hedged_week")
    desk.volatile.option_quotes[option] = chosen.quote
    clauses = (*chosen.clauses, "0.2", "0.3") if option.is_put else (WINDOW_CLAUSE[window], *chosen.clauses)
    desk.emit(
        ev.EntryPlanned(
            account=account.name, clauses=clauses, contract=option, quantity=quantity, delta=to_figure(chosen.delta),
            dte=chosen.dte, mid=to_price(chosen.quote.mid),
            exposure=option.notional * quantity if option.is_put else ZERO,
            deviation="; ".join(notes) or None, window=window,
        )
    )  # fmt: skip
    intend(desk, account, Purpose.ENTRY, option, Side.SELL, quantity, clauses)


def skip(desk: Desk, account: Account, window: str, symbol: str, refusals: Iterable[Refusal]) -> None:
    """Tell each reason once a window."""
    log = account.windows.get(window)
    told = log.told if log is not None and log.day == desk.today else set()
    for refusal in refusals:
        if (symbol, refusal.reason) not in told:
            _tell(desk, account, window, symbol, refusal)
            told = account.windows[window].told


def _answer(desk: Desk, account: Account, window: str, symbol: str, refusal: Refusal) -> None:
    """A look of an account that is able again has an outcome of its own, though its reason was told before.

    Left at what it was unable for, the look would be owed again at once, and for ever.
    """
    if _outcomes(desk, account, window).get(symbol) in UNABLE - {refusal.reason}:
        _tell(desk, account, window, symbol, refusal)


def _tell(desk: Desk, account: Account, window: str, symbol: str, refusal: Refusal) -> None:
    desk.emit(
        ev.EntrySkipped(
            account=account.name, clauses=refusal.clauses, symbol=symbol, reason=refusal.reason,
            window=window, figures=refusal.figures,
        )
    )  # fmt: skip


def settle_states(desk: Desk) -> None:
    """ORDERING ends with the plan's last order; MONITORING with the last thing held."""
    for account in desk.trading():
        if _is_done(desk, account):
            rest(desk, account, "rest")


def _is_done(desk: Desk, account: Account) -> bool:
    """Whether nothing is left of what its state is for."""
    match account.status:
        case Status.SCANNING | Status.ANALYZING:
            return not any(name == account.name for name, _ in desk.volatile.scans)
        case Status.ORDERING:
            return not any(intent.purpose.builds for intent in desk.state.intents_of(account))
        case Status.MONITORING:
            return not account.lots
        case _:
            return False
