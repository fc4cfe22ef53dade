"""modules.py - run a test in Node, which asks for what only we can do."""
import json
import os
import shutil
import subprocess

from fixture import BUILD, TOP

MODULES = os.path.join(BUILD, "tests", "page", "modules")
# Chromium without windows takes half the time of one that has them.
BROWSERS = ("chromium-headless-shell", "chromium")
BROWSER = next((name for name in BROWSERS if shutil.which(name)), BROWSERS[0])
BROWSER_PATH = shutil.which(BROWSER)
NODE_SECONDS = 480


def missing(*programs):
    """What is needed and not there, or None."""
    for program in ("node", *programs):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if not os.path.isdir(os.path.join(MODULES, "node_modules")):
        return "make page-modules was not run"
    return None


def command(script, *arguments):
    return ["timeout", str(NODE_SECONDS), "node",
            os.path.join(TOP, "tests", "page", script), *arguments]


def environment(**more):
    return {**os.environ, "APITRAIL_MODULES": MODULES, **more}


def run(results, script, setup, services):
    """Runs a script that prints a line of JSON for each result, and for each
    request to one of our services, to which it gets a line back."""
    with subprocess.Popen(
            command(script, json.dumps(setup)), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, encoding="utf-8",
            env=environment()) as node:
        for line in node.stdout:
            said = json.loads(line)
            if "ask" in said:
                answer = services[said["ask"]](*said["arguments"])
                node.stdin.write(json.dumps(answer) + "\n")
                node.stdin.flush()
            else:
                results.result(said["test"], said["faults"])
    results.expect(f"{script} came to its end", node.returncode == 0,
                   f"exit {node.returncode}")
