"""What a session of a broker's account says of itself at its beginning."""

from allusetui.domain.event import SessionLinked
from allusetui.domain.link import Held, Linked, Mapped
from allusetui.domain.text import untrusted
from allusetui.engine.desk import Desk
from allusetui.rules.situation import clause


@clause("14.1", "16.1")
def on_linked(desk: Desk, link: Linked) -> None:
    """Whose money it is, and what a person did without before it was real."""
    accounts = tuple(Mapped(sleeve, code) for sleeve, code in link.accounts.items())
    desk.emit(
        SessionLinked(
            clauses=("14.1", "16.1"), mode=link.mode, name=link.name, accounts=accounts,
            paper_weeks=link.paper_weeks, waived=link.waived,
            foreign=tuple(Held(contract, quantity) for contract, quantity in link.foreign.items()), spare=link.spare,
        )
    )  # fmt: skip
    if link.waived:
        text = f"Live after {link.paper_weeks} paper weeks, a person waived the rest: {link.waived}"
        desk.alert("warning", untrusted(text), None, ("16.1",))
