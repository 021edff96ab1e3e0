"""14.3: what is committed holds no secret, and the check that says so would see one."""

import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
FILE = ROOT / ".ci" / "audit.py"
pytestmark = [pytest.mark.clause("14.3"), pytest.mark.skipif(not FILE.is_file(), reason="this is no checkout")]
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def audit() -> dict[str, Any]:
    return runpy.run_path(str(FILE))


# Put together here, so that they are not found where they stand.
@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("-----BEGIN OPENSSH " + "PRIVATE KEY-----", "a private key"),
        ("key: sk-" + "proj-" + LETTERS, "a key of a model's vendor"),
        ("AKIA" + LETTERS[:16].upper(), "a key of a cloud"),
        ("ghp_" + LETTERS + LETTERS, "a token of a forge"),
        ("xoxb-" + "1234567890-abc", "a token of a messenger"),
        ("https://user:" + "hunter22@example.com/x", "a password in an address"),
        ('API_KEY = "' + LETTERS + '"', "a secret in plain words"),
        ("account DU" + "5739201", "an account that is no dummy"),
        ("U" + "2938475 is real", "an account that is no dummy"),
    ],
)  # fmt: skip
def test_14_3_a_secret_is_seen_and_not_repeated(audit: dict[str, Any], line: str, kind: str) -> None:
    assert list(audit["secrets_in"](f"fine\n{line}\n")) == [f"2: {kind}"]


@pytest.mark.parametrize(
    "line", ["DU4000001", 'token = "short"', "U+202E", "https://example.com:4002/a@b", "sha256:" + "0a" * 32]
)
def test_14_3_what_is_nobody_s_is_no_secret(audit: dict[str, Any], line: str) -> None:
    assert list(audit["secrets_in"](line)) == []


def test_a_lock_file_that_could_be_replaced_unseen_or_is_stale_is_named(audit: dict[str, Any]) -> None:
    project = '[project]\ndependencies = ["a_b>=1,<2"]\n[project.optional-dependencies]\nx = ["c[d]==3"]\n'
    ours = '[[package]]\nname = "us"\nsource = { editable = "." }\n[package.metadata]\nrequires-dist = '
    lock = ours + '[{ name = "a-b", specifier = ">=1,<2" }, { name = "c", specifier = "==2" }]\n'
    theirs = '[[package]]\nname = "{}"\nsource = {{ {} }}\nwheels = [{{ {} }}]\n'
    lock += theirs.format("git", 'git = "https://example.com"', 'hash = "sha256:00"')
    lock += theirs.format("bare", 'registry = "https://pypi.org/simple"', 'url = "x"')
    assert list(audit["unsafe_in"](lock, project)) == [
        "us: c==2 is in one file alone; uv lock", "us: c==3 is in one file alone; uv lock",
        "git: is not from https://pypi.org/simple", "bare: has a file without a hash",
    ]  # fmt: skip


def test_14_3_our_own_lock_file_is_whole(audit: dict[str, Any]) -> None:
    lock, project = ((ROOT / name).read_text("utf-8") for name in ("uv.lock", "pyproject.toml"))
    assert list(audit["unsafe_in"](lock, project)) == []
