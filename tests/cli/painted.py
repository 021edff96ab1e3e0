"""The plain program, run in a folder of its own: what it has imported when its first frame leaves is written down."""

import os
import sys
from pathlib import Path

from allusetui.cli import main
from allusetui.tui.driver.line import Line

FILE_NAME = "imported.txt"
STARTING = "ALL-USE demo is starting"


class Watched(Line):
    """Writes down what was imported before the first frame."""

    def send(self, text: str) -> None:
        if STARTING in text:
            Path(FILE_NAME).write_text("\n".join(sys.modules), encoding="utf-8")
        super().send(text)


if __name__ == "__main__":
    os.chdir(sys.argv.pop())
    from allusetui.tui.driver import driver

    driver.Line = Watched  # type: ignore[misc]
    main()
