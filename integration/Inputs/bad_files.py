"""Everything but ONNX that a user can get wrong: MLIR, devices, outputs, tensors, interruptions. usage: FOLDER SOURCES"""
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time

from expect_failure import Failures

failures = Failures(sys.argv[1])
sources = sys.argv[2]
model = os.path.join(sources, "examples/models/2mm/model.onnx")


def bad_mlir(case, text, *options):
    failures.compile(case, failures.write(case + ".mlir", text), *options)


bad_mlir("mlir-syntax", "func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {\n  return %y : tensor<4xf32>\n}\n")
bad_mlir("mlir-empty", "\n")
bad_mlir("mlir-no-list", "func.func @main(%x: tensor<2x3xf32>, %o: tensor<3x2xf32>) -> tensor<3x2xf32> {\n"
         "  %t = linalg.transpose ins(%x : tensor<2x3xf32>) outs(%o : tensor<3x2xf32>) permutation = 1, 0]\n"
         "  return %t : tensor<3x2xf32>\n}\n")
bad_mlir("mlir-dialect", "func.func @main(%x: memref<4xf32>) {\n  return\n}\n")

device = json.load(open(os.path.join(sources, "devices/u55c.json")))


def bad_device(case, change):
    copy = json.loads(json.dumps(device))
    change(copy)
    failures.compile(case, model, "--device", failures.write(case + ".json", json.dumps(copy)))


failures.compile("device-unknown", model, "--device", "nowhere")
failures.compile("device-truncated", model, "--device", failures.write("device-truncated.json", "{ \"schema\": "))
bad_device("device-schema", lambda d: d.update(schema="other"))
bad_device("device-clock", lambda d: d["clock"].update(max_mhz=-1))
bad_device("device-field", lambda d: d.update(colour="red"))
bad_device("device-die", lambda d: d["dies"][0]["available"].update(dsp=10**9))

failures.write("taken", "years of work")
failures.expect("output-is-a-file", ["streamtensor", "compile", model, "-o", failures.path("taken")])
failures.expect("output-read-only", ["streamtensor", "compile", model, "-o", "/proc/design"])
failures.expect("file-too-large", ["streamtensor", "compile", model, "-o", failures.path("out")],
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)))
failures.expect("standard-output-full", ["bash", "-c", "streamtensor phases > /dev/full"])

design = failures.path("design")
subprocess.run(["streamtensor", "compile", model, "-o", design], check=True, stdout=subprocess.DEVNULL,
               stderr=subprocess.DEVNULL)
failures.write("text.npz", "not an archive")
run = ["streamtensor", "run", design, "--outputs", failures.path("o.npz"), "--inputs"]
failures.expect("npz-text", run + [failures.path("text.npz")])
failures.expect("npz-missing", run + [failures.path("missing.npz")])
failures.expect("npz-wrong-names", run + [os.path.join(sources, "examples/models/mlp/inputs.npz")])
inputs = os.path.join(sources, "examples/models/2mm/inputs.npz")
failures.expect("outputs-full", ["streamtensor", "run", design, "--inputs", inputs, "--outputs", "/dev/full"])
failures.expect("no-compiler", ["streamtensor", "check", design, "--backend", "hls"],
                env={**os.environ, "CXX": "/nowhere/g++"})
shutil.rmtree(os.path.join(design, "hls", "build"), ignore_errors=True)

# An interrupted compilation leaves the design that was there, and nothing else.
before = sorted(os.listdir(failures.folder))
for number in (signal.SIGINT, signal.SIGTERM):
    process = subprocess.Popen(["streamtensor", "compile", os.path.join(sources, "examples/models/gpt2-block/model.onnx"),
                                "-o", design, "--verify-each-stage"], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    # The first phase is reported: the folder is being written.
    process.stderr.readline()
    process.send_signal(number)
    process.communicate()
    left = sorted(os.listdir(failures.folder))
    print("interrupted by %d: status %d%s" % (number, process.returncode, "" if left == before else " WRONG: %s" % left))
