"""`allusetui settings`, and what every command with a screen is told of the settings."""

from pathlib import Path

from allusetui.cli.say import BAD_INPUT, check_settings, complain, elsewhere, settings_file, warn
from allusetui.domain.text import untrusted
from allusetui.settings import PALETTES, Loaded, default_text, load
from allusetui.tui.look import themes
from allusetui.tui.prefs import Prefs


def prefs(theme: str | None, given: Path | None, folder: Path) -> Prefs:
    """What the screen of a session's folder is to be like; what can't be used of the settings is told on stderr too."""
    file, loaded = _load(given)
    settings, palettes = loaded.settings, file.parent / PALETTES
    if theme is not None and theme not in (found := themes(palettes)[0]):
        raise complain(f"--theme {untrusted(theme)}: no such palette; allowed: {', '.join(found)}")
    for line in loaded.complaints:
        warn(line)
    return Prefs(
        theme or settings.theme, settings.keys, settings.notify.bell, settings.notify.terminal, palettes, folder,
        loaded.complaints, shell=f" --session {folder.name}{elsewhere(folder)}",
    )  # fmt: skip


def _load(given: Path | None) -> tuple[Path, Loaded]:
    file = settings_file(given)
    check_settings(given)
    return file, load(file)


def show(given: Path | None) -> None:
    """Print where the settings are and what holds; exit 2 where something of them can't be used."""
    file, loaded = _load(given)
    settings, (found, wrong) = loaded.settings, themes(file.parent / PALETTES)
    complaints = [*loaded.complaints, *wrong]
    if settings.theme not in found:
        complaints.append(f"{file}: theme: no {settings.theme}; there are {', '.join(found)}; dark stays")
    print(f"{file}{'' if file.is_file() else ' (not there: all defaults)'}")
    print(f'theme = "{settings.theme}"    # {", ".join(found)}')
    print(f"notify: bell {settings.notify.bell}, terminal {settings.notify.terminal}".lower())
    print(f"llm: {settings.llm.model or 'none'}, {settings.llm.base_url}, key in {settings.llm.key_env}")
    print(f"broker: {_link(file, complaints)}")
    print("keys: " + ", ".join(f"{name} {key}" for name, key in settings.keys.items()))
    for line in complaints:
        warn(line)
    if complaints:
        raise SystemExit(BAD_INPUT)


def _link(file: Path, complaints: list[str]) -> str:
    """The linked account; what is wrong with its table joins the complaints."""
    # Imported here: what a screen is to be like is read before its first paint, and a link is not.
    from allusetui.domain.link import agreed
    from allusetui.linking.table import LinkError
    from allusetui.linking.table import load as load_link

    try:
        link = load_link(file)
    except LinkError as error:
        complaints.append(str(error))
        return "can't be used"
    if link is None:
        return "none; allusetui link names one"
    if (refused := agreed(link)) is not None:
        complaints.append(f"{file}: {refused.key}: {refused.wrong}; {refused.cure}")
    mapped = ", ".join(f"{sleeve} {code}" for sleeve, code in link.accounts.items())
    codes = mapped if len(link.codes) > 1 else link.codes[0]
    live = "on" if link.live else "off"
    return f"{link.mode} {codes} at {link.host}:{link.port}, client {link.client_id}, live {live}"


def write(given: Path | None) -> None:
    """Write a file that says everything there is to set; one that is there stays as it is."""
    file = settings_file(given)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as new:
            new.write(default_text())
    except FileExistsError:
        raise complain(f"{file}: is there already, and stays as it is; allowed: --settings FILE, another") from None
    except OSError as error:
        raise complain(f"{file}: {error.strerror}; allowed: a file that can be written") from None
    print(f"written: {file}")
