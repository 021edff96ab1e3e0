"""Reads the constitution, and refuses one that is not what was shipped or says what the model does not allow."""

import hashlib
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from allusetui.domain.frozen import frozen
from allusetui.domain.table import Misfit, Misfits, Why, read
from allusetui.domain.text import untrusted
from allusetui.law.model import Law

shipped = {"v1.3": "0fa2eb2e75a52ab274fad1c33f6af62555a3f839e63ccbb6e2a027d826280db9"}


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
        return Path(__file__).with_name(file_name(version)).read_bytes()
    except OSError as error:
        raise LawError(file_name(version), "(file)", f"cannot be read ({error})", "the file as shipped") from error


@lru_cache(maxsize=8)
def _parsed(data: bytes, file: str) -> Law:
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
        return read(Law, table)
    except Misfits as misfits:
        raise _complaint(misfits.first, file) from misfits


def _complaint(misfit: Misfit, file: str) -> LawError:
    key = ".".join(map(str, misfit.key)) or "(law)"
    wrong, allowed = f"is {_shown(misfit.value)}", str(misfit.error)
    match misfit.why:
        case Why.UNKNOWN:
            wrong, allowed = "unknown key", ", ".join(sorted(misfit.allowed))
        case Why.MISSING:
            wrong, allowed = "is missing", "every key of the law must be given"
        case Why.CHECK:
            wrong, _, allowed = str(misfit.error).partition("; allowed: ")
        case Why.NO_WORD:
            allowed = " or ".join(filter(None, (", ".join(map(repr, misfit.allowed[:-1])), repr(misfit.allowed[-1]))))
        case Why.NO_TABLE:
            allowed = "a table"
        case Why.NO_LIST:
            allowed = "a list"
        case Why.LENGTH:
            allowed = f"a list of {' to '.join(dict.fromkeys(misfit.allowed))}{' or more' * (len(misfit.allowed) == 1)}"
    return LawError(file, key, wrong, allowed)


def _shown(value: object) -> str:
    match value:
        case dict():
            return "a table"
        case list() | tuple():
            return "a list"
        case str() as text:
            return repr(text)
        case _:
            return str(value)
