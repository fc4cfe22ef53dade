#!/usr/bin/env python3
"""test_units.py - systemd's own rating of the units that are shipped.

It looks at the file alone: nothing is installed, and systemd need not run.
"""
import os
import re
import shutil
import subprocess
import tempfile

TOP = os.environ.get("top_srcdir") or os.path.dirname(
    os.path.dirname(os.path.abspath(__file__)))
UNITS = os.path.join(TOP, "contrib", "systemd")
ANALYZE_SECONDS_MAX = 60
# systemd calls up to 2 safe, and most services have over 9.
EXPOSURE_MAX = 1.0
SERVICES = ("apitrail-recorder.service", "apitrail-responder.service")
# With a network it cannot be rated as well.
NETWORKED_EXPOSURE_MAX = 1.5


def networked_faults(_):
    """As if the drop-in for several machines were part of the unit."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, SERVICES[0])
        with open(path, "w", encoding="utf-8") as file:
            for name in (SERVICES[0], "nats.conf"):
                with open(os.path.join(UNITS, name),
                          encoding="utf-8") as part:
                    file.write(part.read())
        return rating_faults(path, NETWORKED_EXPOSURE_MAX)


def rating_faults(name, exposure_max=EXPOSURE_MAX):
    """What is wrong with a service's rating, or with reading it."""
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager",
         os.path.join(UNITS, name)], capture_output=True, check=False,
        text=True, timeout=ANALYZE_SECONDS_MAX,
        env={**os.environ, "LC_ALL": "C.UTF-8"})
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)",
                      done.stdout)
    if found is None:
        return [f"exit {done.returncode}: {done.stderr or done.stdout}"]
    faults = [line for line in done.stderr.splitlines()
              if "ignoring" in line]
    if float(found[1]) > exposure_max:
        faults += [f"{found[1]} is over {exposure_max}", done.stdout]
    return faults


def socket_faults(_):
    """Whoever may write to the socket may ask anything."""
    path = os.path.join(UNITS, "apitrail-responder.socket")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    return [f"{line} is missing" for line in ("SocketMode=0660",)
            if line not in text.splitlines()]


def main():
    tests = [(f"{name} is rated at most {EXPOSURE_MAX}", rating_faults, name)
             for name in SERVICES]
    tests.append((f"a recorder with a network at most "
                  f"{NETWORKED_EXPOSURE_MAX}", networked_faults, None))
    tests.append(("the socket is for its group alone", socket_faults, None))
    for number, (name, find_faults, argument) in enumerate(tests, 1):
        if find_faults is not socket_faults and \
                shutil.which("systemd-analyze") is None:
            print(f"ok {number} - {name} # SKIP no systemd-analyze here")
            continue
        faults = find_faults(argument)
        print(f"{'not ' if faults else ''}ok {number} - {name}")
        for fault in faults:
            for line in fault.splitlines():
                print("#   " + line)
    print(f"1..{len(tests)}")


if __name__ == "__main__":
    main()
