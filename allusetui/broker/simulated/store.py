"""The exchange's book on disk: one small document in the session's folder, apart from the engine's journal."""

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Final

from allusetui.broker.simulated.exchange import Exchange
from allusetui.broker.simulated.plain import Json, PlainError, from_plain, to_plain
from allusetui.broker.simulated.standing import Standing
from allusetui.broker.whole_file import replace_whole
from allusetui.domain.input import BrokerLost, BrokerReturned, Input, OrdersSeen
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.order import Order

FILE_NAME: Final = "exchange.json"
FORMAT: Final = 2
CURE: Final = "allowed: the book that was written with the journal beside it, or another --session"
_AGAIN_MS: Final = 5 * SECOND_MS


class BookError(Exception):
    """The document is damaged or another's; nothing may be traded on it. One line, to show as it is."""


class DurableExchange:
    """Implements `ports.Broker`: an exchange of which nobody hears a change before it would survive a power cut.

    The document at `path` is restored where there is one, and made where there is none. While the disk refuses, the
    exchange stands as it is stored: it takes nothing, answers nothing, and its link is lost until it can store again.
    Raises BookError for a document that is damaged or of another session, OSError where the first can't be written.
    """

    def __init__(self, exchange: Exchange, path: Path, session: str) -> None:
        self._exchange = exchange
        self._path = path
        self._session = session
        self._lost = False
        if path.exists():
            self._stored = load(path, session)
            exchange.restore(self._stored)
        else:
            self._stored = exchange.standing()
            save(path, session, self._stored)
        self._changes = exchange.changes

    @property
    def stored_ms(self) -> int:
        """Its clock at the last change."""
        return self._stored.now_ms

    def place(self, order: Order, at_ms: int) -> Sequence[Input]:
        return self._heard(self._exchange.place(order, at_ms), at_ms)

    def cancel(self, client_order_id: str, at_ms: int) -> Sequence[Input]:
        return self._heard(self._exchange.cancel(client_order_id, at_ms), at_ms)

    def pay_out(self, account: str, amount: Decimal, reason: str, at_ms: int) -> Sequence[Input]:
        return self._heard(self._exchange.pay_out(account, amount, reason, at_ms), at_ms)

    def advance(self, at_ms: int) -> Sequence[Input]:
        return self._heard(self._exchange.advance(at_ms), at_ms)

    def ask_orders(self, at_ms: int) -> Sequence[Input]:
        seen = self._exchange.orders(at_ms)
        return (seen if self._store() is None else OrdersSeen(at_ms, (), (), complete=False),)

    def ask_positions(self, at_ms: int) -> Sequence[Input]:
        seen = self._exchange.positions(at_ms)
        return (seen if self._store() is None else replace(seen, positions={}, complete=False),)

    def engine_down(self, down: bool) -> None:
        self._exchange.engine_down(down)

    def next_ms(self, after_ms: int) -> int | None:
        """While the disk refuses it is tried again every few seconds, whatever else there is to do."""
        due_ms = self._exchange.next_ms(after_ms)
        if not self._lost:
            return due_ms
        again_ms = after_ms + _AGAIN_MS
        return again_ms if due_ms is None else min(due_ms, again_ms)

    def stop(self, at_ms: int) -> None:
        """Its clock stands at the instant until it is opened again. Raises OSError where that can't be stored."""
        self._exchange.advance(at_ms)
        save(self._path, self._session, self._exchange.standing())

    def _heard(self, reports: Sequence[Input], at_ms: int) -> Sequence[Input]:
        """What the engine hears of the reports; all that is left where the disk refuses is that the link is lost."""
        refusal = self._store()
        if refusal is not None:
            news = () if self._lost else (BrokerLost(at_ms, f"exchange can't store its book: {refusal.strerror}"),)
            self._lost = True
            return news
        if not self._lost:
            return reports
        self._lost = False
        return (BrokerReturned(at_ms, "exchange stores its book again"), *reports)

    def _store(self) -> OSError | None:
        """Store what has changed; where the disk refuses, it has not changed."""
        if self._exchange.changes == self._changes and not self._lost:
            return None
        standing = self._exchange.standing()
        try:
            save(self._path, self._session, standing)
        except OSError as error:
            self._exchange.restore(self._stored)
            self._changes = self._exchange.changes
            return error
        self._stored, self._changes = standing, self._exchange.changes
        return None


def save(path: Path, session: str, standing: Standing) -> None:
    """Replace the document, durable on return. Raises OSError where the disk refuses; what was there then stays."""
    book = _text(to_plain(standing))
    head = _text({"format": FORMAT, "session": session, "sha256": sha256(book.encode()).hexdigest()})
    replace_whole(path, f'{head[:-1]},"book":{book}}}\n')


def load(path: Path, session: str) -> Standing:
    """What was saved last. Raises BookError for what is torn, of another format or session, or none of ours."""
    try:
        document = json.loads(path.read_bytes())
        found = document["format"], document["session"]
        digest, book = document["sha256"], document["book"]
    except (ValueError, TypeError, KeyError):
        raise BookError(f"{path}: is damaged, or not an exchange's book; {CURE}") from None
    if found[0] != FORMAT:
        raise BookError(f"{path}: is of format {found[0]}; this version reads format {FORMAT}; {CURE}")
    if found[1] != session:
        raise BookError(f"{path}: is the book of session {found[1]}, not of {session}; {CURE}")
    if sha256(_text(book).encode()).hexdigest() != digest:
        raise BookError(f"{path}: is damaged: its hash does not fit; {CURE}")
    try:
        standing: Standing = from_plain(Standing, book)
    except PlainError as error:
        raise BookError(f"{path}: {error}; {CURE}") from None
    return standing


def _text(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"))
