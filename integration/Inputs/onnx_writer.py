"""Writes ONNX files with the standard library alone, also such as no exporter would: fields go out as they are given."""
import struct

FLOAT, INT64 = 1, 7


def varint(number):
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, value):
    """A field of a message: an int as varint, a float as 32 bits, text, bytes and messages by length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def message(*fields):
    return b"".join(field(number, value) for number, value in fields)


def node(op, inputs, outputs, name="", attributes=(), domain=""):
    fields = [(1, i) for i in inputs] + [(2, o) for o in outputs] + [(3, name)] * bool(name) + [(4, op)]
    return message(*fields, *[(5, a) for a in attributes], *[(7, domain)] * bool(domain))


def value(name, shape, dtype=FLOAT):
    """An input or output; a dimension is a number or the name of a dynamic axis."""
    dims = [(1, message((1, d) if isinstance(d, int) else (2, d))) for d in shape]
    return message((1, name), (2, message((1, message((1, dtype), (2, message(*dims)))))))


def tensor(name, shape, data=None, dtype=FLOAT, external=None):
    fields = [(1, d) for d in shape] + [(2, dtype), (8, name)]
    if data is not None:
        fields.append((9, struct.pack("<%df" % len(data), *data)))
    if external is not None:
        fields += [(13, message((1, k), (2, v))) for k, v in external.items()] + [(14, 1)]
    return message(*fields)


def graph(nodes, inputs, outputs, weights=(), infos=()):
    return message(*[(1, n) for n in nodes], (2, "graph"), *[(5, w) for w in weights], *[(11, i) for i in inputs],
                   *[(12, o) for o in outputs], *[(13, i) for i in infos])


def model(graph_bytes, opset=13, domains=()):
    opsets = [] if opset is None else [(8, message((1, ""), (2, opset)))]
    return message((1, 8), *opsets, *[(8, message((1, d), (2, 1))) for d in domains], (7, graph_bytes))
