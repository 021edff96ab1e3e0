"""Settings: what is right holds, what is wrong is told in a line with file, key and cure, and its default stays."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allusetui.settings import Loaded, default_text, load
from allusetui.view.commands import KEYS


def loaded(folder: Path, text: str | bytes) -> Loaded:
    file = folder / "settings.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(file)


def test_without_a_file_all_defaults_hold(tmp_path: Path) -> None:
    found = load(tmp_path / "none.toml")
    assert found.complaints == ()
    assert (found.settings.theme, found.settings.notify.bell, found.settings.notify.terminal) == ("dark", True, True)
    assert found.settings.keys == KEYS


def test_what_is_said_holds(tmp_path: Path) -> None:
    found = loaded(tmp_path, 'theme = "safe"\n[notify]\nbell = false\n[keys]\npause = "F"\njournal = "ctrl+k"')
    assert found.complaints == ()
    assert (found.settings.theme, found.settings.notify.bell) == ("safe", False)
    assert found.settings.keys == {**KEYS, "pause": "F", "journal": "ctrl+k"}


def test_settings_can_not_be_changed(tmp_path: Path) -> None:
    settings = load(tmp_path / "none.toml").settings
    with pytest.raises(AttributeError, match="cannot assign"):
        settings.theme = "light"  # type: ignore[misc]
    with pytest.raises(TypeError):
        settings.keys["pause"] = "z"  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("theme = 3", "theme: 3; allowed: a valid string; the default stays"),
        ('colour = "x"', "colour: unknown; there are theme, notify, keys"),
        ('[notify]\nbell = "yes"', "notify.bell: 'yes'; allowed: a valid boolean; the default stays"),
        ("[notify]\nring = true", "notify.ring: unknown; there are bell, terminal"),
        ("notify = 7", "notify: 7; allowed: a table; the default stays"),
        ("keys = []", "keys: []; allowed: a table; the default stays"),
        ("[keys]\ncopy = 5", "keys.copy: 5; allowed: a valid string; the default stays"),
        ('[keys]\ndance = "d"', "keys.dance: unknown command; there are pause, pause_all, kill"),
        ('[keys]\nreset = "7"', "keys.reset: '7' can't be its key; one letter or sign, ctrl+LETTER"),
        ('[keys]\nreset = "r"', "keys.reset: 'r' is the key of resume; take another; R stays"),
        ('[keys]\npause = "ctrl+c"', "keys.pause: 'ctrl+c' can't be its key; one letter or sign"),
        ('[llm]\nkey = "secret"', "llm.key: unknown; there are model, base_url, key_env, timeout_s"),
        ("[llm]\ntimeout_s = 0", "llm.timeout_s: 0; allowed: above 0 up to 120; the default stays"),
        ("theme = ", "(file): is not TOML in UTF-8 (Invalid value"),
        (b'theme = "\xff"', "(file): is not TOML in UTF-8 ('utf-8' codec"),
        ("a = " + "[" * 5_000, "(file): is not TOML in UTF-8 ("),
    ],
)
def test_what_is_wrong_is_told_in_one_line_and_its_default_stays(tmp_path: Path, text: str | bytes, told: str) -> None:
    found = loaded(tmp_path, text)
    (line,) = found.complaints
    assert line.startswith(f"{tmp_path / 'settings.toml'}: {told}") and line.isprintable()
    assert found.settings == load(tmp_path / "none.toml").settings


def test_what_is_right_holds_beside_what_is_wrong_and_each_is_told(tmp_path: Path) -> None:
    notify, keys = "[notify]\nbell = 1\nterminal = false\n", '[keys]\nreset = "r"\npause = "F"'
    found = loaded(tmp_path, f'theme = "light"\nx = 1\n{notify}{keys}')
    assert len(found.complaints) == 3
    assert (found.settings.theme, found.settings.notify.bell, found.settings.notify.terminal) == ("light", True, False)
    assert (found.settings.keys["reset"], found.settings.keys["pause"]) == ("R", "F")


def test_a_folder_in_the_file_s_place_is_told(tmp_path: Path) -> None:
    found = load(tmp_path)
    assert found.complaints == (f"{tmp_path}: (file): can't be read (Is a directory); all defaults stay",)


PLAIN = st.sampled_from(["true", "7", "1.5", '"p"', '"r"', '"\\u001b[2J"', "[]", "{}", "{ bell = 3 }", "2026-03-02"])
NAMES = st.sampled_from(["theme", "notify", "keys", "bell", "pause", "resume", "x"])


@given(st.dictionaries(NAMES, PLAIN), st.dictionaries(NAMES, PLAIN), st.sampled_from(["notify", "keys", "own"]))
def test_whatever_a_file_holds_there_are_settings_and_a_key_for_every_command(
    top: dict[str, str], inner: dict[str, str], table: str
) -> None:
    lines = [f"{name} = {value}" for name, value in top.items() if name != table]
    lines += [f"[{table}]", *(f"{name} = {value}" for name, value in inner.items())]
    with TemporaryDirectory() as folder:
        found = loaded(Path(folder), "\n".join(lines))
    assert all(line.isprintable() for line in found.complaints)
    assert found.settings.keys.keys() == KEYS.keys()
    assert len(set(found.settings.keys.values())) == len(KEYS)


def test_the_file_that_is_written_says_what_holds_anyway(tmp_path: Path) -> None:
    assert loaded(tmp_path, default_text()) == load(tmp_path / "none.toml")
    spoken = "\n".join(line.removeprefix("# ") for line in default_text().splitlines() if " = " in line or "[" in line)
    assert loaded(tmp_path, spoken) == load(tmp_path / "none.toml")
