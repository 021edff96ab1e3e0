"""What a client can ask of data, typed: one small value a message, and the parser that reads it strictly."""

from collections.abc import Callable
from typing import Final

from allusetui.broker.gateway.fields import Fields, Leg, Wanted
from allusetui.domain.frozen import frozen

DATA, CANCEL_DATA, DETAILS, BARS, CANCEL_BARS = 1, 2, 9, 20, 25
IDS, LOG_LEVEL, MANAGED, TIME, DATA_TYPE = 8, 14, 17, 49, 59
START, CHAIN, SYMBOLS, RULE = 71, 78, 81, 91
ARTICLE, PROVIDERS, NEWS = 84, 85, 86
WSH_META, CANCEL_WSH_META, WSH_EVENTS, CANCEL_WSH_EVENTS = 100, 101, 102, 103


@frozen
class Nothing:
    """A request that says nothing but its name."""


@frozen
class Numbered:
    """A request, or its withdrawal, that says nothing but its number; or one whole number that is set."""

    number: int


@frozen
class Start:
    """The client begins."""

    client_id: int


@frozen
class DataAsked:
    """Quotes of a contract, as a stream or as a snapshot."""

    request_id: int
    wanted: Wanted
    legs: tuple[Leg, ...]
    generic: tuple[str, ...]
    snapshot: bool


@frozen
class DetailsAsked:
    """Every contract that fits a description."""

    request_id: int
    wanted: Wanted
    expired_too: bool
    security_id: str


@frozen
class BarsAsked:
    """Bars of a contract up to an end, as the client writes size, span and kind."""

    request_id: int
    wanted: Wanted
    end: str
    size: str
    span: str
    regular_hours: bool
    kind: str
    date_form: int
    keep: bool


@frozen
class ChainAsked:
    """Expiries and strikes of an underlying."""

    request_id: int
    symbol: str
    sec_type: str
    con_id: int


@frozen
class SymbolsAsked:
    """Stocks whose symbol or name begins so."""

    request_id: int
    pattern: str


@frozen
class ArticleAsked:
    """The text of one piece of news."""

    request_id: int
    provider: str
    article: str


@frozen
class NewsAsked:
    """Headlines on a contract between two times, both open where they are empty."""

    request_id: int
    con_id: int
    providers: str
    start: str
    end: str
    most: int


@frozen
class EventsAsked:
    """Corporate events of a contract."""

    request_id: int
    con_id: int | None
    filter: str
    start: str
    end: str
    most: int | None


def nothing(fields: Fields) -> Nothing:
    fields.version(1)
    return Nothing()


def bare(fields: Fields) -> Nothing:
    """Without a version."""
    return Nothing()


def numbered(version: int) -> Callable[[Fields], Numbered]:
    """A number after a version."""

    def parse(fields: Fields) -> Numbered:
        fields.version(version)
        return Numbered(fields.whole("number"))

    return parse


def bare_number(fields: Fields) -> Numbered:
    """A number, without a version."""
    return Numbered(fields.whole("number"))


def start(fields: Fields) -> Start:
    fields.version(2)
    client_id = fields.whole("clientId")
    fields.text("optionalCapabilities")
    return Start(client_id)


def data(fields: Fields) -> DataAsked:
    fields.version(11)
    request_id, wanted = fields.whole("reqId"), fields.contract()
    legs = fields.legs() if wanted.sec_type == "BAG" else ()
    if fields.flag("deltaNeutral"):
        for name in ("conId", "delta", "price"):
            fields.number(f"deltaNeutral {name}")
    generic = tuple(each.strip() for each in fields.text("genericTickList").split(",") if each.strip())
    snapshot = fields.flag("snapshot")
    fields.flag("regulatorySnapshot")
    fields.tags("mktDataOptions")
    return DataAsked(request_id, wanted, legs, generic, snapshot)


def details(fields: Fields) -> DetailsAsked:
    fields.version(8)
    request_id, wanted, expired = fields.whole("reqId"), fields.contract(), fields.flag("includeExpired")
    kind, security_id, issuer = fields.text("secIdType"), fields.text("secId"), fields.text("issuerId")
    return DetailsAsked(request_id, wanted, expired, kind or security_id or issuer)


def bars(fields: Fields) -> BarsAsked:
    request_id, wanted = fields.whole("reqId"), fields.contract()
    fields.flag("includeExpired")
    end, size, span = (fields.text(name) for name in ("endDateTime", "barSizeSetting", "durationStr"))
    regular, kind, form = fields.flag("useRTH"), fields.text("whatToShow"), fields.whole("formatDate")
    if wanted.sec_type == "BAG":
        fields.legs()
    keep = fields.flag("keepUpToDate")
    fields.tags("chartOptions")
    return BarsAsked(request_id, wanted, end, size, span, regular, kind, form, keep)


def chain(fields: Fields) -> ChainAsked:
    request_id, symbol = fields.whole("reqId"), fields.text("underlyingSymbol")
    fields.text("futFopExchange")
    return ChainAsked(request_id, symbol, fields.text("underlyingSecType"), fields.whole("underlyingConId"))


def symbols(fields: Fields) -> SymbolsAsked:
    return SymbolsAsked(fields.whole("reqId"), fields.text("pattern"))


def article(fields: Fields) -> ArticleAsked:
    asked = ArticleAsked(fields.whole("reqId"), fields.text("providerCode"), fields.text("articleId"))
    fields.tags("newsArticleOptions")
    return asked


def news(fields: Fields) -> NewsAsked:
    request_id, con_id, providers = fields.whole("reqId"), fields.whole("conId"), fields.text("providerCodes")
    first, last, most = fields.text("startDateTime"), fields.text("endDateTime"), fields.whole("totalResults")
    fields.tags("historicalNewsOptions")
    return NewsAsked(request_id, con_id, providers, first, last, most)


def events(fields: Fields) -> EventsAsked:
    request_id, con_id, kind = fields.whole("reqId"), fields.whole_or_none("conId"), fields.text("filter")
    for name in ("fillWatchlist", "fillPortfolio", "fillCompetitors"):
        fields.flag(name)
    first, last = fields.text("startDate"), fields.text("endDate")
    return EventsAsked(request_id, con_id, kind, first, last, fields.whole_or_none("totalLimit"))


NAMES: Final = {
    1: "reqMktData", 2: "cancelMktData", 3: "placeOrder", 4: "cancelOrder", 5: "reqOpenOrders", 6: "reqAccountUpdates",
    7: "reqExecutions", 8: "reqIds", 9: "reqContractDetails", 14: "setServerLogLevel", 15: "reqAutoOpenOrders",
    16: "reqAllOpenOrders", 17: "reqManagedAccts", 20: "reqHistoricalData", 21: "exerciseOptions",
    25: "cancelHistoricalData", 49: "reqCurrentTime", 58: "reqGlobalCancel", 59: "reqMarketDataType",
    61: "reqPositions", 62: "reqAccountSummary", 63: "cancelAccountSummary", 64: "cancelPositions", 71: "startApi",
    76: "reqAccountUpdatesMulti", 77: "cancelAccountUpdatesMulti", 78: "reqSecDefOptParams", 81: "reqMatchingSymbols",
    84: "reqNewsArticle", 85: "reqNewsProviders", 86: "reqHistoricalNews", 91: "reqMarketRule", 92: "reqPnL",
    93: "cancelPnL", 94: "reqPnLSingle", 95: "cancelPnLSingle", 99: "reqCompletedOrders", 100: "reqWshMetaData",
    101: "cancelWshMetaData", 102: "reqWshEventData", 103: "cancelWshEventData",
}  # fmt: skip
"""What the messages of a client are called, by id."""
