"""The plain program, run in a folder of its own: what it has imported when its first frame leaves is written down.

The same for the first frame that shows an account.
"""

import os
import sys
from pathlib import Path

from allusetui.cli import main
from allusetui.tui.driver.line import Line

FILE_NAME, USABLE_NAME = "imported.txt", "usable.txt"
STARTING, USABLE = "ALL-USE demo is starting", "SAFE"


class Watched(Line):
    """Writes down what was imported before the first frame, and before the first account is shown."""

    def send(self, text: str) -> None:
        for shown, name in ((STARTING, FILE_NAME), (USABLE, USABLE_NAME)):
            if shown in text and not Path(name).exists():
                Path(name).write_text("\n".join(list(sys.modules)), encoding="utf-8")
        super().send(text)


if __name__ == "__main__":
    os.chdir(sys.argv.pop())
    from allusetui.tui.driver import driver

    driver.Line = Watched  # type: ignore[misc]
    main()
