"""What is looked at in every option held: its data, and whether an order on it works."""

from collections.abc import Iterator
from decimal import Decimal

from allusetui.domain.account import Account
from allusetui.domain.contract import Option
from allusetui.rules.explain.finding import Finding, Verdict, allows
from allusetui.rules.liquidity import buffered_spot
from allusetui.rules.situation import Situation


def data_findings(s: Situation, option: Option) -> Iterator[Finding]:
    """Whether its spot and its own quote are young enough to decide on."""
    spot, quote = s.quote(option.symbol), s.volatile.option_quotes.get(option)
    shut, limit = s.open_session is None, {"at most_s": s.law.data.stale_s}
    yield Finding(
        ("8.3",), "its spot is fresh",
        Verdict.WAITS if shut else allows(s.is_fresh(option.symbol) and not s.is_doubted(option.symbol)),
        {"spot_price": spot.mid if spot else None, "age_s": s.age_s(spot)}, limit,
    )  # fmt: skip
    yield Finding(
        ("8.3",), "its quote is fresh", Verdict.WAITS if shut else allows(s.fresh_option(option) is not None),
        {
            "bid_price": quote.bid if quote else None, "ask_price": quote.ask if quote else None,
            "age_s": s.age_s(quote),
        }, limit,
    )  # fmt: skip


def spot_of(s: Situation, put: Option) -> tuple[Decimal, bool] | None:
    """The spot to judge a short put by, and whether it is a buffered one; None where no breach can be told."""
    atr = s.state.atr.get(put.symbol)
    return buffered_spot(s, put, atr.value) if atr is not None and atr.value else None


def work_finding(s: Situation, account: Account, option: Option) -> Finding:
    """Another order waits for one that works."""
    working = s.state.intents_of(account, option)
    purposes = ", ".join(intent.purpose.value for intent in working)
    return Finding(("0.6",), "no order on it works", allows(not working), {"works": purposes} if working else {})
