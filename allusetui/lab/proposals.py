"""The proposals of a person: a folder each, named by its law's hash, with what was simulated of it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Final

from allusetui.lab.amendment import Amendment, Change
from allusetui.law.load import LawError, Version, content_hash
from allusetui.law.own import OwnLaws

FOLDER: Final = "proposals"
LAW_FILE, TOLD_FILE, EVIDENCE_FILE = "law.toml", "proposal.json", "evidence.json"
NAME_CHARS: Final = 12
_LEAST: Final = 4


def put(laws: Path, made: Amendment) -> Path:
    """The folder of a proposal, which is the same for the same one. Raises OSError."""
    folder = laws / FOLDER / made.law.hash[:NAME_CHARS]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / LAW_FILE).write_bytes(made.law.data)
    told = {
        "version": made.law.name, "base": made.base, "reason": made.reason,
        "changes": [asdict(change) for change in made.changes],
    }  # fmt: skip
    (folder / TOLD_FILE).write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return folder


def find(laws: OwnLaws, start: str) -> tuple[Path, Amendment]:
    """The proposal whose hash begins so, made from the law in force. Raises LawError where there is none, or several,
    where it was changed since, and where the law that it was made from is not in force any more.
    """
    folder = _folder(laws, start)
    try:
        told = json.loads((folder / TOLD_FILE).read_bytes())
        data = (folder / LAW_FILE).read_bytes()
        changes = tuple(Change(**change) for change in told["changes"])
        made = Amendment(str(told["base"]), str(told["reason"]), changes, Version(str(told["version"]), data))
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise LawError(str(folder), "(folder)", f"is damaged ({type(error).__name__})", "propose it again") from None
    if content_hash(data)[:NAME_CHARS] != folder.name or made.law.law.version != made.law.name:
        raise LawError(str(folder / LAW_FILE), "sha256", "the file was changed since then", "propose it again")
    ruling = laws.in_force()
    if made.base != ruling.hash:
        raise LawError(folder.name, "base", f"was made from another law than {ruling.name}", "propose it again")
    return folder, made


def _folder(laws: OwnLaws, start: str) -> Path:
    place = (laws.folder / FOLDER) if laws.folder is not None else None
    names = sorted(path.name for path in place.iterdir()) if place is not None and place.is_dir() else []
    found = [name for name in names if len(start) >= _LEAST and start[:NAME_CHARS] == name[: len(start)]]
    if place is None or len(found) != 1:
        wrong = f"{len(found)} proposals begin so" if found else f"there is none of {start!r}"
        raise LawError("proposals", "hash", wrong, ", ".join(names) or "what `constitution propose FILE` writes")
    return place / found[0]
