"""report.py - say what was measured, and on what, as Markdown."""
import os
import platform
import statistics
import subprocess
import time

SYNCS = 200
PAGE_BYTES = 4096


def machine(folder, arguments):
    """What the numbers hold for."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.partition(":")[2].strip() for line in file
                  if line.startswith("model name")]
    options = f" BENCH='{' '.join(arguments)}'" if arguments else ""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    nginx = subprocess.run(["nginx", "-v"], stderr=subprocess.PIPE,
                           check=True, text=True).stderr.strip()
    print(f"Measured on {time.strftime('%Y-%m-%d')} with "
          f"`make bench{options}`:\n")
    print(f"- {len(models)} x {models[0] if models else 'unknown'}, "
          f"{memory / 2**30:.0f} GiB of memory")
    print(f"- {platform.system()} {platform.release()}, "
          f"{nginx.partition(': ')[2]} with two workers, {wrk_version()}")
    print(f"- {file_system(folder)}, on which a synced write of "
          f"{PAGE_BYTES} bytes takes {sync_ms(folder):.2f} ms at the median")
    print("- clients, nginx, responder and recorder share these cores\n",
          flush=True)


def wrk_version():
    """It fails when it is asked."""
    done = subprocess.run(["wrk", "-v"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, text=True)
    return " ".join(done.stdout.split()[:2])


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


def spread(results, name, form, divisor=1):
    """The median of a measure, and the least and greatest of the rounds."""
    return told([value_of(result, name) / divisor for result in results],
                form)


def told(values, form):
    least, middle, most = (form.format(value) for value in (
        min(values), statistics.median(values), max(values)))
    return middle if least == most else f"{middle} ({least}..{most})"


def ratios(ours, theirs, name):
    """One for each round."""
    return [value_of(mine, name) / value_of(other, name)
            for mine, other in zip(ours, theirs)]


def value_of(result, name):
    return (result[name] if isinstance(result, dict)
            else getattr(result, name))


class Cell:
    """What was measured in rounds, against what is wanted of its median."""

    def __init__(self, values, is_at_least, bound, form="{:.2f}"):
        self.value = statistics.median(values)
        self.text = told(values, form)
        self.is_met = (self.value >= bound if is_at_least
                       else self.value <= bound)
        self.wanted = ("\u2265 " if is_at_least else "\u2264 ") + (
            f"{bound:,}" if bound >= 10_000 else str(bound))
        self.met = "yes" if self.is_met else "**no**"


class Missing:
    """What could not be measured here, and why."""
    wanted = met = "\u2013"

    def __init__(self, text):
        self.text = text


class Row:
    """A line of what is wanted, with a cell for pages of 10 and of 100
    events, or one for both."""

    def __init__(self, title, cells):
        self.title = title
        self.cells = cells

    def columns(self):
        texts = [cell.text for cell in self.cells]
        return [self.title, *texts, *[""] * (2 - len(texts)),
                self.joined("wanted"), self.joined("met")]

    def joined(self, name):
        texts = [getattr(cell, name) for cell in self.cells]
        return texts[0] if len(set(texts)) == 1 else "; ".join(texts)


def wanted(rows):
    print("## What is wanted\n")
    print("Medians of the rounds, and their spread; a ratio is computed in "
          "each round.\n")
    table(["ratio", "10 events", "100 events", "wanted", "met"],
          [row.columns() for row in rows])


def end(seconds):
    print(f"All of it took {seconds:.0f} seconds.")
