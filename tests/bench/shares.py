"""shares.py - which part of the program costs how much of a request.

A part is where instructions run, not on whose behalf: the look-up of an API key
is in LMDB's part as is that of events, and what all ask of libc is in libc's.
The kernel, and so reading and writing, is not counted.
"""
import re

import report

REQUESTS = ("page of 10", "page of 100", "page of 10, repeated")
# The first that a place matches is its part.
PARTS = tuple((title, re.compile(places)) for title, places in (
    ("memory of what was asked before",
     r"api/repeats\.|libsodium.*:crypto_shorthash_siphashx24"),
    ("FastCGI records and connections", r"responder/|libfcgi"),
    ("request and query", r"api/(request|query|list_events_query|route|"
                          r"method|accept|exchange)\.|base/text\."),
    ("API key: digest, record, limits, and the request's id",
     r"libsodium|api/(authorize|admission)\.|shared/|model/(api_key|tag|"
     r"random_id|organization|sodium_ready)\.|store/(api_key|organization|"
     r"fields)"),
    ("LMDB and transactions",
     r"liblmdb|store/(txn|lmdb_error|live_store)\."),
    ("checksums", r"libxxhash|store/sealed\."),
    ("blocks, scan and merge", r"store/|model/(filter|cursor)\."),
    ("access log", r"api/access_log\."),
    ("answer", r"api/|base/buffer\."),
    ("libc, called by all of these", r"libc\.|ld-linux|pthread"),
))
OTHER = "other"


def part_of(place):
    """Of a source file or library, with the function behind a colon."""
    return next((title for title, places in PARTS if places.match(place)),
                OTHER)


def show(costs_of):
    """Costs by place and function, of each request."""
    columns = []
    for costs in costs_of.values():
        column = {}
        for place, cost in costs.items():
            part = part_of(":".join(place))
            column[part] = column.get(part, 0) + cost
        columns.append(column)
    totals = [sum(column.values()) for column in columns]
    titles = sorted((*(title for title, _ in PARTS), OTHER), key=lambda
                    title: -columns[0].get(title, 0))
    report.table(
        ["part", *costs_of],
        [[title, *(f"{column.get(title, 0):,.0f} \u00b7 "
                   f"{100 * column.get(title, 0) / whole:.1f} %"
                   for column, whole in zip(columns, totals))]
         for title in titles] +
        [["all", *(f"{whole:,.0f}" for whole in totals)]])
