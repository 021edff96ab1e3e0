"""What a client can ask of orders and accounts, typed, and the parser of each."""

from datetime import datetime
from typing import Final

from allusetui.broker.gateway.fields import Fields, Wanted
from allusetui.broker.gateway.frames import WireError
from allusetui.domain.frozen import frozen

PLACE, CANCEL, OPEN, EXECUTIONS, AUTO_OPEN, ALL_OPEN, GLOBAL_CANCEL, COMPLETED = 3, 4, 5, 7, 15, 16, 58, 99
EXERCISE = 21
ACCOUNT_UPDATES, POSITIONS, SUMMARY, CANCEL_SUMMARY, CANCEL_POSITIONS = 6, 61, 62, 63, 64
UPDATES_MULTI, CANCEL_MULTI, PNL, CANCEL_PNL, PNL_SINGLE, CANCEL_PNL_SINGLE = 76, 77, 92, 93, 94, 95
_TIME_FORMS: Final = ("%Y%m%d %H:%M:%S", "%Y%m%d-%H:%M:%S")


@frozen
class CancelOrder:
    """The order of this client under an id shall end."""

    order_id: int


@frozen
class ExerciseAsked:
    """Contracts that an account holds shall be exercised, which is `action` 1."""

    request_id: int
    wanted: Wanted
    action: int
    quantity: int
    account: str


@frozen
class Switch:
    """Whether a person's orders are bound to client 0; or whether only clients' orders are meant."""

    on: bool


@frozen
class ExecutionsAsked:
    """Executions of the day; what is empty, 0 or None is left open. `since`: naive New York time."""

    request_id: int
    client_id: int
    account: str
    since: datetime | None
    symbol: str
    sec_type: str
    side: str


@frozen
class UpdatesAsked:
    """Values and positions of one account, as they change; or no longer."""

    on: bool
    account: str


@frozen
class SummaryAsked:
    """Some values of every account of a group, as they change."""

    request_id: int
    group: str
    tags: tuple[str, ...]


@frozen
class AccountAsked:
    """Something of an account, and of one contract where an id is given; models are none of ours."""

    request_id: int
    account: str
    model: str
    con_id: int | None = None


def cancel_order(fields: Fields) -> CancelOrder:
    fields.version(1)
    order_id = fields.whole("orderId")
    fields.text("manualCancelOrderTime")
    return CancelOrder(order_id)


def exercise(fields: Fields) -> ExerciseAsked:
    fields.version(2)
    request_id, wanted = fields.whole("reqId"), fields.contract(primary=False)
    action, quantity, account = fields.whole("exerciseAction"), fields.whole("exerciseQuantity"), fields.text("account")
    fields.whole("override")
    return ExerciseAsked(request_id, wanted, action, quantity, account)


def auto_open(fields: Fields) -> Switch:
    fields.version(1)
    return Switch(fields.flag("autoBind"))


def completed(fields: Fields) -> Switch:
    return Switch(fields.flag("apiOnly"))


def executions(fields: Fields) -> ExecutionsAsked:
    fields.version(3)
    request_id, client_id = fields.whole("reqId"), fields.whole_or_none("clientId") or 0
    account, since = fields.text("acctCode"), _since(fields, fields.text("time"))
    symbol, sec_type = fields.text("symbol"), fields.text("secType")
    fields.text("exchange")
    return ExecutionsAsked(request_id, client_id, account, since, symbol, sec_type, fields.text("side"))


def updates(fields: Fields) -> UpdatesAsked:
    fields.version(2)
    return UpdatesAsked(fields.flag("subscribe"), fields.text("acctCode"))


def summary(fields: Fields) -> SummaryAsked:
    fields.version(1)
    request_id, group, tags = fields.whole("reqId"), fields.text("group"), fields.text("tags")
    return SummaryAsked(request_id, group, tuple(each.strip() for each in tags.split(",") if each.strip()))


def updates_multi(fields: Fields) -> AccountAsked:
    fields.version(1)
    asked = AccountAsked(fields.whole("reqId"), fields.text("account"), fields.text("modelCode"))
    fields.flag("ledgerAndNLV")
    return asked


def pnl(fields: Fields) -> AccountAsked:
    return AccountAsked(fields.whole("reqId"), fields.text("account"), fields.text("modelCode"))


def pnl_single(fields: Fields) -> AccountAsked:
    request_id, account, model = fields.whole("reqId"), fields.text("account"), fields.text("modelCode")
    return AccountAsked(request_id, account, model, fields.whole("conId"))


def _since(fields: Fields, text: str) -> datetime | None:
    for form in _TIME_FORMS if text else ():
        try:
            return datetime.strptime(text.removesuffix(" US/Eastern"), form)  # noqa: DTZ007  # New York's clock
        except ValueError:
            continue
    if text:
        raise WireError(fields.message_id, "time", text, "yyyymmdd hh:mm:ss")
    return None
