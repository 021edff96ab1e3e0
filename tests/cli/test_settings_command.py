"""`allusetui settings`: a file on request, what holds, and what of it can't be used."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from allusetui.cli.commands import app
from allusetui.cli.settings import prefs

RUN = CliRunner()


def run(*args: str | Path) -> Result:
    return RUN.invoke(app, ["settings", *map(str, args)])


def test_a_file_is_written_on_request_and_never_over_another(tmp_path: Path) -> None:
    file = tmp_path / "new" / "settings.toml"
    assert run("--write", "--settings", file).stdout == f"written: {file}\n"
    file.write_text('theme = "light"\n', encoding="utf-8")
    again = run("--write", "--settings", file)
    assert again.exit_code == 2 and "is there already" in again.stderr
    assert file.read_text(encoding="utf-8") == 'theme = "light"\n'


def test_without_a_name_the_platform_s_config_folder_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    shown = run()
    assert shown.exit_code == 0
    assert shown.stdout.startswith(f"{tmp_path / 'allusetui' / 'settings.toml'} (not there: all defaults)")
    assert "pause p, pause_all P, kill ctrl+x" in shown.stdout


def test_what_can_not_be_used_is_told_with_exit_2(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('theme = "pink"\n[keys]\nreset = "r"\n', encoding="utf-8")
    (tmp_path / "palettes").mkdir()
    (tmp_path / "palettes" / "mine.toml").write_text('name = "mine"\n', encoding="utf-8")
    shown = run("--settings", file)
    assert shown.exit_code == 2
    clash, palette, theme = shown.stderr.splitlines()
    assert clash == f"allusetui: {file}: keys.reset: 'r' is the key of resume; take another; R stays"
    assert palette.startswith("allusetui: mine.toml: ") and palette.endswith("this palette is left out")
    assert theme == f"allusetui: {file}: theme: no pink; there are ansi, contrast, dark, light, safe; dark stays"


def test_a_file_that_was_named_has_to_be_there(tmp_path: Path) -> None:
    shown = run("--settings", tmp_path / "none.toml")
    assert shown.exit_code == 2
    assert shown.stderr.startswith(f"allusetui: --settings {tmp_path / 'none.toml'}: no such file; ")


def test_the_screen_gets_what_was_chosen_and_the_command_line_s_palette_wins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('theme = "light"\nx = 1\n[notify]\nterminal = false\n[keys]\npause = "F"\n', encoding="utf-8")
    found = prefs(None, file, tmp_path)
    assert (found.theme, found.bell, found.notify, found.keys["pause"]) == ("light", True, False, "F")
    assert (found.palettes, found.pictures) == (tmp_path / "palettes", tmp_path)
    assert found.complaints == (f"{file}: x: unknown; there are theme, notify, keys, llm, broker",)
    assert capsys.readouterr().err == f"allusetui: {found.complaints[0]}\n"
    assert prefs("ansi", file, tmp_path).theme == "ansi"


def test_the_screen_tells_how_its_session_is_named_in_a_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "other sessions"
    assert prefs(None, None, place / "main").shell == f" --session main --sessions '{place}'"
    monkeypatch.setattr("allusetui.cli.say.sessions_root", lambda: place)
    assert prefs(None, None, place / "main").shell == " --session main"


@pytest.mark.parametrize(
    ("broker", "shown", "told"),
    [
        ('port = 4002\nmode = "paper"\naccount = "DU1"', "paper DU1 at 127.0.0.1:4002, client 7, live off", ""),
        (
            'port = 4001\nmode = "live"\nlive = true\n[broker.accounts]\nGEN = "U1"\nREV = "U2"\nCOM = "U2"',
            "live GEN U1, REV U2, COM U2 at 127.0.0.1:4001, client 7, live on",
            "",
        ),
        ('port = 4001\nmode = "paper"\naccount = "DU1"', "paper DU1 at ", "broker.port: 4001 is a live port"),
        ('port = "x"\nmode = "paper"\naccount = "DU1"', "can't be used", "broker.port: 'x' does not fit; allowed: "),
    ],
)
def test_the_linked_account_is_shown_and_judged(broker: str, shown: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f"[broker]\n{broker}\n", encoding="utf-8")
    found = run("--settings", file)
    assert f"\nbroker: {shown}" in found.stdout
    assert found.exit_code == (2 if told else 0)
    assert found.stderr.startswith(f"allusetui: {file}: {told}" if told else "")
    assert found.stderr.count("\n") == bool(told)


def test_a_palette_that_is_none_is_refused_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("", encoding="utf-8")
    with pytest.raises(SystemExit) as refused:
        prefs("pi\x1bnk", file, tmp_path)
    assert refused.value.code == 2
    told = capsys.readouterr().err
    assert told == "allusetui: --theme pink: no such palette; allowed: ansi, contrast, dark, light, safe\n"
