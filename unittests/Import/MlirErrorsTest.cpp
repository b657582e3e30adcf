// What a user is told about an .mlir file that is not one program on static tensors.

#include "MlirFixture.h"

using namespace st;

namespace {

using MlirErrorsTest = MlirImportTest;

constexpr const char *identity = "(%a: tensor<2xf32>) -> tensor<2xf32> { return %a : tensor<2xf32> }\n";

TEST_F(MlirErrorsTest, NoProgram) {
  expectError("", "the file holds no function to compile");
  expectError("func.func @main(", "expected");
  expectError("func.func @main(%a: tensor<2xf32>) { return }", "@main has no results");
  expectError("func.func @main(%a: f32) -> f32 { return %a : f32 }", "@main has results of type 'f32'");
  expectError("func.func private @f(tensor<2xf32>) -> tensor<2xf32>\n"
              "func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {\n"
              "  %0 = call @f(%a) : (tensor<2xf32>) -> tensor<2xf32>\n  return %0 : tensor<2xf32>\n}",
              "@main calls a function that has no body");
  expectError("func.func @f(%a: tensor<2xf32>) -> tensor<2xf32> {\n"
              "  %0 = call @f(%a) : (tensor<2xf32>) -> tensor<2xf32>\n  return %0 : tensor<2xf32>\n}",
              "calls a function that cannot be inlined");
  expectError("func.func @f(%a: tensor<2xf32>) -> tensor<2xf32> {\n  cf.br ^bb1\n^bb1:\n  return %a : tensor<2xf32>\n}",
              "@f has branches");
}

TEST_F(MlirErrorsTest, SeveralPrograms) {
  std::string two = std::string("func.func @f") + identity + "func.func @g" + identity;
  expectError(two, "several functions that could be compiled; choose one with --entry NAME\n@f is one\n@g is one");
  MlirImportOptions options;
  options.entry = "h";
  expectError(two, "there is no function @h with a body; correct --entry\n@f can be compiled", options);
  expectError(std::string("func.func @f") + identity + "// -----\nfunc.func @f" + identity, "give each its own file");
}

TEST_F(MlirErrorsTest, Interface) {
  expectError("func.func @main(%a: tensor<2xi4>) -> tensor<2xi4> { return %a : tensor<2xi4> }",
              "argument 0 of @main has type 'tensor<2xi4>'; supported elements");
  expectError("func.func @f(%a: tensor<*xf32>) -> tensor<2xf32> {\n"
              "  %0 = tensor.cast %a : tensor<*xf32> to tensor<2xf32>\n  return %0 : tensor<2xf32>\n}",
              "argument 0 of @f has type 'tensor<*xf32>'; only ranked tensors");
  expectError("func.func @main(%a: tensor<0xf32>) -> tensor<0xf32> { return %a : tensor<0xf32> }", "empty tensor");
  expectError(
      "func.func @main(%a: tensor<2xf32>) -> (tensor<2xf32> {st.name = \"x\"}, tensor<2xf32> {st.name = \"x\"}) "
      "{ return %a, %a : tensor<2xf32>, tensor<2xf32> }",
      "two arguments or results are called 'x'");
}

TEST_F(MlirErrorsTest, DynamicSizes) {
  const char *text = "func.func @f(%a: tensor<?x3x?xf32>) -> tensor<?x3x?xf32> { return %a : tensor<?x3x?xf32> }";
  expectError(text, "@f has arguments with dimensions of unknown size; give each a size: --dim arg0.0=SIZE --dim "
                    "arg0.2=SIZE");
  MlirImportOptions options;
  options.dims["arg0.0"] = 4;
  options.dims["batch"] = 2;
  expectError(text,
              "--dim batch: @f has no such dimension; name it ARGUMENT.DIMENSION, such as arg0.0 (without a size: "
              "arg0.0, arg0.2)",
              options);
  options.dims.clear();
  options.dims["arg0.1"] = 4;
  expectError(text, "--dim arg0.1=4 contradicts argument 0", options);
  expectError("func.func @f(%a: tensor<4xf32>, %n: index) -> tensor<?xf32> {\n"
              "  %0 = tensor.extract_slice %a[0] [%n] [1] : tensor<4xf32> to tensor<?xf32>\n"
              "  return %0 : tensor<?xf32>\n}",
              "result 0 of @f has type 'tensor<?xf32>'; its size does not follow from the arguments");
}

TEST_F(MlirErrorsTest, ForeignDialects) {
  expectError("func.func @f(%a: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {\n"
              "  %0 = torch.aten.tanh %a : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>\n"
              "  return %0 : !torch.vtensor<[2],f32>\n}",
              "'torch.aten.tanh' is an operation of the dialect 'torch', which StreamTensor does not read; lower it to "
              "linalg on tensors with `torch-mlir-opt --torch-backend-to-linalg-on-tensors-backend-pipeline`");
  expectError("func.func @f(%a: tensor<2xf32>) -> tensor<2xf32> {\n"
              "  %0 = \"stablehlo.tanh\"(%a) : (tensor<2xf32>) -> tensor<2xf32>\n  return %0 : tensor<2xf32>\n}",
              "--stablehlo-legalize-to-linalg");
  expectError("func.func @f(%a: tensor<2xf32>) -> tensor<2xf32> {\n"
              "  %0 = mine.op %a : tensor<2xf32>\n  return %0 : tensor<2xf32>\n}",
              "dialect 'mine', which StreamTensor does not read; lower it to linalg on tensors or TOSA first");
  expectError("util.func @f() {\n  util.return\n}", "dialect 'util'");
}

TEST_F(MlirErrorsTest, Buffers) {
  const char *expected = "@kernel works on buffers (memref, affine or scf loops)";
  expectError("func.func @kernel(%a: memref<4xf32>, %b: memref<4xf32>) {\n"
              "  affine.for %i = 0 to 4 {\n    %0 = affine.load %a[%i] : memref<4xf32>\n"
              "    affine.store %0, %b[%i] : memref<4xf32>\n  }\n  return\n}\n"
              "func.func @main() { return }",
              expected);
  MlirImportOptions options;
  options.entry = "kernel";
  expectError("func.func @kernel(%a: memref<4xf32>) -> memref<4xf32> { return %a : memref<4xf32> }", expected, options);
  expectError("func.func @f(%a: tensor<4xf32>) -> tensor<4xf32> {\n"
              "  %c0 = arith.constant 0 : index\n  %c1 = arith.constant 1 : index\n  %c4 = arith.constant 4 : index\n"
              "  %z = arith.constant 0.0 : f32\n"
              "  %0 = scf.for %i = %c0 to %c4 step %c1 iter_args(%x = %a) -> tensor<4xf32> {\n"
              "    %1 = tensor.insert %z into %x[%i] : tensor<4xf32>\n    scf.yield %1 : tensor<4xf32>\n  }\n"
              "  return %0 : tensor<4xf32>\n}",
              "is control flow, which a dataflow program has not");
}

TEST_F(MlirErrorsTest, Globals) {
  auto program = [](const char *global, const char *body) {
    return std::string(global) + "\nfunc.func @f(%a: tensor<2xf32>) -> tensor<2xf32> {\n" + body + "\n}";
  };
  expectError(program("ml_program.global private @w(#ml_program.extern<tensor<2xf32>>) : tensor<2xf32>",
                      "  %0 = ml_program.global_load_const @w : tensor<2xf32>\n  return %0 : tensor<2xf32>"),
              "reads the global @w, whose value is not in the file");
  expectError(program("ml_program.global private mutable @s(dense<0.0> : tensor<2xf32>) : tensor<2xf32>",
                      "  ml_program.global_store @s = %a : tensor<2xf32>\n  return %a : tensor<2xf32>"),
              "writes the global @s; a compiled program keeps nothing between runs");
  expectError("func.func @f(%a: tensor<2xf32>) -> tensor<2xf32> {\n"
              "  %0 = arith.constant dense_resource<__elided__> : tensor<2xf32>\n  return %0 : tensor<2xf32>\n}",
              "has a value that was left out of the file (__elided__); write the file again with all weights");
}

TEST_F(MlirErrorsTest, Checks) {
  expectError("func.func @f(%a: tensor<2xf32>) -> tensor<2xf32> {\n  %false = arith.constant false\n"
              "  cf.assert %false, \"mismatched sizes\"\n  return %a : tensor<2xf32>\n}",
              "never holds (mismatched sizes)");
}

TEST_F(MlirErrorsTest, OldSyntaxThatCannotBeRepaired) {
  expectError("func.func @f(%a: tensor<?xf32>) -> tensor<?x3xf32> {\n"
              "  %0 = tensor.expand_shape %a [[0, 1]] : tensor<?xf32> into tensor<?x3xf32>\n"
              "  return %0 : tensor<?x3xf32>\n}",
              "tensor.expand_shape without output_shape is the form of 2023");
}

TEST_F(MlirErrorsTest, Tosa) {
  expectError("func.func @f(%a: tensor<1x4xf32>, %w: tensor<3x4xf32>, %b: tensor<3xf32>) -> tensor<1x3xf32> {\n"
              "  %0 = tosa.fully_connected %a, %w, %b : (tensor<1x4xf32>, tensor<3x4xf32>, tensor<3xf32>) -> "
              "tensor<1x3xf32>\n  return %0 : tensor<1x3xf32>\n}",
              "'tosa.fully_connected' is no operation of TOSA 1.0; what files of TOSA before version 1.0");
  expectError("func.func @f(%a: tensor<1x4xi8>) -> tensor<1x4xi8> {\n"
              "  %0 = tosa.table %a : (tensor<1x4xi8>) -> tensor<1x4xi8>\n  return %0 : tensor<1x4xi8>\n}",
              "write the file again with a recent version of its front end");
  expectError("func.func @f(%a: tensor<1x4xf32>) -> tensor<1x4xf32> {\n"
              "  %0 = tosa.custom %a {domain_name = \"d\", implementation_attrs = \"\", operator_name = \"o\"} : "
              "(tensor<1x4xf32>) -> tensor<1x4xf32>\n  return %0 : tensor<1x4xf32>\n}",
              "is defined outside TOSA");
}

TEST_F(MlirErrorsTest, MissingFile) {
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
    messages += diagnostic.str();
    return mlir::success();
  });
  EXPECT_FALSE(bool(importMlir(folder.path("missing.mlir"), {}, &context)));
  EXPECT_NE(messages.find("missing.mlir"), std::string::npos) << messages;
}

} // namespace
