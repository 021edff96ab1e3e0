"""What a client can ask, and nobody is served here: told so under the number of its request, never left to wait."""

from typing import Final

UNSERVED: Final[dict[int, tuple[str, int | None]]] = {
    10: ("reqMktDepth", 1), 11: ("cancelMktDepth", 1), 12: ("reqNewsBulletins", None),
    13: ("cancelNewsBulletins", None), 18: ("requestFA", None), 19: ("replaceFA", 3), 22: ("reqScannerSubscription", 0),
    23: ("cancelScannerSubscription", 1), 24: ("reqScannerParameters", None), 50: ("reqRealTimeBars", 1),
    51: ("cancelRealTimeBars", 1), 52: ("reqFundamentalData", 1), 53: ("cancelFundamentalData", 1),
    54: ("calculateImpliedVolatility", 1), 55: ("calculateOptionPrice", 1), 56: ("cancelCalculateImpliedVolatility", 1),
    57: ("cancelCalculateOptionPrice", 1), 65: ("verifyRequest", None), 66: ("verifyMessage", None),
    67: ("queryDisplayGroups", 1), 68: ("subscribeToGroupEvents", 1), 69: ("updateDisplayGroup", 1),
    70: ("unsubscribeFromGroupEvents", 1), 72: ("verifyAndAuthRequest", None), 73: ("verifyAndAuthMessage", None),
    74: ("reqPositionsMulti", 1), 75: ("cancelPositionsMulti", 1), 79: ("reqSoftDollarTiers", 0),
    80: ("reqFamilyCodes", None), 82: ("reqMktDepthExchanges", None), 83: ("reqSmartComponents", 0),
    87: ("reqHeadTimeStamp", 0), 88: ("reqHistogramData", 0), 89: ("cancelHistogramData", 0),
    90: ("cancelHeadTimeStamp", 0), 96: ("reqHistoricalTicks", 0), 97: ("reqTickByTickData", 0),
    98: ("cancelTickByTickData", 0), 104: ("reqUserInfo", 0),
}  # fmt: skip
"""Message id → what it is called, and which of its fields holds the request's number."""
