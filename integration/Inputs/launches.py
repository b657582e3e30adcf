"""Runs a design with a cache in several launches, and holds it against one run over all tokens.

usage: launches.py DESIGN INPUTS.npz GOLDEN.npz BACKEND TOKENS...

INPUTS and GOLDEN are of one run over all tokens with an empty cache. Each launch takes the next TOKENS of them; the cache
stays in its memory in between. What every launch computes, and the cache after it, must be what the one run has there.
"""

import ast
import pathlib
import struct
import subprocess
import sys
import tempfile
import zipfile

# Axis of the tokens in each array.
AXES = {"hidden_states": 1, "position_ids": 1, "output": 1, "key": 2, "value": 2}
CACHES = ("key", "value")


class Tensor:
    def __init__(self, dtype, shape, data):
        self.dtype, self.shape, self.data = dtype, shape, data

    def part(self, axis, first, last):
        """Elements `first` to `last` along `axis`."""
        inner = int(self.dtype[2:])
        for extent in self.shape[axis + 1 :]:
            inner *= extent
        row = inner * self.shape[axis]
        rows = [self.data[start + first * inner : start + last * inner] for start in range(0, len(self.data), row)]
        shape = self.shape[:axis] + (last - first,) + self.shape[axis + 1 :]
        return Tensor(self.dtype, shape, b"".join(rows))

    def values(self):
        return struct.unpack(f"<{len(self.data) // 4}f", self.data)


def read(path):
    tensors = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            length = struct.unpack_from("<H", content, 8)[0]
            header = ast.literal_eval(content[10 : 10 + length].decode())
            tensors[name.removesuffix(".npy")] = Tensor(header["descr"], tuple(header["shape"]), content[10 + length :])
    return tensors


def write(path, tensors):
    with zipfile.ZipFile(path, "w") as archive:
        for name, tensor in tensors.items():
            header = repr({"descr": tensor.dtype, "fortran_order": False, "shape": tensor.shape}).encode()
            header += b" " * (-(11 + len(header)) % 64) + b"\n"
            archive.writestr(f"{name}.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + tensor.data)


def check(name, actual, expected):
    if actual.shape != expected.shape:
        sys.exit(f"{name} has shape {actual.shape} instead of {expected.shape}")
    largest = max(abs(value) for value in expected.values())
    difference = max(abs(a - b) for a, b in zip(actual.values(), expected.values()))
    # The bounds of `streamtensor check`; a NaN is in no bound.
    if not difference <= 1e-4 * largest:
        sys.exit(f"{name} differs by {difference:g} of {largest:g}")


def main():
    design, inputs, golden, backend = sys.argv[1:5]
    launches = [int(tokens) for tokens in sys.argv[5:]]
    given, expected = read(inputs), read(golden)
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        command = ["streamtensor", "run", design, "--backend", backend, "--outputs", scratch / "out.npz"]
        first = 0
        for index, tokens in enumerate(launches):
            file = scratch / f"in-{index}.npz"
            names = [name for name in given if name in AXES]
            write(file, {name: given[name].part(AXES[name], first, first + tokens) for name in names})
            command += ["--inputs", file]
            first += tokens
        subprocess.run(command, check=True)
        first = 0
        for index, tokens in enumerate(launches):
            results = read(scratch / (f"out-{index}.npz" if len(launches) > 1 else "out.npz"))
            for name, result in results.items():
                start = 0 if name in CACHES else first
                check(f"launch {index}: {name}", result, expected[name].part(AXES[name], start, first + tokens))
            first += tokens
    print(f"{backend}: {len(launches)} launches of {', '.join(map(str, launches))} tokens are one run of {first}")


if __name__ == "__main__":
    main()
