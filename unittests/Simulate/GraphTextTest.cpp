#include "Simulate/GraphText.h"

#include "gtest/gtest.h"

using namespace st;
using namespace st::timed;

namespace {

constexpr const char *everything = R"(# all that the format has
memory hbm0 rate 575 per 10 latency 64
channel a from source to sink width 32 depth 4
channel again from sink to sink width 8 depth 2 initial 1
port in reads hbm0 to source width 512 depth 32 burst 16 tokens 24 from 3
port out writes hbm0 from sink width 512 depth 16 burst 16 tokens 24
task source {
  pipeline 24 ii 1 depth 3 {
    pop in
    push a at 2
  }
}
task sink start 5 {
  delay 7
  loop 2 {
    loop 3 {
      pipeline 4 ii 2 depth 9 {
        pop a
        pop again at 1
        push again at 2
        push out at 8
      }
    }
    delay 1
  }
}
launches 3 serial
)";

std::string print(const Graph &graph) {
  std::string text;
  llvm::raw_string_ostream os(text);
  printGraph(graph, os);
  return text;
}

TEST(GraphText, PrintsAndParsesBack) {
  auto graph = parseGraph(everything, "all.graph");
  ASSERT_TRUE(bool(graph)) << llvm::toString(graph.takeError());
  EXPECT_EQ("# all that the format has\n" + print(*graph), everything);
  EXPECT_EQ(graph->tasks[1].startCycle, 5);
  EXPECT_EQ(graph->fifos[2].fromCycle, 3);
  EXPECT_EQ(countCycles(graph->tasks[1].program), 7 + 2 * (3 * (3 * 2 + 9) + 1));
  EXPECT_EQ(graph->memories[0].serviceCycles(115), 2);
  EXPECT_EQ(graph->memories[0].serviceCycles(116), 3);
}

std::string errorOf(std::string text) { return llvm::toString(parseGraph(text, "x.graph").takeError()); }

/// `everything` with `from` replaced by `to`.
std::string errorWith(const char *from, const char *to) {
  std::string text = everything;
  size_t at = text.find(from);
  if (at == std::string::npos)
    return "no such text";
  return errorOf(text.replace(at, std::strlen(from), to));
}

TEST(GraphText, ErrorsNameTheLine) {
  EXPECT_EQ(errorOf("\nfifo c\n"),
            "x.graph:2: expected 'memory', 'channel', 'port', 'task' or 'launches', found 'fifo'");
  EXPECT_EQ(errorWith("rate 575", "rate x"), "x.graph:2: expected a number, found 'x'");
  EXPECT_EQ(errorWith("rate 575", "rate 0"), "x.graph:2: expected a rate in bytes of at least 1, found 0");
  EXPECT_EQ(errorWith("depth 4", "depth"), "x.graph:3: expected a number after 'depth'");
  EXPECT_EQ(errorWith("depth 4", "depth 0"), "x.graph:3: expected a depth of at least 1, found 0");
  EXPECT_EQ(errorWith("depth 4", "depth 4 colour 2"), "x.graph:3: unexpected 'colour'");
  EXPECT_EQ(errorWith("to sink width 32", "to drain width 32"), "x.graph:3: there is no task 'drain'");
  EXPECT_EQ(errorWith("initial 1", "initial 3"), "x.graph:4: expected at most 2 initial tokens, the depth");
  EXPECT_EQ(errorWith("reads hbm0", "reads ddr"), "x.graph:5: there is no memory 'ddr'");
  EXPECT_EQ(errorWith("burst 16", "burst 33"), "x.graph:5: expected a burst of 1 to 32 tokens, the depth");
  EXPECT_EQ(errorWith("tokens 24 from", "tokens 25 from"),
            "x.graph:5: port 'in' has 25 tokens in a launch but 'source' pops 24");
  EXPECT_EQ(errorWith("pop in", "pop nothing"), "x.graph:9: there is no channel or port 'nothing'");
  EXPECT_EQ(errorWith("pop in", "push in"), "x.graph:9: 'source' pushes to 'in', whose writer is a memory");
  EXPECT_EQ(errorWith("push a at 2", "push a at 3"), "x.graph:10: expected a cycle below 3, the depth of the pipeline");
  EXPECT_EQ(
      errorWith("    push a at 2\n", "    push a at 2\n    push a\n"),
      "x.graph:11: 'a' is pushed twice in the same cycle modulo ii 1: a FIFO moves at most one token per cycle on "
      "each side");
  EXPECT_EQ(errorWith("pipeline 24 ii 1", "pipeline 12 ii 1"),
            "x.graph:3: channel 'a': 'source' pushes 12 tokens in a launch but 'sink' pops 24");
  EXPECT_EQ(errorWith("pipeline 24 ii 1", "pipeline 24 ii 0"), "x.graph:8: expected an ii of at least 1, found 0");
  EXPECT_EQ(errorWith("task sink", "task source"), "x.graph:3: there is no task 'sink'");
  EXPECT_EQ(errorWith("launches 3 serial", "channel a from source to sink width 8 depth 2"),
            "x.graph:27: 'a' is declared twice");
  EXPECT_EQ(errorWith("delay 7", "delay 99999999999999"), "x.graph:14: expected cycles of at most 2^40");
  EXPECT_EQ(errorWith("loop 2 {\n    loop 3 {\n", "loop 1099511627776 {\nloop 1099511627776 {\n"),
            "x.graph:16: the task takes more than 2^56 cycles or tokens");
  EXPECT_EQ(errorWith("launches 3", "launches 0"), "x.graph:27: expected at least 1 and at most 2^40 launches");
  EXPECT_EQ(errorWith("    delay 1\n  }\n}\n", ""),
            "x.graph:24: expected 'delay CYCLES', 'loop TRIPS {', 'pipeline TRIPS "
            "ii CYCLES depth CYCLES {' or '}'");
  EXPECT_EQ(errorOf("task a {\n  delay 1\n"), "x.graph:3: the '{' of line 1 is not closed");
  EXPECT_EQ(errorOf("task a {\n  pipeline 1 ii 1 depth 1 {\n  }\n}\n"),
            "x.graph:2: expected a pop or a push in the pipeline");
}

TEST(GraphText, DeepNestsAreRefused) {
  std::string text = "task a {\n";
  for (int i = 0; i < 100000; ++i)
    text += "loop 1 {\n";
  EXPECT_EQ(errorOf(text), "x.graph:66: expected loops nested at most 64 deep");
}

} // namespace
