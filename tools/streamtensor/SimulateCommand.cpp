//===- SimulateCommand.cpp - Options of `streamtensor simulate` ---------------------------------------------===//

#include "SimulateCommand.h"
#include "Support/Error.h"

using namespace st;
namespace cl = llvm::cl;

cl::OptionCategory &st::optionCategory() {
  static cl::OptionCategory category("StreamTensor options");
  return category;
}

cl::SubCommand &st::simulateCommand() {
  static cl::SubCommand command("simulate", "tell how long a design takes, cycle by cycle, and what waits for what");
  return command;
}

static cl::opt<std::string> subject(cl::Positional, cl::Required,
                                    cl::desc("MODEL.{onnx,mlir} | DESIGN (a folder that compile wrote) | FILE.graph"),
                                    cl::sub(simulateCommand()), cl::cat(optionCategory()));
static cl::opt<int64_t> launches("launches", cl::init(1), cl::desc("How often every kernel is launched"),
                                 cl::value_desc("n"), cl::sub(simulateCommand()), cl::cat(optionCategory()));
static cl::opt<bool> serial("serial",
                            cl::desc("Begin a launch when the last one has ended, instead of overlapping them"),
                            cl::sub(simulateCommand()), cl::cat(optionCategory()));
static cl::list<std::string> depths("depths",
                                    cl::desc("Another depth for a FIFO (repeatable), or 'unbounded' for all: NAME as "
                                             "the report gives it, KERNEL/NAME where several kernels have one"),
                                    cl::value_desc("NAME=TOKENS"), cl::sub(simulateCommand()),
                                    cl::cat(optionCategory()));
static cl::opt<std::string> trace("trace", cl::desc("Write a timeline for chrome://tracing or ui.perfetto.dev"),
                                  cl::value_desc("file.json"), cl::sub(simulateCommand()), cl::cat(optionCategory()));
static cl::opt<std::string> graph("graph",
                                  cl::desc("Write the timed graph, as docs/graph-format.md defines it, to edit and "
                                           "simulate again"),
                                  cl::value_desc("file.graph"), cl::sub(simulateCommand()), cl::cat(optionCategory()));
static cl::opt<bool> sizing("compare-sizing",
                            cl::desc("Solve for the depths of the FIFOs by every method: bits and latency of each"),
                            cl::sub(simulateCommand()), cl::cat(optionCategory()));

const char *const st::simulateExamples =
    "EXAMPLES:\n"
    "  streamtensor simulate model.onnx                  latency, and where every task spends its cycles\n"
    "  streamtensor simulate design --launches 10        launches that overlap: the interval between results\n"
    "  streamtensor simulate design --dim tokens=17      a run of that size, where it comes with each run\n"
    "  streamtensor simulate design --trace trace.json   a timeline for ui.perfetto.dev\n"
    "  streamtensor simulate design --depths fork_0_to_add_2=4    what a shallower FIFO costs, or where it deadlocks\n"
    "  streamtensor simulate design --depths unbounded   the bound that no depth can beat\n"
    "  streamtensor simulate design --graph x.graph      the graph as text; change it, then `simulate x.graph`\n"
    "  streamtensor simulate design --json               for machines; docs/simulate.schema.json describes it\n"
    "\n"
    "A task is busy, starved (it waits for a token), blocked (it waits for room in a FIFO) or idle. A FIFO that uses "
    "all\n"
    "of its depth may block its writer. The status is 0 only if every kernel runs to its end.\n";

llvm::Expected<SimulateOptions> st::readSimulateOptions() {
  SimulateOptions options;
  options.subject = subject;
  options.launches = launches;
  options.serial = serial;
  options.trace = trace;
  options.graph = graph;
  options.compareSizing = sizing;
  if (launches < 1 || launches > 1'000'000)
    return makeError("--launches {0} must lie between 1 and a million", int64_t(launches));
  for (llvm::StringRef depth : depths) {
    if (depth == "unbounded") {
      options.unbounded = true;
      continue;
    }
    auto [name, value] = depth.rsplit('=');
    int64_t tokens;
    if (name.empty() || value.getAsInteger(10, tokens) || tokens < 1)
      return makeError("--depths {0} must be NAME=TOKENS with at least one token, or 'unbounded'", depth);
    options.depths[name.str()] = tokens;
  }
  return options;
}
