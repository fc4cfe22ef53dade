"""walk.py - follow the cursor to the end, as a client would."""
import json
import urllib.parse

import client

PAGES_MAX = 100_000


def page(port, key, target):
    """One page: its events, and the target of the next one or None."""
    response = client.ask(port, "GET", target, [("X-API-KEY", key)])
    if response.status != 200:
        raise AssertionError(f"{target}: {response.status} {response.body}")
    answer = json.loads(response.body)
    link = answer["_links"].get("next")
    if link is None:
        return answer["events"], None
    parts = urllib.parse.urlsplit(link["href"])
    return answer["events"], parts.path + "?" + parts.query


def walk(port, key, target):
    """Every event from a target to the end."""
    events = []
    for _ in range(PAGES_MAX):
        found, target = page(port, key, target)
        events += found
        if target is None:
            return events
    raise AssertionError("the walk has no end")


def behind(target, event):
    """The target of the page behind an event."""
    return (f"{target}&startAfter={event['stored_at']}"
            f"&startAfterId={event['id']}")


def order_faults(events):
    """What is wrong with the order of events that a walk gave."""
    places = [(event["stored_at"], event["id"]) for event in events]
    faults = []
    if len(set(places)) != len(places):
        faults.append("an event came twice")
    if places != sorted(places):
        faults.append("the events are not in order")
    return faults


def queue_event(name):
    """A line for `apitrail append` whose queue has this name."""
    return json.dumps({"type": "queue_added",
                       "queue": {"id": "queue", "name": name}}) + "\n"


def queue_names(events):
    return [event["queue"]["name"] for event in events]
