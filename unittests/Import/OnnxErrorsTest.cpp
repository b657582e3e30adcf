// What a user is told about a model that cannot be imported, and what an
// imported one looks like.

#include "../Support/TemporaryFolder.h"
#include "Import/Onnx/ImportOnnx.h"
#include "Support/FileSystem.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Diagnostics.h"

#include "llvm/Support/FileSystem.h"

#include "gtest/gtest.h"

#include <onnx/defs/parser.h>
#include <onnx/onnx_pb.h>

#include <cmath>

using namespace st;

namespace {

class ImportOnnxTest : public ::testing::Test {
protected:
  std::string serialize(const char *text) {
    onnx::ModelProto model;
    onnx::OnnxParser parser(text);
    EXPECT_TRUE(parser.Parse(model).IsOK()) << text;
    return model.SerializeAsString();
  }

  /// Imports a model in ONNX's text syntax; `opset` is its operator set.
  mlir::OwningOpRef<mlir::ModuleOp> import(const std::string &graph, const OnnxImportOptions &options = {},
                                           int opset = 17) {
    std::string text = "<ir_version: 8, opset_import: [\"\" : " + std::to_string(opset) + "]>\n" + graph;
    return importBytes(serialize(text.c_str()), options);
  }

  mlir::OwningOpRef<mlir::ModuleOp> importBytes(llvm::StringRef bytes, const OnnxImportOptions &options = {}) {
    EXPECT_FALSE(bool(writeFile(path, bytes)));
    return importFile(path, options);
  }

  mlir::OwningOpRef<mlir::ModuleOp> importFile(llvm::StringRef file, const OnnxImportOptions &options = {}) {
    messages.clear();
    mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
      messages += diagnostic.str() + "\n";
      return mlir::success();
    });
    return importOnnx(file, options, &context);
  }

  void expectError(const mlir::OwningOpRef<mlir::ModuleOp> &module, llvm::StringRef part) {
    EXPECT_FALSE(bool(module));
    EXPECT_NE(messages.find(part.str()), std::string::npos) << messages;
  }

  template <typename Op> unsigned count(mlir::ModuleOp module) {
    unsigned number = 0;
    module.walk([&](Op) { ++number; });
    return number;
  }

  st::testing::TemporaryFolder folder;
  std::string path = folder.path("model.onnx");
  mlir::MLIRContext context;
  std::string messages;
};

TEST_F(ImportOnnxTest, MissingFile) {
  expectError(importFile(folder.path("missing.onnx")), "missing.onnx: cannot be read");
}

TEST_F(ImportOnnxTest, NotAModel) {
  expectError(importBytes(""), "is empty");
  expectError(importBytes("\x89PNG not a model"), "is not an ONNX model or is truncated; export it again");
}

TEST_F(ImportOnnxTest, EveryTruncationIsAnError) {
  auto file = readFile(std::string(ST_SOURCE_DIR) + "/examples/models/mlp/model.onnx");
  ASSERT_TRUE(bool(file)) << llvm::toString(file.takeError());
  llvm::StringRef whole = (*file)->getBuffer();
  for (size_t size = 0; size < whole.size(); size += whole.size() / 50) {
    EXPECT_FALSE(bool(importBytes(whole.take_front(size)))) << "first " << size << " bytes";
    EXPECT_NE(messages.find("model.onnx"), std::string::npos) << messages;
  }
  EXPECT_TRUE(bool(importBytes(whole))) << messages;
}

TEST_F(ImportOnnxTest, UnsupportedOperators) {
  auto module = import("g (float[2] x) => (float[2] y) { t = Relu(x)\n u = "
                       "RandomNormalLike(t)\n v = RandomNormalLike(u)\n y = Bernoulli(v) }");
  expectError(module, "node RandomNormalLike computing 'u': this operator is not supported "
                      "(2 nodes); rewrite the model");
  expectError(module, "node Bernoulli computing 'y': this operator is not supported (1 node)");
}

TEST_F(ImportOnnxTest, OperatorSet) {
  expectError(import("g (float[2] x) => (float[2] y) { y = Relu(x) }", {}, 18),
              "uses operator set 18, supported are 1 to 17; export it with "
              "opset_version=17");
}

TEST_F(ImportOnnxTest, InvalidGraph) {
  expectError(import("g (float[2] x) => (float[2] y) { y = Relu(z) }"), "is not a valid model");
  expectError(import("g (float[2] x) => (float[2] y) { y = Add(x) }"), "is not a valid model");
}

TEST_F(ImportOnnxTest, ShapesThatDoNotFit) {
  expectError(import("g (float[2,3] x, float[4] y) => (float[2,3] z) { z = Add(x, y) }"),
              "node Add computing 'z': shape 4 of 'y' does not broadcast with 2x3");
  expectError(import("g (float[2,3] x, float[4,5] y) => (float[2,5] z) { z = "
                     "MatMul(x, y) }"),
              "node MatMul computing 'z': shapes 2x3 and 4x5 do not multiply");
}

TEST_F(ImportOnnxTest, RunTimeShape) {
  expectError(import("g (float[2,3] x, int64[2] s) => (float[3,2] y) { y = "
                     "Reshape(x, s) }"),
              "its target shape 's' depends on run-time data");
  OnnxImportOptions options;
  int64_t shape[] = {3, -1};
  options.fixedInputs["s"] = Array{"i64", {2}, std::vector<char>((char *)shape, (char *)(shape + 2))};
  auto module = import("g (float[2,3] x, int64[2] s) => (float[3,2] y) { y = Reshape(x, s) }", options);
  ASSERT_TRUE(bool(module)) << messages;
  auto main = module->lookupSymbol<mlir::func::FuncOp>("main");
  EXPECT_EQ(main.getNumArguments(), 1u);
  EXPECT_EQ(main.getResultTypes()[0], mlir::RankedTensorType::get({3, 2}, mlir::Float32Type::get(&context)));
}

TEST_F(ImportOnnxTest, SymbolicDimension) {
  const char *graph = "g (float[N,3] x) => (float[N,3] y) { y = Relu(x) }";
  expectError(import(graph), "input 'x' has the symbolic dimension 'N' (axis 0); give "
                             "it a size with --dim N=VALUE");
  OnnxImportOptions options;
  options.dims["N"] = 5;
  auto module = import(graph, options);
  ASSERT_TRUE(bool(module)) << messages;
  auto main = module->lookupSymbol<mlir::func::FuncOp>("main");
  EXPECT_EQ(main.getArgumentTypes()[0], mlir::RankedTensorType::get({5, 3}, mlir::Float32Type::get(&context)));
}

TEST_F(ImportOnnxTest, DimsThatDoNotFit) {
  const char *graph = "g (float[N,3] x) => (float[N,3] y) { y = Relu(x) }";
  OnnxImportOptions options;
  options.dims["M"] = 5;
  options.dims["N"] = 5;
  expectError(import(graph, options), "has no dynamic axis 'M'; its dynamic axes are N");
  options.dims.clear();
  options.dims["x.1"] = 4;
  options.dims["N"] = 5;
  expectError(import(graph, options), "input 'x' has dimension 1 of size 3, --dim x.1=4 cannot change it");
  options.dims.clear();
  options.dims["N"] = int64_t(1) << 62;
  expectError(import(graph, options), "more than 2^40 elements");
}

TEST_F(ImportOnnxTest, UnnamedDimension) {
  const char *graph = "g (float[?,3] x) => (float[?,3] y) { y = Relu(x) }";
  expectError(import(graph), "input 'x' has an unnamed dynamic dimension 0; give it a size with --dim x.0=VALUE");
  OnnxImportOptions options;
  options.dims["x.0"] = 5;
  auto module = import(graph, options);
  ASSERT_TRUE(bool(module)) << messages;
  auto main = module->lookupSymbol<mlir::func::FuncOp>("main");
  EXPECT_EQ(main.getArgumentTypes()[0], mlir::RankedTensorType::get({5, 3}, mlir::Float32Type::get(&context)));
}

TEST_F(ImportOnnxTest, WeightThatIsNotANumber) {
  auto module = import("g (float[2] x) => (float[2] y) <float[2] w = {1.0, 2.0}> { y = Add(x, w) }");
  ASSERT_TRUE(bool(module)) << messages;
  EXPECT_EQ(messages, "");
  onnx::ModelProto model;
  model.ParseFromString(serialize("<ir_version: 8, opset_import: [\"\" : 17]> g (float[2] x) => (float[2] y) "
                                  "<float[2] w = {1.0, 2.0}> { y = Add(x, w) }"));
  model.mutable_graph()->mutable_initializer(0)->set_float_data(1, std::nanf(""));
  expectError(importBytes(model.SerializeAsString()), "weight 'w' holds NaN (element 1)");
}

TEST_F(ImportOnnxTest, NamesThatAreUsedTwice) {
  onnx::ModelProto model;
  model.ParseFromString(serialize("<ir_version: 8, opset_import: [\"\" : 17]> g (float[2] x) => (float[2] y) "
                                  "<float[2] w = {1.0, 2.0}> { y = Add(x, w) }"));
  *model.mutable_graph()->add_initializer() = model.graph().initializer(0);
  expectError(importBytes(model.SerializeAsString()), "");
  EXPECT_NE(messages, "");
  expectError(import("g (float[2] x) => (float[2] y) { y = Relu(x)\n y = Neg(x) }"), "is not a valid model");
}

TEST_F(ImportOnnxTest, CyclicGraph) {
  expectError(import("g (float[2] x) => (float[2] y) { y = Add(x, z)\n z = Neg(y) }"), "is not a valid model");
}

TEST_F(ImportOnnxTest, ShapesThatAreTooLarge) {
  expectError(
      import("g (float[1048576,1048576] x) => (float[a,b] y) { r = Constant <value = int64[2] {1048576, 1}> ()\n"
             " y = Tile(x, r) }"),
      "has more than 2^40 elements");
  expectError(import("g (float[1048576,1] x, float[1,1048576] y) => (float[a,b,c] z) { m = MatMul(x, y)\n"
                     " r = Constant <value = int64[3] {1048576, 1048576, 1048576}> ()\n z = Expand(m, r) }"),
              "has more than 2^40 elements");
  expectError(import("g (float[1,1,8,8] x) => (float[a,b,c,d] y) "
                     "{ y = MaxPool <kernel_shape = [2, 2], pads = [9223372036854775807, 0, 0, 0]> (x) }"),
              "pads holds 9223372036854775807");
  expectError(import("g (float[1,1,8,8] x) => (float[a,b,c,d] y) { y = MaxPool <kernel_shape = [20, 2]> (x) }"),
              "its window spans 20 of a dimension of 8");
}

TEST_F(ImportOnnxTest, DataOutsideTheFolder) {
  onnx::ModelProto model;
  model.ParseFromString(serialize("<ir_version: 8, opset_import: [\"\" : 17]> g (float[2] x, "
                                  "float[2] w) => (float[2] y) { y = Add(x, w) }"));
  onnx::TensorProto &weight = *model.mutable_graph()->add_initializer();
  weight.set_name("w");
  weight.set_data_type(onnx::TensorProto::FLOAT);
  weight.add_dims(2);
  weight.set_data_location(onnx::TensorProto::EXTERNAL);
  onnx::StringStringEntryProto &location = *weight.add_external_data();
  location.set_key("location");
  st::testing::TemporaryFolder other;
  ASSERT_FALSE(bool(writeFile(other.path("secret.bin"), "12345678")));
  for (std::string place :
       {other.path("secret.bin"), std::string("../secret.bin"), std::string("a/../../secret.bin")}) {
    location.set_value(place);
    EXPECT_FALSE(bool(importBytes(model.SerializeAsString()))) << place;
    EXPECT_NE(messages, "");
  }
  ASSERT_FALSE(bool(llvm::sys::fs::create_link(other.path("secret.bin"), folder.path("link.bin"))));
  location.set_value("link.bin");
  expectError(importBytes(model.SerializeAsString()), "is a link to a file outside the model's folder");
}

/// Operators that ONNX defines by simpler ones, and functions of the model, leave nothing of their own.
TEST_F(ImportOnnxTest, FunctionsAreInlined) {
  std::string text = "<ir_version: 8, opset_import: [\"\" : 17, \"own\" : 1]>\n"
                     "g (float[2,3] x) => (float[2,3] y) { t = own.twice(x)\n y = own.twice(t) }\n"
                     "<opset_import: [\"\" : 17], domain: \"own\"> twice (a) => (b) { c = Neg(a)\n b = Sub(a, c) }";
  auto module = importBytes(serialize(text.c_str()));
  ASSERT_TRUE(bool(module)) << messages;
  EXPECT_EQ(count<mlir::linalg::GenericOp>(*module), 4u);
}

TEST_F(ImportOnnxTest, WindowsAreReadThroughSums) {
  auto module = import("g (float[1,4,9,9] x, float[6,2,3,3] w) => (float[1,6,5,5] y) "
                       "{ y = Conv <group = 2, strides = [2, 2], pads = [1, 1, 1, 1]> (x, w) }");
  ASSERT_TRUE(bool(module)) << messages;
  std::string maps;
  module->walk([&](mlir::linalg::GenericOp op) { llvm::raw_string_ostream(maps) << op.getIndexingMapsArray()[0]; });
  EXPECT_EQ(maps, "(d0, d1, d2, d3, d4, d5, d6, d7) -> (d0, d1 * 2 + d5, d3 * 2 + d6, d4 * 2 + d7)");
  EXPECT_EQ(count<mlir::tensor::PadOp>(*module), 1u);
  EXPECT_EQ(count<mlir::tensor::CollapseShapeOp>(*module), 1u);
}

TEST_F(ImportOnnxTest, WeightOfTheWrongSize) {
  onnx::ModelProto model;
  model.ParseFromString(serialize("<ir_version: 8, opset_import: [\"\" : 17]> g (float[2] x, "
                                  "float[2] w) => (float[2] y) { y = Add(x, w) }"));
  onnx::TensorProto &weight = *model.mutable_graph()->add_initializer();
  weight.set_name("w");
  weight.set_data_type(onnx::TensorProto::FLOAT);
  weight.add_dims(2);
  weight.set_raw_data("only7by");
  expectError(importBytes(model.SerializeAsString()), "weight 'w' has 7 bytes where its shape 2 needs 8");
  weight.clear_raw_data();
  weight.set_data_location(onnx::TensorProto::EXTERNAL);
  onnx::StringStringEntryProto &location = *weight.add_external_data();
  location.set_key("location");
  location.set_value("weights.bin");
  ASSERT_FALSE(bool(writeFile(folder.path("weights.bin"), "1234567")));
  expectError(importBytes(model.SerializeAsString()), "weight 'w' needs 8 bytes at offset 0 of");
  ASSERT_FALSE(bool(writeFile(folder.path("weights.bin"), "12345678")));
  EXPECT_TRUE(bool(importBytes(model.SerializeAsString()))) << messages;
  location.set_value("../weights.bin");
  importBytes(model.SerializeAsString());
  EXPECT_NE(messages, "");
}

TEST_F(ImportOnnxTest, NamesAndLocations) {
  auto module = importFile(std::string(ST_SOURCE_DIR) + "/examples/models/mlp/model.onnx");
  ASSERT_TRUE(bool(module)) << messages;
  auto main = module->lookupSymbol<mlir::func::FuncOp>("main");
  EXPECT_EQ(main.getArgAttrOfType<mlir::StringAttr>(0, "st.name").getValue(), "x");
  EXPECT_EQ(main.getResultAttrOfType<mlir::StringAttr>(0, "st.name").getValue(), "output");
  bool found = false;
  module->walk([&](mlir::linalg::GenericOp op) {
    auto name = mlir::dyn_cast<mlir::NameLoc>(op.getLoc());
    found |= name && name.getName() == "/fc1/Gemm";
  });
  EXPECT_TRUE(found);
}

/// Shape arithmetic, masks and scalars are gone; weights share the file's
/// bytes.
TEST_F(ImportOnnxTest, TransformerBlockIsTensorsOnly) {
  auto module = importFile(std::string(ST_SOURCE_DIR) + "/examples/models/gpt2-block/model.onnx");
  ASSERT_TRUE(bool(module)) << messages;
  unsigned resources = 0;
  module->walk([&](mlir::arith::ConstantOp constant) {
    auto type = mlir::dyn_cast<mlir::RankedTensorType>(constant.getType());
    if (!type)
      return;
    // Splats belong into bodies, and no shape is left as a tensor of i64.
    EXPECT_GT(type.getNumElements(), 1);
    EXPECT_FALSE(type.getElementType().isInteger(64));
    if (auto dense = mlir::dyn_cast<mlir::DenseElementsAttr>(constant.getValue()))
      EXPECT_FALSE(dense.isSplat());
    resources += mlir::isa<mlir::DenseResourceElementsAttr>(constant.getValue());
  });
  // Four weight matrices, and the two biases that are larger than a KiB.
  EXPECT_EQ(resources, 6u);
  EXPECT_EQ(count<mlir::linalg::MatmulOp>(*module), 4u);
  EXPECT_EQ(count<mlir::linalg::TransposeOp>(*module), 4u);
  EXPECT_EQ(count<mlir::tensor::ExtractSliceOp>(*module), 3u);
}

TEST_F(ImportOnnxTest, BroadcastsStayInMaps) {
  auto module = import("g (float[4,1,3] x, float[5,1] y) => (float[4,5,3] z) { z = Mul(x, y) }");
  ASSERT_TRUE(bool(module)) << messages;
  ASSERT_EQ(count<mlir::linalg::GenericOp>(*module), 1u);
  module->walk([&](mlir::linalg::GenericOp op) {
    std::string maps;
    llvm::raw_string_ostream stream(maps);
    stream << op.getIndexingMapsArray()[0] << " " << op.getIndexingMapsArray()[1];
    EXPECT_EQ(maps, "(d0, d1, d2) -> (d0, 0, d2) (d0, d1, d2) -> (d1, 0)");
  });
}

} // namespace
