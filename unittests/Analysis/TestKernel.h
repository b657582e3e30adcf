// Loads IR for the tests of lib/Analysis.
#pragma once

#include "Analysis/Schedule.h"
#include "Dialect/StDialect.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

namespace st {

class AnalysisTest : public testing::Test {
protected:
  AnalysisTest() : device(llvm::cantFail(Device::load(ST_SOURCE_DIR "/devices/u55c.json"))) {
    context.loadDialect<StDialect, mlir::affine::AffineDialect, mlir::arith::ArithDialect, mlir::func::FuncDialect,
                        mlir::linalg::LinalgDialect, mlir::math::MathDialect, mlir::scf::SCFDialect,
                        mlir::tensor::TensorDialect>();
  }

  mlir::OwningOpRef<mlir::ModuleOp> load(const char *file) {
    auto module = mlir::parseSourceFile<mlir::ModuleOp>(std::string(ST_SOURCE_DIR "/test/") + file, &context);
    EXPECT_TRUE(module) << file;
    return module;
  }

  mlir::OwningOpRef<mlir::ModuleOp> parse(llvm::StringRef text) {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    EXPECT_TRUE(module);
    return module;
  }

  static TaskOp findTask(mlir::ModuleOp module, llvm::StringRef name) {
    TaskOp found;
    module.walk([&](TaskOp task) {
      if (task.getSymName() == name)
        found = task;
    });
    EXPECT_TRUE(found) << name.str();
    return found;
  }

  static KernelOp findKernel(mlir::ModuleOp module) {
    KernelOp found;
    module.walk([&](KernelOp kernel) { found = kernel; });
    return found;
  }

  mlir::MLIRContext context;
  Device device;
};

} // namespace st
