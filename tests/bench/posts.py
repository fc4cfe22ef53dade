"""posts.py - POST of one event each, by one client and by many."""
import load
import recorders
import report

CLIENTS = (1, 64)
RATE_BOUND, COMMIT_BOUND = 8, 10


def measure(store, plan):
    """One client and 64 take turns, each with a recorder of its own, which
    tells at its end how many requests it put into how many commits."""
    runs = {clients: [] for clients in CLIENTS}
    for _ in range(plan.few_rounds):
        for clients in CLIENTS:
            with recorders.Recorder(store) as recorder, \
                    load.Door(store) as door:
                result = load.run_rate(door, clients,
                                       load.post_request(door),
                                       plan.seconds)
            counts = recorder.counts()
            result["rate"] = load.rate(result)
            result["commits"] = counts["recorded"] / counts["commits"]
            runs[clients].append(result)
    return runs


def bench(store, plan):
    load.add_writer(store)
    runs = measure(store, plan)
    print("## POST /v1/events, one event each\n")
    report.table(["clients", "POSTs a second", "median ms", "p99 ms",
                  "POSTs a commit"],
                 [[str(clients), report.spread(some, "rate", "{:,.0f}"),
                   report.spread(some, "median_us", "{:.2f}", 1000),
                   report.spread(some, "p99_us", "{:.2f}", 1000),
                   report.spread(some, "commits", "{:.1f}")]
                  for clients, some in runs.items()])
    one, many = runs[min(CLIENTS)], runs[max(CLIENTS)]
    title = "POST, 64 clients through nginx"
    return [
        report.Row(f"{title}: POSTs a commit", [report.Cell(
            [run["commits"] for run in many], True, COMMIT_BOUND,
            "{:.1f}")]),
        report.Row(f"{title}: rate / rate of one client", [report.Cell(
            report.ratios(many, one, "rate"), True, RATE_BOUND,
            "{:.1f}")])]
