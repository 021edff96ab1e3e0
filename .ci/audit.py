"""Looks for secrets in what is committed, and at what the lock file would have us install: `python .ci/audit.py`.

Exit code 1, and a line each, where a file holds what looks like a key, a token or an account that is no dummy of ours,
where the lock file is not of what pyproject.toml asks for, or where it names a package that is not from the registry or
has no hash. Advisories are not looked up here.
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

SECRETS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    "a key of a model's vendor": r"\bsk-(?:[a-z]+-)?[A-Za-z0-9_-]{20,}",
    "a key of a cloud": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}",
    "a token of a forge": r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|glpat-[A-Za-z0-9_-]{18,})",
    "a token of a messenger": r"\bxox[abeprs]-[A-Za-z0-9-]{10,}",
    "a signed token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.",
    "a password in an address": r"\b[a-z][a-z0-9+]*://[^\s:/@{}]+:[^\s:/@{}]{6,}@",
    "a secret in plain words": r"(?i)\b(?:api_?key|secret|password|token)\b[\"']?\s*[:=]\s*[\"'][A-Za-z0-9+/=_-]{20,}",
}
ACCOUNT = re.compile(r"\b(?:DU|DF|U|F|I)[0-9]{6,8}\b")
DUMMY = re.compile(r"(?:DU|DF|U|F)(?:[014]0000[0-9]{2}|1234567|7654321|9999999|400000)")
"""The account codes that tests and texts may name: nobody's."""
REGISTRY = "https://pypi.org/simple"


def secrets_in(text: str) -> Iterator[str]:
    """What of a text looks like a secret, by its line and kind; never the secret itself."""
    for number, line in enumerate(text.splitlines(), start=1):
        for kind, pattern in SECRETS.items():
            if re.search(pattern, line):
                yield f"{number}: {kind}"
        if any(not DUMMY.fullmatch(found[0]) for found in ACCOUNT.finditer(line)):
            yield f"{number}: an account that is no dummy"


def committed(root: Path) -> list[Path]:
    """The files that git knows of. Raises CalledProcessError where it knows of none."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True).stdout
    return [root / name for name in listed.decode().split("\0") if name]


def unsafe_in(lock: str, project: str) -> Iterator[str]:
    """What of a lock file could be replaced unseen, and what it does not know of."""
    wanted = tomllib.loads(project)["project"]
    groups = (wanted["dependencies"], *wanted["optional-dependencies"].values())
    asked = {_named(each) for group in groups for each in group}
    for package in tomllib.loads(lock)["package"]:
        name, source = package["name"], package["source"]
        if source == {"editable": "."}:
            known = {(each["name"], each["specifier"]) for each in package["metadata"]["requires-dist"]}
            yield from (f"{name}: {''.join(each)} is in one file alone; uv lock" for each in sorted(asked ^ known))
            continue
        if source != {"registry": REGISTRY}:
            yield f"{name}: is not from {REGISTRY}"
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        if not files or any(not str(file.get("hash", "")).startswith("sha256:") for file in files):
            yield f"{name}: has a file without a hash"


def _named(requirement: str) -> tuple[str, str]:
    """Name and bounds of a requirement, as a lock file writes them."""
    found = re.fullmatch(r"([A-Za-z0-9._-]+?)(?:\[[^]]*\])?([<>=!~].*)?", requirement)
    assert found is not None, requirement
    return re.sub(r"[-_.]+", "-", found[1]).lower(), found[2] or ""


def found_in(files: Iterable[Path], root: Path) -> Iterator[str]:
    """A line each, of all files."""
    for path in files:
        text = path.read_bytes().decode("utf-8", errors="replace") if path.is_file() else ""
        yield from (f"{path.relative_to(root)}:{each}" for each in secrets_in(text))


def main() -> None:
    root = Path(__file__).parents[1]
    try:
        files = committed(root)
    except (OSError, subprocess.CalledProcessError):
        raise SystemExit("NOT looked for secrets: this is no checkout that git knows of") from None
    lock, project = ((root / name).read_text("utf-8") for name in ("uv.lock", "pyproject.toml"))
    wrong = [*found_in(files, root), *(f"uv.lock: {each}" for each in unsafe_in(lock, project))]
    for line in wrong:
        print(line)
    print(f"{len(files)} committed files and the lock file looked at: {len(wrong) or 'nothing'} found")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
