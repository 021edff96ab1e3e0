"""The plain program on a shared clock: `python -m tests.torture.clocked START_MS BASE_S run|gateway …`.

It is START_MS at the market when the machine's monotonic clock shows BASE_S, in every process that is started so: a
Sunday's session trades on a Thursday, and what two processes write down can be compared to the millisecond.
"""

import sys
import time

from allusetui import cli
from allusetui.cli import gateway, session


def main() -> None:
    start_ms, base_s = int(sys.argv[1]), float(sys.argv[2])
    del sys.argv[1:3]
    base_ns, firsts = round(base_s * 1e9), iter([base_s])
    session.time_ns = lambda: start_ms * 1_000_000 + time.monotonic_ns() - base_ns
    # A gateway's market begins at its first look at the clock.
    gateway.monotonic = lambda: next(firsts, None) or time.monotonic()
    cli.main()


if __name__ == "__main__":
    main()
