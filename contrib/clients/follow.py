#!/usr/bin/env python3
"""follow.py - print an organization's events as they come, one a line.

Usage: follow.py URL KEY_FILE CURSOR_FILE

URL is that of /v1/events.  CURSOR_FILE is made, and keeps the place: started
again, it goes on there.  Needs nothing but Python.
"""
import http.client
import json
import os
import pathlib
import sys
import time
import urllib.error
import urllib.request


def get(url, key):
    """One page and its gap, however long the server asks to be left alone."""
    while True:
        request = urllib.request.Request(url, headers={"X-API-KEY": key})
        why, pause = "no answer", 5
        try:
            with urllib.request.urlopen(request, timeout=90) as response:
                return json.load(response), response.headers["Apitrail-Gap"]
        except urllib.error.HTTPError as error:
            if error.code != 429 and error.code < 500:
                sys.exit(error.read().decode())
            pause = int(error.headers["Retry-After"] or 5)
            why = error.code
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = error
        print(f"follow.py: {why}, again in {pause} s", file=sys.stderr)
        time.sleep(pause)


def follow(url, key, cursor_file):
    cursor = cursor_file.read_text("ascii") if cursor_file.exists() else ""
    target = f"{url}?wait=30{cursor and '&' + cursor}"
    while True:
        page, gap = get(target, key)
        if gap:
            print(f"follow.py: events before {gap} are gone", file=sys.stderr)
        for event in page["events"]:
            print(json.dumps(event, ensure_ascii=False), flush=True)
        if page["events"]:
            # Only what was printed is passed; the file is whole any moment.
            last = page["events"][-1]
            cursor = (f"startAfter={last['stored_at']}"
                      f"&startAfterId={last['id']}")
            cursor_file.with_suffix(".new").write_text(cursor, "ascii")
            os.replace(cursor_file.with_suffix(".new"), cursor_file)
        more = page["_links"].get("next")
        target = (more["href"] if more
                  else f"{url}?wait=30{cursor and '&' + cursor}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    follow(sys.argv[1], pathlib.Path(sys.argv[2]).read_text("ascii").strip(),
           pathlib.Path(sys.argv[3]))
