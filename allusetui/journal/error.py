"""Why a journal can't be used: one line each, to show as it is."""

from typing import Final

CURE: Final = "allowed: the version of allusetui that wrote it, or another --session"
"""What can be done about a journal that this program can't go on with. Nothing of it has changed."""
CURE_OF_DAMAGE: Final = "allowed: a copy of the folder from before, or another --session"
"""The same of what a disk, or a hand, has spoilt."""


class JournalError(Exception):
    """The record is damaged or not ours; nothing may be decided on it."""


class SessionInUse(Exception):
    """Another process holds the session folder."""
