"""meters.py - what Linux counts of a process."""
import contextlib
import os


def cpu_ns(pids):
    """CPU time of all threads that these have now."""
    total = 0
    for pid in pids:
        for thread in os.listdir(f"/proc/{pid}/task"):
            path = f"/proc/{pid}/task/{thread}/schedstat"
            # A thread may end meanwhile.
            with contextlib.suppress(FileNotFoundError), \
                    open(path, encoding="ascii") as file:
                total += int(file.read().split()[0])
    return total


def faults(pid):
    """Page faults: those that the cache of files served, and those that
    waited for the disk."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[7]), int(fields[9])


def children(pid):
    path = f"/proc/{pid}/task/{pid}/children"
    with open(path, encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def private_bytes(pid):
    """Memory that is the process's alone, files that it maps among it."""
    return sum_of(pid, lambda name: name.startswith("Private_"))


def anonymous_bytes(pid):
    """Memory that is no cache of any file."""
    return sum_of(pid, lambda name: name == "Anonymous")


def sum_of(pid, is_wanted):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return sum(int(line.split()[1]) * 1024 for line in file
                   if is_wanted(line.partition(":")[0]))


def status_bytes(pid):
    """The same as anonymous_bytes, cheap enough to look all the time."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return sum(int(line.split()[1]) * 1024 for line in file
                   if line.startswith("RssAnon:"))
