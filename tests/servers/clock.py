"""clock.py - run a program at another time of day.

Each function returns what goes before a command.  `library` is where
tests/preload/clock.c was built, or a copy of it.
"""


def moved(library, seconds):
    """The clock is this much later, or earlier."""
    return ("env", f"LD_PRELOAD={library}", f"TEST_CLOCK_MOVED_S={seconds}")


def stopped(library, second):
    """The clock stands still at this second since 1970."""
    return ("env", f"LD_PRELOAD={library}", f"TEST_CLOCK_STOPPED_S={second}")
