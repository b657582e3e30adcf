#!/usr/bin/env python3
"""Compiles random tensor programs, running the reference after every phase.

Products, attention, softmax, sums, transposes and elementwise operations of ragged shapes; convolutions, poolings and
padding of images; reads by index; integers. Wired at random, every program a function of its seed. A phase that changes
a result, or refuses a program, fails the run.

usage: random_programs.py FIRST_SEED COUNT WORK_FOLDER [--hls]
"""
import os
import random
import subprocess
import sys

EXTENTS = [1, 4, 5, 7, 8, 12, 16, 17, 20, 24, 31, 32, 33, 40, 48]
ADD = "%m = arith.addf %x0, %x1 : f32"
CONTRACT = "%p = arith.mulf %x0, %x1 : f32\n    %m = arith.addf %acc, %p : f32"
P, R = "parallel", "reduction"


def element(shape):
    """A shape may end with its element type."""
    return shape[-1] if shape and isinstance(shape[-1], str) else "f32"


def tensor(shape):
    return "tensor<" + "".join(f"{extent}x" for extent in shape if not isinstance(extent, str)) + f"{element(shape)}>"


class Program:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.extents = [self.random.choice(EXTENTS) for _ in range(4)]
        self.lines, self.arguments, self.values, self.results = [], [], [], []
        self.count, self.image = 0, None
        self.make()

    def make(self):
        matrices = [self.product, self.product, self.elementwise, self.transpose, self.softmax, self.sum, self.attention,
                    self.reverse, self.concatenate, self.iota, self.integers]
        images = [self.convolution, self.convolution, self.depthwise, self.grouped, self.pool, self.image_step,
                  self.image_step, self.line, self.integers]
        steps = self.random.choice([matrices, images])
        for _ in range(self.random.randint(1, 6)):
            self.random.choice(steps)()

    def name(self):
        self.count += 1
        return f"%v{self.count}"

    def external(self, *shape):
        """An argument, or a constant."""
        name = self.name()
        if self.random.random() < 0.3:
            value = self.random.choice([0.5, -0.25, 1.5] if element(shape) == "f32" else [1, 2, 3])
            self.lines.append(f"{name} = arith.constant dense<{value}> : {tensor(shape)}")
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
            self.lines.append(f"{filled} = linalg.fill ins(%{start} : {element(shape)}) outs({empty} : {tensor(shape)}) -> {tensor(shape)}")
            empty = filled
        maps = ", ".join(f"affine_map<({dims}) -> ({m})>" for m in [m for _, m in operands] + [result_map])
        ins = ", ".join(value for (value, _), _ in operands)
        types = ", ".join(tensor(s) for (_, s), _ in operands)
        arguments = "".join(f"%x{n}: {element(s)}, " for n, ((_, s), _) in enumerate(operands))
        ins = f"ins({ins} : {types}) " if operands else ""
        self.lines.append(
            f"{name} = linalg.generic {{indexing_maps = [{maps}], iterator_types = [{', '.join(f'{chr(34)}{k}{chr(34)}' for k in kinds)}]}}\n"
            f"    {ins}outs({empty} : {tensor(shape)}) {{\n  ^bb0({arguments}%acc: {element(shape)}):\n"
            f"    {body}\n    linalg.yield %m : {element(shape)}\n  }} -> {tensor(shape)}")
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
        self.keep(self.generic("i, j", [(a, "j, i")], "i, j", a[1][::-1], [P, P],
                               "%h = arith.constant 0.75 : f32\n    %m = arith.mulf %x0, %h : f32"))

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

    def by_index(self, *lines):
        """A body that knows its indices as %i and %j."""
        return "\n    ".join(["%i = linalg.index 0 : index", "%j = linalg.index 1 : index", *lines])

    def reverse(self):
        """Reads along one dimension backwards, mixed with the element itself."""
        name, shape = a = self.matrix()
        dim = self.random.choice([0, 1])
        at = ["%i", "%j"]
        lines = [f"%last = arith.constant {shape[dim] - 1} : index", f"%r = arith.subi %last, {at[dim]} : index"]
        at[dim] = "%r"
        body = self.by_index(*lines, f"%y = tensor.extract {name}[{', '.join(at)}] : {tensor(shape)}",
                             "%m = arith.subf %y, %x0 : f32")
        self.keep(self.generic("i, j", [(a, "i, j")], "i, j", shape, [P, P], body))

    def concatenate(self):
        (a, (rows, n)), (b, other) = self.matrix(), self.matrix()
        if other[0] != rows:
            b, other = self.external(rows, self.random.choice(self.extents))
        body = self.by_index(
            f"%n = arith.constant {n} : index", f"%end = arith.constant {n - 1} : index",
            "%zero_index = arith.constant 0 : index", "%first = arith.cmpi slt, %j, %n : index",
            "%ja = arith.minsi %j, %end : index", "%d = arith.subi %j, %n : index",
            "%jb = arith.maxsi %d, %zero_index : index", f"%y = tensor.extract {a}[%i, %ja] : {tensor((rows, n))}",
            f"%z = tensor.extract {b}[%i, %jb] : {tensor(other)}", "%m = arith.select %first, %y, %z : f32")
        self.keep(self.generic("i, j", [], "i, j", (rows, n + other[1]), [P, P], body))

    def iota(self):
        """Made from indices alone."""
        body = self.by_index("%s = arith.addi %i, %j : index", "%t = arith.index_cast %s : index to i32",
                             "%u = arith.sitofp %t : i32 to f32", "%v = arith.constant 0.125 : f32",
                             "%m = arith.mulf %u, %v : f32")
        self.keep(self.generic("i, j", [], "i, j", (self.random.choice(self.extents), self.random.choice(self.extents)),
                               [P, P], body))

    def integers(self):
        """A chain of its own, through other element types."""
        narrow, wide = self.random.choice([("i8", "i32"), ("i16", "i32"), ("i32", "i64"), ("i8", "i16")])
        m, n = self.random.choice(self.extents), self.random.choice(self.extents)
        a, b = self.external(m, n, narrow), self.external(m, n, narrow)
        less = self.generic("i, j", [(a, "i, j"), (b, "i, j")], "i, j", (m, n, "i1"), [P, P],
                            f"%m = arith.cmpi slt, %x0, %x1 : {narrow}")
        body = (f"%s = arith.select %x0, %x1, %x2 : {narrow}\n    %e = arith.extsi %s : {narrow} to {wide}\n"
                f"    %f = arith.extsi %x2 : {narrow} to {wide}\n    %c = arith.constant 3 : {wide}\n"
                f"    %o = arith.ori %f, %c : {wide}\n    %q = arith.divsi %e, %o : {wide}\n"
                f"    %m = arith.addi %q, %e : {wide}")
        kept = self.generic("i, j", [(less, "i, j"), (a, "i, j"), (b, "i, j")], "i, j", (m, n, wide), [P, P], body)
        self.results.append(kept)
        along = self.random.choice([("i", (m, wide), [P, R]), ("j", (n, wide), [R, P])])
        self.results.append(self.generic("i, j", [(kept, "i, j")], *along, f"%m = arith.addi %acc, %x0 : {wide}",
                                         f"zero_{wide}"))

    def picture(self):
        """The last image, or a new one: [channels, rows, columns], some with a batch in front."""
        if self.image is None:
            batch = self.random.choice([(), (1,), (2,)])
            self.image = self.external(*batch, self.random.choice([1, 3, 8, 17, 20]), self.random.randint(5, 14),
                                       self.random.randint(5, 14))
        return self.image

    def show(self, image):
        self.image = image
        self.results.append(image)

    def pad(self, value, amounts, with_value="zero"):
        name, shape = value
        padded = tuple(extent + low + high for extent, (low, high) in zip(shape, amounts))
        result = self.name()
        indices = ", ".join(f"%p{n}: index" for n in range(len(shape)))
        self.lines.append(f"{result} = tensor.pad {name} low[{', '.join(str(low) for low, _ in amounts)}] "
                          f"high[{', '.join(str(high) for _, high in amounts)}] {{\n  ^bb0({indices}):\n"
                          f"    tensor.yield %{with_value} : f32\n  }} : {tensor(shape)} to {tensor(padded)}")
        return result, padded

    def window(self, padding_value="zero"):
        """An image, padded perhaps, and a window that fits into it: operand, batch, channels, kernel, sums, extents."""
        image = self.picture()
        rank = len(image[1])
        if self.random.random() < 0.5:
            amounts = [(0, 0)] * (rank - 2) + [(self.random.randint(0, 2), self.random.randint(0, 2)) for _ in range(2)]
            if any(sum(amount) for amount in amounts):
                image = self.pad(image, amounts, padding_value)
        *batch, channels, _, _ = image[1]
        kernel, sums, extents = [], [], []
        for loop, inner, extent in zip("hw", "ab", image[1][-2:]):
            size = self.random.randint(1, min(3, extent))
            stride = self.random.choice([1, 1, 2])
            dilation = self.random.choice([1, 1, 2]) if (size - 1) * 2 < extent else 1
            kernel.append(size)
            sums.append(f"{loop} * {stride} + {inner} * {dilation}")
            extents.append((extent - (size - 1) * dilation - 1) // stride + 1)
        return image, batch, channels, kernel, sums, extents

    def convolution(self):
        image, batch, channels, kernel, sums, extents = self.window()
        out = self.random.choice([1, 4, 16, 18])
        n = "n, " if batch else ""
        w = self.external(out, channels, *kernel)
        self.show(self.generic(f"{n}o, h, w, c, a, b", [(image, f"{n}c, {', '.join(sums)}"), (w, "o, c, a, b")],
                               f"{n}o, h, w", (*batch, out, *extents), [P] * (len(batch) + 3) + [R] * 3, CONTRACT))

    def depthwise(self):
        image, batch, channels, kernel, sums, extents = self.window()
        n = "n, " if batch else ""
        w = self.external(channels, *kernel)
        self.show(self.generic(f"{n}c, h, w, a, b", [(image, f"{n}c, {', '.join(sums)}"), (w, "c, a, b")],
                               f"{n}c, h, w", (*batch, channels, *extents), [P] * (len(batch) + 3) + [R] * 2, CONTRACT))

    def grouped(self):
        """Its groups of channels merge by a reshape."""
        if self.picture()[1][-3] % 4 != 0:
            return
        image, batch, channels, kernel, sums, extents = self.window()
        n, out = "n, " if batch else "", self.random.choice([1, 3, 8])
        groups = self.random.choice([2, 4])
        inside = channels // groups
        w = self.external(groups, out, inside, *kernel)
        name, shape = self.generic(
            f"{n}g, o, h, w, c, a, b", [(image, f"{n}g * {inside} + c, {', '.join(sums)}"), (w, "g, o, c, a, b")],
            f"{n}g, o, h, w", (*batch, groups, out, *extents), [P] * (len(batch) + 4) + [R] * 3, CONTRACT)
        merged, result = self.name(), (*batch, groups * out, *extents)
        places = ["[0], [1, 2], [3], [4]"] if batch else ["[0, 1], [2], [3]"]
        self.lines.append(f"{merged} = tensor.collapse_shape {name} [{places[0]}] : {tensor(shape)} into {tensor(result)}")
        self.show((merged, result))

    def pool(self):
        image, batch, channels, kernel, sums, extents = self.window("lowest")
        n, size = "n, " if batch else "", self.name()
        self.lines.append(f"{size} = tensor.empty() : {tensor(kernel)}")
        self.show(self.generic(f"{n}c, h, w, a, b", [(image, f"{n}c, {', '.join(sums)}"), ((size, tuple(kernel)), "a, b")],
                               f"{n}c, h, w", (*batch, channels, *extents), [P] * (len(batch) + 3) + [R] * 2,
                               "%m = arith.maximumf %acc, %x0 : f32", "lowest"))

    def image_step(self):
        """A bias by channel, or the sum with an image of the same shape."""
        image = self.picture()
        shape = image[1]
        dims = ", ".join("nchw"[4 - len(shape):])
        same = [value for value in self.results if value[1] == shape]
        if same and self.random.random() < 0.6:
            other, other_map = self.random.choice(same), dims
        else:
            other, other_map = self.external(shape[-3]), "c"
        self.show(self.generic(dims, [(image, dims), (other, other_map)], dims, shape, [P] * len(shape),
                               "%s = arith.addf %x0, %x1 : f32\n    %m = arith.maximumf %s, %zero : f32"))

    def line(self):
        """A convolution in one dimension, of its own."""
        channels, extent, out, size = self.random.choice([1, 4, 17]), self.random.randint(4, 24), 6, 3
        x, w = self.external(channels, extent), self.external(out, channels, size)
        self.results.append(self.generic("o, l, c, a", [(x, "c, l + a"), (w, "o, c, a")], "o, l",
                                         (out, extent - size + 1), [P, P, R, R], CONTRACT))

    def text(self):
        if not self.results:
            self.image = None
            self.show(self.picture())
            self.image_step()
        results = self.results[-self.random.choice([1, 1, 2]):]
        arguments = ", ".join(f'{n}: {tensor(s)} {{st.name = "{n[1:]}"}}' for n, s in self.arguments)
        types = ", ".join(f'{tensor(s)} {{st.name = "out{i}"}}' for i, (_, s) in enumerate(results))
        body = "\n  ".join(self.lines)
        return (f"func.func @main({arguments}) -> ({types}) {{\n  %zero = arith.constant 0.0 : f32\n"
                f"  %lowest = arith.constant 0xFF800000 : f32\n"
                + "".join(f"  %zero_{t} = arith.constant 0 : {t}\n" for t in ["i16", "i32", "i64"]) + f"  {body}\n"
                f"  return {', '.join(n for n, _ in results)} : {', '.join(tensor(s) for _, s in results)}\n}}\n")


def run(make):
    """Compiles the programs that the command line asks for, each `make(seed)`."""
    first, count, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    with_hls = "--hls" in sys.argv[4:]
    os.makedirs(folder, exist_ok=True)
    failures = 0
    for seed in range(first, first + count):
        model = os.path.join(folder, f"{seed}.mlir")
        with open(model, "w", encoding="utf-8") as file:
            file.write(make(seed).text())
        design = os.path.join(folder, f"{seed}")
        commands = [["streamtensor", "compile", model, "-o", design, "--verify-each-stage"]]
        if with_hls:
            commands.append(["streamtensor", "check", design, "--backend", "hls"])
        for command in commands:
            outcome = subprocess.run(command, capture_output=True, text=True, check=False)
            if outcome.returncode != 0:
                failures += 1
                print(f"seed {seed}: {outcome.stderr.strip() or outcome.stdout.strip()}")
                break
    print(f"{count - failures} of {count} programs keep their meaning")
    return failures != 0


if __name__ == "__main__":
    sys.exit(run(Program))
