"""Builds what is shipped, looks into it, and runs it away from the checkout: `python .ci/package.py`.

The wheel is unpacked into an empty folder and run there on what this interpreter has installed. With `--install PYTHON`
(more than once, too) wheel and sdist are each installed into a clean virtual environment of that interpreter besides,
by pip, and by uv where there is one. Needs hatchling. Exit code 1, and a line each, where something is not there.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from hatchling.build import build_sdist, build_wheel

ROOT = Path(__file__).parents[1]
SHIPPED = (
    "allusetui/guides/start.md",
    "allusetui/law/v1_3.toml",
    "allusetui/market/xnys.txt",
    "allusetui/scenario/shipped/crash-week.toml",
    "allusetui/scenario/shipped/demo.toml",
)
THEMES = ("structure.tcss", "dark.toml")
TRIED = (
    ("--version",),
    ("guide", "law"),
    ("settings", "--theme-of-nobody"),
    ("constitution", "verify"),
    ("replay", "crash-week", "--check"),
)
"""Commands that a stranger types first; the third is one that is refused."""
REFUSED = {("settings", "--theme-of-nobody"): 2}


def missing(wheel: Path, sdist: Path) -> Iterator[str]:
    """What should be in the two files and is not, and what should not be and is."""
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
    wanted = {*SHIPPED, *(f"allusetui/themes/{name}" for name in THEMES)}
    yield from (f"{wheel.name}: {name} is missing" for name in sorted(wanted - names))
    yield from (f"{wheel.name}: {name} does not belong there" for name in sorted(names) if name.startswith("tests/"))
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {
        *SHIPPED,
        *(f"themes/{name}" for name in THEMES),
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        ".github/dashboard.svg",
        ".ci/run",
        "tests/conftest.py",
    }
    yield from (f"{sdist.name}: {name} is missing" for name in sorted(wanted - names))


def tried(program: Sequence[str], room: Path, path: str = "") -> Iterator[str]:
    """What of the first commands does not do what it should, in an empty folder."""
    away = room / "away"
    away.mkdir(exist_ok=True)
    home = {"HOME": str(away), "XDG_STATE_HOME": str(away / "state"), "XDG_CONFIG_HOME": str(away / "config")}
    environment = {**os.environ, **home, "PYTHONPATH": path}
    for words in TRIED:
        done = subprocess.run([*program, *words], cwd=away, env=environment, capture_output=True, text=True)
        if done.returncode != REFUSED.get(words, 0):
            yield f"{' '.join(words)}: exit code {done.returncode}: {done.stderr.strip()[-300:]}"
        elif "Traceback" in done.stderr:
            yield f"{' '.join(words)}: a traceback"


def installed(python: str, shipped: Path, room: Path) -> Iterator[str]:
    """What does not work of a file that is installed into a clean environment, by each installer."""
    for name in ("pip", "uv"):
        if shutil.which(name if name == "uv" else python) is None:
            print(f"  {name}: NOT tried: it is not here")
            continue
        venv = room / "venv"
        shutil.rmtree(venv, ignore_errors=True)
        pip = [str(venv / "bin" / "pip"), "install", "-q", "--disable-pip-version-check"]
        uv = ["uv", "pip", "install", "-q", "--python", str(venv / "bin" / "python")]
        subprocess.run([python, "-m", "venv", *(["--without-pip"] if name == "uv" else []), str(venv)], check=True)
        subprocess.run([*(uv if name == "uv" else pip), str(shipped)], check=True)
        print(f"  {name} install {shipped.name}", flush=True)
        yield from (
            f"{python}, {name}, {shipped.name}: {each}" for each in tried([str(venv / "bin" / "allusetui")], room)
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", action="append", default=[], metavar="PYTHON")
    asked = parser.parse_args()
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as name:
        room = Path(name)
        wheel, sdist = room / build_wheel(name), room / build_sdist(name)
        wrong = [*missing(wheel, sdist)]
        unpacked = room / "unpacked"
        with zipfile.ZipFile(wheel) as file:
            file.extractall(unpacked)
        wrong += tried([sys.executable, "-m", "allusetui"], room, str(unpacked))
        for python in asked.install:
            print(f"{python}:", flush=True)
            wrong += [line for shipped in (wheel, sdist) for line in installed(python, shipped, room)]
        for line in wrong:
            print(line)
        print(f"{wheel.name} and {sdist.name} built and run elsewhere: {len(wrong) or 'nothing'} wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
