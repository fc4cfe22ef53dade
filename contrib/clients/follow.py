#!/usr/bin/env python3
"""follow.py - print an organization's events as they come, one a line.

Usage: follow.py URL KEY_FILE CURSOR_FILE

URL is that of /v1/events.  CURSOR_FILE is made, and keeps the place: started
again, it goes on there.  Needs nothing but Python.
"""
import http.client
import json
import pathlib
import sys
import time
import urllib.request

url, key_file, cursor_file = sys.argv[1:]
key = pathlib.Path(key_file).read_text("ascii").strip()
place = pathlib.Path(cursor_file)
cursor = place.read_text("ascii") if place.exists() else ""

while True:
    request = urllib.request.Request(f"{url}?wait=30&{cursor}",
                                     headers={"X-API-KEY": key})
    try:
        with urllib.request.urlopen(request, timeout=90) as answer:
            events = json.load(answer)["events"]
    except (OSError, http.client.HTTPException, ValueError) as error:
        status = getattr(error, "code", 0)
        if 400 <= status < 500 and status != 429:
            sys.exit(error.read().decode())
        pause = int(getattr(error, "headers", {}).get("Retry-After", 5))
        print(f"follow.py: {error}, again in {pause} s", file=sys.stderr)
        time.sleep(pause)
        continue
    if gap := answer.headers["Apitrail-Gap"]:
        print(f"follow.py: events before {gap} are gone", file=sys.stderr)
    for event in events:
        print(json.dumps(event, ensure_ascii=False), flush=True)
    if events:
        # Only what was printed is passed; the file is whole at any moment.
        cursor = "startAfter={stored_at}&startAfterId={id}".format(**events[-1])
        pathlib.Path(cursor_file + ".new").write_text(cursor, "ascii")
        pathlib.Path(cursor_file + ".new").replace(place)
