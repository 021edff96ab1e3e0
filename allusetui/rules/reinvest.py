"""3.5, 4.4, 10.2: what a quarter's gain becomes, and which shares it buys."""

from decimal import Decimal

from allusetui.domain.account import Account, AccountType
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import quarter_of
from allusetui.domain.money import ZERO, to_cent
from allusetui.law.model import Reinvest
from allusetui.rules.situation import Situation, clause
from allusetui.rules.sizing import room
from allusetui.rules.valuation import STOCK_MARGIN

CLAUSE_OF = {AccountType.REV: "3.5", AccountType.COM: "4.4"}


@frozen
class Shares:
    """A gain shared out to the cent, dollars."""

    tax: Decimal
    leaps: Decimal
    contracts: Decimal


@frozen
class Purchase:
    """`quantity` shares of the least-held symbol at `price` a share; 0 and why not."""

    symbol: str | None
    quantity: int
    price: Decimal | None
    reason: str | None


@clause("2.8", "10.1", "10.2")
def reinvests(account: Account) -> bool:
    """GEN and MINI let their profits accumulate until a fork."""
    return account.type in CLAUSE_OF


@clause("3.5", "4.4", "10.2")
def share_out(gain: Decimal, law: Reinvest) -> Shares:
    """30 % to the tax reserve, a quarter of the rest to LEAPs, what remains to contracts."""
    tax, leaps = to_cent(law.tax_share * gain), to_cent(law.leaps_of_gain * gain)
    return Shares(tax, leaps, gain - tax - leaps)


@clause("10.2", "17.4")
def carried(parts: Shares, cash: Decimal) -> Shares:
    """What a sleeve's cash carries of it, taxes first: a LEAP's gain is in the ladder's own cash; nothing is lent."""
    if parts.tax + parts.leaps <= cash:
        return parts
    tax = min(parts.tax, max(cash, ZERO))
    return Shares(tax, max(cash, ZERO) - tax, ZERO)


def gains(s: Situation, account: Account) -> dict[str, Decimal]:
    """What each quarter that has ended by now realized."""
    ended = dict(account.gains)
    if s.state.quarter != quarter_of(s.today):
        ended[s.state.quarter] = account.realized_quarter
    return ended


@clause("3.5", "4.4")
def due(s: Situation, account: Account) -> list[tuple[str, Decimal]]:
    """Quarters whose gain has not been shared out, in order; a loss shares nothing."""
    ended = ((quarter, gain) for quarter, gain in gains(s, account).items() if quarter > account.reinvested)
    return [(quarter, found) for quarter, gain in sorted(ended) if (found := to_cent(gain)) > 0]


@clause("10.2")
def excess_reserve(s: Situation, account: Account, year: str) -> tuple[Decimal, Decimal]:
    """(the year's gain, what is reserved for it beyond its tax) of a year that has ended."""
    ended = gains(s, account)
    quarters = (f"{year}-Q{number}" for number in range(1, 5))
    gain = sum((to_cent(ended[quarter]) for quarter in quarters if quarter in ended), ZERO)
    owed = to_cent(s.law.reinvest.tax_share * max(gain, ZERO))
    return gain, max(account.reserves[year] - owed, ZERO)


def may_buy(s: Situation, account: Account) -> bool:
    """A purchase waits for its hour, for the end of a Hedged Week, and for all that holds entries back."""
    waits = "hedged_week" in s.state.breakers or s.state.vix_stale
    held_back = account.latches or account.no_entries or account.frozen or account.pivoted
    return s.now_ms >= s.clock(s.law.reinvest.buys_at) and not waits and not held_back


@clause("4.4", "0.3", "0.10")
def purchase(s: Situation, account: Account) -> Purchase | None:
    """Whole lots of the least-held symbol by value within 0.2, 0.3 and 0.10; None while its price is not known now.

    A symbol of which one lot breaks 0.3 drops out; one of which the money does not buy a lot waits for more.
    """
    left, lot = room(s, account), s.law.sizing.lot_shares
    prices = {each: quote.mid for each in s.universe(account) if (quote := s.quote(each)) is not None}
    caps = {each: left.cap - left.held.get(s.issuer(each), ZERO) for each in prices}
    fit = [each for each in prices if lot * prices[each] <= caps[each]]
    if not fit:
        return Purchase(None, 0, None, "per_symbol_cap" if prices else "no_quote")
    symbol = min(fit, key=lambda each: account.shares(each) * prices[each])
    if not s.is_fresh(symbol) or s.is_doubted(symbol) or (account.name, symbol) in s.state.rejecting:
        return None
    limits = {
        "lot": account.to_invest,
        "sizing": left.free,
        "per_symbol_cap": caps[symbol],
        "margin_cap": left.margin_left / STOCK_MARGIN,
    }
    reason = min(limits, key=lambda each: limits[each])
    lots = int(max(limits[reason], ZERO) // (lot * prices[symbol]))
    return Purchase(symbol, lots * lot, prices[symbol], None if lots else reason)
