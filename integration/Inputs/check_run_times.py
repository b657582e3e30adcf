"""Checks `streamtensor simulate --json` of one design: the largest run, then runs of 0, 1, 8, 9, 16 and 20 in tiles of 8."""
import json
import sys

largest, *runs = [json.load(open(path)) for path in sys.argv[1:]]
latency = [run["latency_cycles"] for run in runs]
assert all(run["finished"] for run in runs)
none, one, eight, nine, sixteen, twenty = latency
assert none < one == eight < nine == sixteen < twenty == largest["latency_cycles"], latency


def moved(run):
    """Tokens of all FIFOs that come and go with the rows of the input: the largest run has three tiles of them."""
    return {fifo["name"]: fifo["tokens"] for kernel in run["kernels"] for fifo in kernel["fifos"]}


whole = moved(largest)
for run, tiles in zip(runs, (0, 1, 1, 2, 2, 3)):
    tokens = moved(run)
    assert all(3 * tokens.get(name, 0) == tiles * count for name, count in whole.items() if "arg0" in name), tokens
    assert any("arg0" in name for name in whole)
