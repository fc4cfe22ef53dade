#!/usr/bin/env python3
"""test_sbom.py - what make sbom tells is what is linked; prints TAP."""
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "servers"))
from tap import Tap

SOURCE = pathlib.Path(os.environ.get("top_srcdir", "."))
BUILD = pathlib.Path(os.environ.get("top_builddir", "."))
PROGRAMS = [str(BUILD / name) for name in ("apitrail", "apitrail.fcgi")]
SECONDS_MAX = 60


def run(*command):
    return subprocess.run(
        command, check=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, timeout=SECONDS_MAX, encoding="utf-8").stdout


def needed():
    """What the programs themselves say that they need."""
    return {name for program in PROGRAMS for name in re.findall(
        r"\(NEEDED\).*\[(.*)\]", run("readelf", "-d", program))}


def main():
    tap = Tap()
    bill = json.loads(run(str(SOURCE / "contrib/sbom"), "1.2.3", *PROGRAMS))
    parts = {part["name"]: part for part in bill["components"]}
    tap.expect("it is CycloneDX of this version",
               bill["bomFormat"] == "CycloneDX" and
               bill["specVersion"] == "1.5" and
               bill["metadata"]["component"]["version"] == "1.2.3")
    tap.result("each library that is linked is named",
               [f"{name} is missing" for name in sorted(needed() - set(parts))]
               + ([] if needed() else ["readelf names none"]))
    tap.result("each has a version, a hash and a type", [
        f"{name}: {part}" for name, part in parts.items()
        if not re.match(r"\d", part.get("version", "")) or
        not re.fullmatch(r"[0-9a-f]{64}", part["hashes"][0]["content"]) or
        part["type"] != "library"])
    refused = subprocess.run(
        [str(SOURCE / "contrib/sbom"), "1.2.3", "/dev/null"], check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, timeout=SECONDS_MAX)
    tap.expect("what is no program is refused",
               refused.returncode == 1 and refused.stdout == b"")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
