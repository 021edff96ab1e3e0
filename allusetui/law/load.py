"""Reads the constitution, and refuses one that is not what was shipped or says what the model does not allow."""

import hashlib
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from allusetui.domain.frozen import frozen
from allusetui.domain.text import untrusted
from allusetui.law.model import Law

shipped = {"v1.3": "b9f2f0fbc811c47163696cd8005780133929a3fb30ecf752f67d221006c2c861"}


class LawError(Exception):
    """A law that cannot be used; the message is one line: file, key, what is wrong, what is allowed."""

    def __init__(self, file: str, key: str, wrong: str, allowed: str) -> None:
        """Puts the line together; its parts may quote the file."""
        super().__init__(untrusted(f"{file}: {key}: {wrong}; allowed: {allowed}", longest=1000))


@frozen
class Version:
    """A law to run under, as the bytes of its file: what is sent to another process is what is read there."""

    name: str
    data: bytes

    @property
    def law(self) -> Law:
        """The same value at every call; LawError where the bytes are none."""
        return _parsed(self.data, file_name(self.name))

    @property
    def hash(self) -> str:
        """By which a journal names it."""
        return content_hash(self.data)


def content_hash(data: bytes) -> str:
    """The sha256 of a law file in hex; line endings do not count."""
    return hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()


@cache
def load(version: str = "v1.3") -> Law:
    """The shipped constitution of a version; LawError when it is unknown or its file was changed (15.1)."""
    return _parsed(_shipped_bytes(version), file_name(version))


def law_hash(version: str = "v1.3") -> str:
    """The sha256 of a shipped constitution, which its file has been checked against; LawError as in `load`."""
    return content_hash(_shipped_bytes(version))


def version(name: str = "v1.3") -> Version:
    """A shipped constitution with its hash; LawError as in `load`."""
    return Version(name, _shipped_bytes(name))


def load_file(path: str | Path) -> Law:
    """The law in a file of the operator's own, whose hash nobody has promised; LawError when it is not a law."""
    file = Path(path)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise LawError(str(file), "(file)", f"cannot be read ({error.strerror})", "a readable TOML file") from error
    return _parse(data, str(file))


def file_name(version: str) -> str:
    """What the file of a version is called."""
    return version.replace(".", "_") + ".toml"


def _shipped_bytes(version: str) -> bytes:
    if version not in shipped:
        raise LawError("law", "version", f"there is no {version!r}", ", ".join(shipped))
    data = _packaged(version)
    found = content_hash(data)
    if found != shipped[version]:
        raise LawError(file_name(version), "sha256", f"the file was changed, it is {found}", shipped[version])
    return data


def _packaged(version: str) -> bytes:
    try:
        return resources.files("allusetui.law").joinpath(file_name(version)).read_bytes()
    except OSError as error:
        raise LawError(file_name(version), "(file)", f"cannot be read ({error})", "the file as shipped") from error


@lru_cache(maxsize=8)
def _parsed(data: bytes, file: str) -> Law:
    return _parse(data, file)


def _parse(data: bytes, file: str) -> Law:
    return law_of(table_of(data, file), file)


def table_of(data: bytes, file: str) -> dict[str, Any]:
    """A TOML file's values, numbers with a point as Decimal; LawError where the bytes are none."""
    try:
        return tomllib.loads(data.decode("utf-8"), parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:  # not UTF-8, not TOML, 1e99999999999999999999, [[[[…
        raise LawError(file, "(file)", f"is not TOML ({error})", "TOML 1.0 in UTF-8") from error


def law_of(table: Mapping[str, Any], file: str) -> Law:
    """The law that a table says; LawError, in the name of its file, for what the model does not allow."""
    try:
        return Law.model_validate(_lists_frozen(table))
    except ValidationError as error:
        raise _first_complaint(error, file) from error


def _lists_frozen(value: object) -> object:
    if isinstance(value, dict):
        return {key: _lists_frozen(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_lists_frozen(item) for item in value)
    return value


def _first_complaint(error: ValidationError, file: str) -> LawError:
    # A misspelt key is both unknown and missing; its own name helps more.
    detail = min(error.errors(include_url=False), key=lambda one: one["type"] != "extra_forbidden")
    key = ".".join(str(part) for part in detail["loc"]) or "(law)"
    match detail["type"]:
        case "extra_forbidden":
            return LawError(file, key, "unknown key", ", ".join(_keys_beside(detail["loc"])))
        case "missing":
            return LawError(file, key, "is missing", "every key of the law must be given")
        case "value_error":
            wrong, _, allowed = str(detail["ctx"]["error"]).partition("; allowed: ")
            return LawError(file, key, wrong, allowed)
        case "model_type":
            return LawError(file, key, f"is {_shown(detail)}", "a table")
        case "is_instance_of":
            return LawError(file, key, f"is {_shown(detail)}", "a number")
        case _:
            return LawError(file, key, f"is {_shown(detail)}", detail["msg"].removeprefix("Input should be "))


def _shown(detail: ErrorDetails) -> str:
    match detail["input"]:
        case dict():
            return "a table"
        case tuple():
            return "a list"
        case str() as text:
            return repr(text)
        case value:
            return str(value)


def _keys_beside(loc: tuple[int | str, ...]) -> list[str]:
    """The keys of the table in which a key stands."""
    table: type[BaseModel] = Law
    for part in loc[:-1]:
        if isinstance(part, str):
            table = _table_in(table.model_fields[part].annotation)
    return sorted(table.model_fields)


def _table_in(annotation: object) -> type[BaseModel]:  # tuple[Table, ...] and Table | None count too
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    raise TypeError(f"{annotation} holds no table")
