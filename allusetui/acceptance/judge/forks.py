"""16.5: whether a MINI was forked, lived, and was merged."""

from collections.abc import Iterator
from typing import Final

from allusetui.acceptance.judge.story import Fact, Record, Story

_CENT: Final = 0.01


def fork_to_merge(story: Story) -> Iterator[Fact]:
    """One that was forked in the journal: its cash, its trades, its end, and what its heir got of it."""
    forks = [row for row in story.of("account.forked") if _born(story, row) is not None]
    if not forks:
        yield Fact(False, "no MINI was forked")
    for row in forks:
        yield from _life(story, row)


def _born(story: Story, fork: Record) -> Record | None:
    rows = story.of("account.provisioned")
    return next((row for row in rows if row.account == fork.data["to"] and row.data["type"] == "mini"), None)


def _life(story: Story, fork: Record) -> Iterator[Fact]:
    name, born = fork.data["to"], _born(story, fork)
    assert born is not None
    ok = born.data["cash"] == fork.data["amount"] > 0
    yield Fact(ok, f"{name} forked from {fork.account} with {fork.data['amount']:,.0f} {story.cite(fork, born)}")
    deals = [row for row in story.of("order.filled") if row.account == name]
    yield Fact(bool(deals), f"{name} traded: {len(deals)} fills {story.cite(*deals)}")
    ends = [row for row in story.of("account.run_off") if row.account == name]
    yield Fact(len(ends) == 1, f"{name} came to its end: {_why(ends)} {story.cite(*ends)}")
    merged = [row for row in story.of("account.merged") if row.account == name]
    yield Fact(bool(merged and ends) and merged[0].seq > ends[0].seq, _merge(story, name, merged))
    for row in merged[:1]:
        yield _gained(story, row)
        late = [each for each in story.of("order.sent") if each.account == name and each.seq > row.seq]
        yield Fact(not late, f"{name} sent {len(late)} orders after that {story.cite(*late)}")


def _why(ends: list[Record]) -> str:
    return ", ".join(f"{row.data['reason']}, {row.data['equity']:,.2f} on {row.data['base']:,.0f}" for row in ends)


def _merge(story: Story, name: str, merged: list[Record]) -> str:
    if not merged:
        return f"{name} was not merged"
    row = merged[0]
    return f"{name} merged with {row.data['to']}: {row.data['amount']:,.2f} {story.cite(*merged)}"


def _gained(story: Story, merge: Record) -> Fact:
    """Its heir, that trades nothing meanwhile, has so much more cash at the mark after it than at the one before."""
    heir = [row for row in story.of("account.marked", "account.provisioned") if row.account == merge.data["to"]]
    around = [row for row in heir if row.seq < merge.seq][-1:] + [row for row in heir if row.seq > merge.seq][:1]
    gained = sum(row.data["cash"] for row in around[1:]) - sum(row.data["cash"] for row in around[:1])
    ok = len(around) == 2 and abs(gained - merge.data["amount"]) < _CENT
    return Fact(ok, f"{merge.data['to']} has {gained:,.2f} more in cash {story.cite(*around)}")
