"""Every figure of the dashboard, one benchmark after the other: no hand is needed. About 25 minutes.

Usage: python -m tests.bench.table [what tests.bench.screen takes]
"""

import subprocess
import sys

BENCHMARKS = ("screen", "pause", "pause_line", "stalled")


def main() -> None:
    for name in BENCHMARKS:
        print(f"# {name}", flush=True)
        options = sys.argv[1:] if name == "screen" else []
        subprocess.run([sys.executable, "-m", f"tests.bench.{name}", *options], check=True)


if __name__ == "__main__":
    main()
