#!/usr/bin/env python3
"""test_page.py - the viewer, in Chromium and behind each web server."""
import json
import pathlib
import re
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "servers"))

import doors
import fixture
import modules
import picture
import recorders
import responders
import tap

DAY_MS = 24 * 3600 * 1000
HOUR_MS = 3600 * 1000
DEMO_PER_HOUR = 30
NAMES = ("<img src=x onerror=alert(1)>", "<script>alert(2)</script>",
         "שלום עולם", "مرحبا (بالعالم)", "e\u0301\u0302\u0303\u0304\u0305",
         "\u0301begins with an accent", "abc\u202edef",
         "\"';--\u200bzero width", "&lt;b&gt;", "👩‍👩‍👧‍👦")
CSP = ("default-src 'none'", "script-src 'self'", "style-src 'self'",
       "connect-src 'self'", "base-uri 'none'", "form-action 'none'",
       "frame-ancestors 'none'")
SERVERS = ("nginx", "lighttpd", "lighttpd-spawned", "apache-fcgid",
           "apache-proxy")


def statuses():
    """Those that the API's errors have."""
    source = pathlib.Path(fixture.TOP, "src", "api", "problem.c")
    return sorted({int(status) for status in re.findall(
        r"= \{ (\d+), \"", source.read_text(encoding="utf-8"))} - {200})


def fill(store):
    for name in ("demo", "live", "busy", "empty", "names", "unpaid",
                 "locked", "polled", "shortlived"):
        store.add_organization(name)
        KEY_IDS[name] = store.add_key(name, name, "--scope", "events:write")
    store.change("org", "set", "unpaid", "--status", "unpaid")
    store.change("org", "set", "locked", "--status", "locked")
    store.add_key("idle", "demo", "--scope", "none")
    store.add_key("rated", "demo", "--rate", "2")
    store.change("key", "revoke", store.add_key("revoked", "demo"))
    now_ms = int(time.time() * 1000)
    store.cli("import", "--org", "demo", data=picture.demo_events(
        7, now_ms - DAY_MS + HOUR_MS, now_ms - HOUR_MS, DEMO_PER_HOUR))
    for organization, names in (("names", NAMES), ("live", ("first",)),
                                ("busy", ("first",)),
                                ("polled", ("first",)),
                                ("shortlived", ("first",))):
        append(store, organization, names)


def append(store, organization, names):
    lines = "".join(
        json.dumps({"type": "queue_added", "queue": {"id": "q", "name": name},
                    "metadata": {"note": name}}, ensure_ascii=False) + "\n"
        for name in names)
    store.cli("append", "--org", organization, data=lines.encode())


def services(store, door):
    def stop_responder():
        door.responder.stop()

    def start_responder(settings=None):
        door.responder = responders.Responder(store, "listen",
                                              **(settings or {}))

    return {
        "stop_responder": stop_responder,
        "start_responder": start_responder,
        "append": lambda organization, names: append(
            store, organization, names),
        "revoke": lambda name: store.cli("key", "revoke", KEY_IDS[name]),
    }


def the_page_works(results):
    reason = modules.missing(modules.BROWSER, "nginx", "curl")
    if reason:
        results.skip("the page in a browser", reason)
        return
    with doors.DOORS["nginx"](STORE) as door:
        modules.run(results, "page.mjs", {
            "origin": door.origin, "keys": STORE.keys, "names": NAMES,
            "statuses": statuses(), "browser": modules.BROWSER_PATH,
        }, services(STORE, door))
    picture.a_picture_is_taken(results)


def every_web_server_has_it(results):
    for name in SERVERS:
        if doors.DOORS[name].missing():
            results.skip(name, f"{doors.DOORS[name].missing()} is missing")
            continue
        with doors.DOORS[name](STORE) as door:
            results.result(f"{name}: the page comes, with its policy",
                           page_faults(door))


def page_faults(door):
    faults = []
    for path, kind in (("/viewer/", "text/html"),
                       ("/viewer/page.js", "text/javascript"),
                       ("/viewer/style.css", "text/css"),
                       ("/viewer/icon.svg", "image/svg+xml"),
                       ("/viewer/reference/", "text/html"),
                       ("/viewer/reference/openapi.yaml",
                        "application/yaml")):
        answer = door.ask("GET", path, [])
        policy = answer.field("Content-Security-Policy") or ""
        if answer.status != 200 or not (
                answer.field("Content-Type") or "").startswith(kind):
            faults.append(f"{path}: {answer.status} {answer.fields}")
        faults += [f"{path}: there is no {part} in \"{policy}\""
                   for part in CSP if part not in policy.split("; ")]
        if "unsafe" in policy:
            faults.append(f"{path}: {policy}")
        if answer.field("X-Content-Type-Options") != "nosniff":
            faults.append(f"{path}: {answer.fields}")
    root = door.ask("GET", "/", [])
    if root.status != 302 or not (root.field("Location") or "").endswith(
            "/viewer/"):
        faults.append(f"/: {root.status} {root.fields}")
    if door.ask("GET", "/v1/events", []).status != 401:
        faults.append("the API is not where it was")
    return faults


def the_page_names_no_host(results):
    """Not even one that nothing is asked of."""
    faults = []
    for path in sorted(pathlib.Path(fixture.TOP, "www").rglob("*.*")):
        for address in re.findall(r"\w+://[^\s\"'`)]+",
                                  path.read_text(encoding="utf-8")):
            if address != "http://www.w3.org/2000/svg":
                faults.append(f"{path.name}: {address}")
    results.result("no file of the page names a host", faults)


KEY_IDS = {}
with fixture.Fixture() as STORE, recorders.Recorder(STORE):
    fill(STORE)
    tap.run([the_page_works, every_web_server_has_it, the_page_names_no_host])
