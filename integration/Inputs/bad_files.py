"""Everything around the model that a user can get wrong: options, devices, outputs, tensors, designs, interruptions. usage: FOLDER SOURCES"""
import glob
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import struct
import sys
import time
import zipfile

from expect_failure import Failures

failures = Failures(sys.argv[1])
sources = sys.argv[2]
model = os.path.join(sources, "examples/models/2mm/model.onnx")


device = json.load(open(os.path.join(sources, "devices/u55c.json")))


def archive(name, dtype, shape):
    """An .npz archive of one array with 64 bytes of data, whatever its header says."""
    header = "{'descr': '%s', 'fortran_order': False, 'shape': %s}" % (dtype, shape)
    header = header.ljust(117) + "\n"
    contents = io.BytesIO()
    with zipfile.ZipFile(contents, "w") as file:
        file.writestr(name + ".npy", b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode() + bytes(64))
    return contents.getvalue()


def wait_for(condition):
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.01)


def bad_device(case, change):
    copy = json.loads(json.dumps(device))
    change(copy)
    failures.compile(case, model, "--device", failures.write(case + ".json", json.dumps(copy)))


failures.compile("no-such-file", failures.path("nowhere.onnx"))
failures.compile("no-model", failures.write("model.txt", "a model"))
failures.compile("dim-malformed", model, "--dim", "batch")
failures.compile("dim-unknown", model, "--dim", "batch=4")
failures.compile("phase-unknown", model, "--to", "everything")
failures.compile("clock-too-fast", model, "--clock", "100000")
failures.compile("clock-negative", model, "--clock", "-5")
failures.compile("tile-of-nothing", model, "--token-tile-size", "0")
failures.compile("no-lanes", model, "--overall-unroll-size", "-1")
failures.compile("no-memory", model, "--max-converter-bytes", "1")
failures.compile("option-unknown", model, "--everything")

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
subprocess.run(["streamtensor", "compile", os.path.join(sources, "examples/models/mlp/model.onnx"), "-o", design], check=True, stdout=subprocess.DEVNULL,
               stderr=subprocess.DEVNULL)
failures.write("text.npz", "not an archive")
run = ["streamtensor", "run", design, "--outputs", failures.path("o.npz"), "--inputs"]
failures.expect("npz-text", run + [failures.path("text.npz")])
failures.expect("npz-missing", run + [failures.path("missing.npz")])
failures.expect("npz-wrong-names", run + [os.path.join(sources, "examples/models/2mm/inputs.npz")])
inputs = os.path.join(sources, "examples/models/mlp/inputs.npz")
failures.expect("outputs-full", ["streamtensor", "run", design, "--inputs", inputs, "--outputs", "/dev/full"])
failures.expect("no-compiler", ["streamtensor", "check", design, "--backend", "hls"],
                env={**os.environ, "CXX": "/nowhere/g++"})
shutil.rmtree(os.path.join(design, "hls", "build"), ignore_errors=True)

whole = open(inputs, "rb").read()
failures.expect("npz-truncated", run + [failures.write("truncated.npz", whole[:len(whole) // 2])])
failures.expect("npz-huge", run + [failures.write("huge.npz", archive("x", "<f4", (2**32, 2**32)))])
failures.expect("npz-object", run + [failures.write("object.npz", archive("x", "|O", (4,)))])
failures.expect("npz-shape", run + [failures.write("shape.npz", archive("x", "<f4", (4, 4)))])
failures.expect("npz-type", run + [failures.write("type.npz", archive("x", "<f8", (2, 4)))])
failures.expect("golden-missing", ["streamtensor", "check", design, "--golden", failures.path("nowhere.npz")])


def broken_design(case, damage, *options):
    copy = failures.path("broken")
    shutil.copytree(design, copy)
    damage(copy)
    failures.expect(case, ["streamtensor", "check", copy, *options])
    shutil.rmtree(copy)


def truncate(pattern, size):
    return lambda copy: os.truncate(glob.glob(os.path.join(copy, pattern))[0], size)


failures.expect("design-none", ["streamtensor", "check", failures.path("no-design")])
broken_design("design-json", truncate("design.json", 100))
broken_design("design-ir", truncate("ir/*-lower.mlir", 900))
broken_design("design-parameter", truncate("params/*", 10))
broken_design("design-no-hls", lambda copy: shutil.rmtree(os.path.join(copy, "hls")), "--backend", "hls")

# An interrupted compilation leaves the design that was there, and nothing else.
before = sorted(os.listdir(failures.folder))
for number in (signal.SIGINT, signal.SIGTERM):
    process = subprocess.Popen(["streamtensor", "compile", os.path.join(sources, "examples/models/gpt2-block/model.onnx"),
                                "-o", design, "--verify-each-stage"], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    wait_for(lambda: any(".writing-" in name for name in os.listdir(failures.folder)))
    process.send_signal(number)
    process.communicate()
    left = sorted(os.listdir(failures.folder))
    print("interrupted by %d: status %d%s" % (number, process.returncode, "" if left == before else " WRONG: %s" % left))

# An interrupted check ends the compiler and the simulation that it started, and removes their files.
scratch = failures.path("scratch")
os.makedirs(scratch)
process = subprocess.Popen(["streamtensor", "check", design, "--backend", "hls"], stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, env={**os.environ, "TMPDIR": scratch})
wait_for(lambda: os.path.isdir(os.path.join(design, "hls", "build")))
process.send_signal(signal.SIGINT)
process.communicate()
print("interrupted check: status %d" % process.returncode)
