// What a user is told about an .mlir file that is not one program on static
// tensors.

#include "../Support/TemporaryFolder.h"
#include "Import/Mlir/ImportMlir.h"
#include "Support/FileSystem.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"

#include "gtest/gtest.h"

using namespace st;

namespace {

class ImportMlirTest : public ::testing::Test {
protected:
  mlir::OwningOpRef<mlir::ModuleOp> import(llvm::StringRef text) {
    EXPECT_FALSE(bool(writeFile(path, text)));
    messages.clear();
    mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
      messages += diagnostic.str() + "\n";
      for (mlir::Diagnostic &note : diagnostic.getNotes())
        messages += note.str() + "\n";
      return mlir::success();
    });
    return importMlir(path, {}, &context);
  }

  void expectError(llvm::StringRef text, llvm::StringRef part) {
    EXPECT_FALSE(bool(import(text)));
    EXPECT_NE(messages.find(part.str()), std::string::npos) << messages;
  }

  st::testing::TemporaryFolder folder;
  std::string path = folder.path("model.mlir");
  mlir::MLIRContext context;
  std::string messages;
};

TEST_F(ImportMlirTest, NamesArgumentsAndResults) {
  auto module = import("func.func @f(%a: tensor<2xf32>, %b: tensor<2xf32> "
                       "{st.name = \"bias\"}) -> tensor<2xf32> {\n"
                       "  return %b : tensor<2xf32>\n}");
  ASSERT_TRUE(bool(module)) << messages;
  auto main = module->lookupSymbol<mlir::func::FuncOp>("main");
  ASSERT_TRUE(main);
  EXPECT_EQ(main.getArgAttrOfType<mlir::StringAttr>(0, "st.name").getValue(), "arg0");
  EXPECT_EQ(main.getArgAttrOfType<mlir::StringAttr>(1, "st.name").getValue(), "bias");
  EXPECT_EQ(main.getResultAttrOfType<mlir::StringAttr>(0, "st.name").getValue(), "result0");
}

TEST_F(ImportMlirTest, InlinesHelpers) {
  auto module = import("func.func private @f(%a: tensor<2xf32>) -> "
                       "tensor<2xf32> { return %a : tensor<2xf32> }\n"
                       "func.func @g(%a: tensor<2xf32>) -> tensor<2xf32> {\n"
                       "  %0 = call @f(%a) : (tensor<2xf32>) -> "
                       "tensor<2xf32>\n  return %0 : tensor<2xf32>\n}");
  ASSERT_TRUE(bool(module)) << messages;
  EXPECT_TRUE(llvm::hasSingleElement(module->getOps<mlir::func::FuncOp>()));
  EXPECT_TRUE(module->lookupSymbol<mlir::func::FuncOp>("main"));
}

TEST_F(ImportMlirTest, Errors) {
  expectError("", "holds no public function to compile");
  expectError("func.func @main(", "expected");
  expectError("func.func @f(%a: tensor<2xf32>) -> tensor<2xf32> { return %a : "
              "tensor<2xf32> }\n"
              "func.func @g(%a: tensor<2xf32>) -> tensor<2xf32> { return %a : "
              "tensor<2xf32> }",
              "holds several public functions");
  expectError("func.func @main(%a: tensor<?xf32>) -> tensor<?xf32> { return %a "
              ": tensor<?xf32> }",
              "argument 0 of @main has type 'tensor<?xf32>'; give every "
              "dimension a fixed size");
  expectError("func.func @main(%a: f32) -> f32 { return %a : f32 }", "argument 0 of @main has type 'f32'");
  expectError("func.func @main(%a: tensor<2xi4>) -> tensor<2xi4> { return %a : "
              "tensor<2xi4> }",
              "supported elements");
  expectError("func.func @main(%a: tensor<2xf32>) { return }", "has no results");
  expectError("func.func private @f(tensor<2xf32>) -> tensor<2xf32>\n"
              "func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {\n"
              "  %0 = call @f(%a) : (tensor<2xf32>) -> tensor<2xf32>\n  return "
              "%0 : tensor<2xf32>\n}",
              "calls a function that cannot be inlined");
  expectError("func.func @main(%a: tensor<2xf32>) -> (tensor<2xf32> {st.name = "
              "\"x\"}, tensor<2xf32> {st.name = "
              "\"x\"}) { return %a, %a : tensor<2xf32>, tensor<2xf32> }",
              "two arguments or results are called 'x'");
}

TEST_F(ImportMlirTest, MissingFile) {
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
    messages += diagnostic.str();
    return mlir::success();
  });
  EXPECT_FALSE(bool(importMlir(folder.path("missing.mlir"), {}, &context)));
  EXPECT_NE(messages.find("missing.mlir: cannot be read"), std::string::npos) << messages;
}

} // namespace
