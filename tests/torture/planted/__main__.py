"""`python -m tests.torture.planted [--seeds N] [--write] [name …]`: each plant, from seed 0 on until it is caught.

Prints of each its name, the invariant that it breaks, those that were told, the seed, how many seeds it took, and CPU
seconds. `--write` keeps the seeds for the tests. Exit code 1 where one is not caught.
"""

import argparse
import sys
from time import process_time

from tests.torture.planted.catching import caught, known, write
from tests.torture.planted.plants import PLANTS


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.torture.planted")
    parser.add_argument("--seeds", type=int, default=200, help="how many are tried at most (200)")
    parser.add_argument("--write", action="store_true", help="keep the seeds for the tests")
    parser.add_argument("names", nargs="*", metavar="name", help=f"one of: {', '.join(PLANTS)}")
    asked = parser.parse_args(words)
    if unknown := set(asked.names) - PLANTS.keys():
        parser.error(f"no such plant: {', '.join(sorted(unknown))}")
    missed, seeds = 0, known()
    for name in asked.names or PLANTS:
        plant, begun_s = PLANTS[name], process_time()
        found = next((each for seed in range(asked.seeds) if (each := caught(plant, seed)) is not None), None)
        spent = f"{process_time() - begun_s:.1f} s"
        if found is None:
            missed += 1
            print(f"{name}: breaks {plant.breaks}, NOT caught by {asked.seeds} seeds, {spent}", flush=True)
            continue
        seeds[name] = found.seed
        told = ", ".join(map(str, found.told))
        line = f"{name}: breaks {plant.breaks}, told {told}, seed {found.seed}, {found.seed + 1} seeds, {spent}"
        print(f"{line}\n    {found.line}", flush=True)
        if asked.write:
            write(seeds)
    print(f"{len(asked.names or PLANTS)} planted, {missed} not caught")
    return 1 if missed else 0


sys.exit(main(sys.argv[1:]))
