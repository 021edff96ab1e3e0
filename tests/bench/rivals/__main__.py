"""The yardstick's ten years in four engines, one after the other: CPU seconds, peak memory, what each leaves out.

The others run in an environment of their own, whose interpreter is given:
`python -m venv OTHERS && OTHERS/bin/pip install backtrader bt nautilus_trader scipy`, then
`python -m tests.bench.rivals --python OTHERS/bin/python [--years 10]`.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SHARED = os.environ.get("ALLUSETUI_SHARED", str(HERE.parents[3] / "shared"))
LEFT_OUT = {
    "limit_loop": "orders, journal, law: all",
    "bt": "contracts, orders, assignment, fees: made outside as one price series a symbol; weekly weights are bt's",
    "backtrader": "options (premium is added cash), strikes chosen outside; it fills the shares of an assignment",
    "nautilus_trader": "strikes (chosen before), marks between, expiry (bought back at its worth); it fills orders",
    "allusetui": "nothing: full law, 5-minute looks, three sleeves and forks, journal, taxes",
}


def last_line(command: list[str]) -> dict[str, object]:
    """What a program's last line says; its own complaints go where ours go."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    shown: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", required=True, help="the interpreter that has the other engines")
    parser.add_argument("--years", type=int, default=10)
    args = parser.parse_args()
    ours = last_line([sys.executable, "-m", "tests.bench.backtest", "--years", str(args.years)])
    least = float(str(ours["yardstick_s"]))
    rows = [{"engine": "limit_loop", "seconds": least, "peak_mb": "", "trades": ""}]
    for name in ("bt", "backtrader", "nautilus"):
        rows.append(last_line([args.python, str(HERE / f"by_{name}.py"), SHARED, str(args.years)]))
    rows.append(
        {"engine": "allusetui", "seconds": ours["engine_s"], **{key: ours[key] for key in ("peak_mb", "trades")}}
    )
    print(f"{args.years} years, nine symbols, CPU seconds\n")
    print(f"{'engine':<24}{'s':>9}{'ratio':>8}{'MB':>6}{'trades':>8}  leaves out")
    for row in rows:
        seconds = float(str(row["seconds"]))
        told = LEFT_OUT[str(row["engine"]).split()[0]]
        ratio = seconds / least
        print(f"{row['engine']!s:<24}{seconds:>9.2f}{ratio:>8.1f}{row['peak_mb']!s:>6}{row['trades']!s:>8}  {told}")


if __name__ == "__main__":
    main()
