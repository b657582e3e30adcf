"""Holds a document to the compiler: runs its ```sh blocks, then compares its ```mlir blocks with what they produced.

usage: run_rationale.py DOCUMENT

The line before a block of IR names the file: <!-- in build/rationale/ir/04-fuse.mlir -->. Each line of the block must
be a line of the file, in this order; `...` stands for any text inside a line, and a line of `...` for any lines.
Spaces at the ends do not count, nor do the numbers of values that the document leaves out by `...`.
"""
import pathlib
import re
import subprocess
import sys

document = pathlib.Path(sys.argv[1]).resolve()
root = document.parent.parent
text = document.read_text()

for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
    subprocess.run(["bash", "-euo", "pipefail", "-c", block], check=True, cwd=root)

excerpts = re.findall(r"^<!-- in (\S+) -->\n```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
if not excerpts or len(excerpts) != len(re.findall(r"^```(?:mlir|cpp)", text, re.MULTILINE)):
    sys.exit(f"{document} shows IR that no file is named for")
status = 0
for name, excerpt in excerpts:
    lines = iter((root / name).read_text().splitlines())
    for expected in excerpt.splitlines():
        if expected.strip() in ("", "..."):
            continue
        pattern = ".*".join(re.escape(piece) for piece in expected.strip().split("..."))
        if not any(re.fullmatch(pattern, line.strip()) for line in lines):
            print(f"{document.name}: {name} has no line, after those before, like: {expected.strip()}")
            status = 1
            break
sys.exit(status)
