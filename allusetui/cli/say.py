"""What every command says the same way."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Final

from allusetui.domain.text import untrusted

if TYPE_CHECKING:
    from allusetui.law.own import OwnLaws

FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130
WIDTH = 100  # of text that is wrapped
_LONGEST = 2_000
_INTRODUCTION: Final = """\
ALL-USE sells options by a written law: here on a made-up market with made-up money, in session demo.
In the dashboard h opens the handbook, ? tells the keys, p pauses the chosen account at once, q leaves.
allusetui guide and allusetui --help say the rest. Starting."""


def warn(message: str) -> None:
    """Say in one line what is wrong, on stderr; that it can't be told, where a terminal is lost, ends nothing."""
    with suppress(OSError):
        print(f"allusetui: {untrusted(message, _LONGEST)}", file=sys.stderr)


def complain(message: str, code: int = BAD_INPUT) -> SystemExit:
    """Say in one line what is wrong, mostly with what was given, which may be anything; gives the end to be raised."""
    warn(message)
    return SystemExit(code)


def typed(prompt: str) -> str:
    """What a person answers, without the spaces around it; nothing where the input has ended."""
    try:
        return input(prompt).strip()
    except EOFError:
        return ""


def tell(text: str) -> None:
    """Print; whoever stops reading before the end (`| head`) has what was wanted."""
    try:
        print(text, end="", flush=True)
    except BrokenPipeError:
        _forget_reader()
        raise SystemExit(0) from None


def mention(text: str) -> None:
    """Print a line to whoever reads; that it can't be told any more, as on a lost terminal, ends nothing."""
    try:
        print(text, flush=True)
    except OSError:
        _forget_reader()


def _forget_reader() -> None:
    # Else the interpreter would try again at its end, and complain.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def speed_of(text: str) -> float | None:
    """Market seconds a second; None for `max`."""
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 100_000:
        raise complain(f"--speed {text}: not a speed; allowed: a number above 0 up to 100000, or max")
    return speed


def can_draw() -> bool:
    """Whether there is a terminal, and one whose cursor can be placed."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def introduce() -> None:
    """Three lines for whoever called the program by its name alone; they stand in the terminal when it is left."""
    if can_draw():
        print(_INTRODUCTION, flush=True)


def sessions_root() -> Path:
    """`sessions`: of the checkout one stands in, else of the platform's state directory."""
    root = Path("sessions")
    if (root / "README.md").is_file():
        return root
    # Imported here: only a run outside a checkout needs it.
    from platformdirs import user_state_path

    return user_state_path("allusetui") / "sessions"


def folder_of(session: str, sessions: Path | None) -> Path:
    """A session's folder: in the one that was named, else where sessions usually lie."""
    return (sessions or sessions_root()) / plain(session)


def elsewhere(folder: Path) -> str:
    """What has to be typed behind a session's name where its folder lies elsewhere than sessions usually do."""
    place = folder.parent.resolve()
    return "" if place == sessions_root().resolve() else f" --sessions {quote(str(place))}"


def settings_file(given: Path | None) -> Path:
    """The file that was named, else the one in the platform's config folder."""
    if given is not None:
        return given
    # Imported here: most commands have no settings.
    from platformdirs import user_config_path

    from allusetui.settings import FILE_NAME

    return user_config_path("allusetui") / FILE_NAME


def check_settings(given: Path | None) -> None:
    """Exit code 2 for a file that was named and is not there: what lies beside it would be missed in silence."""
    if given is not None and not given.is_file():
        raise complain(f"--settings {given}: no such file; allusetui settings --write makes one")


def own_laws(settings: Path | None) -> "OwnLaws":
    """The laws beside a person's settings."""
    check_settings(settings)
    # Imported here: the screen paints before the law is read.
    from allusetui.compose.laws import FOLDER
    from allusetui.law.own import OwnLaws

    return OwnLaws(settings_file(settings).with_name(FOLDER))


def plain(name: str) -> str:
    """A name as a folder's: letters, digits, hyphens and underscores. Exit code 2 for none: it would be the root's."""
    if not name:
        raise complain("a session has to have a name; allowed: letters, digits, hyphens and underscores")
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in name)
