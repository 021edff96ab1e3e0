"""How orders, executions and settlements are named: what their ids have in common."""

from allusetui.domain import event as ev
from allusetui.domain.order import BACK, root_of


def clip_of(client_order_id: str) -> str:
    """What the versions of a clip have in common."""
    return client_order_id.rpartition(".v")[0]


def intent_of(client_order_id: str) -> str:
    """What the clips of an intent have in common."""
    return clip_of(client_order_id).rpartition("-")[0]


def root_in(exec_id: str) -> str:
    """What the versions of an execution have in common; the id itself where it has none."""
    found = root_of(exec_id.removesuffix(BACK))
    return found[0] if found else exec_id.removesuffix(BACK)


def ident_of(event: ev.Event) -> str | None:
    """What names an execution or a settlement that an event books; a dividend that is only expected books nothing."""
    if isinstance(event, ev.DividendExpected):
        return None
    return getattr(event, "exec_id", None) or getattr(event, "settlement", None)
