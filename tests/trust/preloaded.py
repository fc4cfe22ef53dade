"""preloaded.py - programs that run with a library of the tests before libc."""
import os
import sys
import tempfile

TOP = os.environ.get("top_srcdir") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
for folder in ("cli", "recorder", "responder", "servers"):
    sys.path.append(os.path.join(TOP, "tests", folder))

import recording  # noqa: E402  pylint: disable=wrong-import-position
from program import (  # noqa: E402  pylint: disable=wrong-import-position
    BUILD, Program)

MEMORY = "/dev/shm"
SEED = int(os.environ.get("SEED", "5"))


def library(name):
    """The path of a library that the tests' makefile builds."""
    return os.path.join(BUILD, "tests", "trust", name)


class Preloaded(Program):
    """A program whose calls the library sees; in memory, where that is."""

    def __init__(self, name, **variables):
        if os.access(MEMORY, os.W_OK):
            tempfile.tempdir = MEMORY
        super().__init__()
        tempfile.tempdir = None
        self.preload = library(name)
        self.variables = variables
        self.is_preloading = True

    def environment(self, **more):
        environment = super().environment(**more)
        if not self.is_preloading:
            return environment
        environment["ASAN_OPTIONS"] = ":".join(filter(None, (
            environment.get("ASAN_OPTIONS"), "verify_asan_link_order=0")))
        return {**environment, "LD_PRELOAD": self.preload, **self.variables}
