"""How wide the guides' text is."""

from typing import Final

WIDTH: Final = 100
