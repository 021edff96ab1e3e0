"""What an account is worth, exposed to and margined at (0.2, 0.9, 0.10). Dollars."""

from collections.abc import Iterable
from decimal import Decimal

from allusetui.domain import worth
from allusetui.domain.account import Account
from allusetui.domain.contract import Contract, Option, Right, Side, Stock
from allusetui.domain.moment import YEAR_MS
from allusetui.domain.money import ZERO
from allusetui.domain.order import Intent, Purpose
from allusetui.pricing.implied_vol import model_delta
from allusetui.rules.situation import Situation, clause

STOCK_MARGIN = Decimal("0.5")
PUT_FLOOR = Decimal("0.10")


def price_of(s: Situation, account: Account, contract: Contract) -> Decimal:
    """The last valid value a share: spot or mid; without any quote what was paid."""
    return worth.price_of(s.volatile, account, contract)


def stock_value(s: Situation, account: Account) -> Decimal:
    return worth.stock_value(s.volatile, account)


def short_option_value(s: Situation, account: Account) -> Decimal:
    """Negative: what buying all short options back would cost at mid."""
    return worth.short_option_value(s.volatile, account)


@clause("17.7")
def ladder_value(s: Situation, account: Account, hedges: bool) -> Decimal:
    """The hedge side, or the growth side, of the ladder at mid."""
    return worth.ladder_value(s.volatile, account, hedges)


@clause("0.2", "0.9")
def equity(s: Situation, account: Account) -> Decimal:
    """Cash, stock and open short options, options at mid."""
    return worth.equity(s.volatile, account)


def entries_of(s: Situation, account: Account) -> Iterable[Intent]:
    """Entries of the account that still work."""
    return (intent for intent in s.state.intents_of(account) if intent.purpose is Purpose.ENTRY)


def working_puts(s: Situation, account: Account) -> Iterable[tuple[Option, int]]:
    """Puts that working entries may still sell, with their open quantity."""
    for intent in entries_of(s, account):
        if isinstance(intent.contract, Option) and intent.contract.is_put:
            yield intent.contract, intent.open_quantity


def working_shares(s: Situation, account: Account, but: Intent | None = None) -> Iterable[tuple[Stock, Decimal]]:
    """Stock that orders may still buy, with its value; `but` is not counted."""
    for intent in s.state.intents_of(account):
        contract = intent.contract
        if isinstance(contract, Stock) and intent.side is Side.BUY and intent is not but:
            yield contract, intent.open_quantity * price_of(s, account, contract)


def exposures(s: Situation, account: Account) -> dict[str, Decimal]:
    """Exposure by issuer, held or working: strike cash of short puts, market value of stock (0.2)."""
    found: dict[str, Decimal] = {}

    def add(symbol: str, amount: Decimal) -> None:
        issuer = s.issuer(symbol)
        found[issuer] = found.get(issuer, ZERO) + amount

    for contract in account.lots:
        if isinstance(contract, Stock):
            add(contract.symbol, account.quantity(contract) * price_of(s, account, contract))
    for put in account.shorts(Right.PUT):
        add(put.symbol, -account.quantity(put) * put.notional)
    for put, quantity in working_puts(s, account):
        add(put.symbol, quantity * put.notional)
    for stock, value in working_shares(s, account):
        add(stock.symbol, value)
    return found


def working_hedges(s: Situation, account: Account, but: Intent | None = None) -> Iterable[tuple[Option, int]]:
    """Hedges that orders may still buy out of the sleeve's cash, with their open quantity; `but` is not counted."""
    for intent in s.state.intents_of(account):
        contract, buys = intent.contract, intent.purpose is Purpose.HEDGE and intent.side is Side.BUY
        if isinstance(contract, Option) and buys and intent is not but:
            yield contract, intent.open_quantity


def free_cash(s: Situation, account: Account, but: Intent | None = None) -> Decimal:
    """Cash that no short put, held or working, binds, and no purchase that works; hedges at their walk's cap.

    The purchase `but` is not counted.
    """
    puts = sum((q * p.notional for p, q in working_puts(s, account)), ZERO)
    shares = sum((v for _, v in working_shares(s, account, but)), ZERO)
    cap = 1 + s.law.walk.slippage_cap
    hedges = (
        q * (cap * price_of(s, account, o) * o.multiplier + s.state.commission)
        for o, q in working_hedges(s, account, but)
    )
    return account.cash - account.strike_cash - puts - shares - sum(hedges, ZERO)


@clause("0.2")
def most_a_share(s: Situation, intent: Intent) -> Decimal | None:
    """What a purchase out of the sleeve's cash may pay a share at most, now: no put goes without its cash for it.

    None for what is bought otherwise: back, or by the ladder; and where nothing is left to be bought.
    """
    quantity = intent.open_quantity
    if intent.side is not Side.BUY or intent.purpose not in (Purpose.STOCK, Purpose.HEDGE) or quantity <= 0:
        return None
    account = s.state.accounts[intent.account]
    fees = s.state.commission * quantity if isinstance(intent.contract, Option) else ZERO
    return (free_cash(s, account, intent) - fees) / (quantity * intent.contract.multiplier)


@clause("0.11")
def portfolio_delta(s: Situation, account: Account) -> float | None:
    """Dollars gained a dollar that every underlying rises; None where a quote is missing. Shown, never a limit."""
    found = 0.0
    for contract in account.lots:
        delta = 1.0 if isinstance(contract, Stock) else option_delta(s, contract)
        if delta is None:
            return None
        found += delta * account.quantity(contract) * (1 if isinstance(contract, Stock) else contract.multiplier)
    return found


def option_delta(s: Situation, option: Option) -> float | None:
    """Signed, a share, by the implied vol of the mid; None where a quote is missing."""
    spot, quote = s.quote(option.symbol), s.volatile.option_quotes.get(option)
    if spot is None or quote is None:
        return None
    years = max(s.calendar.up_to(option.expiry).close_ms - s.now_ms, 0) / YEAR_MS
    call = option.right is Right.CALL
    size = model_delta(float(quote.mid), float(spot.mid), float(option.strike), years, s.volatile.rate, call)
    return size if call else -size


@clause("0.10")
def is_over_margin(s: Situation, required: Decimal, worth: Decimal) -> bool:
    """Whether the initial margin required is more than its share of what an account is worth; nothing worth, any is."""
    return required > s.law.sizing.margin_cap * worth if worth > 0 else required > 0


@clause("0.10")
def put_margin(margin_rate: Decimal, put: Option, spot: Decimal, premium: Decimal) -> Decimal:
    """Initial margin of one short put: max(rate × spot − OTM, 10 % of strike) × multiplier + premium."""
    otm = max(put.otm_distance(spot), ZERO)
    return (max(margin_rate * spot - otm, PUT_FLOOR * put.strike) + premium) * put.multiplier


def margin(s: Situation, account: Account) -> Decimal:
    """Initial margin of all that is held or may still be opened; covered calls carry none."""
    required = STOCK_MARGIN * (stock_value(s, account) + sum((v for _, v in working_shares(s, account)), ZERO))
    held = [(put, -account.quantity(put)) for put in account.shorts(Right.PUT)]
    for put, quantity in [*held, *working_puts(s, account)]:
        quote = s.quote(put.symbol)
        spot = quote.mid if quote else put.strike
        required += quantity * put_margin(s.state.margin_rate, put, spot, price_of(s, account, put))
    return required
