"""A board like the one in FILE, with BLOCKS block RAMs of 36 Kb on its first die and no other memory on the chip."""
import json
import sys

source, blocks, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
with open(source) as file:
    device = json.load(file)
for index, die in enumerate(device["dies"]):
    for resources in (die["exists"], die["available"]):
        resources["bram36"] = blocks if index == 0 else 0
        resources["uram"] = 0
with open(target, "w") as file:
    json.dump(device, file)
