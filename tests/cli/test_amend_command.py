"""`allusetui constitution propose | simulate | approve`: one amendment from a file to a law in force, and each no."""

import builtins
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from allusetui.cli import amend
from allusetui.lab.crews import Heard, Task
from allusetui.lab.work import Done
from allusetui.law.own import OwnLaws
from tests.cli.commanded import run
from tests.lab.figures import FIGURES

TEXT = 'reason = "No single gap."\n[changes]\nsizing.symbol_cap = 0.15\n'


class Saying:
    """Does no trial: says that the proposed law halves the drawdown and costs taxes."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __call__(self, tasks: Sequence[Task], heard: Heard, is_stopped: Callable[[], bool]) -> None:
        for job, identity in tasks:
            by = Decimal(job.scenario.scenario.seed)
            proposed = job.under.name == "v1.4"
            taxes = by + 5 if proposed else by
            drawdown = float(by) / (4e4 if proposed else 2e4)
            figures = replace(FIGURES, worst_drawdown=drawdown, tax_set_aside=taxes, growth=float(by) / 1e5)
            heard(Done(job.id, identity, figures, 0.1))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(amend, "Processes", Saying)
    monkeypatch.setattr("allusetui.lab.sweep.os.fsync", lambda handle: None)  # of 2,000 lines
    monkeypatch.delenv("ALLUSETUI_DATA", raising=False)
    (tmp_path / "mine.toml").write_text(TEXT)
    (tmp_path / "settings.toml").touch()
    return tmp_path / "settings.toml"


def name_of(settings: Path) -> str:
    (folder,) = (settings.parent / "laws" / "proposals").iterdir()
    return folder.name


@pytest.mark.clause("15.2")
def test_15_2_proposed_simulated_approved_and_in_force(
    settings: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    end = ("--settings", settings)
    assert run("constitution", "propose", settings.parent / "mine.toml", *end) == 0
    name = name_of(settings)
    out = capsys.readouterr().out
    assert "  sizing.symbol_cap: 0.25 becomes 0.15\n" in out
    assert out.endswith(f"Nothing has changed yet. Next: allusetui constitution simulate {name}\n")
    assert run("constitution", "approve", name, *end) == 2
    assert capsys.readouterr().err == (f"allusetui: {name}: evidence: is none; allowed: constitution simulate {name}\n")
    assert run("constitution", "simulate", name[:6], *end) == 0
    out = capsys.readouterr().out
    assert "1,000 paired paths of 13 weeks, 4,000,000 dollars" in out
    assert "Not run: no data folder was named (ALLUSETUI_DATA)." in out
    assert "The evidence is divided: for it: worst drawdown; against it: set aside for taxes;" in " ".join(out.split())
    assert max(map(len, out.splitlines()[:-1])) <= 100

    monkeypatch.setattr(builtins, "input", lambda prompt: name)
    monkeypatch.setattr("sys.stdin", io.StringIO(name))
    assert run("constitution", "approve", name, *end) == 2
    assert "approve: no terminal; a person types the hash" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(builtins, "input", lambda prompt: "v1.4")
    assert run("constitution", "approve", name, *end) == 1
    assert "that is not its sha256; nothing has changed" in capsys.readouterr().err
    assert OwnLaws(settings.parent / "laws").in_force().name == "v1.3"
    monkeypatch.setattr(builtins, "input", lambda prompt: name)
    assert run("constitution", "approve", name, *end) == 0
    law = OwnLaws(settings.parent / "laws").in_force()
    assert f"constitution v1.4 is in force: sha256 {law.hash}\n" in capsys.readouterr().out
    assert law.law.sizing.symbol_cap == Decimal("0.15")
    assert run("constitution", "approve", name, *end) == 2
    assert capsys.readouterr().err.endswith("was made from another law than v1.4; allowed: propose it again\n")


@pytest.mark.clause("15.2")
def test_15_2_evidence_of_too_few_paths_shows_a_verdict_and_approves_nothing(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    end = ("--settings", settings)
    assert run("constitution", "propose", settings.parent / "mine.toml", *end) == 0
    name = name_of(settings)
    assert run("constitution", "simulate", name, "--paths", "20", "--weeks", "1", "--json", *end) == 0
    assert run("constitution", "approve", name, *end) == 2
    assert capsys.readouterr().err == "allusetui: evidence: paths: are 20; allowed: 1000 or more\n"


def test_a_proposal_that_is_none_is_one_line_and_exit_code_2(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    end, file = ("--settings", settings), settings.parent / "mine.toml"
    assert run("constitution", "propose", settings.parent / "none.toml", *end) == 2
    assert "none.toml: No such file or directory; allowed: " in capsys.readouterr().err
    assert run("constitution", "simulate", "abcdef", *end) == 2
    assert "hash: there is none of 'abcdef'; allowed: what `constitution propose FILE`" in capsys.readouterr().err
    assert run("constitution", "propose", file, *end) == 0
    (folder,) = (settings.parent / "laws" / "proposals").iterdir()
    law = folder / "law.toml"
    law.write_bytes(law.read_bytes().replace(b"0.15", b"0.90"))
    capsys.readouterr()
    assert run("constitution", "simulate", folder.name, *end) == 2
    assert capsys.readouterr().err.endswith("the file was changed since then; allowed: propose it again\n")
    file.write_text(TEXT.replace("0.15", "15"))
    assert run("constitution", "propose", file, *end) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"allusetui: {file}: sizing.symbol_cap: is 15; allowed: ")
    assert err.count("\n") == 1
