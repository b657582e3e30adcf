"""Runs every ```sh block of a document, in order, in the project's folder; stops at the first that fails."""
import os
import re
import subprocess
import sys

document = sys.argv[1]
with open(document) as file:
    blocks = re.findall(r"^```sh\n(.*?)^```", file.read(), re.MULTILINE | re.DOTALL)
if not blocks:
    sys.exit(f"{document} has no commands")
for block in blocks:
    print(block, flush=True)
    subprocess.run(["bash", "-euo", "pipefail", "-c", block], check=True,
                   cwd=os.path.join(os.path.dirname(document), ".."))
