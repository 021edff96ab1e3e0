"""One process a session folder, held by the operating system: a killed holder holds nothing."""

import fcntl
import os
from pathlib import Path
from typing import Final

from allusetui.journal.error import SessionInUse

LOCK_NAME: Final = "lock"


class FolderLock:
    """Holds `folder` until `release`. Raises SessionInUse at once where another holds it, OSError where it can't."""

    def __init__(self, folder: Path) -> None:
        self._handle = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._handle)
            raise SessionInUse(f"{folder} is in use by another process") from None
        except OSError:
            os.close(self._handle)
            raise

    def release(self) -> None:
        os.close(self._handle)
