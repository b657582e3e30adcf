#!/usr/bin/env python3
"""Compiles random tensor programs, running the reference after every phase.

Products, attention, softmax, sums, transposes and elementwise operations of ragged shapes, wired at random. Every
program is a function of its seed. A phase that changes a result, or refuses a program, fails the run.

usage: random_programs.py FIRST_SEED COUNT WORK_FOLDER
"""
import os
import random
import subprocess
import sys

EXTENTS = [4, 5, 7, 8, 12, 16, 17, 20, 24, 31, 32, 33, 40, 48]
ADD = "%m = arith.addf %x0, %x1 : f32"
CONTRACT = "%p = arith.mulf %x0, %x1 : f32\n    %m = arith.addf %acc, %p : f32"
P, R = "parallel", "reduction"


def tensor(shape):
    return "tensor<" + "".join(f"{extent}x" for extent in shape) + "f32>"


class Program:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.extents = [self.random.choice(EXTENTS) for _ in range(4)]
        self.lines, self.arguments, self.values, self.results = [], [], [], []
        self.count = 0
        steps = [self.product, self.product, self.elementwise, self.transpose, self.softmax, self.sum, self.attention]
        for _ in range(self.random.randint(1, 6)):
            self.random.choice(steps)()

    def name(self):
        self.count += 1
        return f"%v{self.count}"

    def external(self, *shape):
        """An argument, or a constant."""
        name = self.name()
        if self.random.random() < 0.3:
            self.lines.append(f"{name} = arith.constant dense<{self.random.choice([0.5, -0.25, 1.5])}> : {tensor(shape)}")
        else:
            self.arguments.append((name, shape))
        return name, shape

    def matrix(self):
        """A matrix: mostly one that was computed lately."""
        if self.values and self.random.random() < 0.85:
            return self.random.choice(self.values[-3:])
        value = self.external(self.random.choice(self.extents), self.random.choice(self.extents))
        self.values.append(value)
        return value

    def generic(self, dims, operands, result_map, shape, kinds, body, start="zero"):
        """`operands` are (value, map) with maps such as "i, k"; the body computes %m from %x0, %x1 ... and %acc."""
        empty, name = self.name(), self.name()
        self.lines.append(f"{empty} = tensor.empty() : {tensor(shape)}")
        if R in kinds:
            filled = self.name()
            self.lines.append(f"{filled} = linalg.fill ins(%{start} : f32) outs({empty} : {tensor(shape)}) -> {tensor(shape)}")
            empty = filled
        maps = ", ".join(f"affine_map<({dims}) -> ({m})>" for m in [m for _, m in operands] + [result_map])
        ins = ", ".join(value for (value, _), _ in operands)
        types = ", ".join(tensor(s) for (_, s), _ in operands)
        arguments = ", ".join(f"%x{n}: f32" for n in range(len(operands)))
        self.lines.append(
            f"{name} = linalg.generic {{indexing_maps = [{maps}], iterator_types = [{', '.join(f'{chr(34)}{k}{chr(34)}' for k in kinds)}]}}\n"
            f"    ins({ins} : {types}) outs({empty} : {tensor(shape)}) {{\n  ^bb0({arguments}, %acc: f32):\n"
            f"    {body}\n    linalg.yield %m : f32\n  }} -> {tensor(shape)}")
        return name, tuple(shape)

    def keep(self, value):
        self.results.append(value)
        if len(value[1]) == 2:
            self.values.append(value)

    def product(self):
        a = self.matrix()
        (m, k), n = a[1], self.random.choice(self.extents)
        if self.random.random() < 0.3:
            b, b_map = self.external(n, k), "j, k"
        else:
            b, b_map = self.external(k, n), "k, j"
        self.keep(self.generic("i, j, k", [(a, "i, k"), (b, b_map)], "i, j", (m, n), [P, P, R], CONTRACT))

    def elementwise(self):
        a = self.matrix()
        shape, b_map = self.random.choice([(a[1], "i, j"), (a[1][1:], "j"), (a[1][:1], "i")])
        same = [value for value in self.values if value[1] == shape]
        b = self.random.choice(same) if same and self.random.random() < 0.6 else self.external(*shape)
        op = self.random.choice(["addf", "mulf", "maximumf"])
        self.keep(self.generic("i, j", [(a, "i, j"), (b, b_map)], "i, j", a[1], [P, P], f"%m = arith.{op} %x0, %x1 : f32"))

    def transpose(self):
        a = self.matrix()
        self.keep(self.generic("i, j", [(a, "j, i")], "i, j", a[1][::-1], [P, P], "%m = arith.negf %x0 : f32"))

    def softmax(self):
        a = self.matrix()
        rows = a[1][:1]
        top = self.generic("i, j", [(a, "i, j")], "i", rows, [P, R], "%m = arith.maximumf %acc, %x0 : f32", "lowest")
        e = self.generic("i, j", [(a, "i, j"), (top, "i")], "i, j", a[1], [P, P],
                         "%d = arith.subf %x0, %x1 : f32\n    %m = math.exp %d : f32")
        total = self.generic("i, j", [(e, "i, j")], "i", rows, [P, R], "%m = arith.addf %acc, %x0 : f32")
        self.keep(self.generic("i, j", [(e, "i, j"), (total, "i")], "i, j", a[1], [P, P],
                               "%m = arith.divf %x0, %x1 : f32"))

    def sum(self):
        a = self.matrix()
        rows, columns = a[1]
        along = self.random.choice([("i", (rows,), [P, R]), ("j", (columns,), [R, P])])
        self.keep(self.generic("i, j", [(a, "i, j")], *along, "%m = arith.addf %acc, %x0 : f32"))

    def attention(self):
        """Without softmax: heads are split off by the projections and merged by the last product."""
        a = self.matrix()
        tokens, width = a[1]
        heads, depth, out = self.random.choice([2, 3, 4]), self.random.choice([4, 8, 16, 20]), self.random.choice(self.extents)
        kinds = [P, P, P, R]
        q, k = (self.generic("t, h, d, k", [(a, "t, k"), (self.external(width, heads, depth), "k, h, d")], "t, h, d",
                             (tokens, heads, depth), kinds, CONTRACT) for _ in range(2))
        scores = self.generic("h, i, j, d", [(q, "i, h, d"), (k, "j, h, d")], "h, i, j", (heads, tokens, tokens), kinds,
                              CONTRACT)
        mixed = self.generic("h, i, d, j", [(scores, "h, i, j"), (k, "j, h, d")], "i, h, d", (tokens, heads, depth),
                             kinds, CONTRACT)
        w = self.external(heads, depth, out)
        self.keep(self.generic("t, n, h, d", [(mixed, "t, h, d"), (w, "h, d, n")], "t, n", (tokens, out), [P, P, R, R],
                               CONTRACT))

    def text(self):
        results = self.results[-self.random.choice([1, 1, 2]):]
        arguments = ", ".join(f'{n}: {tensor(s)} {{st.name = "{n[1:]}"}}' for n, s in self.arguments)
        types = ", ".join(f'{tensor(s)} {{st.name = "out{i}"}}' for i, (_, s) in enumerate(results))
        body = "\n  ".join(self.lines)
        return (f"func.func @main({arguments}) -> ({types}) {{\n  %zero = arith.constant 0.0 : f32\n"
                f"  %lowest = arith.constant 0xFF800000 : f32\n  {body}\n"
                f"  return {', '.join(n for n, _ in results)} : {', '.join(tensor(s) for _, s in results)}\n}}\n")


def main():
    first, count, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    os.makedirs(folder, exist_ok=True)
    failures = 0
    for seed in range(first, first + count):
        model = os.path.join(folder, f"{seed}.mlir")
        with open(model, "w", encoding="utf-8") as file:
            file.write(Program(seed).text())
        run = subprocess.run(["streamtensor", "compile", model, "-o", os.path.join(folder, f"{seed}"),
                              "--verify-each-stage"], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            failures += 1
            print(f"seed {seed}: {run.stderr.strip() or run.stdout.strip()}")
    print(f"{count - failures} of {count} programs keep their meaning")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
