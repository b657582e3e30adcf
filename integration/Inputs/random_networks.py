#!/usr/bin/env python3
"""Compiles random networks of tensors of any rank, running the reference after every phase.

Convolutions (strided, dilated, padded, grouped, depthwise), pooling, concatenation, split, residual branches, softmax,
normalization and reduction along any axes, products of matrices, alone or in batches, transposes, reshapes, slices,
padding and repetition. Beside random_programs.py, whose steps work on matrices and images alone, these go from any
tensor to any other. Every network is a function of its seed.

usage: random_networks.py FIRST_SEED COUNT WORK_FOLDER [--hls]
"""
import sys

from random_programs import CONTRACT, P, Program, R, run, tensor

LETTERS = "ijklmn"
MOST_ELEMENTS = 5000


def dims_of(rank):
    return [LETTERS[n] for n in range(rank)]


def elements(shape):
    count = 1
    for extent in shape:
        count *= extent
    return count


class Network(Program):
    def make(self):
        rank = self.random.choice([1, 2, 3, 3, 3, 4, 4])
        most = {1: 60, 2: 40, 3: 14, 4: 9}[rank]
        shape = [self.random.randint(1, most) for _ in range(rank)]
        if rank == 4:
            shape[0] = self.random.choice([1, 1, 2])
        self.arguments.append((self.name(), tuple(shape)))
        self.values = [self.arguments[0]]
        steps = [self.unary, self.binary, self.binary, self.softmax, self.normalize, self.reduce, self.scale_by_mean,
                 self.transpose, self.concatenate, self.concatenate, self.split, self.slice, self.border, self.repeat,
                 self.reshape, self.reshape, self.linear, self.attention, self.convolve, self.convolve, self.convolve,
                 self.pool_image, self.last_place, self.shuffle]
        for _ in range(self.random.randint(2, 9)):
            self.random.choice(steps)()

    def pick(self, least=1, most=4):
        """A tensor of a rank between the two, mostly a late one."""
        known = [value for value in self.values if least <= len(value[1]) <= most]
        if not known:
            known = [self.external(*[self.random.randint(2, 9) for _ in range(least)])]
            self.values += known
        return self.random.choice(known[-3:])

    def keep(self, value):
        self.results.append(value)
        self.values.append(value)

    def op(self, text, shape):
        name = self.name()
        self.lines.append(f"{name} = {text}")
        return name, tuple(shape)

    def same(self, value, body, others=()):
        """An elementwise operation on `value`, with `others` as (value, dims)."""
        dims = ", ".join(dims_of(len(value[1])))
        return self.generic(dims, [(value, dims), *others], dims, value[1], [P] * len(value[1]), body)

    def fold(self, value, axes, body, start="zero"):
        """A reduction; the dims that stay come with the result."""
        dims = dims_of(len(value[1]))
        kept = [n for n in range(len(dims)) if n not in axes]
        result = self.generic(", ".join(dims), [(value, ", ".join(dims))], ", ".join(dims[n] for n in kept),
                              [value[1][n] for n in kept], [R if n in axes else P for n in range(len(dims))], body, start)
        return result, ", ".join(dims[n] for n in kept)

    def some_axes(self, value, every=False):
        """Axes to reduce: not all, unless `every`."""
        rank = len(value[1])
        count = self.random.randint(1, rank if every or rank == 1 else min(rank - 1, 2))
        return sorted(self.random.sample(range(rank), count))

    def unary(self):
        value = self.pick()
        self.keep(self.same(value, self.random.choice([
            "%m = arith.maximumf %x0, %zero : f32", "%m = math.tanh %x0 : f32",
            "%a = math.absf %x0 : f32\n    %m = math.sqrt %a : f32",
            "%n = arith.negf %x0 : f32\n    %e = math.exp %n : f32\n    %o = arith.constant 1.0 : f32\n"
            "    %s = arith.addf %e, %o : f32\n    %m = arith.divf %o, %s : f32"])))

    def binary(self):
        """With an earlier tensor of the shape (a residual), or with one that is broadcast."""
        value = self.pick()
        rank, dims = len(value[1]), dims_of(len(value[1]))
        alike = [other for other in self.values if other[1] == value[1]]
        if alike and self.random.random() < 0.6:
            other, other_dims = self.random.choice(alike), ", ".join(dims)
        else:
            axes = sorted(self.random.sample(range(rank), self.random.randint(1, rank)))
            other, other_dims = self.external(*[value[1][n] for n in axes]), ", ".join(dims[n] for n in axes)
        op = self.random.choice(["addf", "addf", "mulf", "subf", "maximumf"])
        self.keep(self.same(value, f"%m = arith.{op} %x0, %x1 : f32", [(other, other_dims)]))

    def softmax(self):
        value = self.pick()
        axes = self.some_axes(value)[:1]
        top, kept = self.fold(value, axes, "%m = arith.maximumf %acc, %x0 : f32", "lowest")
        grown = self.same(value, "%d = arith.subf %x0, %x1 : f32\n    %m = math.exp %d : f32", [(top, kept)])
        total, _ = self.fold(grown, axes, "%m = arith.addf %acc, %x0 : f32")
        self.keep(self.same(grown, "%m = arith.divf %x0, %x1 : f32", [(total, kept)]))

    def mean(self, value, axes):
        count = elements([value[1][n] for n in axes])
        total, kept = self.fold(value, axes, "%m = arith.addf %acc, %x0 : f32")
        return self.same(total, f"%c = arith.constant {1.0 / count:e} : f32\n    %m = arith.mulf %x0, %c : f32"), kept

    def normalize(self):
        value = self.pick()
        axes = self.some_axes(value)
        mean, kept = self.mean(value, axes)
        centred = self.same(value, "%m = arith.subf %x0, %x1 : f32", [(mean, kept)])
        squared = self.same(centred, "%m = arith.mulf %x0, %x0 : f32")
        variance, _ = self.mean(squared, axes)
        self.keep(self.same(centred, "%e = arith.constant 0.01 : f32\n    %v = arith.addf %x1, %e : f32\n"
                            "    %r = math.rsqrt %v : f32\n    %m = arith.mulf %x0, %r : f32", [(variance, kept)]))

    def reduce(self):
        value = self.pick()
        axes = self.some_axes(value, every=True)
        body, start = self.random.choice([("%m = arith.addf %acc, %x0 : f32", "zero"),
                                          ("%m = arith.maximumf %acc, %x0 : f32", "lowest")])
        result, _ = self.fold(value, axes, body, start)
        self.results.append(result)
        if result[1]:
            self.values.append(result)

    def scale_by_mean(self):
        """Squeeze and excite."""
        value = self.pick(2)
        mean, kept = self.mean(value, self.some_axes(value))
        gate = self.same(mean, "%m = math.tanh %x0 : f32")
        self.keep(self.same(value, "%m = arith.mulf %x0, %x1 : f32", [(gate, kept)]))

    def last_place(self):
        value = self.pick()
        axis = self.random.randrange(len(value[1]))
        dims = dims_of(len(value[1]))
        kept = [n for n in range(len(dims)) if n != axis]
        shape = [value[1][n] for n in kept]
        best, best_type, place, place_type = self.name(), tensor(shape), self.name(), tensor([*shape, "i32"])
        both = self.name()
        self.lines += [f"{best}e = tensor.empty() : {best_type}", f"{place}e = tensor.empty() : {place_type}",
                       f"{best} = linalg.fill ins(%lowest : f32) outs({best}e : {best_type}) -> {best_type}",
                       f"{place} = linalg.fill ins(%zero_i32 : i32) outs({place}e : {place_type}) -> {place_type}"]
        all_dims, kept_dims = ", ".join(dims), ", ".join(dims[n] for n in kept)
        kinds = ", ".join(f'"{R if n == axis else P}"' for n in range(len(dims)))
        order = self.random.choice(["ogt", "oge"])
        self.lines.append(
            f"{both}:2 = linalg.generic {{indexing_maps = [affine_map<({all_dims}) -> ({all_dims})>, "
            f"affine_map<({all_dims}) -> ({kept_dims})>, affine_map<({all_dims}) -> ({kept_dims})>], "
            f"iterator_types = [{kinds}]}} ins({value[0]} : {tensor(value[1])}) "
            f"outs({best}, {place} : {best_type}, {place_type}) {{\n  ^bb0(%x0: f32, %acc: f32, %at: i32):\n"
            f"    %i = linalg.index {axis} : index\n    %c = arith.index_cast %i : index to i32\n"
            f"    %g = arith.cmpf {order}, %x0, %acc : f32\n    %b = arith.select %g, %x0, %acc : f32\n"
            f"    %p = arith.select %g, %c, %at : i32\n    linalg.yield %b, %p : f32, i32\n"
            f"  }} -> ({best_type}, {place_type})")
        self.results.append((f"{both}#1", (*shape, "i32")))

    def transpose(self):
        value = self.pick(2)
        order = self.random.sample(range(len(value[1])), len(value[1]))
        shape = [value[1][n] for n in order]
        empty = self.op(f"tensor.empty() : {tensor(shape)}", shape)
        self.keep(self.op(f"linalg.transpose ins({value[0]} : {tensor(value[1])}) outs({empty[0]} : {tensor(shape)}) "
                          f"permutation = {order}", shape))

    def concatenate(self):
        """With what agrees in all but one dimension: an earlier tensor, a new one, or itself."""
        value = self.pick()
        shape = value[1]
        axis = self.random.randrange(len(shape))
        fits = [other for other in self.values if len(other[1]) == len(shape) and
                all(a == b for n, (a, b) in enumerate(zip(other[1], shape)) if n != axis)]
        other = self.random.choice(fits)
        if self.random.random() < 0.3:
            other = self.external(*[self.random.randint(1, 6) if n == axis else e for n, e in enumerate(shape)])
        joined = [e + other[1][axis] if n == axis else e for n, e in enumerate(shape)]
        if elements(joined) > MOST_ELEMENTS:
            return
        pair = self.random.choice([(value, other), (other, value)])
        self.keep(self.op(f"tensor.concat dim({axis}) {pair[0][0]}, {pair[1][0]} : "
                          f"({tensor(pair[0][1])}, {tensor(pair[1][1])}) -> {tensor(joined)}", joined))

    def cut(self, value, offsets, sizes, strides=None):
        strides = strides or [1] * len(sizes)
        return self.op(f"tensor.extract_slice {value[0]}{offsets} {sizes} {strides} : {tensor(value[1])} to {tensor(sizes)}",
                       sizes)

    def split(self):
        """In two parts along an axis, both used: a gate, rotated halves, or each on its own."""
        value = self.pick()
        axis = self.random.randrange(len(value[1]))
        extent = value[1][axis]
        if extent < 2:
            return
        at = extent // 2 if extent % 2 == 0 else self.random.randint(1, extent - 1)
        first = self.cut(value, [0] * len(value[1]), [at if n == axis else e for n, e in enumerate(value[1])])
        second = self.cut(value, [at if n == axis else 0 for n in range(len(value[1]))],
                          [extent - at if n == axis else e for n, e in enumerate(value[1])])
        how = self.random.choice(["gate", "rotate", "apart"])
        if how == "gate" and first[1] == second[1]:
            dims = ", ".join(dims_of(len(first[1])))
            self.keep(self.same(first, "%t = math.tanh %x1 : f32\n    %m = arith.mulf %x0, %t : f32", [(second, dims)]))
        elif how == "rotate":
            turned = self.same(second, "%m = arith.negf %x0 : f32")
            self.keep(self.op(f"tensor.concat dim({axis}) {turned[0]}, {first[0]} : "
                              f"({tensor(turned[1])}, {tensor(first[1])}) -> {tensor(value[1])}", value[1]))
        else:
            self.keep(first)
            self.keep(second)

    def slice(self):
        value = self.pick()
        offsets, sizes, strides = [], [], []
        for extent in value[1]:
            stride = self.random.choice([1, 1, 1, 2]) if extent > 2 else 1
            offset = self.random.choice([0, 0, min(1, extent - 1)])
            offsets.append(offset)
            strides.append(stride)
            sizes.append(self.random.randint(max(1, (extent - offset) // stride // 2), (extent - offset + stride - 1) // stride))
        self.keep(self.cut(value, offsets, sizes, strides))

    def border(self):
        value = self.pick()
        amounts = [(self.random.choice([0, 0, 1, 2]), self.random.choice([0, 0, 1])) for _ in value[1]]
        if any(sum(amount) for amount in amounts) and elements(value[1]) < MOST_ELEMENTS // 3:
            self.keep(self.pad(value, amounts))

    def repeat(self):
        """Nearest neighbours, twice along an axis."""
        value = self.pick()
        axis = self.random.randrange(len(value[1]))
        shape = [2 * e if n == axis else e for n, e in enumerate(value[1])]
        if elements(shape) > MOST_ELEMENTS:
            return
        dims = ", ".join(dims_of(len(shape)))
        if self.random.random() < 0.5:
            halves = ", ".join(f"{dim} floordiv 2" if n == axis else dim for n, dim in enumerate(dims_of(len(shape))))
            self.keep(self.generic(dims, [(value, halves)], dims, shape, [P] * len(shape), "%m = arith.negf %x0 : f32"))
            return
        indices = "".join(f"%i{n} = linalg.index {n} : index\n    " for n in range(len(shape)))
        places = ", ".join("%half" if n == axis else f"%i{n}" for n in range(len(shape)))
        self.keep(self.generic(dims, [], dims, shape, [P] * len(shape),
                               f"{indices}%two = arith.constant 2 : index\n    %half = arith.divui %i{axis}, %two : index\n"
                               f"    %m = tensor.extract {value[0]}[{places}] : {tensor(value[1])}"))

    def collapse(self, value, first):
        shape = value[1]
        groups = [[n] for n in range(first)] + [[first, first + 1]] + [[n] for n in range(first + 2, len(shape))]
        merged = [*shape[:first], shape[first] * shape[first + 1], *shape[first + 2:]]
        return self.op(f"tensor.collapse_shape {value[0]} {groups} : {tensor(shape)} into {tensor(merged)}", merged)

    def expand(self, value, axis, inner):
        shape = value[1]
        split = [*shape[:axis], shape[axis] // inner, inner, *shape[axis + 1:]]
        groups = [[n] for n in range(axis)] + [[axis, axis + 1]] + [[n + 1] for n in range(axis + 1, len(shape))]
        return self.op(f"tensor.expand_shape {value[0]} {groups} output_shape {split} : {tensor(shape)} into {tensor(split)}",
                       split)

    def reshape(self):
        value = self.pick()
        rank = len(value[1])
        if rank > 1 and self.random.random() < 0.5:
            self.keep(self.collapse(value, self.random.randrange(rank - 1)))
            return
        axis = self.random.randrange(rank)
        factors = [f for f in range(2, value[1][axis] + 1) if value[1][axis] % f == 0]
        if rank < 4 and factors:
            self.keep(self.expand(value, axis, self.random.choice(factors)))

    def shuffle(self):
        """Channels dealt out anew: split, transposed, merged."""
        value = self.pick(1, 3)
        axis = self.random.randrange(len(value[1]))
        factors = [f for f in range(2, value[1][axis]) if value[1][axis] % f == 0]
        if not factors:
            return
        wide = self.expand(value, axis, self.random.choice(factors))
        order = list(range(len(wide[1])))
        order[axis], order[axis + 1] = axis + 1, axis
        shape = [wide[1][n] for n in order]
        empty = self.op(f"tensor.empty() : {tensor(shape)}", shape)
        turned = self.op(f"linalg.transpose ins({wide[0]} : {tensor(wide[1])}) outs({empty[0]} : {tensor(shape)}) "
                         f"permutation = {order}", shape)
        self.keep(self.collapse(turned, axis))

    def linear(self):
        """A product with weights along any axis, whose result takes its place or comes last."""
        value = self.pick()
        axis, out = self.random.randrange(len(value[1])), self.random.choice([1, 3, 8, 16, 21])
        if elements(value[1]) // value[1][axis] * out > MOST_ELEMENTS:
            return
        dims = dims_of(len(value[1]))
        kept = [n for n in range(len(dims)) if n != axis]
        w = self.external(*self.random.choice([(value[1][axis], out)]))
        place = self.random.choice([axis, len(kept)])
        result = [dims[n] for n in kept]
        shape = [value[1][n] for n in kept]
        result.insert(place, "o")
        shape.insert(place, out)
        loops = [*result, dims[axis]]
        self.keep(self.generic(", ".join(loops), [(value, ", ".join(dims)), (w, f"{dims[axis]}, o")], ", ".join(result),
                               shape, [P] * len(result) + [R], CONTRACT))

    def attention(self):
        """In batches: softmax(x · yT) · y, masked perhaps."""
        value = self.pick(3, 3)
        batch, rows, width = value[1]
        if batch * rows * rows > MOST_ELEMENTS:
            return
        other = value if self.random.random() < 0.5 else self.external(batch, rows, width)
        kinds = [P, P, P, R]
        scores = self.generic("b, i, j, k", [(value, "b, i, k"), (other, "b, j, k")], "b, i, j", (batch, rows, rows), kinds,
                              CONTRACT)
        scaled = self.same(scores, "%c = arith.constant 0.125 : f32\n    %m = arith.mulf %x0, %c : f32")
        if self.random.random() < 0.5:
            scaled = self.same(scaled, "%i = linalg.index 1 : index\n    %j = linalg.index 2 : index\n"
                               "    %p = arith.cmpi sle, %j, %i : index\n    %m = arith.select %p, %x0, %lowest : f32")
        top, kept = self.fold(scaled, [2], "%m = arith.maximumf %acc, %x0 : f32", "lowest")
        grown = self.same(scaled, "%d = arith.subf %x0, %x1 : f32\n    %m = math.exp %d : f32", [(top, kept)])
        total, _ = self.fold(grown, [2], "%m = arith.addf %acc, %x0 : f32")
        weights = self.same(grown, "%m = arith.divf %x0, %x1 : f32", [(total, kept)])
        self.keep(self.generic("b, i, k, j", [(weights, "b, i, j"), (other, "b, j, k")], "b, i, k", value[1], kinds, CONTRACT))

    def on_image(self, step):
        """A step of random_programs.py on a tensor of here."""
        value = self.pick(3, 4)
        self.image = value
        before = len(self.results)
        step()
        if len(self.results) > before:
            self.values.append(self.image)

    def convolve(self):
        self.on_image(self.random.choice([self.convolution, self.depthwise, self.grouped]))

    def pool_image(self):
        self.on_image(self.pool)


if __name__ == "__main__":
    sys.exit(run(Network))
