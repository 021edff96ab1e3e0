"""Why a journal can't be used: one line each, to show as it is."""


class JournalError(Exception):
    """The record is damaged or not ours; nothing may be decided on it."""


class SessionInUse(Exception):
    """Another process holds the session folder."""
