#include "TestKernel.h"

#include "Analysis/FifoProblem.h"

using namespace mlir;
using namespace st;

namespace {
class ScheduleTest : public AnalysisTest {
protected:
  TaskSchedule schedule(ModuleOp module, llvm::StringRef task) {
    FailureOr<TaskSchedule> result = scheduleTask(findTask(module, task), device);
    EXPECT_TRUE(succeeded(result));
    return succeeded(result) ? std::move(*result) : TaskSchedule();
  }
};

TEST_F(ScheduleTest, MatrixProduct) {
  auto module = load("Schedule/Inputs/two-products.mlir");
  TaskSchedule product = schedule(*module, "matmul_0");
  // Per tile: fill 8, twice (read 9, read 9, 63 + 14), write 10.
  EXPECT_EQ(product.latencyCycles, 4 * (8 + 2 * (9 + 9 + 77) + 10));
  EXPECT_EQ(product.firstTokenCycles, 8 + 2 * 95 + 2);
  EXPECT_EQ(product.unroll, 8);
  ProgramTiming timing = analyzeProgram(product.program);
  EXPECT_EQ(timing.reads[0].tokens, 8 * 8); // A, each row of tiles twice
  EXPECT_EQ(timing.reads[1].tokens, 8 * 8);
  EXPECT_EQ(timing.writes[2].tokens, 4 * 8);
  EXPECT_EQ(timing.reads[0].first, 8);
  EXPECT_EQ(timing.reads[1].first, 8 + 9);
  // Fill, two reads, the product, the write.
  ASSERT_EQ(product.loops.size(), 5u);
  EXPECT_EQ(product.loops[3].what, "linalg.generic");
  EXPECT_EQ(product.loops[3].loop.trips, 64);
  EXPECT_EQ(product.loops[3].executions, 8);
  EXPECT_EQ(product.loops[4].executions, 4);
}

TEST_F(ScheduleTest, PingPongConverterFillsOneRoundAhead) {
  auto module = load("Schedule/Inputs/two-products.mlir");
  TaskSchedule converter = schedule(*module, "convert_2");
  // Two rounds: fill 17, fill and drain 2 * (9 + 18), drain 34.
  EXPECT_EQ(converter.firstTokenCycles, 17 + 9 + 2);
  EXPECT_EQ(converter.latencyCycles, 17 + 54 + 34);
  ProgramTiming timing = analyzeProgram(converter.program);
  EXPECT_EQ(timing.reads[0].tokens, 2 * 2 * 8);
  EXPECT_EQ(timing.writes[1].tokens, 2 * 4 * 8);
  // The second round has been filled before the last tiles of the first are drained.
  EXPECT_EQ(timing.reads[0].last, 17 + 27 + 7);
}

TEST_F(ScheduleTest, ExternalMemoryGivesATileItsTime) {
  auto module = load("Schedule/Inputs/two-products.mlir");
  // 64 tokens in one flattened loop behind 64 cycles of memory latency and 2 of load.
  EXPECT_EQ(schedule(*module, "dma_a").firstTokenCycles, 64 + 2);
  EXPECT_EQ(schedule(*module, "dma_a").latencyCycles, 64 + 2 + 63 + 1);
}

TEST_F(ScheduleTest, TokensAreConserved) {
  for (const char *file : {"Schedule/Inputs/two-products.mlir", "Allocate/Inputs/residual.mlir"}) {
    auto module = load(file);
    KernelOp kernel = findKernel(*module);
    auto schedules = scheduleKernel(kernel, device);
    auto fifos = collectFifos(kernel);
    ASSERT_TRUE(succeeded(schedules) && succeeded(fifos));
    auto problem = buildFifoProblem(*schedules, *fifos);
    ASSERT_TRUE(succeeded(problem));
    // fifo_c2: what the loops push and pop agrees, and with what the types say.
    EXPECT_FALSE(bool(problem->check())) << file;
    std::vector<ChannelEnds> ends = problem->computeEnds();
    for (auto [edge, end] : llvm::zip(*fifos, ends))
      EXPECT_EQ(end.push.tokens, edge.getTokens());
  }
}
} // namespace
