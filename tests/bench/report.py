"""report.py - say what was measured, and on what, as Markdown."""
import os
import platform
import statistics
import subprocess
import time

SYNCS = 200
PAGE_BYTES = 4096


def machine(folder, options):
    """What the numbers hold for."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.partition(":")[2].strip() for line in file
                  if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    nginx = subprocess.run(["nginx", "-v"], stderr=subprocess.PIPE,
                           check=True, text=True).stderr.strip()
    print(f"Measured on {time.strftime('%Y-%m-%d')} with "
          f"`make bench{' ' + options if options else ''}`:\n")
    print(f"- {len(models)} x {models[0] if models else 'unknown'}, "
          f"{memory / 2**30:.0f} GiB of memory")
    print(f"- {platform.system()} {platform.release()}, "
          f"{nginx.partition(': ')[2]} with two workers")
    print(f"- {file_system(folder)}, on which a synced write of "
          f"{PAGE_BYTES} bytes takes {sync_ms(folder):.2f} ms at the median")
    print("- clients, nginx, responder and recorder share these cores\n",
          flush=True)


def file_system(folder):
    done = subprocess.run(["stat", "-f", "-c", "%T", folder],
                          stdout=subprocess.PIPE, check=True, text=True)
    return done.stdout.strip()


def sync_ms(folder):
    path = os.path.join(folder, "synced")
    times = []
    with open(path, "wb", 0) as file:
        for _ in range(SYNCS):
            begin = time.monotonic()
            file.write(bytes(PAGE_BYTES))
            os.fdatasync(file.fileno())
            times.append(time.monotonic() - begin)
    os.unlink(path)
    return statistics.median(times) * 1000


def table(heads, rows):
    print("| " + " | ".join(heads) + " |")
    print("|" + "---|" * len(heads))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(flush=True)


def ms(microseconds):
    return f"{microseconds / 1000:.1f}"


def posts(runs, median):
    print("## POST /v1/events, one event each\n")
    table(["clients", "POSTs a second", "median ms", "p99 ms",
           "POSTs a commit"],
          [[str(clients), f"{median(some, 'rate'):,.0f}",
            ms(median(some, "median_us")), ms(median(some, "p99_us")),
            f"{median(some, 'commits'):.1f}"]
           for clients, some in runs.items()])
    one, many = (median(some, "rate") for some in runs.values())
    print(f"{max(runs)} clients record {many / one:.1f} times as much as "
          "one.\n", flush=True)


def waiters(found, median, rate, count):
    print("## Waiting for events\n")
    print(f"{count:,} clients wait for the same event, which one more posts."
          "\nTold is the time from the event's stored_at, before its commit"
          "\nbegins, until the whole of it is at a client.\n")
    table(["waiters", "median ms", "p99 ms", "last ms", "worst ms"],
          [[name, ms(median(found[kind], "median_us")),
            ms(median(found[kind], "p99_us")),
            ms(median(found[kind], "max_us")),
            ms(max(run["max_us"] for run in found[kind]))]
           for name, kind in (
               ("`wait`", "wait"), ("streams", "stream"),
               ("`wait`, beside pages", "wait beside pages"),
               ("streams, beside pages", "stream beside pages"))])
    print("Pages of 100 events for 8 clients without a pause, meanwhile:\n")
    alone = statistics.median(map(rate, found["pages alone"]))
    table(["pages", "a second", "of those alone", "p99 ms"],
          [[name, f"{statistics.median(map(rate, found[kind])):,.0f}",
            f"{statistics.median(map(rate, found[kind])) / alone:.2f}",
            ms(median(found[kind], "p99_us"))]
           for name, kind in (
               ("alone", "pages alone"),
               (f"beside {count:,} who wait", "pages beside waiters"),
               (f"beside {count:,} who get events", "pages beside news"))])


def memory(found, count):
    print("## Memory\n")
    table([f"of each of {count:,}", "bytes of the responder's memory"],
          [[name, f"{statistics.median(found[kind]):,.0f}"]
           for name, kind in (("`wait`", "wait"), ("stream", "stream"))])


def end(seconds):
    print(f"All of it took {seconds:.0f} seconds.")
