"""The sites as a reader takes them in: which faults are tried, and what the program does about each."""

from collections.abc import Iterator
from typing import Final

from allusetui.domain.frozen import frozen
from allusetui.torture.sites.site import Site
from allusetui.torture.sites.table import SITES

OTHER_KEYS: Final = 0


@frozen
class Group:
    """`row` of the fault table comes first of its sites' rows; no site of `OTHER_KEYS` has any."""

    row: int
    fault: str
    answer: str

    def sites(self) -> Iterator[Site]:
        """What is tried."""
        return (site for site in SITES.values() if (site.rows[0] if site.rows else OTHER_KEYS) == self.row)


GROUPS: Final = (
    Group(
        1, "kill -9: at any instant, at a write, at a message",
        "what was sent is found by its name or proven dead; nothing is sent twice",
    ),
    Group(6, "disk full, failing, slow", "latched in SAFE, cancels still leave; taken up again by itself"),
    Group(8, "a second program on the session", "refused at once; the first goes on"),
    Group(
        9, "confirmations and orders lost, late, doubled, out of order; no fill, half a fill",
        "the order is unknown, counts as live and is looked for; it is never sent again",
    ),
    Group(10, "executions and fees lost, late, doubled, corrected", "each is booked once, in its latest version"),
    Group(11, "errors told of an order that lives on", "it stays as the evidence says"),
    Group(12, "cancels unheard; orders ended by the broker", "a fill wins; the next version is what is left open"),
    Group(13, "one order under two permanent ids", "both are cancelled, the account is latched"),
    Group(14, "order ids that roll back, or are missing", "orders go by their own name"),
    Group(15, "the broker out of reach (1100), told or not", "SAFE; on its return all is compared and asked anew"),
    Group(16, "a link half open, or torn", "found by our own probe; as above"),
    Group(17, "the gateway restarts", "as above"),
    Group(18, "answers that do not come, or in pieces", "silence is no answer: SAFE, and asked again"),
    Group(20, "orders and trades of others in our account", "told, never touched; a difference in ours latches"),
    Group(21, "assignment overnight, split, merger", "read off the broker's book, or latched with the difference"),
    Group(24, "orders refused, one after another", "five in a row stop the symbol's entries; stops go on"),
    Group(25, "data stale, late, missing or impossible; delayed, refused", "no entry on it; levels never act on it"),
    Group(26, "the VIX stale", "entries are frozen, the tier stays"),
    Group(28, "pause, resume, reset and kill at the worst moments", "after a kill nothing leaves but cancels"),
    Group(29, "the process stopped, its clock set", "all is compared anew; no job is done twice"),
    Group(32, "hostile text in the news", "text is shown as text; orders unchanged"),
    Group(33, "an adviser that is wrong, hostile or broken", "nothing it says acts without a person's yes"),
    Group(34, "answers twice, late, or to what was not shown", "refused, and written down"),
    Group(OTHER_KEYS, "maintenance, audit, no entries, a close by hand", "done where the law allows it, else refused"),
)  # fmt: skip
