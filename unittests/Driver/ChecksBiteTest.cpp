//===- ChecksBiteTest.cpp - A compiler that is wrong on purpose is caught -------------------------------------===//
//
// Each test makes the compiler or its result wrong in one way and expects the check that exists for it to say so.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Analysis/FifoProblem.h"
#include "Driver/Check.h"
#include "Driver/Compile.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/Pass.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace st;

namespace {

/// A pass of the test's own.
struct LambdaPass : PassWrapper<LambdaPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(LambdaPass)
  explicit LambdaPass(std::function<void(ModuleOp)> body) : body(std::move(body)) {}
  void runOnOperation() override { body(getOperation()); }
  std::function<void(ModuleOp)> body;
};

class ChecksBiteTest : public ::testing::Test {
protected:
  ChecksBiteTest() : context(createContext()) {
    llvm::sys::fs::createUniqueDirectory("streamtensor-test", folder);
    handler = context->getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
      messages += diagnostic.str() + "\n";
      for (Diagnostic &note : diagnostic.getNotes())
        messages += note.str() + "\n";
      return success();
    });
  }
  ~ChecksBiteTest() override {
    context->getDiagEngine().eraseHandler(handler);
    llvm::sys::fs::remove_directories(folder);
  }

  static std::string modelFile(StringRef model, StringRef file) {
    return (ST_SOURCE_DIR "/examples/models/" + model + "/" + file).str();
  }
  std::string design(StringRef name = "design") { return (folder + "/" + name).str(); }

  CompileOptions optionsFor(StringRef model, StringRef name = "design") {
    CompileOptions options;
    options.model = modelFile(model, "model.onnx");
    options.output = design(name);
    options.inputs = modelFile(model, "inputs.npz");
    options.phases.device = ST_SOURCE_DIR "/devices/u55c.json";
    return options;
  }
  /// Runs `body` at the end of `phase`.
  static void extend(CompileOptions &options, Phase phase, std::function<void(ModuleOp)> body) {
    options.extendPhase = [=](Phase current, OpPassManager &manager) {
      if (current == phase)
        manager.addPass(std::make_unique<LambdaPass>(body));
    };
  }
  /// The compiler's error message; empty when it succeeded.
  std::string compile(const CompileOptions &options) {
    auto result = compileModel(options, context.get(), [](StringRef, double) {});
    return result ? "" : llvm::toString(result.takeError());
  }
  /// What the design computes on the model's inputs, or the error.
  llvm::Expected<NamedArrays> run(StringRef model, Backend backend, StringRef name = "design") {
    auto inputs = readNpz(modelFile(model, "inputs.npz"));
    if (!inputs)
      return inputs.takeError();
    return runDesign(design(name), backend, *inputs, context.get());
  }

  std::unique_ptr<MLIRContext> context;
  llvm::SmallString<128> folder;
  DiagnosticEngine::HandlerID handler;
  std::string messages;
};

} // namespace

TEST_F(ChecksBiteTest, WrongPassIsCaught) {
  CompileOptions options = optionsFor("2mm");
  options.verifyEachStage = true;
  ASSERT_EQ(compile(options), "");
  extend(options, Phase::Linalg, [](ModuleOp module) {
    // The first product subtracts where it should add.
    module.walk([](arith::AddFOp add) {
      OpBuilder builder(add);
      auto subtract = arith::SubFOp::create(builder, add.getLoc(), add.getLhs(), add.getRhs());
      add.replaceAllUsesWith(subtract.getResult());
      add.erase();
      return WalkResult::interrupt();
    });
  });
  EXPECT_NE(compile(options).find("phase 'linalg' changes 'output'"), std::string::npos);
}

/// Drains the first converter's buffer in the reverse order of its innermost loop.
static void reverseFirstConverter(ModuleOp module) {
  module.walk([](TaskOp task) {
    auto kind = task->getAttrOfType<StringAttr>("st.kind");
    if (!kind || kind.getValue() != "converter")
      return WalkResult::advance();
    tensor::ExtractSliceOp last;
    task.walk([&](tensor::ExtractSliceOp slice) { last = slice; });
    auto loop = last->getParentOfType<scf::ForOp>();
    OpBuilder builder = OpBuilder::atBlockBegin(loop.getBody());
    // The variable counts 0, 1, ..., bound - 1.
    Value one = arith::ConstantIndexOp::create(builder, loop.getLoc(), 1);
    Value largest = arith::SubIOp::create(builder, loop.getLoc(), loop.getUpperBound(), one);
    auto reversed = arith::SubIOp::create(builder, loop.getLoc(), largest, loop.getInductionVar());
    loop.getInductionVar().replaceAllUsesExcept(reversed, reversed);
    return WalkResult::interrupt();
  });
}

TEST_F(ChecksBiteTest, WrongConverterOrderIsCaught) {
  CompileOptions options = optionsFor("2mm");
  options.verifyEachStage = true;
  extend(options, Phase::Optimize, reverseFirstConverter);
  EXPECT_NE(compile(options).find("phase 'optimize' changes 'output'"), std::string::npos);

  // Without the execution of every stage the design exists, and both back ends of `check` refuse it.
  options.verifyEachStage = false;
  ASSERT_EQ(compile(options), "");
  for (Backend backend : {Backend::Reference, Backend::Hls}) {
    auto report =
        checkDesign({design(), backend, modelFile("2mm", "inputs.npz"), modelFile("2mm", "golden.npz"), /*sizes=*/{}},
                    context.get());
    ASSERT_TRUE(bool(report)) << llvm::toString(report.takeError());
    EXPECT_FALSE(report->ok());
  }
}

TEST_F(ChecksBiteTest, DoubledFifosChangeNothing) {
  ASSERT_EQ(compile(optionsFor("gpt2-block")), "");
  CompileOptions options = optionsFor("gpt2-block", "doubled");
  int64_t doubled = 0;
  extend(options, Phase::Allocate, [&](ModuleOp module) {
    module.walk([&](ItensorInstanceOp fifo) {
      fifo.setDepthTokens(2 * *fifo.getDepthTokens());
      ++doubled;
    });
  });
  ASSERT_EQ(compile(options), "");
  EXPECT_GT(doubled, 10);
  for (Backend backend : {Backend::Reference, Backend::Hls}) {
    auto results = run("gpt2-block", backend), same = run("gpt2-block", backend, "doubled");
    ASSERT_TRUE(bool(results)) << messages << llvm::toString(results.takeError());
    ASSERT_TRUE(bool(same)) << messages << llvm::toString(same.takeError());
    EXPECT_EQ(results->at("output").bytes, same->at("output").bytes);
  }
}

/// The FIFO that carries the residual past the second half of the block, by structure: of all FIFOs that a fork writes,
/// the deepest one that is needed against a deadlock. Sets its depth to that need minus `missing`.
static void setReconvergentDepth(ModuleOp module, int64_t missing, std::string &name) {
  auto device = Device::load(ST_SOURCE_DIR "/devices/u55c.json");
  ASSERT_TRUE(bool(device));
  module.walk([&](KernelOp kernel) {
    auto schedules = scheduleKernel(kernel, *device);
    auto fifos = collectFifos(kernel);
    ASSERT_TRUE(succeeded(schedules) && succeeded(fifos));
    auto problem = buildFifoProblem(*schedules, *fifos, *device);
    ASSERT_TRUE(succeeded(problem));
    std::vector<int64_t> depths = timed::getDepths(problem->graph());
    int64_t need = 0;
    size_t chosen = 0;
    for (auto [index, fifo] : llvm::enumerate(*fifos)) {
      if (!StringRef(fifo.instance->getAttrOfType<StringAttr>("st.name")).starts_with("fork"))
        continue;
      auto smallest = problem->smallestDepth(index, depths);
      ASSERT_TRUE(bool(smallest));
      if (*smallest > need) {
        need = *smallest;
        chosen = index;
      }
    }
    ASSERT_GT(need, 2);
    name = (*fifos)[chosen].instance->getAttrOfType<StringAttr>("st.name").str();
    (*fifos)[chosen].instance.setDepthTokens(need - missing);
  });
}

TEST_F(ChecksBiteTest, ReconvergentFifoOneTooShortIsADeadlockByName) {
  std::string name;
  CompileOptions options = optionsFor("gpt2-block");
  extend(options, Phase::Allocate, [&](ModuleOp module) { setReconvergentDepth(module, 0, name); });
  ASSERT_EQ(compile(options), "");
  for (Backend backend : {Backend::Reference, Backend::Hls}) {
    auto results = run("gpt2-block", backend);
    EXPECT_TRUE(bool(results)) << messages << llvm::toString(results.takeError());
  }

  extend(options, Phase::Allocate, [&](ModuleOp module) { setReconvergentDepth(module, 1, name); });
  ASSERT_EQ(compile(options), "");
  for (Backend backend : {Backend::Reference, Backend::Hls}) {
    messages.clear();
    auto results = run("gpt2-block", backend);
    EXPECT_FALSE(bool(results));
    llvm::consumeError(results.takeError());
    EXPECT_NE(messages.find("deadlock"), std::string::npos) << messages;
    EXPECT_NE(messages.find(name), std::string::npos) << messages;
    EXPECT_NE(messages.find("full"), std::string::npos) << messages;
  }
}
