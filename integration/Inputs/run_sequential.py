"""Runs the sequential simulation of a design's kernel on zeros and tells how it ends.

usage: run_sequential.py DESIGN
"""

import glob
import os
import subprocess
import sys
import tempfile

folder = os.path.join(sys.argv[1], "hls")
(program,) = glob.glob(os.path.join(folder, "build", "*_sequential"))
# The usage names the operands. None is read before the region of tasks is entered, but files of the right size have to
# be there.
usage = subprocess.run([program], capture_output=True, text=True).stderr.split("usage:")[1].split()[1:]
header = open(os.path.join(folder, os.path.basename(program)[: -len("_sequential")] + ".h")).read()
with tempfile.TemporaryDirectory() as scratch:
    files = []
    for operand in usage:
        name = operand[: -len(".bin")]
        line = next(line for line in header.splitlines() if line.startswith(f"// {name}: "))
        elements = int(line.split(",")[1].split()[0])
        files.append(os.path.join(scratch, operand))
        # No element is wider than a token of 64 bytes; a file that is too long is as good.
        declared = next(line for line in header.splitlines() if line.strip().rstrip(",);").endswith("*" + name))
        bits = int(declared.split("ap_uint<")[1].split(">")[0]) if "ap_uint<" in declared else 32
        with open(files[-1], "wb") as out:
            out.write(bytes(elements * bits // 8))
    ended = subprocess.run([program, *files], capture_output=True, text=True)
print(ended.stderr, end="")
print("status", ended.returncode)
