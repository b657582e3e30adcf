// The example models, imported and run through MLIR's own lowering, against
// PyTorch's outputs.

#include "Import/Mlir/ImportMlir.h"
#include "Import/Onnx/ImportOnnx.h"
#include "Jit.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace st;

namespace {

std::string modelPath(llvm::StringRef name, llvm::StringRef file) {
  return (llvm::StringRef(ST_SOURCE_DIR) + "/examples/models/" + name + "/" + file).str();
}

NamedArrays read(llvm::StringRef name, llvm::StringRef file) {
  auto arrays = readNpz(modelPath(name, file));
  EXPECT_TRUE(bool(arrays)) << llvm::toString(arrays.takeError());
  return arrays ? *arrays : NamedArrays();
}

/// max |a-b| / max |b|.
double relativeError(const Array &actual, const Array &expected) {
  double error = 0, largest = 0;
  for (auto [a, b] : llvm::zip_equal(actual.as<float>(), expected.as<float>())) {
    // Written so that NaN counts as an error.
    if (!(std::fabs(a - b) <= error))
      error = std::fabs(a - b);
    largest = std::max<double>(largest, std::fabs(b));
  }
  return error / largest;
}

void expectEqual(const NamedArrays &actual, const NamedArrays &golden) {
  ASSERT_EQ(actual.size(), golden.size());
  for (auto &[name, expected] : golden) {
    ASSERT_TRUE(actual.count(name)) << name;
    ASSERT_EQ(actual.at(name).shape, expected.shape);
    EXPECT_LE(relativeError(actual.at(name), expected), 1e-5) << name;
  }
}

class Models : public ::testing::TestWithParam<const char *> {};

TEST_P(Models, OnnxGivesPyTorchsNumbers) {
  auto context = st::testing::makeJitContext();
  auto module = importOnnx(modelPath(GetParam(), "model.onnx"), {}, context.get());
  ASSERT_TRUE(bool(module));
  auto results = st::testing::runOnHost(*module, read(GetParam(), "inputs.npz"));
  ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
  expectEqual(*results, read(GetParam(), "golden.npz"));
}

INSTANTIATE_TEST_SUITE_P(Import, Models, ::testing::Values("2mm", "2mm-ragged", "3mm", "mlp", "gpt2-block"),
                         [](const auto &info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

class MlirModels : public ::testing::TestWithParam<const char *> {};

TEST_P(MlirModels, LinalgGivesPyTorchsNumbers) {
  auto context = st::testing::makeJitContext();
  auto module = importMlir(modelPath(GetParam(), "model.mlir"), {}, context.get());
  ASSERT_TRUE(bool(module));
  auto results = st::testing::runOnHost(*module, read(GetParam(), "inputs-mlir.npz"));
  ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
  expectEqual(*results, read(GetParam(), "golden-mlir.npz"));
}

INSTANTIATE_TEST_SUITE_P(Import, MlirModels, ::testing::Values("2mm", "3mm"));

} // namespace
