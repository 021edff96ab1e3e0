"""What becomes of lots when the broker corrects a fill: as near as can be to what its last version would have done."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Generic

from allusetui.domain.frozen import frozen
from allusetui.domain.lot import AnyLot, Lot, closing_part, take, total
from allusetui.domain.money import ZERO, share_of


@frozen
class Version(Generic[AnyLot]):
    """One version of a fill: `signed` at `price` a share for `commission`, of `day`; `closed`, the lots it closed."""

    fill: str
    signed: int
    price: Decimal
    commission: Decimal
    day: date
    closed: Sequence[AnyLot] = ()

    def fees(self, part: int) -> Decimal:
        """What of the commission is for the first so many of it."""
        return share_of(self.commission, part, abs(self.signed))


@frozen
class Ended(Generic[AnyLot]):
    """Lots that end at `price` a share, for `fees_usd` besides their own."""

    lots: list[AnyLot]
    price: Decimal
    fees_usd: Decimal


@frozen
class Correction(Generic[AnyLot]):
    """The lots after a correction.

    `closed`: what the fill closes now. `restated`: what it opened has gone in the meantime; of as much of it as it
    opens now too only the price has changed, which is told as a lot of the old version's, the other way round, that
    ends by the new one. What then remains is a trade of its own: at the new price, or the other way round at the old
    one, where more has gone than the fill opened. It ends the lots of `shed` and opens `opened`, at `place` in `rest`.
    """

    closed: Ended[AnyLot]
    restated: Ended[Lot]
    shed: Ended[AnyLot]
    opened: Lot | None
    place: int
    rest: list[AnyLot]


def corrected(lots: Sequence[AnyLot], was: Version[AnyLot], now: Version[AnyLot]) -> Correction[AnyLot]:
    """What follows where a fill was `now` and not `was`.

    What that closed comes back as the oldest; what it opened and is still there leaves, and comes again in its place.
    """
    own = [lot for lot in lots if lot.fill == was.fill]
    others = [*was.closed, *(lot for lot in lots if lot.fill != was.fill)]
    place = len(was.closed) + (lots.index(own[0]) if own else 0)
    gone = was.signed + total(was.closed) - total(own)
    closes = closing_part(total(others), now.signed) if was.closed else 0
    closed, rest = take(others, -closes)
    opens = now.signed - closes
    restated = min(opens, gone, key=abs) if opens * gone > 0 else 0
    more = opens - gone
    sheds = closing_part(total(rest), more)
    shed, rest = take(rest, -sheds)

    told = now.fees(abs(closes))
    with_restated = now.fees(abs(closes + restated))
    gone_fees = was.commission - was.fees(abs(total(was.closed))) - sum((lot.fees_usd for lot in own), ZERO)
    back = share_of(gone_fees, abs(restated), abs(gone)) if gone else ZERO
    is_new = more * now.signed > 0
    price, fees = (now.price, now.commission - with_restated) if is_new else (was.price, back - gone_fees)
    shed_fees = share_of(fees, abs(sheds), abs(more)) if more else ZERO
    counter = [Lot(-restated, was.price, -back, was.day)] if restated else []
    opened = Lot(more - sheds, price, fees - shed_fees, was.day, fill=was.fill) if more != sheds else None
    return Correction(
        Ended(closed, now.price, told), Ended(counter, now.price, with_restated - told), Ended(shed, price, shed_fees),
        opened, max(place - (len(others) - len(rest)), 0), rest,
    )  # fmt: skip
