"""ONNX files that cannot be compiled, one after the other. usage: bad_onnx.py FOLDER"""
import math
import os
import sys

from expect_failure import Failures
from onnx_writer import FLOAT, field, graph, message, model, node, tensor, value

failures = Failures(sys.argv[1])


def one(nodes, weights=(), inputs=None, **options):
    inputs = inputs if inputs is not None else [value("x", [4, 4])]
    return model(graph(nodes, inputs, [value("y", [4, 4])], weights), **options)


def bad(case, contents, *options):
    failures.compile(case, failures.write(case + ".onnx", contents), *options)


good = one([node("Add", ["x", "w"], ["y"], "add")], [tensor("w", [4], [1.0] * 4)])
bad("empty", b"")
bad("text", b"this is not a model\n" * 10)
bad("truncated", good[:-7])
bad("garbage-after", good + b"\xff\xff\xff")
bad("no-graph", message((1, 8)))

relu = node("Relu", ["x"], ["y"], "relu")
bad("opset-too-new", one([relu], opset=99))
bad("opset-missing", one([relu], opset=None))
bad("opset-negative", one([relu], opset=-5))
bad("dynamic-axis", one([relu], inputs=[value("x", ["batch", 4])]))
bad("wrong-dim", one([relu], inputs=[value("x", ["batch", 4])]), "--dim", "bacth=4")
bad("huge-input", one([relu], inputs=[value("x", [2**31, 2**31])]))
bad("overflowing-input", one([relu], inputs=[value("x", [2**62, 2**62])]))
bad("negative-weight", one([node("Add", ["x", "w"], ["y"])], [tensor("w", [-3], [1.0])]))
bad("huge-weight", one([node("Add", ["x", "w"], ["y"])], [tensor("w", [2**62, 8], [1.0])]))
bad("short-weight", one([node("Add", ["x", "w"], ["y"])], [tensor("w", [4], [1.0])]))
bad("nan-weight", one([node("Add", ["x", "w"], ["y"])], [tensor("w", [4], [1.0, math.nan, 1.0, 1.0])]))
bad("outside", one([node("Add", ["x", "w"], ["y"])], [tensor("w", [4], external={"location": "../secret.bin"})]))
bad("absolute", one([node("Add", ["x", "w"], ["y"])], [tensor("w", [4], external={"location": "/etc/passwd"})]))
bad("external-missing", one([node("Add", ["x", "w"], ["y"])], [tensor("w", [4], external={"location": "no.bin"})]))
failures.write("short.bin", b"1234")
os.makedirs(failures.path("elsewhere"))
os.makedirs(failures.path("model"))
failures.write("elsewhere/weight.bin", b"0" * 16)
os.symlink("../elsewhere/weight.bin", failures.path("model/weight.bin"))
linked = tensor("w", [4], external={"location": "weight.bin"})
bad("model/link-outside", one([node("Add", ["x", "w"], ["y"])], [linked]))
bad("offset-negative", one([node("Add", ["x", "w"], ["y"])],
                           [tensor("w", [4], external={"location": "short.bin", "offset": "-4"})]))
bad("external-short", one([node("Add", ["x", "w"], ["y"])], [tensor("w", [4], external={"location": "short.bin"})]))

bad("cyclic", one([node("Add", ["x", "b"], ["a"], "first"), node("Relu", ["a"], ["b"], "second"),
                   node("Relu", ["a"], ["y"], "third")]))
bad("computed-twice", one([relu, node("Neg", ["x"], ["y"], "again")]))
bad("weights-of-one-name", one([node("Add", ["x", "w"], ["y"])], [tensor("w", [4], [1.0] * 4)] * 2))
bad("inputs-of-one-name", one([relu], inputs=[value("x", [4, 4])] * 2))
bad("outputs-of-one-name", model(graph([relu], [value("x", [4, 4])], [value("y", [4, 4])] * 2)))
bad("no-outputs", model(graph([relu], [value("x", [4, 4])], [])))
bad("no-shape", one([relu], inputs=[message((1, "x"), (2, message((1, message((1, FLOAT))))))]))
bad("text-input", one([relu], inputs=[value("x", [4, 4], dtype=8)]))
number = message((2, 7), (7, 2**40), (8, "n"))
length = node("Constant", [], ["n"], "length", [message((1, "value"), (5, number), (20, 4))])
bad("endless-window", one([length, node("HannWindow", ["n"], ["y"], "window")], opset=17))
bad("undefined-operand", one([node("Add", ["x", "nowhere"], ["y"], "add")]))
bad("shapes-differ", one([node("Add", ["x", "w"], ["y"], "add")], [tensor("w", [5], [1.0] * 5)]))
bad("unsupported", one([node("Fancy", ["x"], ["y"], "fancy", domain="my.ops")], domains=["my.ops"]))

nested = graph([relu], [], [value("y", [4, 4])])
for depth in range(3000):
    branch = message((1, "then_branch"), (6, nested), (20, 5))
    nested = graph([node("If", ["x"], ["y"], "if", [branch])], [], [value("y", [4, 4])])
bad("deep-nesting", model(nested))

# Functions that call each other twice, thirty deep: 2^30 nodes in a kilobyte.
functions = b""
for depth in range(30):
    inner = node("Relu" if depth == 29 else "F%d" % (depth + 1), ["a"], ["m"], domain="" if depth == 29 else "f")
    outer = node("Relu" if depth == 29 else "F%d" % (depth + 1), ["m"], ["b"], domain="" if depth == 29 else "f")
    opsets = [(9, message((1, ""), (2, 13))), (9, message((1, "f"), (2, 1)))]
    functions += field(25, message((1, "F%d" % depth), (4, "a"), (5, "b"), (7, inner), (7, outer), *opsets, (10, "f")))
bad("exploding-functions", one([node("F0", ["x"], ["y"], "call", domain="f")], domains=["f"]) + functions)

bad("larger-than-the-device", one([relu], inputs=[value("x", [2**18, 2**18])]))
