#include "TestKernel.h"

#include "Analysis/Memories.h"

using namespace mlir;
using namespace st;

namespace {
class TaskBuffersTest : public AnalysisTest {
protected:
  static llvm::SmallVector<TaskBuffer> buffers(ModuleOp module, llvm::StringRef task) {
    return collectBuffers(findTask(module, task));
  }
};

TEST_F(TaskBuffersTest, ProductHasTwoTilesAndAnAccumulator) {
  auto module = load("Schedule/Inputs/two-products.mlir");
  auto found = buffers(*module, "matmul_0");
  ASSERT_EQ(found.size(), 3u);
  int64_t accumulators = 0, tiles = 0;
  for (const TaskBuffer &buffer : found) {
    EXPECT_EQ(buffer.elements(), 64);
    EXPECT_EQ(buffer.lanes, 8);
    accumulators += buffer.kind == BufferKind::Accumulator && buffer.readArguments.empty();
    tiles += buffer.kind == BufferKind::Tile && buffer.readArguments.size() == 1;
  }
  EXPECT_EQ(accumulators, 1);
  EXPECT_EQ(tiles, 2);
}

TEST_F(TaskBuffersTest, ElementwiseWritesOverItsTile) {
  auto module = load("Schedule/Inputs/two-products.mlir");
  EXPECT_EQ(buffers(*module, "relu_1").size(), 1u);
}

TEST_F(TaskBuffersTest, ConverterHoldsBothHalvesAndNoTile) {
  auto module = load("Schedule/Inputs/two-products.mlir");
  auto found = buffers(*module, "convert_2");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, BufferKind::Converter);
  EXPECT_EQ(found[0].shape, (llvm::SmallVector<int64_t>{8, 16}));
  EXPECT_EQ(found[0].bits(), 2 * 8 * 16 * 32);
}

TEST_F(TaskBuffersTest, DmasHoldNothing) {
  auto module = load("Schedule/Inputs/two-products.mlir");
  EXPECT_TRUE(buffers(*module, "dma_a").empty());
  EXPECT_TRUE(buffers(*module, "dma_y").empty());
}

// The exponential writes over the row that it read.
TEST_F(TaskBuffersTest, RowOperationHasOneRowBuffer) {
  auto module = load("Allocate/Inputs/residual.mlir");
  auto found = buffers(*module, "row_1");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, BufferKind::Row);
  EXPECT_EQ(found[0].elements(), 8 * 16);
}

TEST_F(TaskBuffersTest, ABankIsOneMemory) {
  TaskBuffer buffer;
  buffer.shape = {8, 1024};
  buffer.elementBits = 32;
  buffer.lanes = 16;
  // 16 banks of 512 words of 32 bits: one of 864 URAM each, one BRAM18 of 3624, or 256 of some 586,000 LUT.
  EXPECT_EQ(chooseStorage(buffer, device), StorageKind::Bram);
  EXPECT_EQ(bufferCost(buffer, StorageKind::Bram, device).bram18, 16);
  EXPECT_EQ(bufferCost(buffer, StorageKind::Uram, device).uram, 16);
  // Two halves lie in the same banks.
  buffer.halves = 2;
  EXPECT_EQ(bufferCost(buffer, StorageKind::Bram, device).bram18, 16 * 2);
  buffer.shape = {16};
  buffer.halves = 1;
  EXPECT_EQ(chooseStorage(buffer, device), StorageKind::Register);
  EXPECT_EQ(bufferCost(buffer, StorageKind::Register, device).ff, 512);
}
} // namespace
