"""Asserts what a report of `streamtensor simulate --json` says, against a design.json or another report."""
import argparse
import json
import sys

parser = argparse.ArgumentParser()
parser.add_argument("report")
parser.add_argument("--same-latency-as", metavar="DESIGN", help="a design.json")
parser.add_argument("--same-as", metavar="REPORT", help="another report, kernel by kernel")
parser.add_argument("--faster-than", metavar="REPORT")
parser.add_argument("--trace", help="what --trace wrote")
parser.add_argument("--sizing", action="store_true", help="no method deadlocks, and normal ones are as fast as unbounded FIFOs")
arguments = parser.parse_args()


def load(path):
    with open(path) as file:
        return json.load(file)


def expect(condition, message):
    if not condition:
        sys.exit(message)


report = load(arguments.report)
expect(report["finished"], "deadlock")
for kernel in report["kernels"]:
    for task in kernel["tasks"]:
        cycles = task["busy_cycles"] + task["starved_cycles"] + task["blocked_cycles"]
        expect(cycles <= kernel["latency_cycles"], f"{task['name']} lives longer than its kernel")
    for fifo in kernel["fifos"]:
        expect(fifo["high_water_tokens"] <= fifo["depth_tokens"], f"{fifo['name']} holds more than its depth")
    for memory in kernel["memories"]:
        expect(0 < memory["utilization"] <= 1, f"{memory['name']} is busy for longer than the kernel runs")
print(f"{report['latency_cycles']} cycles")
if arguments.same_latency_as:
    design = load(arguments.same_latency_as)
    expect([k["launch_cycles"] for k in design["kernels"]] == [k["latency_cycles"] for k in report["kernels"]],
           f"design.json says {design['kernels']}")
if arguments.same_as:
    for ours, theirs in zip(report["kernels"], load(arguments.same_as)["kernels"], strict=True):
        for key in ("tasks", "fifos", "memories", "latency_cycles", "interval_cycles", "events"):
            expect(ours[key] == theirs[key], f"{key} differ")
if arguments.faster_than:
    other = load(arguments.faster_than)
    expect(report["latency_cycles"] < other["latency_cycles"], f"the other takes {other['latency_cycles']}")
if arguments.trace:
    events = load(arguments.trace)["traceEvents"]
    names = {event["name"] for event in events}
    expect({"busy", "starved", "thread_name"} <= names, f"the trace only has {names}")
    expect(len(events) < 1000 * len(report["kernels"][0]["tasks"]), "the trace grows with the time simulated")
if arguments.sizing:
    for kernel in report["kernels"]:
        sizing = kernel["sizing"]
        for method in sizing["methods"]:
            expect(method["latency_cycles"] is not None, f"{method['method']} deadlocks")
            if method["method"] in ("path-lp-normal", "start-times-normal", "exact-curves", "smallest-found"):
                expect(method["latency_cycles"] <= sizing["unbounded_cycles"], f"{method['method']} is slower")
