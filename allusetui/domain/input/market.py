"""What the market and the adviser tell."""

from collections.abc import Mapping

from allusetui.domain.advice import Advice, Question
from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen
from allusetui.domain.quote import Bar, Breadth, Chain, Quote


@frozen
class MarketSeen:
    """Quotes as they stand: underlyings by symbol, options by contract; `rate` continuously compounded."""

    at_ms: int
    underlyings: Mapping[str, Quote]
    options: Mapping[Option, Quote]
    rate: float
    breadth: Breadth | None = None


@frozen
class ChainSeen:
    """The answer to AskChain; None where it can't be had now, and why."""

    at_ms: int
    symbol: str
    chain: Chain | None
    reason: str = ""


@frozen
class BarsSeen:
    at_ms: int
    symbol: str
    bars: tuple[Bar, ...]


@frozen
class AdviceSeen:
    """The answer to AskAdvice; None where there is none, and why. What it holds is not to be trusted."""

    at_ms: int
    question: Question
    advice: Advice | None
    trouble: str = ""


@frozen
class HeadlineSeen:
    """A headline on a symbol, as somebody published it."""

    at_ms: int
    symbol: str
    text: str
