"""MLIR files that cannot be compiled, one after the other. usage: bad_mlir.py FOLDER SOURCES MLIR-OPT"""
import os
import subprocess
import sys

from expect_failure import Failures

failures = Failures(sys.argv[1])


def bad(case, contents, *options, extension=".mlir"):
    failures.compile(case, failures.write(case + extension, contents), *options)


def function(body, arguments="%x: tensor<4xf32>", result="tensor<4xf32>"):
    return "func.func @main(%s) -> %s {\n%s}\n" % (arguments, result, body)


identity = function("  return %x : tensor<4xf32>\n")
bad("syntax", function("  return %y : tensor<4xf32>\n"))
bad("empty", "\n")
bad("binary", b"\0\1\2\3" * 20)
bad("truncated", function("  %0 = arith.addf %x, %x : tensor<4xf32>\n  return %0")[:-4])
bad("types-differ", function("  %0 = arith.addf %x, %y : tensor<4xf32>\n  return %0 : tensor<4xf32>\n",
                             "%x: tensor<4xf32>, %y: tensor<5xf32>"))
transpose = "  %%t = linalg.transpose ins(%%x : tensor<2x3xf32>) outs(%%o : tensor<3x2xf32>) permutation = %s\n"
for case, numbers in (("no-list", "1, 0]"), ("no-integers", "[1, %x]"), ("no-end", "[1, 0")):
    bad(case, function(transpose % numbers, "%x: tensor<2x3xf32>, %o: tensor<3x2xf32>", "tensor<3x2xf32>"))
for case, opening, closing in (("deep-attribute", "[", "]"), ("deep-type", "tuple<", ">"), ("deep-minus", "-", "")):
    nested = opening * 50000 + ("i32" if case == "deep-type" else "1") + closing * 50000
    bad(case, "#a = affine_map<(d0) -> (%s)>\n" % nested if case == "deep-minus" else
        "module attributes {a = %s} {\n%s}\n" % (nested, identity))
bad("deep-regions", "module {\n" * 50000 + "}\n" * 50000)
bad("no-attribute-name", function("  %0 = tosa.clamp %x {< = 6.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>\n"
                                  "  return %0 : tensor<4xf32>\n"))
bad("dialect", "func.func @main(%x: memref<4xf32>) {\n  return\n}\n")
bad("control-flow", function("  %0 = scf.if %c -> tensor<4xf32> {\n    scf.yield %x : tensor<4xf32>\n  } else {\n"
                             "    %1 = math.exp %x : tensor<4xf32>\n    scf.yield %1 : tensor<4xf32>\n  }\n"
                             "  return %0 : tensor<4xf32>\n", "%x: tensor<4xf32>, %c: i1"))
bad("dynamic", function("  %0 = math.exp %x : tensor<?x4xf32>\n  return %0 : tensor<?x4xf32>\n", "%x: tensor<?x4xf32>",
                        "tensor<?x4xf32>"))
huge = "tensor<2147483648x2147483648x2147483648xf32>"
bad("huge", function("  %%0 = math.exp %%x : %s\n  return %%0 : %s\n" % (huge, huge), "%x: " + huge, huge))
bad("two-functions", identity.replace("main", "a") + identity.replace("main", "b"))
bad("two-of-one-name", identity * 2)
bad("arguments-of-one-name", function("  %0 = arith.addf %x, %y : tensor<4xf32>\n  return %0 : tensor<4xf32>\n",
                                      "%x: tensor<4xf32> {st.name = \"a\"}, %y: tensor<4xf32> {st.name = \"a\"}"))
bad("entry-unknown", identity, "--entry", "other")
weights = "  %%c = arith.constant %s : tensor<4xf32>\n  %%0 = arith.addf %%x, %%c : tensor<4xf32>\n" \
          "  return %%0 : tensor<4xf32>\n"
bad("nan-weight", function(weights % "dense<[1.0, 0x7FC00000, 1.0, 2.0]>"))
resource = "{-# dialect_resources: { builtin: { w: \"%s\" } } #-}\n"
bad("nan-resource", function(weights % "dense_resource<w>") +
    resource % ("0x04000000" + "0000803F" * 2 + "0000C07F" + "0000803F"))
bad("short-resource", function(weights % "dense_resource<w>") + resource % "0x040000000000")
bad("no-resource", function(weights % "dense_resource<w>"))

program = os.path.join(sys.argv[2], "examples/models/2mm/model.mlir")
bytecode = subprocess.run([sys.argv[3], program, "--emit-bytecode"], check=True, stdout=subprocess.PIPE).stdout
bad("bytecode-truncated", bytecode[:len(bytecode) // 2], extension=".mlirbc")
# A version of the future, and an index that leads nowhere.
bad("bytecode-version", bytecode[:4] + b"\xff" + bytecode[5:], extension=".mlirbc")
bad("bytecode-corrupt", bytecode[:-60] + b"\xff" * 60, extension=".mlirbc")
