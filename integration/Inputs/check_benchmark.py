"""Checks the figures of benchmarks/run --json against each other."""
import json
import math
import sys

report = json.load(open(sys.argv[1]))
assert not report["failures"], report["failures"]
for result in report["results"]:
    name, gap = result["model"], result["gap"]
    assert gap >= 1 and math.isclose(math.prod(result["gap_factors"].values()), gap), (name, result["gap_factors"])
    assert all(value >= 1 for value in list(result["gap_factors"].values())[2:]), (name, result["gap_factors"])
    for time in result["time"]:
        assert all(cycles >= 0 for cycles in time["cycles_of_all_tasks"].values()), time
        slowest = time["slowest"]
        parts = [slowest[part + "_cycles"] for part in ("busy", "starved", "blocked", "after_its_end")]
        assert sum(parts) == time["latency_cycles"], time
    fifos = result["fifo_bits"]
    full, smallest = fifos["full-tensor"], fifos["smallest-found"]
    assert all(fifo["latency_cycles"] >= full["latency_cycles"] for fifo in fifos.values()), fifos
    assert smallest["bits"] < full["bits"] and smallest["latency_cycles"] == full["latency_cycles"], fifos
    assert fifos["given"]["latency_cycles"] == result["latency_cycles"], fifos
    converters = result["converter_bits"]
    assert converters["live"] <= converters["built"] <= converters["algorithm_1"], converters
    assert result["simulator"]["events"] > 0 and result["simulator"]["clocked_seconds"] >= 0
