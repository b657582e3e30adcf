// Runs MLIR text by the reference, for tests.
#pragma once

#include "Dialect/StDialect.h"
#include "Reference/Reference.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/InitAllDialects.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

#include <cstring>

namespace st::test {

/// The dtype of an Array of T.
template <typename T>
const char *dtypeName() {
  if (std::is_same_v<T, float>)
    return "f32";
  if (std::is_same_v<T, double>)
    return "f64";
  if (std::is_same_v<T, int64_t>)
    return "i64";
  if (std::is_same_v<T, int32_t>)
    return "i32";
  if (std::is_same_v<T, uint16_t>)
    return "f16";
  if (std::is_same_v<T, bool>)
    return "bool";
  return "i8";
}

template <typename T>
Array array(llvm::ArrayRef<int64_t> shape, std::vector<T> values) {
  Array result;
  result.dtype = dtypeName<T>();
  result.shape.assign(shape.begin(), shape.end());
  result.bytes.resize(values.size() * sizeof(T));
  for (size_t i = 0; i < values.size(); ++i) {
    T value = values[i]; // of a vector<bool>, no reference can be had
    std::memcpy(&result.bytes[i * sizeof(T)], &value, sizeof(T));
  }
  return result;
}

template <typename T>
std::vector<T> values(const Array &array) {
  EXPECT_EQ(array.dtype, dtypeName<T>());
  return array.as<T>().vec();
}

/// A program, and what is said when it runs.
class Program {
public:
  explicit Program(llvm::StringRef source) : context(registry(), mlir::MLIRContext::Threading::DISABLED) {
    context.getDiagEngine().registerHandler([this](mlir::Diagnostic &diag) {
      messages += diag.str() + "\n";
      for (mlir::Diagnostic &note : diag.getNotes())
        messages += note.str() + "\n";
    });
    module = mlir::parseSourceString<mlir::ModuleOp>(source, &context);
    EXPECT_TRUE(module) << messages;
  }

  /// Runs @main; no results when it fails.
  std::vector<Array> run(llvm::ArrayRef<Array> inputs, const reference::RunOptions &options = {}) {
    if (!module)
      return {};
    mlir::FailureOr<std::vector<Array>> results = reference::run(*module, "main", inputs, options);
    return mlir::succeeded(results) ? *results : std::vector<Array>();
  }

  /// Runs @main, which must succeed with one result.
  template <typename T>
  std::vector<T> runOne(llvm::ArrayRef<Array> inputs) {
    std::vector<Array> results = run(inputs);
    EXPECT_EQ(results.size(), 1u) << messages;
    return results.size() == 1 ? values<T>(results[0]) : std::vector<T>();
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string messages;

private:
  static mlir::DialectRegistry registry() {
    mlir::DialectRegistry registry;
    mlir::registerAllDialects(registry);
    registry.insert<StDialect>();
    return registry;
  }
};

} // namespace st::test
