"""Who holds which line of market data: a budget, one subscription a contract, what is held before what is looked at.

Pure: what is to be sent comes out of `moves`, what the broker says goes in by name.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from allusetui.domain.contract import Contract, Option
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.moment import SECOND_MS

MOST: Final = 100
"""Lines of an account without booster packs."""
STANDING: Final = "held"
"""The holder of the lines that always stand: underlyings, and the options that are held or worked."""
LINGER_MS: Final = SECOND_MS
"""No message confirms a cancel: until then its line still counts as used."""
RENEW_MS: Final = 20 * SECOND_MS
"""A line that is silent so long is asked for anew: what it shows is proven before it would count as stale (8.3)."""


@frozen
class Subscribe:
    contract: Contract


@frozen
class Release:
    contract: Contract


Move = Subscribe | Release
_NEVER_MS: Final = 1 << 60


@mutable
class _Line:
    """An open line; `heard_ms`: when it was asked for, or last told something."""

    heard_ms: int


class Lines:
    """The lines of one login.

    A contract that several want has one line, which goes when the last of them lets it go. What always stands takes
    its line from what is only borrowed; of what stands, the first in its order.
    """

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        """How many the broker grants us by now; at most the budget."""
        self._budget = most
        self._wanted: dict[str, dict[Contract, None]] = {STANDING: {}}
        self._open: dict[Contract, _Line] = {}
        self._lingering: list[int] = []
        self._refused: set[Contract] = set()

    # Who wants what

    def stand(self, contracts: Iterable[Contract]) -> None:
        """What always has a line from now on, the most important first."""
        self._wanted[STANDING] = dict.fromkeys(contracts)

    def borrow(self, holder: str, contracts: Iterable[Contract], at_ms: int) -> list[Contract]:
        """Lines for a while: as many of the contracts as there is room for, in their order; those that it got."""
        mine, got = self._wanted.setdefault(holder, {}), []
        room = self.room(at_ms)
        for contract in contracts:
            shared = contract in self._demand()
            if shared or room > 0:
                room -= not shared
                mine[contract] = None
                got.append(contract)
        return got

    def give_back(self, holder: str, contracts: Collection[Contract] | None = None) -> None:
        """The holder is done with these contracts, or with all."""
        mine = self._wanted.get(holder, {})
        for contract in list(mine) if contracts is None else contracts:
            mine.pop(contract, None)
        if not mine and holder != STANDING:
            self._wanted.pop(holder, None)

    def room(self, at_ms: int) -> int:
        """How many lines could be borrowed now."""
        return max(self.most - len(self._demand()) - self._ghosts(at_ms), 0)

    def without(self) -> list[Contract]:
        """What should always have a line and has none: beyond the budget, or refused by the broker."""
        return [contract for contract in self._wanted[STANDING] if contract not in self._open]

    def holders(self, contract: Contract) -> list[str]:
        return [holder for holder, wanted in self._wanted.items() if contract in wanted]

    def used(self, at_ms: int) -> int:
        """Lines that the broker counts: open ones, and those just released."""
        return len(self._open) + self._ghosts(at_ms)

    # What is to be sent, and what was heard

    def moves(self, at_ms: int, most: int) -> list[Move]:
        """What to send now, at most so many messages; with this they count as sent.

        What is waited for goes first: a line that nobody wants any more is let go once its place, or no other message,
        is wanted.
        """
        due, room = self._granted(), max(min(self.most - self.used(at_ms), most), 0)
        wanted = [contract for contract in due if contract not in self._open][:room]
        idle = [contract for contract in self._open if contract not in due][: most - len(wanted)]
        for contract in wanted:
            self._open[contract] = _Line(at_ms)
        for contract in idle:
            self._close(contract, at_ms)
        return [*map(Subscribe, wanted), *map(Release, idle)]

    def renewals(self, at_ms: int, most: int) -> list[Contract]:
        """Lines silent for too long, the most silent first: each is to be released and asked for anew.

        Of those equally silent, as all are that are doubted, first those of shares and indices: levels go by them.
        """
        silent = [each for each, line in self._open.items() if at_ms - line.heard_ms >= RENEW_MS]
        silent.sort(key=lambda each: (self._open[each].heard_ms, isinstance(each, Option)))
        for contract in silent[:most]:
            self._open[contract].heard_ms = at_ms
        return silent[:most]

    def renewal_ms(self) -> int:
        """When the most silent line is to be renewed; far ahead where there is none."""
        return min((line.heard_ms for line in self._open.values()), default=_NEVER_MS) + RENEW_MS

    def is_settled(self, at_ms: int) -> bool:
        """Whether nothing is to be sent: every line that is granted is open, and no other is."""
        return self._granted().keys() == self._open.keys() and not self._ghosts(at_ms)

    def doubt(self, contracts: Iterable[Contract]) -> None:
        """Nobody knows whether these lines still live, or tell all: each is to be renewed, as soon as may be."""
        for contract in contracts:
            self._open[contract].heard_ms = -RENEW_MS

    def heard(self, contract: Contract, at_ms: int) -> None:
        """Its line has told something."""
        if contract in self._open:
            self._open[contract].heard_ms = at_ms

    def refused(self, contract: Contract) -> None:
        """The broker gives no data for it; it is not asked for again before `forgive`."""
        self._refused.add(contract)
        self._open.pop(contract, None)

    def is_refused(self, contract: Contract) -> bool:
        return contract in self._refused

    def full(self, contract: Contract) -> None:
        """The broker has no line left, as somebody else uses some: what is open without this is all until `forgive`."""
        self._open.pop(contract, None)
        self.most = max(min(self.most, len(self._open)), 1)

    def forgive(self) -> None:
        """What was refused may be asked for again, up to the whole budget: a new session, a new login."""
        self._refused.clear()
        self.most = self._budget

    def lost(self) -> None:
        """The connection is gone, and every line with it; what is wanted is asked for anew."""
        self._open.clear()
        self._lingering.clear()

    # Inside

    def _demand(self) -> Mapping[Contract, None]:
        """Every contract that somebody wants and the broker has not refused, what stands first."""
        found: dict[Contract, None] = {}
        for wanted in self._wanted.values():
            found.update(dict.fromkeys(each for each in wanted if each not in self._refused))
        return found

    def _granted(self) -> dict[Contract, None]:
        return dict.fromkeys(list(self._demand())[: self.most])

    def _close(self, contract: Contract, at_ms: int) -> None:
        del self._open[contract]
        self._lingering.append(at_ms + LINGER_MS)

    def _ghosts(self, at_ms: int) -> int:
        self._lingering = [until_ms for until_ms in self._lingering if until_ms > at_ms]
        return len(self._lingering)
