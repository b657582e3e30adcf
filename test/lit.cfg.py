import os

import lit.formats

config.name = "StreamTensor"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = config.st_binary_dir + "/test"
# The project's tools, then FileCheck, not and split-file.
config.environment["PATH"] = os.pathsep.join([config.st_binary_dir + "/bin", config.llvm_tools_dir, os.environ["PATH"]])
config.substitutions.append(("%examples", config.st_source_dir + "/examples/models"))
config.substitutions.append(("%devices", config.st_source_dir + "/devices"))
config.environment["FILECHECK_OPTS"] = "--enable-var-scope"
