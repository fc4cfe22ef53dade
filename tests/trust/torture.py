"""torture.py - what the trials of this folder share: sizes, seed, figures.

A trial is small by itself and large by its environment: MUTATIONS=10000.
"""
import contextlib
import os
import sys

TOP = os.environ.get("top_srcdir") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.append(os.path.join(TOP, "tests", "servers"))


def size(name, small):
    """A number of the environment, or how small the trial is without it."""
    return int(os.environ.get(name, small))


SEED = size("SEED", 1)


def is_sanitized(program):
    """Whether it was built with AddressSanitizer, whose memory grows."""
    with open(program, "rb") as file:
        return b"__asan_init" in file.read()


def memory_bytes(program):
    """Of the processes that run it, the largest one's."""
    largest = 0
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/{name}/exe") != program:
                continue
            with open(f"/proc/{name}/statm", encoding="ascii") as file:
                fields = file.read().split()
            # The pages of the store are nobody's alone.
            pages = int(fields[1]) - int(fields[2])
            largest = max(largest, pages * os.sysconf("SC_PAGE_SIZE"))
    return largest


def run(tests, row, target):
    """Runs functions that take a Tap, and prints a row of a table last: what
    row() says, and how to have the same again."""
    import tap  # pylint: disable=import-outside-toplevel
    try:
        tap.run(tests)
    finally:
        print(f"| {' | '.join(row())} | `make {target} SEED={SEED}` |",
              flush=True)


def quantile(values, share):
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
