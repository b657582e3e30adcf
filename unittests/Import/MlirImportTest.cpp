// What is made of an .mlir file.

#include "Import/Mlir/RepairSyntax.h"
#include "MlirFixture.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace st;

namespace {

bool contains(const std::string &text, llvm::StringRef part) { return llvm::StringRef(text).contains(part); }

#define EXPECT_CONTAINS(text, part) EXPECT_TRUE(contains(text, part)) << text
#define EXPECT_LACKS(text, part) EXPECT_FALSE(contains(text, part)) << text

//===----------------------------------------------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------------------------------------------===//

TEST_F(MlirImportTest, NamesArgumentsAndResults) {
  std::string text =
      print("func.func @f(%a: tensor<2xf32>, %b: tensor<2xf32> {st.name = \"bias\"}) -> tensor<2xf32> {\n"
            "  return %b : tensor<2xf32>\n}");
  EXPECT_CONTAINS(text, "func.func @main(%arg0: tensor<2xf32> {st.name = \"arg0\"}, "
                        "%arg1: tensor<2xf32> {st.name = \"bias\"}) -> (tensor<2xf32> {st.name = \"result0\"})");
}

TEST_F(MlirImportTest, InlinesHelpersAndIgnoresHarnesses) {
  const char *file = "func.func private @printMemrefF32(tensor<*xf32>)\n"
                     "func.func private @rtclock() -> f64\n"
                     "func.func private @helper(%a: tensor<2xf32>) -> tensor<2xf32> {\n"
                     "  %0 = arith.negf %a : tensor<2xf32>\n  return %0 : tensor<2xf32>\n}\n"
                     "func.func @kernel(%a: tensor<2xf32>) -> tensor<2xf32> {\n"
                     "  %0 = call @helper(%a) : (tensor<2xf32>) -> tensor<2xf32>\n  return %0 : tensor<2xf32>\n}\n"
                     "func.func @main() {\n"
                     "  %t = call @rtclock() : () -> f64\n"
                     "  %c = arith.constant dense<1.0> : tensor<2xf32>\n"
                     "  %0 = call @kernel(%c) : (tensor<2xf32>) -> tensor<2xf32>\n"
                     "  %u = tensor.cast %0 : tensor<2xf32> to tensor<*xf32>\n"
                     "  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()\n  return\n}";
  std::string text = print(file);
  EXPECT_CONTAINS(text, "func.func @main(%arg0: tensor<2xf32>");
  EXPECT_CONTAINS(text, "arith.negf %arg0");
  EXPECT_LACKS(text, "call");
}

TEST_F(MlirImportTest, ChoosesTheEntry) {
  std::string two = "func.func @f(%a: tensor<2xf32>) -> tensor<2xf32> { return %a : tensor<2xf32> }\n"
                    "func.func @g(%a: tensor<3xf32>) -> tensor<3xf32> { return %a : tensor<3xf32> }\n";
  MlirImportOptions options;
  options.entry = "g";
  EXPECT_CONTAINS(print(two, options), "func.func @main(%arg0: tensor<3xf32>");
  // @main among several, and the one that nothing else calls.
  EXPECT_CONTAINS(print(two + "func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> { return %a : tensor<4xf32> }"),
                  "func.func @main(%arg0: tensor<4xf32>");
  EXPECT_CONTAINS(print("func.func @inner(%a: tensor<2xf32>) -> tensor<2xf32> { return %a : tensor<2xf32> }\n"
                        "func.func @outer(%a: tensor<2xf32>, %b: tensor<5xf32>) -> tensor<2xf32> {\n"
                        "  %0 = call @inner(%a) : (tensor<2xf32>) -> tensor<2xf32>\n  return %0 : tensor<2xf32>\n}"),
                  "%arg1: tensor<5xf32>");
}

//===----------------------------------------------------------------------------------------------------------===//
// torch-mlir
//===----------------------------------------------------------------------------------------------------------===//

TEST_F(MlirImportTest, DropsWhatTorchMlirLeaves) {
  std::string text = print("module attributes {torch.debug_module_name = \"Net\"} {\n"
                           "  ml_program.global private mutable @global_seed(dense<0> : tensor<i64>) : tensor<i64>\n"
                           "  func.func @forward(%a: tensor<2xf32> {torch.type_bound = !torch.vtensor<[2],f32>}) -> "
                           "tensor<2xf32> attributes {llvm.emit_c_interface} {\n"
                           "    %true = arith.constant true\n    cf.assert %true, \"sizes\"\n"
                           "    return %a : tensor<2xf32>\n  }\n}");
  EXPECT_CONTAINS(text, "func.func @main(%arg0: tensor<2xf32> {st.name = \"arg0\"})");
  for (const char *gone : {"torch", "ml_program", "assert", "emit_c_interface"})
    EXPECT_LACKS(text, gone);
}

TEST_F(MlirImportTest, GlobalsBecomeConstants) {
  std::string text = print("ml_program.global private @w(dense<[1.0, 2.0]> : tensor<2xf32>) : tensor<2xf32>\n"
                           "ml_program.global private mutable @b(dense<[3.0, 4.0]> : tensor<2xf32>) : tensor<2xf32>\n"
                           "func.func @f(%a: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {\n"
                           "  %0 = ml_program.global_load_const @w : tensor<2xf32>\n"
                           "  %1 = ml_program.global_load @b : tensor<2xf32>\n"
                           "  return %0, %1 : tensor<2xf32>, tensor<2xf32>\n}");
  EXPECT_CONTAINS(text, "arith.constant dense<[1.000000e+00, 2.000000e+00]>");
  EXPECT_CONTAINS(text, "arith.constant dense<[3.000000e+00, 4.000000e+00]>");
  EXPECT_LACKS(text, "ml_program");
}

TEST_F(MlirImportTest, LargeConstantsBecomeResources) {
  std::string numbers;
  for (int i = 0; i < 512; ++i)
    numbers += (i ? ", " : "") + std::to_string(i);
  auto module = import("func.func @f() -> tensor<512xi32> {\n  %0 = arith.constant dense<[" + numbers +
                       "]> : tensor<512xi32>\n  return %0 : tensor<512xi32>\n}");
  ASSERT_TRUE(bool(module)) << messages;
  bool found = false;
  module->walk([&](mlir::arith::ConstantOp constant) {
    auto resource = mlir::dyn_cast<mlir::DenseResourceElementsAttr>(constant.getValue());
    ASSERT_TRUE(resource);
    llvm::ArrayRef<char> data = resource.getRawHandle().getBlob()->getData();
    ASSERT_EQ(data.size(), 512u * 4);
    EXPECT_EQ(reinterpret_cast<const int32_t *>(data.data())[511], 511);
    found = true;
  });
  EXPECT_TRUE(found);
}

TEST_F(MlirImportTest, ScalarsBecomeTensors) {
  std::string text = print(
      "#id = affine_map<(d0) -> (d0)>\n"
      "func.func @f(%a: tensor<4xf32>, %s: f32, %t: f32, %unused: i64, %i: tensor<4xindex>) -> (tensor<4xf32>, "
      "tensor<4xf32>, tensor<4xindex>) {\n"
      "  %st = arith.mulf %s, %t : f32\n"
      "  %e = tensor.empty() : tensor<4xf32>\n"
      "  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = [\"parallel\"]} ins(%a : tensor<4xf32>) "
      "outs(%e : tensor<4xf32>) {\n  ^bb0(%in: f32, %out: f32):\n    %1 = arith.mulf %in, %st : f32\n"
      "    %2 = arith.addf %1, %s : f32\n    linalg.yield %2 : f32\n  } -> tensor<4xf32>\n"
      "  %3 = linalg.fill ins(%t : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>\n"
      "  return %0, %3, %i : tensor<4xf32>, tensor<4xf32>, tensor<4xindex>\n}");
  EXPECT_CONTAINS(text, "%arg1: tensor<f32>");
  EXPECT_CONTAINS(text, "%arg3: tensor<i64>");
  EXPECT_CONTAINS(text, "%arg4: tensor<4xi64>");
  // The product of the scalars is a tensor of its own, which the body reads.
  EXPECT_CONTAINS(text, "ins(%arg1, %arg2 : tensor<f32>, tensor<f32>)");
  EXPECT_CONTAINS(text, "tensor<4xf32>, tensor<f32>, tensor<f32>)");
  EXPECT_LACKS(text, "tensor.extract ");
  EXPECT_LACKS(text, "linalg.fill");
}

TEST_F(MlirImportTest, SoftmaxAndFriends) {
  std::string text =
      print("func.func @f(%a: tensor<4x8xf32>, %e: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4xindex>) {\n"
            "  %0 = linalg.softmax dimension(1) ins(%a : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> "
            "tensor<4x8xf32>\n"
            "  %1 = tensor.generate {\n  ^bb0(%i: index):\n    tensor.yield %i : index\n  } : "
            "tensor<4xindex>\n"
            "  return %0, %1 : tensor<4x8xf32>, tensor<4xindex>\n}");
  EXPECT_LACKS(text, "linalg.softmax");
  EXPECT_LACKS(text, "tensor.generate");
  EXPECT_CONTAINS(text, "math.exp");
  EXPECT_CONTAINS(text, "linalg.index 0");
}

TEST_F(MlirImportTest, SlicesBecomeConcatAndPad) {
  std::string text =
      print("func.func @f(%a: tensor<2x3xf32>, %b: tensor<4x3xf32>) -> (tensor<6x3xf32>, tensor<5x6xf32>, "
            "tensor<6x3xf32>) {\n"
            "  %e = tensor.empty() : tensor<6x3xf32>\n"
            "  %0 = tensor.insert_slice %b into %e[2, 0] [4, 3] [1, 1] : tensor<4x3xf32> into tensor<6x3xf32>\n"
            "  %1 = tensor.insert_slice %a into %0[0, 0] [2, 3] [1, 1] : tensor<2x3xf32> into tensor<6x3xf32>\n"
            "  %z = arith.constant 7.0 : f32\n"
            "  %g = tensor.empty() : tensor<5x6xf32>\n"
            "  %f = linalg.fill ins(%z : f32) outs(%g : tensor<5x6xf32>) -> tensor<5x6xf32>\n"
            "  %2 = tensor.insert_slice %a into %f[1, 2] [2, 3] [1, 1] : tensor<2x3xf32> into tensor<5x6xf32>\n"
            // Gaps stay what they are.
            "  %3 = tensor.insert_slice %a into %e[1, 0] [2, 3] [1, 1] : tensor<2x3xf32> into tensor<6x3xf32>\n"
            "  return %1, %2, %3 : tensor<6x3xf32>, tensor<5x6xf32>, tensor<6x3xf32>\n}");
  EXPECT_CONTAINS(text, "tensor.concat dim(0) %arg0, %arg1");
  EXPECT_CONTAINS(text, "tensor.pad %arg0 low[1, 2] high[2, 1]");
  EXPECT_CONTAINS(text, "tensor.insert_slice %arg0 into %0[1, 0]");
}

//===----------------------------------------------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------------------------------------------===//

TEST_F(MlirImportTest, FixesDynamicSizes) {
  MlirImportOptions options;
  options.dims["arg0.0"] = 8;
  std::string text = print(
      "func.func @f(%a: tensor<?x6xf32>, %w: tensor<6x5xf32>) -> tensor<?x5xf32> {\n"
      "  %c0 = arith.constant 0 : index\n  %c6 = arith.constant 6 : i64\n  %z = arith.constant 0.0 : f32\n"
      "  %c1 = arith.constant 1 : index\n"
      "  %d = tensor.dim %a, %c0 : tensor<?x6xf32>\n  %d1 = tensor.dim %a, %c1 : tensor<?x6xf32>\n"
      "  %i = arith.index_cast %d1 : index to i64\n"
      "  %eq = arith.cmpi eq, %i, %c6 : i64\n  cf.assert %eq, \"mismatched\"\n"
      "  %e = tensor.empty(%d) : tensor<?x5xf32>\n"
      "  %0 = linalg.fill ins(%z : f32) outs(%e : tensor<?x5xf32>) -> tensor<?x5xf32>\n"
      "  %1 = linalg.matmul ins(%a, %w : tensor<?x6xf32>, tensor<6x5xf32>) outs(%0 : tensor<?x5xf32>) -> "
      "tensor<?x5xf32>\n"
      "  %x = tensor.expand_shape %1 [[0], [1, 2]] output_shape [%d, 5, 1] : tensor<?x5xf32> into tensor<?x5x1xf32>\n"
      "  %y = tensor.collapse_shape %x [[0], [1, 2]] : tensor<?x5x1xf32> into tensor<?x5xf32>\n"
      "  return %y : tensor<?x5xf32>\n}",
      options);
  EXPECT_CONTAINS(text, "%arg0: tensor<8x6xf32>");
  EXPECT_CONTAINS(text, "-> (tensor<8x5xf32>");
  EXPECT_LACKS(text, "?");
  EXPECT_LACKS(text, "assert");
}

//===----------------------------------------------------------------------------------------------------------===//
// TOSA
//===----------------------------------------------------------------------------------------------------------===//

TEST_F(MlirImportTest, LowersTosa) {
  std::string text = print(
      "func.func @f(%a: tensor<1x4x8xf32>, %b: tensor<1x8x6xf32>, %c: tensor<6xf32>) -> tensor<4x6xf32> {\n"
      "  %z = \"tosa.const\"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>\n"
      "  %0 = tosa.matmul %a, %b, %z, %z : (tensor<1x4x8xf32>, tensor<1x8x6xf32>, tensor<1xf32>, tensor<1xf32>) -> "
      "tensor<1x4x6xf32>\n"
      "  %s = tosa.const_shape {values = dense<[1, 1, 6]> : tensor<3xindex>} : () -> !tosa.shape<3>\n"
      "  %1 = tosa.reshape %c, %s : (tensor<6xf32>, !tosa.shape<3>) -> tensor<1x1x6xf32>\n"
      "  %2 = tosa.add %0, %1 : (tensor<1x4x6xf32>, tensor<1x1x6xf32>) -> tensor<1x4x6xf32>\n"
      "  %t = tosa.const_shape {values = dense<[4, 6]> : tensor<2xindex>} : () -> !tosa.shape<2>\n"
      "  %3 = tosa.reshape %2, %t : (tensor<1x4x6xf32>, !tosa.shape<2>) -> tensor<4x6xf32>\n"
      "  return %3 : tensor<4x6xf32>\n}");
  EXPECT_CONTAINS(text, "linalg.batch_matmul");
  EXPECT_LACKS(text, "tosa");
}

TEST_F(MlirImportTest, InfersTosaShapes) {
  MlirImportOptions options;
  options.dims["arg0.0"] = 3;
  std::string text = print("func.func @f(%a: tensor<?x4xf32>) -> tensor<?x4xf32> {\n"
                           "  %0 = tosa.tanh %a : (tensor<?x4xf32>) -> tensor<?x4xf32>\n"
                           "  %1 = tosa.add %0, %a : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>\n"
                           "  return %1 : tensor<?x4xf32>\n}",
                           options);
  EXPECT_CONTAINS(text, "-> (tensor<3x4xf32>");
  EXPECT_LACKS(text, "?");
}

TEST_F(MlirImportTest, TosaPadsByAttributes) {
  std::string text =
      print("func.func @f(%a: tensor<2x6xf32>) -> tensor<3x8xf32> {\n"
            "  %p = tosa.const_shape {values = dense<[0, 1, 1, 1]> : tensor<4xindex>} : () -> !tosa.shape<4>\n"
            "  %v = \"tosa.const\"() <{values = dense<1.5> : tensor<1xf32>}> : () -> tensor<1xf32>\n"
            "  %0 = tosa.pad %a, %p, %v : (tensor<2x6xf32>, !tosa.shape<4>, tensor<1xf32>) -> tensor<3x8xf32>\n"
            "  return %0 : tensor<3x8xf32>\n}");
  EXPECT_CONTAINS(text, "tensor.pad %arg0 low[0, 1] high[1, 1]");
}

TEST_F(MlirImportTest, LowersTosaRescale) {
  std::string text = print(
      "func.func @f(%a: tensor<2x3xi32>) -> tensor<2x3xi8> {\n"
      "  %m = \"tosa.const\"() <{values = dense<1073741824> : tensor<1xi32>}> : () -> tensor<1xi32>\n"
      "  %s = \"tosa.const\"() <{values = dense<35> : tensor<1xi8>}> : () -> tensor<1xi8>\n"
      "  %i = \"tosa.const\"() <{values = dense<0> : tensor<1xi32>}> : () -> tensor<1xi32>\n"
      "  %o = \"tosa.const\"() <{values = dense<-5> : tensor<1xi8>}> : () -> tensor<1xi8>\n"
      "  %0 = tosa.rescale %a, %m, %s, %i, %o {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, "
      "input_unsigned = false, output_unsigned = false} : (tensor<2x3xi32>, tensor<1xi32>, tensor<1xi8>, "
      "tensor<1xi32>, "
      "tensor<1xi8>) -> tensor<2x3xi8>\n"
      "  return %0 : tensor<2x3xi8>\n}");
  EXPECT_CONTAINS(text, "arith.trunci");
  EXPECT_LACKS(text, "tosa");
}

//===----------------------------------------------------------------------------------------------------------===//
// Older syntax
//===----------------------------------------------------------------------------------------------------------===//

std::string repair(llvm::StringRef text) { return mlirimport::repairSyntax(text).value_or("as it was"); }

TEST(RepairSyntax, ExpandShape) {
  EXPECT_EQ(
      repair("%0 = tensor.expand_shape %a#1 [[0, 1], [2]] : tensor<6x?xf32> into tensor<2x3x4xf32>"),
      "%0 = tensor.expand_shape %a#1 [[0, 1], [2]] output_shape [2, 3, 4] : tensor<6x?xf32> into tensor<2x3x4xf32>");
  EXPECT_EQ(repair("tensor.expand_shape %a [] : tensor<f32> into tensor<1x1xf32>"),
            "tensor.expand_shape %a [] output_shape [1, 1] : tensor<f32> into tensor<1x1xf32>");
  // Over several lines, which keep their numbers.
  EXPECT_EQ(repair("tensor.expand_shape %a\n  [[0, 1]]\n  : tensor<6xf32>\n  into tensor<2x3xf32>"),
            "tensor.expand_shape %a\n  [[0, 1]] output_shape [2, 3]\n  : tensor<6xf32>\n  into tensor<2x3xf32>");
  EXPECT_EQ(repair("\"tensor.expand_shape\"(%a) <{reassociation = [[0, 1]]}> : (tensor<6xf32>) -> tensor<2x3xf32>"),
            "\"tensor.expand_shape\"(%a) <{static_output_shape = array<i64: 2, 3>, reassociation = [[0, 1]]}> : "
            "(tensor<6xf32>) -> tensor<2x3xf32>");
  EXPECT_EQ(repair("tensor.expand_shape %a [[0, 1]] output_shape [2, 3] : tensor<6xf32> into tensor<2x3xf32>"),
            "as it was");
  EXPECT_EQ(repair("tensor.expand_shape %a [[0, 1]] : tensor<?xf32> into tensor<?x3xf32>"), "as it was");
  EXPECT_EQ(repair("// CHECK: tensor.expand_shape %a [[0, 1]] : tensor<6xf32> into tensor<2x3xf32>"), "as it was");
}

TEST(RepairSyntax, Renamed) {
  EXPECT_EQ(repair("%0 = linalg.init_tensor [4, %n, 2] : tensor<4x?x2xf32>"),
            "%0 = tensor.empty(%n) : tensor<4x?x2xf32>");
  EXPECT_EQ(repair("%1 = arith.maxf %a, %b : f32"), "%1 = arith.maximumf %a, %b : f32");
  EXPECT_EQ(repair("%1 = \"arith.minf\"(%a, %b)"), "%1 = \"arith.minimumf\"(%a, %b)");
  EXPECT_EQ(repair("arith.maxfoo %a"), "as it was");
  EXPECT_EQ(repair("  func private @f()\nfunc @g() {"), "  func.func private @f()\nfunc.func @g() {");
  EXPECT_EQ(repair("  func.func @f()"), "as it was");
  EXPECT_EQ(repair("%0 = tensor.pack %a"), "%0 = linalg.pack %a");
}

TEST(RepairSyntax, Tosa) {
  EXPECT_EQ(repair("%0 = \"tosa.const\"() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>"),
            "%0 = \"tosa.const\"() <{values = dense<1.0> : tensor<2xf32>}> : () -> tensor<2xf32>");
  EXPECT_EQ(repair("%0 = tosa.reshape %a {new_shape = array<i64: 2, 3>} : (tensor<6xf32>) -> tensor<2x3xf32>"),
            "%tosa_5_1 = \"tosa.const_shape\"() <{values = dense<[2, 3]> : tensor<2xindex>}> : () -> !tosa.shape<2> "
            "%0 = \"tosa.reshape\"(%a, %tosa_5_1) : (tensor<6xf32>, !tosa.shape<2>) -> tensor<2x3xf32>");
  EXPECT_EQ(
      repair("%0 = tosa.clamp %a {max_fp = 6.0 : f32, max_int = 300 : i64, min_fp = 0.0 : f32, min_int = -1 : i64} : "
             "(tensor<6xi8>) -> tensor<6xi8>"),
      "%0 = \"tosa.clamp\"(%a) <{min_val = -1 : i8, max_val = 127 : i8}> : (tensor<6xi8>) -> tensor<6xi8>");
  EXPECT_EQ(repair("%0 = tosa.reduce_sum %a {axis = 1 : i64} : (tensor<2x6xf32>) -> tensor<2x1xf32>"),
            "%0 = \"tosa.reduce_sum\"(%a) <{axis = 1 : i32}> : (tensor<2x6xf32>) -> tensor<2x1xf32>");
  // As it is now, and what is no operation.
  EXPECT_EQ(repair("%0 = tosa.reduce_sum %a {axis = 1 : i32} : (tensor<2x6xf32>) -> tensor<2x1xf32>"), "as it was");
  EXPECT_EQ(repair("module attributes {tosa.description = \"x\"} {"), "as it was");
  EXPECT_EQ(repair("%0 = tosa.reshape %a {new_shape = "), "as it was");
}

TEST_F(MlirImportTest, ReadsOlderLinalg) {
  std::string text = print(
      "func @f(%x: tensor<4x8xf32>, %w: tensor<5x8xf32>, %v: tensor<3x8x4xf32>, %u: tensor<3x8x6xf32>) -> "
      "(tensor<4x5xf32>, tensor<3x4x6xf32>, tensor<4x5xf32>) {\n"
      "  %z = arith.constant 0.0 : f32\n"
      "  %i = linalg.init_tensor [4, 5] : tensor<4x5xf32>\n"
      "  %f = linalg.fill ins(%z : f32) outs(%i : tensor<4x5xf32>) -> tensor<4x5xf32>\n"
      "  %0 = linalg.matmul_transpose_b ins(%x, %w : tensor<4x8xf32>, tensor<5x8xf32>) outs(%f : tensor<4x5xf32>) -> "
      "tensor<4x5xf32>\n"
      "  %j = linalg.init_tensor [3, 4, 6] : tensor<3x4x6xf32>\n"
      "  %g = linalg.fill ins(%z : f32) outs(%j : tensor<3x4x6xf32>) -> tensor<3x4x6xf32>\n"
      "  %1 = linalg.batch_matmul_transpose_a ins(%v, %u : tensor<3x8x4xf32>, tensor<3x8x6xf32>) outs(%g : "
      "tensor<3x4x6xf32>) -> tensor<3x4x6xf32>\n"
      "  %2 = linalg.elemwise_binary {fun = #linalg.binary_fn<mul>} ins(%0, %0 : tensor<4x5xf32>, tensor<4x5xf32>) "
      "outs(%i : tensor<4x5xf32>) -> tensor<4x5xf32>\n"
      "  %3 = linalg.elemwise_unary {fun = #linalg.unary_fn<tanh>} ins(%2 : tensor<4x5xf32>) outs(%i : "
      "tensor<4x5xf32>) -> tensor<4x5xf32>\n"
      "  return %0, %1, %3 : tensor<4x5xf32>, tensor<3x4x6xf32>, tensor<4x5xf32>\n}");
  EXPECT_CONTAINS(text, "linalg.matmul indexing_maps");
  EXPECT_CONTAINS(text, "linalg.batch_matmul indexing_maps");
  EXPECT_CONTAINS(text, "kind=#linalg.elementwise_kind<mul>");
  EXPECT_CONTAINS(text, "kind=#linalg.elementwise_kind<tanh>");
}

} // namespace
