"""intake.py - `append` of NDJSON against PostgreSQL's COPY, in turns."""
import contextlib
import os
import subprocess
import time

import fixture
import postgres
import programs
import report

RATE_BOUND, RATIO_BOUND = 250_000, 1
# By the type's first word.
CATEGORIES = {b"api": b"0", b"listener": b"1", b"message": b"2",
              b"queue": b"3"}

TABLE = """
CREATE TABLE events (
	organization integer NOT NULL,
	category smallint NOT NULL,
	stored_at bigint NOT NULL,
	id text COLLATE "C" NOT NULL,
	json text NOT NULL,
	PRIMARY KEY (organization, category, stored_at, id));
"""


def write_lines(fixed, count):
    path = os.path.join(fixed.run, "lines")
    with open(path, "wb") as file:
        subprocess.run([programs.path_of("generate"), str(count), "3"],
                       stdout=file, check=True)
    os.chmod(path, 0o644)
    return path


def append(fixed, path, retention):
    """Seconds that it takes.  Its own events must not be past the retention
    before it ends: they would leave at once."""
    begin = time.monotonic()
    fixed.cli("append", "--org", "bench", path, APITRAIL_RETENTION=retention)
    seconds = time.monotonic() - begin
    if retention.endswith("s") and seconds > float(retention[:-1]):
        raise RuntimeError(f"append took {seconds:.1f} s, longer than the "
                           f"retention of {retention}")
    return seconds


def write_rows(fixed, path, count):
    """The same events as the table has them, for COPY."""
    events = fixed.cli("events", "--org", "bench", "--ndjson")
    with open(path, "wb") as file:
        for line in events.encode().splitlines():
            word = line.partition(b'"type":"')[2].partition(b"_")[0]
            file.write(b"\t".join((
                b"1", CATEGORIES[word],
                line.partition(b'"stored_at":')[2][:13],
                line[len(b'{"id":"'):][:21], line)) + b"\n")
            count -= 1
    if count != 0:
        raise RuntimeError(f"{count} events are missing")


def copy(cluster, path):
    begin = time.monotonic()
    cluster.query(f"COPY events FROM '{path}'")
    seconds = time.monotonic() - begin
    # The next round finds what this one found.
    cluster.query("TRUNCATE events")
    cluster.query("CHECKPOINT")
    return seconds


def measure(plan):
    """Events a second of each round, and what the other one is."""
    found = {"append": [], "copy": []}
    count = plan.intake_events
    other = None
    with contextlib.ExitStack() as stack:
        fixed = stack.enter_context(fixture.Fixture())
        fixed.add_organization("bench")
        lines = write_lines(fixed, count)
        append(fixed, lines, "24h")
        ended = time.monotonic()
        cluster = None
        if postgres.programs_folder() is not None:
            rows = fixed.path("rows")
            write_rows(fixed, rows, count)
            cluster = stack.enter_context(postgres.Cluster(fixed.folder))
            cluster.query(TABLE)
            other = cluster.version()
            rows = cluster.take(rows)
        for _ in range(plan.few_rounds):
            # All that was appended before leaves meanwhile.
            time.sleep(max(0, ended + plan.intake_seconds -
                           time.monotonic()))
            found["append"].append(count / append(
                fixed, lines, f"{plan.intake_seconds}s"))
            ended = time.monotonic()
            if cluster is not None:
                found["copy"].append(count / copy(cluster, rows))
    return found, other


def bench(_, plan):
    found, other = measure(plan)
    print(f"## Taking in {plan.intake_events:,} events from a file\n")
    told = [["`apitrail append`, as many old events leave",
             report.told(found["append"], "{:,.0f}")]]
    title = "`append` of NDJSON with validation, batches, fsync and pruning"
    rate = report.Row(f"{title}, events a second", [report.Cell(
        found["append"], True, RATE_BOUND, "{:,.0f}")])
    if other is None:
        ratio = report.Missing("PostgreSQL is missing")
    else:
        told.append([f"{other}, `COPY`",
                     report.told(found["copy"], "{:,.0f}")])
        ratio = report.Cell([mine / theirs for mine, theirs in zip(
            found["append"], found["copy"])], True, RATIO_BOUND)
    report.table(["", "events a second"], told)
    return [rate, report.Row(
        f"`append` / {other or 'PostgreSQL'} `COPY` of the same rows into a "
        "table with the same indexes", [ratio])]
