"""`allusetui ask`: of a session or an exported journal, as text or JSON, and what it says to bad input."""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from allusetui.journal.export import export
from allusetui.journal.sqlite import SqliteJournal
from tests.advisor.asking import hand_made
from tests.advisor.model_server import message, script, serving

WHY = "Why did Gen-Acc pivot last week?"


def ask(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run it with no settings of the machine's owner, and no model but one of `env`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ALLUSETUI_LLM")}
    command = [sys.executable, "-m", "allusetui", "ask", *words]
    whole = {**kept, "XDG_CONFIG_HOME": "/nonexistent", **env}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=whole, check=False)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exported") / "journal.ndjson"
    export(hand_made(), path)
    return path


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that was said where nothing could be done."""
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("allusetui: ") and done.stderr.count("\n") == 1
    return done.stderr


@pytest.mark.clause("11.4")
def test_11_4_json_has_three_keys_and_the_text_s_citations(exported: Path) -> None:
    done = ask(WHY, "--journal", str(exported), "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert list(found) == ["answered", "answer", "citations"]
    assert found["answered"] is True
    assert found["citations"] == [8, 10, 11]
    assert all(f"[#{seq}]" in found["answer"] for seq in found["citations"])


def test_a_session_whose_engine_is_running_is_asked(tmp_path: Path) -> None:
    with closing(SqliteJournal(tmp_path / "live")) as engine:
        for _, at_ms, event in hand_made().read():
            engine.append(at_ms, [event])
        done = ask(WHY, "--session", "live", "--sessions", str(tmp_path))
        assert "which is 15.25 % below it [#11]." in done.stdout
        assert (done.returncode, done.stderr) == (0, "")
    assert {file.name for file in (tmp_path / "live").iterdir()} == {"journal.sqlite", "lock"}


def test_what_can_not_be_told_is_an_answer_too(exported: Path) -> None:
    for question in ("What will GEN earn next week?", "a" * 10_000, "\x1b]0;x\x07", "\udcff", "[#1]"):
        done = ask(question.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape"),
                   "--journal", str(exported), "--json")  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["answered"] is False


def test_a_journal_that_is_missing_or_damaged_is_told_in_a_line_with_its_cure(exported: Path, tmp_path: Path) -> None:
    assert "allowed: --session NAME" in refusal(ask(WHY, "--session", "none", "--sessions", str(tmp_path)))
    assert str(tmp_path / "no.ndjson") in refusal(ask(WHY, "--journal", str(tmp_path / "no.ndjson")))
    damaged = tmp_path / "damaged.ndjson"
    damaged.write_bytes(exported.read_bytes().replace(b'"kind":"stop.done"', b'"kind":"stop.dome"'))
    said = refusal(ask(WHY, "--journal", str(damaged)))
    assert f"{damaged}: line 16: unknown kind 'stop.dome'; allowed: a journal.ndjson" in said
    (tmp_path / "empty.ndjson").write_text("")
    empty = ask(WHY, "--journal", str(tmp_path / "empty.ndjson"), "--json")
    assert json.loads(empty.stdout) == {
        "answered": False, "answer": "I can't tell from the ledger: it is empty.", "citations": [],
    }  # fmt: skip


def test_a_model_that_is_named_words_the_answer_and_its_key_comes_from_the_environment(
    exported: Path, tmp_path: Path
) -> None:
    pytest.importorskip("pydantic_ai")
    look = {"how": "why", "topic": "pivot", "account": "GEN", "period": "last week"}
    good = "GEN pivoted with its equity at 339,000.00 [#11]."
    settings = tmp_path / "settings.toml"
    with serving(script(message(None, [look]), message(good), message(None, [look]), message("-1 [#11]."))) as (
        url,
        heard,
    ):
        settings.write_text(f'[llm]\nmodel = "m"\nbase_url = "{url}"\nkey_env = "MY_KEY"\n')
        known = ("--journal", str(exported), "--settings", str(settings))
        done = ask(WHY, *known, MY_KEY="from-the-environment")
        lie = ask(WHY, *known, ALLUSETUI_LLM_MODEL="other")
        alone = ask(WHY, *known, "--offline")
    assert done.stdout == f"{good}\n"
    assert [request["key"] for request in heard] == ["Bearer from-the-environment"] * 2 + ["Bearer none"] * 2
    assert [request["model"] for request in heard] == ["m", "m", "other", "other"]
    assert "The model's answer was not used: a figure of it" in lie.stdout and "[#11]" in lie.stdout
    assert alone.stdout in lie.stdout and "model" not in alone.stdout


def test_settings_that_are_named_have_to_be_there(exported: Path, tmp_path: Path) -> None:
    said = refusal(ask(WHY, "--journal", str(exported), "--settings", str(tmp_path / "none.toml")))
    assert "no such file; allusetui settings --write makes one" in said


def test_a_reader_who_leaves_early_has_what_was_wanted(exported: Path) -> None:
    command = [sys.executable, "-m", "allusetui", "ask", WHY, "--journal", str(exported)]
    asked = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert asked.stdout is not None and asked.stderr is not None
    asked.stdout.close()
    assert (asked.wait(60), asked.stderr.read()) == (0, b"")
    asked.stderr.close()
