"""The whole program on a clock that only jumps: real weeks of it in seconds, the same each time."""
