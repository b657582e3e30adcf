"""The integer designs that `scripts/calibrate` compiles: small models as MLIR text, by name."""


def tensor(shape, kind):
    return f"tensor<{'x'.join(map(str, shape))}x{kind}>"


class Model:
    """Builds `@main` line by line. A value is a (name, shape, element type)."""

    def __init__(self, *inputs):
        self.lines = []
        self.next = 0
        self.inputs = [(f"%a{i}", shape, kind) for i, (shape, kind) in enumerate(inputs)]

    def name(self):
        self.next += 1
        return f"%v{self.next}"

    def init(self, shape, kind, value=None):
        empty = self.name()
        self.lines.append(f"{empty} = tensor.empty() : {tensor(shape, kind)}")
        if value is None:
            return empty
        constant, filled = self.name(), self.name()
        self.lines.append(f"{constant} = arith.constant {value} : {kind}")
        self.lines.append(f"{filled} = linalg.fill ins({constant} : {kind}) outs({empty} : {tensor(shape, kind)})"
                          f" -> {tensor(shape, kind)}")
        return filled

    def generic(self, operands, maps, iterators, shape, kind, body, init=None):
        """`body` computes %r of the operands %x0, %x1 ... and, in reductions, the accumulator %o."""
        result, out = self.name(), self.init(shape, kind, init)
        arguments = ", ".join(f"%x{i}: {operand[2]}" for i, operand in enumerate(operands))
        names = ", ".join(operand[0] for operand in operands)
        types = ", ".join(tensor(operand[1], operand[2]) for operand in operands)
        dims = ", ".join(f"d{i}" for i in range(len(iterators)))
        affine = ", ".join(f"affine_map<({dims}) -> ({text})>" for text in maps)
        kinds = ", ".join(f'"{iterator}"' for iterator in iterators)
        self.lines.append(f"{result} = linalg.generic {{indexing_maps = [{affine}], iterator_types = [{kinds}]}} "
                          f"ins({names} : {types}) outs({out} : {tensor(shape, kind)}) {{")
        self.lines.append(f"^bb0({arguments}, %o: {kind}):")
        self.lines += [line for line in body.strip().splitlines()]
        self.lines.append(f"linalg.yield %r : {kind}")
        self.lines.append(f"}} -> {tensor(shape, kind)}")
        return (result, shape, kind)

    def elementwise(self, operands, kind, body, maps=None):
        rank = len(operands[0][1])
        identity = ", ".join(f"d{i}" for i in range(rank))
        return self.generic(operands, maps or [identity] * (len(operands) + 1), ["parallel"] * rank, operands[0][1],
                            kind, body)

    def reduce(self, operands, maps, shape, kind, body, init=0):
        parallel = len(shape)
        return self.generic(operands, maps, ["parallel"] * parallel + ["reduction"], shape, kind, body, init)

    def matmul(self, a, b):
        """Of int8 factors in int32."""
        shape = (a[1][0], b[1][1])
        result, out = self.name(), self.init(shape, "i32", 0)
        self.lines.append(f"{result} = linalg.matmul ins({a[0]}, {b[0]} : {tensor(a[1], a[2])}, {tensor(b[1], b[2])}) "
                          f"outs({out} : {tensor(shape, 'i32')}) -> {tensor(shape, 'i32')}")
        return (result, shape, "i32")

    def requantize(self, value, shift=7):
        return self.elementwise([value], "i8", f"""
%s = arith.constant {shift} : i32
%low = arith.constant -128 : i32
%high = arith.constant 127 : i32
%c = arith.shrsi %x0, %s : i32
%d = arith.maxsi %c, %low : i32
%e = arith.minsi %d, %high : i32
%r = arith.trunci %e : i32 to i8""")

    def text(self, *results):
        arguments = ", ".join(f"{name}: {tensor(shape, kind)}" for name, shape, kind in self.inputs)
        types = ", ".join(tensor(shape, kind) for _, shape, kind in results)
        names = ", ".join(name for name, _, _ in results)
        return (f"func.func @main({arguments}) -> ({types}) {{\n" + "\n".join(self.lines) +
                f"\nreturn {names} : {types}\n}}\n")


ADD = "%r = arith.addi %x0, %x1 : i32"
RELU = "%z = arith.constant 0 : i32\n%r = arith.maxsi %x0, %z : i32"
SUM8 = "%w = arith.extsi %x0 : i8 to i32\n%r = arith.addi %o, %w : i32"
DOT = ("%w = arith.extsi %x0 : i8 to i32\n%v = arith.extsi %x1 : i8 to i32\n%p = arith.muli %w, %v : i32\n"
       "%r = arith.addi %o, %p : i32")
ROWS = ["d0, d1", "d0"]


def add(shape):
    model = Model((shape, "i32"), (shape, "i32"))
    return model.text(model.elementwise(model.inputs, "i32", ADD))


def chain8():
    model = Model(((16, 64), "i8"), ((16, 64), "i8"))
    value = model.elementwise(model.inputs, "i32", """
%a = arith.extsi %x0 : i8 to i32
%b = arith.extsi %x1 : i8 to i32
%d = arith.subi %a, %b : i32
%z = arith.constant 3 : i32
%s = arith.shli %d, %z : i32
%r = arith.addi %s, %a : i32""")
    return model.text(model.requantize(value, 4))


def chain16():
    model = Model(((32, 32), "i16"), ((32, 32), "i16"), ((32, 32), "i16"))
    return model.text(model.elementwise(model.inputs, "i16", """
%m = arith.muli %x0, %x1 : i16
%s = arith.constant 2 : i16
%t = arith.shrsi %m, %s : i16
%r = arith.addi %t, %x2 : i16"""))


def logic():
    model = Model(((16, 64), "i32"), ((16, 64), "i32"))
    return model.text(model.elementwise(model.inputs, "i32", """
%a = arith.xori %x0, %x1 : i32
%b = arith.andi %x0, %x1 : i32
%c = arith.cmpi slt, %a, %x1 : i32
%d = arith.select %c, %b, %a : i32
%r = arith.subi %d, %x0 : i32"""))


def wide_product():
    model = Model(((8, 32), "i32"), ((8, 32), "i32"))
    return model.text(model.elementwise(model.inputs, "i32", "%r = arith.muli %x0, %x1 : i32"))


def row_reduction(shape, kind, body, init):
    model = Model((shape, kind))
    return model.text(model.reduce(model.inputs, ROWS, (shape[0],), "i32", body, init))


def dots(shape):
    model = Model((shape, "i8"), (shape, "i8"))
    return model.text(model.reduce(model.inputs, ["d0, d1", "d0, d1", "d0"], (shape[0],), "i32", DOT))


def product(m, k, n):
    model = Model(((m, k), "i8"), ((k, n), "i8"))
    return model.text(model.matmul(*model.inputs))


def product_chain(m, *sizes):
    """A product per pair of neighbours of `sizes`."""
    model = Model(((m, sizes[0]), "i8"), *(((k, n), "i8") for k, n in zip(sizes, sizes[1:])))
    value = model.inputs[0]
    for weights in model.inputs[1:-1]:
        value = model.requantize(model.matmul(value, weights))
    return model.text(model.matmul(value, model.inputs[-1]))


def mlp(m, k, n):
    model = Model(((m, k), "i8"), ((k, n), "i8"), ((n,), "i32"))
    bias = model.elementwise([model.matmul(model.inputs[0], model.inputs[1]), model.inputs[2]], "i32", ADD,
                             ["d0, d1", "d1", "d0, d1"])
    return model.text(model.requantize(model.elementwise([bias], "i32", RELU)))


def transpose_add(shape):
    """a's rows meet the columns of a value that streams by rows."""
    model = Model((shape, "i32"), (shape[::-1], "i32"))
    first = model.elementwise([model.inputs[0], model.inputs[0]], "i32", ADD)
    total = model.reduce([first], ROWS, (shape[0],), "i32", "%r = arith.addi %o, %x0 : i32")
    result = model.elementwise([model.inputs[1], first, total], "i32",
                               "%t = arith.addi %x0, %x1 : i32\n%r = arith.subi %t, %x2 : i32",
                               ["d0, d1", "d1, d0", "d1", "d0, d1"])
    return model.text(result)


def product_of_columns(m, k, n):
    """x^T x: the second operand is read in another order."""
    model = Model(((m, k), "i8"), ((m, n), "i8"))
    a = model.elementwise([model.inputs[0]], "i8", "%o1 = arith.constant 1 : i8\n%r = arith.xori %x0, %o1 : i8")
    b = model.elementwise([model.inputs[1]], "i8", "%o1 = arith.constant 2 : i8\n%r = arith.xori %x0, %o1 : i8")
    result = model.generic([a, b], ["d2, d0", "d2, d1", "d0, d1"], ["parallel", "parallel", "reduction"], (k, n), "i32",
                           DOT, 0)
    return model.text(result)


def fork_join(shape):
    model = Model((shape, "i32"), (shape, "i32"))
    first = model.elementwise(model.inputs, "i32", ADD)
    total = model.reduce([first], ROWS, (shape[0],), "i32", "%r = arith.maxsi %o, %x0 : i32", -2147483648)
    return model.text(model.elementwise([first, total], "i32", "%r = arith.subi %x0, %x1 : i32",
                                        ["d0, d1", "d0", "d0, d1"]))


def residual(m, k):
    """x + W2 requantize(W1 x): the input takes two ways."""
    model = Model(((m, k), "i8"), ((k, k), "i8"), ((k, k), "i8"))
    first = model.elementwise([model.inputs[0]], "i8", "%s = arith.constant 1 : i8\n%r = arith.shrsi %x0, %s : i8")
    hidden = model.requantize(model.matmul(first, model.inputs[1]))
    second = model.matmul(hidden, model.inputs[2])
    return model.text(model.elementwise([first, second], "i32",
                                        "%w = arith.extsi %x0 : i8 to i32\n%r = arith.addi %w, %x1 : i32"))


def widen(shape):
    """Four times the bytes out that come in."""
    model = Model((shape, "i8"))
    return model.text(widened(model))


def widen_two_ways(shape):
    """A fork and a join whose ends both write."""
    model = Model((shape, "i8"))
    value = widened(model)
    high = model.elementwise([value], "i32", RELU)
    low = model.elementwise([value, high], "i32", "%r = arith.subi %x0, %x1 : i32")
    return model.text(high, low)


def widened(model):
    return model.elementwise(model.inputs, "i32", """
%w = arith.extsi %x0 : i8 to i32
%s = arith.constant 3 : i32
%r = arith.shli %w, %s : i32""")


def two_results(shape):
    model = Model((shape, "i32"), (shape, "i32"))
    total = model.elementwise(model.inputs, "i32", ADD)
    high = model.elementwise([total], "i32", RELU)
    low = model.elementwise([total, high], "i32", "%r = arith.subi %x0, %x1 : i32")
    return model.text(high, low)


# Of the options of compile: a board whose memory is too slow for what a design writes.
SLOW_MEMORY = "SLOW_MEMORY"


def designs():
    """(name, MLIR, options of compile) of each design. Those with `tile` and `unroll` show the scaling in lanes."""
    tiles = lambda tile, unroll: ["--default-tile-size", str(tile), "--overall-unroll-size", str(unroll)]
    maximum = "%w = arith.extsi %x0 : i8 to i32\n%r = arith.maxsi %o, %w : i32"
    return [
        ("add", add((16, 64)), tiles(16, 4)),
        ("add-wide", add((64, 512)), tiles(16, 64)),
        ("chain-int8", chain8(), tiles(16, 8)),
        ("chain-int16", chain16(), tiles(16, 16)),
        ("logic", logic(), tiles(16, 4)),
        ("product-int32", wide_product(), tiles(8, 4)),
        ("row-sum", row_reduction((32, 64), "i8", SUM8, 0), tiles(16, 1)),
        ("row-sum-int32", row_reduction((32, 64), "i32", "%r = arith.addi %o, %x0 : i32", 0), tiles(16, 4)),
        ("row-max", row_reduction((32, 64), "i8", maximum, -2147483648), tiles(16, 4)),
        ("dots", dots((32, 64)), tiles(16, 4)),
        ("product-1", product(16, 32, 16), tiles(16, 1)),
        ("product-4", product(16, 32, 32), tiles(16, 4)),
        ("product-16", product(16, 32, 32), tiles(16, 16)),
        # Products of 16 lanes each.
        ("product-32", product_chain(16, *[16] * 3), tiles(16, 64)),
        ("product-64", product_chain(16, *[16] * 5), tiles(16, 128)),
        ("product-128", product_chain(16, *[16] * 9), tiles(16, 256)),
        ("product-256", product_chain(16, *[16] * 17), tiles(16, 512)),
        ("product-chain", product_chain(16, 32, 32, 16), tiles(16, 16)),
        ("layer", mlp(16, 32, 32), tiles(16, 16)),
        ("transposed", transpose_add((32, 32)), tiles(16, 8)),
        ("columns", product_of_columns(32, 16, 32), tiles(16, 8)),
        ("fork-join", fork_join((32, 64)), tiles(16, 8)),
        ("residual", residual(16, 32), tiles(16, 32)),
        ("two-results", two_results((64, 512)), tiles(16, 64)),
        ("columns-wide", product_of_columns(16, 32, 32), tiles(16, 16)),
        ("two-ways", two_results((16, 64)), tiles(16, 8)),
        ("slow-write", widen((64, 256)), tiles(16, 64) + ["--device", SLOW_MEMORY]),
        ("slow-writes", widen_two_ways((64, 256)), tiles(16, 64) + ["--device", SLOW_MEMORY]),
    ]
