"""The table `[broker]` of the settings → a link. Unlike the rest of that file it is strict: what is wrong refuses."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from allusetui.domain.link import SLEEVES, Link, Mode, is_host
from allusetui.domain.text import untrusted

TABLE: Final = "broker"
HOST, CLIENT_ID = "127.0.0.1", 7
_NO_HOST: Final = "no_host"
_KEYS: Final = "host, port, client_id, mode, live, account, accounts"
# Client 0 binds the orders that a person types by hand, and those are never touched.
ClientId = Annotated[int, Field(ge=1, le=99_999)]
Port = Annotated[int, Field(ge=1, le=65_535)]


class LinkError(Exception):
    """A table that can't be used; the message is one line: file, key, what is wrong, what helps."""

    def __init__(self, file: Path, key: str, wrong: str, cure: str) -> None:
        """Puts the line together; its parts may quote the file."""
        super().__init__(untrusted(f"{file}: {key}: {wrong}; {cure}", longest=1000))


def _host(text: str) -> str:
    if not is_host(text):
        raise PydanticCustomError(_NO_HOST, "no host")
    return text


_Host = Annotated[str, AfterValidator(_host)]


class _Accounts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    GEN: str
    REV: str
    COM: str


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    host: _Host = HOST
    port: Port
    client_id: ClientId = CLIENT_ID
    mode: Literal["paper", "live"]
    live: bool = False
    account: str | None = None
    accounts: _Accounts | None = None


def load(file: Path) -> Link | None:
    """The link of a settings file; None where there is no file or no table. Raises LinkError."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LinkError(file, "(file)", f"can't be read ({error.strerror})", "make it readable to yourself") from None
    except ValueError as error:
        raise LinkError(file, "(file)", f"is not UTF-8 ({error})", "save it as UTF-8") from None
    return read(text, file)


def read(text: str, file: Path) -> Link | None:
    """The link that the text of a settings file holds; None where it has no such table. Raises LinkError."""
    try:
        whole = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise LinkError(file, "(file)", f"is not TOML ({error})", "mend that line") from None
    if TABLE not in whole:
        return None
    found = whole[TABLE]
    if not isinstance(found, Mapping):
        raise LinkError(file, TABLE, f"{found!r} is no table", f"a table [{TABLE}]: allusetui link writes one")
    try:
        return _link(_Table.model_validate(found), file)
    except ValidationError as error:
        raise LinkError(file, *_told(error, found)) from None


def _link(table: _Table, file: Path) -> Link:
    match table.account, table.accounts:
        case str() as code, None:
            mapped = dict.fromkeys(SLEEVES, code)
        case None, _Accounts() as own:
            mapped = {"GEN": own.GEN, "REV": own.REV, "COM": own.COM}
        case account, _:
            wrong = "is missing" if account is None else "stands beside a table broker.accounts"
            cure = "one account for all sleeves, or [broker.accounts] with GEN, REV and COM"
            raise LinkError(file, f"{TABLE}.account", wrong, cure)
    return Link(table.host, table.port, table.client_id, Mode(table.mode), mapped, table.live)


def _told(error: ValidationError, table: Mapping[str, Any]) -> tuple[str, str, str]:
    """Key, what is wrong with it, cure: of the first thing, an unknown key before all else."""
    details = error.errors(include_url=False)
    first: ErrorDetails = next((d for d in details if d["type"] == "extra_forbidden"), details[0])
    key = ".".join((TABLE, *map(str, first["loc"])))
    match first["type"]:
        case "extra_forbidden":
            known = ", ".join(SLEEVES) if first["loc"][0] == "accounts" else _KEYS
            return key, "is not known", f"there are {known}"
        case "missing":
            return key, "is missing", "allusetui link asks for all that is needed"
        case "model_type":
            return key, f"{first['input']!r} is no table", f"a table [{TABLE}.accounts] with {', '.join(SLEEVES)}"
        case kind if kind == _NO_HOST:
            return key, f"{first['input']!r} is no host", "a host's name or its address, such as 127.0.0.1"
        case _:
            return key, f"{first['input']!r} does not fit", first["msg"].replace("Input should be", "allowed:")
