"""tap.py - say in TAP what was tried and what came of it."""
import signal
import sys
import traceback

# A shell has ignored it for what it starts in the background, and programs
# would take that over.
signal.signal(signal.SIGINT, signal.default_int_handler)


class Tap:
    """The results of one test program, in the order they came."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def result(self, name, faults):
        """A test of this name, and what is wrong: a list of sentences."""
        self.count += 1
        if faults:
            self.failed += 1
        print(f"{'not ' if faults else ''}ok {self.count} - {name}")
        for fault in faults:
            for line in str(fault).splitlines():
                print("#   " + line)
        sys.stdout.flush()

    def attempt(self, name, find_faults, argument):
        """The same, where finding faults may itself fail."""
        try:
            faults = find_faults(argument)
        except Exception:  # pylint: disable=broad-except
            faults = [traceback.format_exc()]
        self.result(name, faults)

    def expect(self, name, is_true, fault=""):
        self.result(name, [] if is_true else [fault or "it is not so"])

    def skip(self, name, reason):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {reason}")

    def end(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


def run(tests):
    """Runs functions that take a Tap; an exception is a failed test."""
    tap = Tap()
    for test in tests:
        try:
            test(tap)
        except Exception:  # pylint: disable=broad-except
            tap.result(test.__name__.replace("_", " "),
                       [traceback.format_exc()])
    sys.exit(tap.end())
