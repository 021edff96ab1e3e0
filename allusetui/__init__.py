"""ALL-USE: a deterministic, autonomous options-income engine."""

__version__ = "0.1.0"
