"""Accounts and companies as people call them."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Final

from allusetui.advisor.answers.query import Unanswerable

_SLEEVES: Final = {
    "GEN": r"gen(?:[ -]?acc(?:ount)?|erat(?:or|ion))?",
    "REV": r"rev(?:[ -]?acc(?:ount)?|enue)?",
    "COM": r"com(?:[ -]?acc(?:ount)?|pounding)?",
}
_ORDER: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_ANY_ACCOUNT: Final = re.compile(r"\b([a-z]\w{0,11})[ -]acc(?:ount)?\b|\b(mini[ -]?\d+|a\d+\.?[a-z]*)\b")
_NO_ACCOUNT: Final = frozenset({
    "the", "an", "all", "any", "each", "every", "which", "what", "this", "that", "my", "our", "whole", "one", "no",
    "other", "mini", "per", "by", "first", "last", "same", "of", "in", "for", "and", "is", "was", "did", "has",
    "does", "do", "how", "many", "most",
})  # fmt: skip
COMPANIES: Final[Mapping[str, tuple[str, ...]]] = {
    r"apple(?:'s)?": ("AAPL",),
    r"microsoft(?:'s)?": ("MSFT",),
    r"amazon(?:'s)?": ("AMZN",),
    r"google(?:'s)?|alphabet(?:'s)?": ("GOOG", "GOOGL"),
    r"nvidia(?:'s)?": ("NVDA",),
    r"tesla(?:'s)?": ("TSLA",),
    r"meta(?: platforms)?(?:'s)?|facebook(?:'s)?": ("META",),
    r"nasdaq(?: ?100)?|the qs": ("QQQ",),
    r"russell(?: ?2000)?": ("IWM",),
    r"spiders?|spdr": ("SPY",),
}
_CAPITALS: Final = re.compile(r"(?<![\w.-])\$?([A-Z]{2,5})(?![\w-])")
_ABBREVIATIONS: Final = frozenset({
    "CSP", "CC", "CSPS", "CCS", "VIX", "SPX", "XSP", "ATR", "DTE", "LEAP", "LEAPS", "LLMS", "SAFE", "EMERGENCY",
    "PNL", "ITM", "OTM", "ROLL", "ALL", "USE", "US", "UTC", "ET", "EST", "AM", "PM", "USD", "THE", "WHY", "WHEN",
    "HOW", "WHAT", "WHICH", "DID", "AND", "FOR", "ACC", "MINI", "SELL", "BUY", "PUT", "CALL", "PUTS", "CALLS", "OK",
    "NOT", "NO", "OF", "IN", "ON", "IS", "WAS", "TO", "IBKR", "ETF", "YTD", "YES", "OR", "MANY", "MUCH", "WHO", "ANY",
    "LAST", "WEEK", "ORDERS", "DO", "AT", "BY", "IT", "MY", "SHOW", "LIST", "HALT", "STOP", "STOPS", "SKIP", "HEDGE",
    "PIVOT",
})  # fmt: skip


def accounts_in(text: str, accounts: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """The accounts that a question in lower case names, in the order they were made, and the question without them.

    Raises Unanswerable for one that there never was.
    """
    found: set[str] = set()
    for name in sorted(accounts, key=len, reverse=True):
        text = _taken(text, _spelling(name), partial(found.add, name))
    text = _taken(
        text, r"minis|mini(?:[ -](?:accs?|accounts?|sleeves?))?(?![ -]?\d)", lambda: found.update(_minis(accounts))
    )
    for place, word in enumerate(_ORDER):
        named = re.search(rf"\b{word} (?:sleeve|account)\b", text)
        if named is not None and place >= len(accounts):
            raise Unanswerable("it names more accounts than there are")
        if named is not None:
            found.add(accounts[place])
            text = text.replace(named[0], " ")
    for unknown in _ANY_ACCOUNT.finditer(text):
        if (unknown[1] or unknown[2]) not in _NO_ACCOUNT:
            raise Unanswerable("it names an account that is not in it")
    if not found and (missing := re.search(r"\b(gen|rev|com)(?:[ -]?acc(?:ount)?)?\b", text)):
        raise Unanswerable(f"it names an account that is not in it ({missing[1].upper()})")
    return tuple(name for name in accounts if name in found), text


def _minis(accounts: Sequence[str]) -> list[str]:
    minis = [name for name in accounts if "MINI" in name]
    if not minis:
        raise Unanswerable("it names mini accounts, and none was ever forked")
    return minis


def _spelling(name: str) -> str:
    return _SLEEVES.get(name) or re.escape(name.lower()).replace(r"\-", "[ -]?").replace(r"\.", "[. -]?")


def _taken(text: str, pattern: str, then: Callable[[], object]) -> str:
    found = re.compile(rf"(?<![\w.-])(?:{pattern})(?:'s)?(?!\w)")
    if found.search(text):
        then()
    return found.sub(" ", text)


def symbols_in(question: str, text: str, known: Collection[str]) -> tuple[tuple[str, ...], str]:
    """The symbols that a question names by ticker or company, and its lower case without them.

    Raises Unanswerable for a ticker that is in no list of the law and in no event.
    """
    found: list[str] = []
    for pattern, symbols in COMPANIES.items():
        if re.search(rf"\b(?:{pattern})\b", text):
            found += symbols
            text = re.sub(rf"\b(?:{pattern})\b", " ", text)
    for symbol in sorted(known):
        if re.search(rf"(?<![\w.])\$?{symbol.lower()}(?:'s)?(?![\w-])", text) and symbol not in _ABBREVIATIONS:
            found.append(symbol)
            text = re.sub(rf"(?<![\w.])\$?{symbol.lower()}(?:'s)?(?![\w-])", " ", text)
    if not question.isupper():
        for ticker in _CAPITALS.findall(question):
            if ticker not in known and ticker not in _ABBREVIATIONS and re.search(rf"\b{ticker.lower()}\b", text):
                raise Unanswerable(f"it names a symbol that neither the law nor the ledger has ({ticker})")
    return tuple(dict.fromkeys(found)), text
