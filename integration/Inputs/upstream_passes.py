"""Runs MLIR's own passes over the IR of every phase of a design, and compares what the results compute.

usage: upstream_passes.py DESIGN...

Effects are part of the dialect's semantics: whatever a pass may do to an operation that has none, a program computes
the same afterwards. A difference is reported with the first pass that makes it.
"""
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile

PASSES = ["--cse", "--canonicalize", "--loop-invariant-code-motion", "--sccp", "--symbol-dce", "--inline"]


# How the elements of a constant are written: struct format, and what they are drawn from.
DTYPES = {
    "f32": ("f", lambda: random.uniform(-0.5, 0.5)),
    "f64": ("d", lambda: random.uniform(-0.5, 0.5)),
    "f16": ("e", lambda: random.uniform(-0.5, 0.5)),
    "i1": ("?", lambda: random.random() < 0.5),
    "i8": ("b", lambda: random.randint(-9, 9)),
    "i16": ("h", lambda: random.randint(-9, 9)),
    "i32": ("i", lambda: random.randint(-9, 9)),
    "i64": ("q", lambda: random.randint(-9, 9)),
}
CONSTANT = re.compile(r'dense_resource<("[^"]*"|[\w.$-]+)> : tensor<((?:\d+x)*)([a-z]+\d+)>')


def with_constants(text):
    """`text` with the elements of large constants, which a design's IR leaves out; any will do."""
    random.seed(1)
    blobs = {}
    for name, shape, dtype in CONSTANT.findall(text):
        if name not in blobs:
            size = 1
            for extent in shape.split("x")[:-1]:
                size *= int(extent)
            form, draw = DTYPES[dtype]
            # Beyond a page of numbers they repeat: drawing millions takes longer than computing with them.
            page = [draw() for _ in range(min(size, 4099))]
            data = struct.pack(f"<{len(page)}{form}", *page)
            bytes_each = len(data) // len(page)
            data = (data * (size // len(page) + 1))[: size * bytes_each]
            blobs[name] = "0x" + struct.pack("<I", 8).hex() + data.hex()
    if not blobs:
        return text
    listed = ",\n".join(f'      {name}: "{blob}"' for name, blob in blobs.items())
    return f"{text}\n{{-#\n  dialect_resources: {{\n    builtin: {{\n{listed}\n    }}\n  }}\n#-}}\n"


def differs(phase, passes, scratch):
    """What goes wrong when `passes` run on the file `phase`; None when nothing does."""
    after = scratch / "after.mlir"
    optimized = subprocess.run(["streamtensor-opt", *passes, phase, "-o", after], capture_output=True, text=True)
    if optimized.returncode != 0:
        return optimized.stderr
    compared = subprocess.run(["st-reference-test", phase, "--compare", after], capture_output=True, text=True)
    return None if compared.returncode == 0 else compared.stdout + compared.stderr


def main():
    status = 0
    with tempfile.TemporaryDirectory() as folder:
        for design in sys.argv[1:]:
            phases = sorted(pathlib.Path(design).glob("ir/*.mlir"))
            if not phases:
                sys.exit(f"{design} has no IR")
            for file in phases:
                phase = pathlib.Path(folder) / file.name
                phase.write_text(with_constants(file.read_text()))
                error = differs(phase, PASSES * 2, pathlib.Path(folder))
                if error is None:
                    continue
                status = 1
                for single in PASSES:
                    alone = differs(phase, [single], pathlib.Path(folder))
                    if alone is not None:
                        print(f"{file}: {single} changes the program: {alone.strip()[:2000]}")
                        break
                else:
                    print(f"{file}: the passes change the program, but none of them alone: {error.strip()[:2000]}")
    sys.exit(status)


main()
