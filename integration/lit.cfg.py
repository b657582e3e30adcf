import os

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
config.substitutions.append(("%scripts", config.st_source_dir + "/scripts"))
config.substitutions.append(("%inputs", config.st_source_dir + "/integration/Inputs"))
