"""Asserts what a design.json says: its number of kernels, and its share of intermediate memory.

A tensor that passes from one kernel to another is the only intermediate that touches external memory, so a design of one
kernel has none there."""
import argparse
import json
import sys

parser = argparse.ArgumentParser()
parser.add_argument("design")
parser.add_argument("--kernels", type=int)
parser.add_argument("--max-intermediate", type=float)
arguments = parser.parse_args()

with open(arguments.design) as file:
    design = json.load(file)
memory = design["intermediate_memory"]
print(f"{len(design['kernels'])} kernel(s), intermediate memory {memory['held_bytes']} of {memory['tensor_bytes']} bytes")
if arguments.kernels is not None and len(design["kernels"]) != arguments.kernels:
    sys.exit(f"expected {arguments.kernels} kernel(s)")
if arguments.max_intermediate is not None and not 0 < memory["ratio"] <= arguments.max_intermediate:
    sys.exit(f"intermediate memory is {memory['ratio']:.1%}, the limit is {arguments.max_intermediate:.1%}")
