#!/usr/bin/env python3
"""test_prometheus.py - /metrics is as Prometheus wants it, and in use.

promtool checks the names and types that programs at work show, and the rules
of contrib.  Whatever rules and dashboard ask for is there, and the manual
tells of each metric.
"""
import sys

sys.dont_write_bytecode = True

import json
import os
import re
import shutil
import subprocess
import time

import fastcgi
import fixture
import recorders
import responders
import tap

CONTRIB = os.path.join(fixture.TOP, "contrib")
RULES = os.path.join(CONTRIB, "prometheus", "apitrail.rules.yml")
RULE_TESTS = os.path.join(CONTRIB, "prometheus", "apitrail.test.yml")
DASHBOARD = os.path.join(CONTRIB, "grafana", "apitrail.json")
MANUAL = os.path.join(fixture.TOP, "man", "apitrail-http.7")
NAME = re.compile(r"\bapitrail_[a-z0-9_]+")
SECONDS = 15
EVENT = b'{"type":"queue_added"}'


def ask(responder, params, body=b""):
    """Head and body of an answer."""
    connection = fastcgi.Connection(responder.path)
    connection.send(params, body)
    answer = connection.receive()
    connection.close()
    head, _, content = answer.partition(b"\r\n\r\n")
    return head.decode(), content


def metrics(responder):
    params = fastcgi.get_params("/metrics", "")
    head, body = ask(responder, params)
    if not head.startswith("Status: 200 "):
        raise RuntimeError(head)
    return body.decode()


def value(text, series):
    found = re.search("^" + re.escape(series) + r" (\S+)$", text, re.M)
    return float(found[1]) if found else None


def wait_for(responder, series, wanted):
    """What the series is once it is that, or after a time."""
    deadline = time.monotonic() + SECONDS
    while True:
        found = value(metrics(responder), series)
        if found == wanted or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def promtool(results, name, *arguments, data=None, cwd=None):
    if not shutil.which("promtool"):
        results.skip(name, "promtool is not installed")
        return
    done = subprocess.run(["promtool", *arguments], input=data, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          encoding="utf-8", cwd=cwd, timeout=60)
    # What it only advises against counts as well: it prints it.
    is_good = done.returncode == 0 and (data is None or not done.stdout)
    results.expect(name, is_good, done.stdout)


def names_of(text):
    """Those of the metrics themselves, from their types."""
    return set(re.findall(r"^# TYPE (\S+)", text, re.M))


def series_names(text):
    return set(re.findall(r"^(apitrail_[a-z0-9_]+)", text, re.M))


def at_work(results):
    """The programs at work: all that can be counted is."""
    STORE.add_organization("acme")
    STORE.add_key("writer", "acme", "--scope", "events:write")
    with responders.Responder(STORE) as responder:
        before = metrics(responder)
        results.expect("without a recorder it is not up, and none is missed",
                       value(before, "apitrail_recorder_up") == 0 and
                       value(before, "apitrail_recorder_last_seen_timestamp"
                             "_seconds") == 0)
        with recorders.Recorder(STORE):
            statuses = [ask(responder, fastcgi.post_params(
                "/v1/events", STORE.keys["writer"],
                CONTENT_LENGTH=str(len(EVENT))), EVENT)[0][8:11]
                for _ in range(3)]
            results.expect("events are recorded", statuses == ["201"] * 3,
                           str(statuses))
            results.expect("a recorder that runs is up",
                           wait_for(responder, "apitrail_recorder_up",
                                    1) == 1)
            results.expect("the responder is counted",
                           wait_for(responder, "apitrail_responders",
                                    1) == 1)
            text = metrics(responder)
        recorded = value(text, "apitrail_events_recorded_total")
        results.expect("the recorder's commits are seen by the responder",
                       recorded - value(
                           before, "apitrail_events_recorded_total") == 3)
        results.expect("so are requests by route, method and status",
                       value(text, 'apitrail_http_requests_total{route='
                             '"/events",method="POST",status="201"}') == 3)
        STORE.cli("append", "--org", "acme", data=EVENT + b"\n")
        results.expect("what the command line records is counted as well",
                       value(metrics(responder),
                             "apitrail_events_recorded_total") ==
                       recorded + 1)
        return text


def it_is_well_formed(results):
    text = at_work(results)
    promtool(results, "promtool has nothing against it", "check", "metrics",
             data=text)
    promtool(results, "promtool has nothing against the rules", "check",
             "rules", RULES)
    promtool(results, "the rules say what they should", "test", "rules",
             os.path.basename(RULE_TESTS), cwd=os.path.dirname(RULE_TESTS))
    what_is_asked_for_is_there(results, text)
    the_manual_tells_of_each(results, text)


def what_is_asked_for_is_there(results, text):
    known = series_names(text) | cluster_names()
    with open(RULES, encoding="utf-8") as file:
        asked = set(NAME.findall(file.read()))
    results.expect("the rules ask for what there is", asked <= known,
                   str(asked - known))
    with open(DASHBOARD, encoding="utf-8") as file:
        panels = json.load(file)["panels"]
    asked = {name for panel in panels for target in panel["targets"]
             for name in NAME.findall(target["expr"])}
    results.expect("the dashboard asks for what there is", asked <= known,
                   str(asked - known))
    results.expect("and for nearly all of it",
                   len(asked) > len(names_of(text)) / 2, str(asked))


def cluster_names():
    """Of machines that share a log, which this one does not."""
    path = os.path.join(fixture.TOP, "src", "shared", "meter_rows.c")
    with open(path, encoding="utf-8") as file:
        return set(re.findall(r'"(apitrail_cluster_\w+)"', file.read()))


def the_manual_tells_of_each(results, text):
    with open(MANUAL, encoding="utf-8") as file:
        told = set(re.findall(r"^\.It Li (apitrail_\w+)", file.read(), re.M))
    known = names_of(text) | cluster_names()
    results.expect("the manual tells of each metric, and of no other",
                   told == known, str(told ^ known))
    results.expect("a machine of its own shows nothing of a cluster",
                   not names_of(text) & cluster_names(), text)


with fixture.Fixture() as STORE:
    tap.run([it_is_well_formed])
