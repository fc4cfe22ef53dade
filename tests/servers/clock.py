"""clock.py - run a program at another time of day.

Each function returns what goes before a command.  `library` is where
tests/preload/clock.c was built, or a copy of it.
"""
import os
import struct


def moved(library, seconds):
    """The clock is this much later, or earlier."""
    return ("env", f"LD_PRELOAD={library}", f"TEST_CLOCK_MOVED_S={seconds}")


def stopped(library, second):
    """The clock stands still at this second since 1970."""
    return ("env", f"LD_PRELOAD={library}", f"TEST_CLOCK_STOPPED_S={second}")


def followed(library, path):
    """The clock is as much later as this file says, see set_file."""
    return ("env", f"LD_PRELOAD={library}", f"TEST_CLOCK_FILE={path}")


def set_file(path, seconds):
    """For those who follow it; in one write, as they may be reading."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
    os.pwrite(descriptor, struct.pack("=q", seconds), 0)
    os.close(descriptor)
