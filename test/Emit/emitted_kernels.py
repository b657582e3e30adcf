"""Prints the kernel sources of design folders: emitted_kernels.py OUT..."""

import glob
import sys

for design in sys.argv[1:]:
    for path in sorted(glob.glob(f"{design}/hls/*.cpp")):
        if not path.endswith("_testbench.cpp"):
            print(path)
