#include "TestKernel.h"

#include "Analysis/Design.h"
#include "Support/Json.h"
#include "Transforms/Allocate/Passes.h"
#include "Transforms/Schedule/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"

using namespace mlir;
using namespace st;

namespace {
class DesignTest : public AnalysisTest {
protected:
  /// The two phases, with every FIFO at its least depth.
  OwningOpRef<ModuleOp> allocate(const char *file) {
    auto module = load(file);
    PassManager manager(&context);
    SizeFifosOptions sizing;
    sizing.model = "deadlock-only";
    sizing.minDepth = 2;
    AllocateMemoriesOptions memories;
    memories.roundDepths = false;
    manager.addPass(createScheduleTasks());
    manager.addPass(createNameFifos());
    manager.addPass(createSizeFifos(sizing));
    manager.addPass(createAllocateMemories(memories));
    manager.addPass(createAssignChannels());
    manager.addPass(createPlaceTasks());
    manager.addPass(createVerifyAllocate());
    EXPECT_TRUE(succeeded(manager.run(*module)));
    return module;
  }

  static int64_t bytesOf(const IntermediateMemory &memory, llvm::StringRef reason) {
    int64_t bytes = 0;
    for (const MemoryHolder &holder : memory.holders)
      if (holder.reason == reason)
        bytes += holder.bytes;
    return bytes;
  }
};

TEST_F(DesignTest, IntermediateMemoryOfTwoProducts) {
  auto module = allocate("Schedule/Inputs/two-products.mlir");
  Design design = llvm::cantFail(collectDesign(*module, "", 0));
  const IntermediateMemory &memory = design.intermediateMemory;
  // Between compute tasks: the product and its activation, 16x16 floats twice each. The second product leaves.
  ASSERT_EQ(memory.tensors.size(), 2u);
  EXPECT_EQ(memory.tensors[0].name, "matmul_0");
  EXPECT_EQ(memory.tensors[0].bytes, 2 * 16 * 16 * 4);
  EXPECT_EQ(memory.tensors[1].name, "relu_1");
  EXPECT_EQ(memory.tensorBytes, 2 * 2 * 16 * 16 * 4);
  // Converter: 8x16 floats in two halves. Tiles of 8x8: both operands of the first product, the activation's, the
  // first operand of the second product; its other operand is a constant. Six FIFOs of two tokens of 32 bytes: dma_w's
  // carries a constant.
  EXPECT_EQ(bytesOf(memory, "re-access converter"), 2 * 8 * 16 * 4);
  EXPECT_EQ(bytesOf(memory, "tile"), 4 * 8 * 8 * 4);
  EXPECT_EQ(bytesOf(memory, "fifo"), 6 * 2 * 32);
  EXPECT_EQ(memory.heldBytes, 1024 + 1024 + 384);
  EXPECT_DOUBLE_EQ(memory.ratio(), 2432.0 / 4096.0);
  EXPECT_EQ(memory.holders.front().name, "convert_2.buffer_0");
  EXPECT_EQ(memory.holders.front().tensor, "relu_1");
  // relu_1 is held by two FIFOs, the converter and the second product's tile.
  EXPECT_EQ(memory.tensors[1].heldBytes, 2 * 64 + 1024 + 256);
  std::string table = formatIntermediateMemory(memory);
  EXPECT_NE(table.find("59.4 % of the 4.0 KiB"), std::string::npos) << table;
}

TEST_F(DesignTest, ReconvergenceIsNamed) {
  auto module = allocate("Allocate/Inputs/residual.mlir");
  Design design = llvm::cantFail(collectDesign(*module, "", 0));
  const IntermediateMemory &memory = design.intermediateMemory;
  // Only the row operation's result goes from task to task; x comes from outside.
  ASSERT_EQ(memory.tensors.size(), 1u);
  EXPECT_EQ(memory.tensors[0].name, "row_1");
  EXPECT_EQ(bytesOf(memory, "re-convergence"), 8 * 32);
  EXPECT_EQ(bytesOf(memory, "row buffer"), 8 * 16 * 4);
}

TEST_F(DesignTest, AccountOfTheDevice) {
  auto module = allocate("Schedule/Inputs/two-products.mlir");
  Design design = llvm::cantFail(collectDesign(*module, "", 0));
  EXPECT_EQ(design.device, "u55c");
  EXPECT_EQ(design.tasks.size(), 8u);
  EXPECT_EQ(design.fifos.size(), 7u);
  EXPECT_EQ(design.dmas.size(), 4u);
  // Eight lanes of a multiplier (3 DSP) and an adder (2) in each product.
  EXPECT_EQ(design.used.dsp, 2 * 8 * 5);
  EXPECT_EQ(design.dmas[0].bytes, 8 * 256);
  EXPECT_EQ(design.dmas[0].operand, "a");
  int64_t parameters = llvm::count_if(design.fifos, [](const DesignFifo &fifo) { return fifo.isParameter; });
  EXPECT_EQ(parameters, 1);
  // All FIFOs at two tokens of 256 bits; 3 streams of 64 tokens and the converter's, 3 of 32.
  EXPECT_EQ(design.fifoBits, 7 * 2 * 256);
  EXPECT_EQ(design.fullTensorBits, (4 * 64 + 3 * 32) * 256);
}

/// Exit status of the schema checker.
static int checkSchema(const llvm::json::Value &value) {
  llvm::SmallString<128> path;
  EXPECT_FALSE(llvm::sys::fs::createTemporaryFile("design", "json", path));
  EXPECT_FALSE(bool(writeJson(path, value)));
  std::string command = ST_SOURCE_DIR "/scripts/check_json_schema " ST_SOURCE_DIR "/docs/design.schema.json ";
  command += path.c_str();
  int status = std::system(command.c_str());
  llvm::sys::fs::remove(path);
  return status;
}

TEST_F(DesignTest, JsonKeepsItsSchema) {
  auto module = allocate("Allocate/Inputs/residual.mlir");
  llvm::json::Value json = toJson(llvm::cantFail(collectDesign(*module, "", 0)));
  EXPECT_EQ(checkSchema(json), 0);
  // The schema bites: a missing field, an unknown one, a value out of range.
  llvm::json::Value missing = json, unknown = json, range = json;
  missing.getAsObject()->erase("totals");
  EXPECT_NE(checkSchema(missing), 0);
  (*unknown.getAsObject())["surprise"] = 1;
  EXPECT_NE(checkSchema(unknown), 0);
  (*(*range.getAsObject()->getArray("fifos"))[0].getAsObject())["depth_tokens"] = 0;
  EXPECT_NE(checkSchema(range), 0);
}

TEST_F(DesignTest, UnallocatedKernelIsRefused) {
  auto module = load("Schedule/Inputs/two-products.mlir");
  ScopedDiagnosticHandler quiet(&context, [](Diagnostic &) { return success(); });
  llvm::Expected<Design> design = collectDesign(*module, "", 0);
  ASSERT_FALSE(bool(design));
  llvm::consumeError(design.takeError());
}
} // namespace
