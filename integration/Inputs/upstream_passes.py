"""Runs MLIR's own passes over programs, and compares what they compute before and after.

usage: upstream_passes.py DESIGN|FILE.mlir...

Of a design, the IR of every phase is checked; of a file, every function that the reference runs as it stands.

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


def run(command):
    return subprocess.run(command, capture_output=True, text=True)


def entries(file):
    """The functions of a program that the reference can run."""
    return re.findall(r"^ *func\.func @([\w.$-]+)", file.read_text(), re.MULTILINE)


DECLARED = re.compile(r"st\.sizes = \{([^}]*)\}")
SIZE = re.compile(r'"?([\w.$-]+)"? = #st\.size_range<(\d+) to (\d+)(?: by (\d+))?>')


def compare(before, after, function):
    """Runs a function of both files on the same inputs, one less than the largest of each size that it declares."""
    declared = " ".join(set(DECLARED.findall(before.read_text())))
    sizes = {name: max(int(least), int(most) - int(step or 1)) for name, least, most, step in SIZE.findall(declared)}
    return run(["st-reference-test", before, "--compare", after, "--entry", function,
                *(f"--size={name}={value}" for name, value in sizes.items())])


def differs(phase, functions, passes, scratch):
    """What goes wrong when `passes` run on the file `phase`; None when nothing does."""
    after = scratch / "after.mlir"
    optimized = run(["streamtensor-opt", *passes, phase, "-o", after])
    if optimized.returncode != 0:
        return optimized.stderr
    for function in functions:
        compared = compare(phase, after, function)
        if compared.returncode != 0:
            return compared.stdout + compared.stderr
    return None


def check(name, phase, functions, scratch):
    """Whether the program in the file `phase` stays what it is; says what changes it."""
    error = differs(phase, functions, PASSES * 2, scratch)
    if error is None:
        return True
    for single in PASSES:
        alone = differs(phase, functions, [single], scratch)
        if alone is not None:
            print(f"{name}: {single} changes the program: {alone.strip()[:2000]}")
            return False
    print(f"{name}: the passes change the program, but none of them alone: {error.strip()[:2000]}")
    return False


def check_file(file, scratch):
    """Checks the functions of one file that the reference runs as they stand; gives their number and the verdict."""
    module = scratch / "before.mlir"
    if run(["streamtensor-opt", file, "-o", module]).returncode != 0:
        return 0, True
    # Some show a step of a pass only, and cannot be run.
    functions = [
        function
        for function in entries(module)
        if compare(module, module, function).returncode == 0
    ]
    return len(functions), check(file, module, functions, scratch)


def check_design(design, scratch):
    """Checks the IR of every phase of a design."""
    files = sorted(design.glob("ir/*.mlir"))
    if not files:
        sys.exit(f"{design} has no IR")
    good = True
    for file in files:
        phase = scratch / file.name
        phase.write_text(with_constants(file.read_text()))
        good &= check(file, phase, ["main"], scratch)
    return len(files), good


def main():
    good, programs = True, 0
    with tempfile.TemporaryDirectory() as folder:
        for argument in map(pathlib.Path, sys.argv[1:]):
            checked = check_file if argument.suffix == ".mlir" else check_design
            count, same = checked(argument, pathlib.Path(folder))
            programs += count
            good &= same
    print(f"{programs} programs checked")
    sys.exit(0 if good and programs else 1)


main()
