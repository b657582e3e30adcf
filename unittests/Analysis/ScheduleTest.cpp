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
  EXPECT_EQ(timing.pops[0].tokens, 8 * 8); // A, each row of tiles twice
  EXPECT_EQ(timing.pops[1].tokens, 8 * 8);
  EXPECT_EQ(timing.pushes[2].tokens, 4 * 8);
  EXPECT_EQ(timing.pops[0].first, 8);
  EXPECT_EQ(timing.pops[1].first, 8 + 9);
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
  EXPECT_EQ(timing.pops[0].tokens, 2 * 2 * 8);
  EXPECT_EQ(timing.pushes[1].tokens, 2 * 4 * 8);
  // The second round has been filled before the last tiles of the first are drained.
  EXPECT_EQ(timing.pops[0].last, 17 + 27 + 7);
}

TEST_F(ScheduleTest, ExternalMemoryIsAPort) {
  auto module = load("Schedule/Inputs/two-products.mlir");
  TaskSchedule read = schedule(*module, "dma_a");
  // Two tiles of 8 tokens lie one after the other before the next row of tiles.
  ASSERT_EQ(read.ports.size(), 1u);
  EXPECT_EQ(read.ports[0].tokenBits, 256);
  EXPECT_EQ(read.ports[0].burstTokens, 16);
  EXPECT_EQ(read.ports[0].depthTokens, 16 * 16);
  // The first burst is requested in cycle 0 and served from 1; its first token comes 64 cycles later and is popped in
  // the next cycle, 66. A pipeline of load and stream write pushes it in 68.
  EXPECT_EQ(read.firstTokenCycles, 66 + 2);
  EXPECT_EQ(read.latencyCycles, 66 + 63 + 3);
  // 32 tokens are 1024 bytes, a burst of 16 beats, complete with the push of cycle 32: requested in 33, served from 34
  // in ceil(1024 / 52.9) = 20 cycles, in memory 64 later.
  TaskSchedule write = schedule(*module, "dma_y");
  ASSERT_EQ(write.ports.size(), 1u);
  EXPECT_EQ(write.ports[0].burstTokens, 32);
  EXPECT_EQ(write.latencyCycles, 34 + 20 + 64);
}

TEST_F(ScheduleTest, GraphsOfKernelsRun) {
  for (const char *file : {"Schedule/Inputs/two-products.mlir", "Allocate/Inputs/residual.mlir"}) {
    auto module = load(file);
    KernelOp kernel = findKernel(*module);
    auto schedules = scheduleKernel(kernel, device);
    auto fifos = collectFifos(kernel);
    ASSERT_TRUE(succeeded(schedules) && succeeded(fifos));
    auto graph = buildTimedGraph(*schedules, *fifos, device);
    ASSERT_TRUE(succeeded(graph));
    auto broken = timed::checkGraph(*graph);
    ASSERT_FALSE(broken) << broken->message;
    // What the loops push and pop agrees, and with what the types say.
    timed::TokenCounts counts = timed::countTokens(*graph);
    for (auto [index, edge] : llvm::enumerate(*fifos)) {
      EXPECT_EQ(counts.pushes[index], edge.getTokens());
      EXPECT_EQ(counts.pops[index], edge.getTokens());
    }
    timed::Activity run = timed::simulate(*graph, timed::getUnboundedDepths(*graph));
    EXPECT_TRUE(run.finished);
    // No task is faster than alone.
    for (auto [schedule, task] : llvm::zip(*schedules, run.tasks))
      EXPECT_GE(task.busyCycles, timed::countCycles(schedule.program));
    EXPECT_GE(run.latencyCycles, schedules->back().latencyCycles);
  }
}
} // namespace
