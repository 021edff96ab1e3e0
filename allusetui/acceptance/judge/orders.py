"""16.3: whether orders flow the same however often the process dies, and none is worked twice."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from allusetui.acceptance.judge.story import Fact, Record, Story

_DECIDED: Final = {
    "entry.planned": ("contract", "quantity"),
    "entry.skipped": ("symbol", "reason"),
    "protocol.level": ("contract", "from", "to"),
    "roll.done": ("contract", "candidate"),
    "stop.done": ("contract", "quantity"),
    "assignment.received": ("contract", "quantity", "shares"),
    "called_away.received": ("contract", "quantity", "shares"),
    "expired.received": ("contract", "quantity"),
    "operator.acted": ("action",),
    "week.typed": ("week", "type"),
    "pivot.entered": (),
    "breaker.tripped": ("tier",),
    "hedge.opened": ("contract", "quantity"),
    "leap.opened": ("contract", "quantity"),
}
"""What makes a decision, or what came of it; prices move while a process is down."""
_SHOWN: Final = 3


def idempotent(whole: Story, killed: Story, deaths: int) -> Iterator[Fact]:
    """The same market, once with a process that lives and once with one that is killed `deaths` times."""
    starts, more = _starts(whole), _starts(killed)
    again = len(more) - len(starts)
    yield Fact(
        again == deaths > 0,
        f"killed and begun again {again} times of {deaths}, beside {len(starts)} starts of either"
        f" {killed.cite(*more[1:])}",
    )
    yield from _same("decisions", _decisions(whole), _decisions(killed))
    yield from _same("contracts traded", _traded(whole), _traded(killed))
    for story in (whole, killed):
        yield from _once(story)


def _starts(story: Story) -> list[Record]:
    return list(story.of("session.started"))


def _decisions(story: Story) -> Counter[str]:
    """Of each day. Of a week that is typed again for what came late the last type; what is skipped `safe` waits."""
    found: Counter[str] = Counter()
    weeks: dict[str, str] = {}
    for row in story.of(*_DECIDED):
        told = " ".join(_plain(row.data[key]) for key in _DECIDED[row.kind])
        if row.kind == "week.typed":
            weeks[f"{row.data['group']} {row.data['week']}"] = told
        elif not (row.kind == "entry.skipped" and row.data["reason"] == "safe"):
            found[f"{row.day} {row.kind} {row.account} {told}"] += 1
    return found + Counter(f"week.typed {each}" for each in weeks.values())


def _traded(story: Story) -> Counter[str]:
    """Contracts by day, account, purpose and side."""
    purposes = {row.data["client_order_id"]: row.data["purpose"] for row in story.of("order.sent", "order.replaced")}
    found: Counter[str] = Counter()
    for row in story.of("order.filled"):
        purpose = purposes.get(row.data["client_order_id"], "nobody's")
        told = f"{row.day} {row.account} {purpose} {row.data['side']} {_plain(row.data['contract'])}"
        found[told] += row.data["quantity"]
    return found


def _same(what: str, whole: Counter[str], killed: Counter[str]) -> Iterator[Fact]:
    missing, extra = whole - killed, killed - whole
    text = f"{what}: {sum(whole.values())} without deaths, {sum(killed.values())} with them, "
    if not missing and not extra and whole:
        yield Fact(True, f"{text}each one the same")
        return
    shown = [f"{sign} {each}" for sign, found in (("−", missing), ("+", extra)) for each in sorted(found)[:_SHOWN]]
    yield Fact(False, f"{text}{missing.total()} missing, {extra.total()} too many: {'; '.join(shown)}")


def _once(story: Story) -> Iterator[Fact]:
    """No order is sent twice, none lives beside another of its clip, none fills twice or for more than was wanted."""
    wrong = list(_wrong(story))
    sent, deals = list(story.of("order.sent", "order.replaced")), list(story.of("order.filled"))
    unknown = list(story.of("order.unknown"))
    resolved = Counter(row.data["outcome"] for row in story.of("order.resolved"))
    ends = ", ".join(f"{outcome} {count}" for outcome, count in sorted(resolved.items())) or "none"
    text = (
        f"{story.name}: {len(sent)} orders, {len(deals)} fills, each once; {len(unknown)} in doubt after a death,"
        f" found: {ends} {story.cite(*unknown)}"
    )
    yield Fact(not wrong and bool(deals), "; ".join([text, *wrong[:_SHOWN]]))


def _wrong(story: Story) -> Iterator[str]:
    flow = _Flow(story)
    for row in story.records:
        yield from flow.take(row)
    yield from (f"{name} is in doubt to the end" for name in flow.doubted)


class _Flow:
    """What lives by now. `doubted`: orders of which nobody knows whether they do."""

    def __init__(self, story: Story) -> None:
        self.doubted = set[str]()
        self._cite = story.cite
        self._sent, self._deals = set[str](), set[str]()
        self._live: dict[str, tuple[str, int]] = {}
        self._wanted: Counter[str] = Counter()
        self._filled: Counter[str] = Counter()

    def take(self, row: Record) -> Iterator[str]:
        """What is wrong with a record."""
        name = str(row.data.get("client_order_id"))
        match row.kind:
            case "order.intended":
                self._wanted[row.data["intent"]] = row.data["quantity"]
            case "order.sent" | "order.replaced":
                yield from self._send(name, row)
            case "order.unknown":
                self.doubted.add(name)
            case "order.cancelled" | "order.rejected" | "order.resolved":
                self.doubted.discard(name)
                if row.data.get("outcome") != "open":
                    self._live.pop(name, None)
            case "order.filled":
                yield from self._fill(name, row)

    def _send(self, name: str, row: Record) -> Iterator[str]:
        """One order a contract, side and account: of a larger one the clips go one after another."""
        key = f"{row.account} {row.data['side']} {_plain(row.data['contract'])}"
        if row.kind == "order.replaced":
            self._live.pop(row.data["replaces"], None)
        if name in self._sent:
            yield f"{name} was sent twice {self._cite(row)}"
        if any(each == key for each, _ in self._live.values()):
            yield f"{name} was sent beside another {self._cite(row)}"
        self._sent.add(name)
        self._live[name] = key, row.data["quantity"]

    def _fill(self, name: str, row: Record) -> Iterator[str]:
        contract, quantity, intent = _plain(row.data["contract"]), row.data["quantity"], row.data["intent"]
        deal = f"{row.data['exec_id']} {contract}"
        if deal in self._deals:
            yield f"{row.data['exec_id']} was booked twice {self._cite(row)}"
        self._deals.add(deal)
        leg = f"{intent} {contract}"  # of a roll there are two
        self._filled[leg] += quantity
        if self._filled[leg] > self._wanted[intent]:
            yield f"intent {intent} was filled for more than it asked {self._cite(row)}"
        if name in self._live:
            key, left = self._live.pop(name)
            if left > quantity:
                self._live[name] = key, left - quantity


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(str(value[key]) for key in ("symbol", "expiry", "strike", "right") if key in value)
    return str(value)
