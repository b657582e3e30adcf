//===- st-program-fuzz.cpp - Random programs through the whole compiler ---------------------------------------===//
//
// Each program goes through every phase, with the reference executing it after each, and through both simulations of
// the emitted C++. Programs run in processes of their own; many are built by one call of the C++ compiler.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Driver/Compile.h"
#include "HlsBuild.h"
#include "Jobs.h"
#include "ProgramRun.h"
#include "Support/FileSystem.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include <chrono>

using namespace st;
using namespace st::testing;
namespace cl = llvm::cl;

namespace {
cl::OptionCategory category("Program fuzzing options");
cl::list<std::string> files(cl::Positional, cl::desc("[FILE.mlir ...] (these programs instead of random ones)"),
                            cl::cat(category));
cl::opt<unsigned> count("count", cl::desc("Programs to generate"), cl::init(100), cl::cat(category));
cl::opt<unsigned> firstSeed("seed", cl::desc("Seed of the first; the others follow"), cl::init(1), cl::cat(category));
cl::opt<unsigned> jobs("jobs", cl::desc("Processes at a time"), cl::init(2), cl::cat(category));
cl::opt<unsigned> batch("batch", cl::desc("Programs that are built together"), cl::init(200), cl::cat(category));
cl::opt<unsigned> limit("time-limit", cl::desc("Seconds for each program"), cl::init(60), cl::cat(category));
cl::opt<unsigned> maxFailures("max-failures", cl::desc("Stop after the batch in which so many have failed (0: never)"),
                              cl::init(0), cl::cat(category));
cl::opt<bool> referenceOnly("reference-only", cl::desc("Without the simulations of the C++"), cl::cat(category));
cl::opt<std::string> keepFolder("keep", cl::desc("Save the programs that fail in this folder"), cl::cat(category));
cl::opt<bool> printOnly("print", cl::desc("Print the programs and do nothing else"), cl::cat(category));
cl::opt<unsigned> maxConverterBytes("max-converter-bytes",
                                    cl::desc("Of FILEs: what converters of a kernel may take (0: the device's)"),
                                    cl::init(0), cl::cat(category));
cl::opt<std::string> expected("expect",
                              cl::desc("Of FILEs: the failure looked for, as PHASE or PHASE: TEXT THAT IT CONTAINS. "
                                       "Exits with 1 if that is how a file fails, else with 0: the test that "
                                       "streamtensor-reduce wants"),
                              cl::cat(category));

struct Item {
  Program program;
  ProgramResult result;
  std::string hls;
};

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// What all programs together were.
struct Totals {
  unsigned programs = 0, failures = 0;
  int64_t tasks = 0;
  std::map<std::string, unsigned> features;
  double compile = 0, build = 0, simulate = 0;
};
} // namespace

/// Items that a process does one after the other, which makes starting it cheap.
constexpr size_t itemsPerJob = 10;

/// Does `work` for every item in processes. What it says ahead of its result names the phase of a crash.
static void forEachItem(llvm::ArrayRef<Item *> items, llvm::StringRef phase,
                        llvm::function_ref<void(Item &, JobWriter)> work) {
  std::vector<Item *> open(items.begin(), items.end());
  while (!open.empty()) {
    std::vector<Item *> again;
    auto itemsOf = [&](unsigned job) {
      llvm::ArrayRef<Item *> rest = llvm::ArrayRef(open).drop_front(job * itemsPerJob);
      return rest.take_front(std::min(rest.size(), itemsPerJob));
    };
    runJobs(
        (open.size() + itemsPerJob - 1) / itemsPerJob, jobs, limit,
        [&](unsigned job, JobWriter write) {
          for (Item *item : itemsOf(job)) {
            work(*item, write);
            write(llvm::formatv("\n{0}\n", item->result.toJson()).str());
          }
        },
        [&](unsigned job, JobResult outcome) {
          llvm::StringRef rest = outcome.output;
          for (Item *item : itemsOf(job)) {
            auto [entered, tail] = rest.split('\n');
            auto [line, others] = tail.split('\n');
            rest = others;
            if (!line.empty()) {
              item->result = ProgramResult::fromJson(line);
            } else if (!outcome.failure.empty()) {
              // This one ended the process; those after it have not had their turn.
              llvm::StringRef last = entered.rtrim().rsplit(' ').second;
              item->result.phase = !last.empty() ? last.str() : entered.empty() ? phase.str() : entered.rtrim().str();
              item->result.reason = std::exchange(outcome.failure, "");
            } else {
              again.push_back(item);
            }
          }
        });
    open = std::move(again);
  }
}

static void compile(llvm::ArrayRef<Item *> items, mlir::MLIRContext &context) {
  forEachItem(items, "program", [&](Item &item, JobWriter write) {
    const Program &program = item.program;
    item.result.features = program.features;
    std::string prefix = "p" + std::to_string(program.seed);
    compileProgram(program.text, program.maxConverterBytes, program.seed, referenceOnly ? "" : item.hls, prefix,
                   &context, item.result, [&](llvm::StringRef phase) { write((phase + " ").str()); });
  });
}

/// Builds and simulates those that have compiled. False if nothing could be built.
static bool simulate(llvm::ArrayRef<Item *> items, SimulationBuilder &builder, mlir::MLIRContext &context,
                     Totals &totals) {
  Clock::time_point start = Clock::now();
  std::vector<Item *> emitted;
  std::vector<std::string> folders;
  for (Item *item : items)
    if (item->result.phase.empty()) {
      emitted.push_back(item);
      folders.push_back(item->hls);
    }
  if (emitted.empty())
    return true;
  auto failures = builder.build(folders);
  totals.build += secondsSince(start);
  if (!failures) {
    llvm::errs() << "st-program-fuzz: " << llvm::toString(failures.takeError()) << "\n";
    return false;
  }
  for (Item *item : emitted)
    if (auto failure = failures->find(item->hls); failure != failures->end()) {
      item->result.phase = "build";
      item->result.reason = failure->second;
    }
  llvm::erase_if(emitted, [](Item *item) { return !item->result.phase.empty(); });
  start = Clock::now();
  forEachItem(emitted, "hls", [&](Item &item, JobWriter) { simulateProgram(item.hls, &context, item.result); });
  totals.simulate += secondsSince(start);
  return true;
}

static void keep(const Item &item) {
  std::string path = keepFolder + "/" + std::to_string(item.program.seed) + ".mlir";
  std::string text =
      llvm::formatv("// Seed {0} fails in {1}: {2}\n// st-program-fuzz {0}.mlir --seed {0} "
                    "--max-converter-bytes {3}\n{4}",
                    item.program.seed, item.result.phase, llvm::StringRef(item.result.reason).split('\n').first,
                    item.program.maxConverterBytes, item.program.text);
  if (llvm::Error error = writeFile(path, text))
    llvm::errs() << "st-program-fuzz: " << llvm::toString(std::move(error)) << "\n";
}

static void report(llvm::ArrayRef<Item> items, Totals &totals) {
  for (const Item &item : items) {
    ++totals.programs;
    totals.tasks += item.result.tasks;
    for (const std::string &feature : item.result.features)
      ++totals.features[feature];
    if (item.result.phase.empty())
      continue;
    ++totals.failures;
    llvm::outs() << "seed " << item.program.seed << " fails in " << item.result.phase << ": "
                 << llvm::StringRef(item.result.reason).split('\n').first << "\n";
    if (!keepFolder.empty())
      keep(item);
  }
  llvm::outs().flush();
}

/// Programs `first` to `first` + `number`, from compilation to simulation. False if it cannot go on.
static bool runBatch(std::vector<Item> &items, llvm::StringRef work, SimulationBuilder *builder,
                     mlir::MLIRContext &context, Totals &totals) {
  std::vector<Item *> pointers;
  for (Item &item : items) {
    item.hls = (work + "/p" + llvm::Twine(item.program.seed)).str();
    pointers.push_back(&item);
  }
  Clock::time_point start = Clock::now();
  compile(pointers, context);
  totals.compile += secondsSince(start);
  bool ok = !builder || simulate(pointers, *builder, context, totals);
  for (const Item &item : items)
    llvm::sys::fs::remove_directories(item.hls);
  report(items, totals);
  return ok;
}

static void print(const Totals &totals) {
  llvm::outs() << "\nfeatures ([...]: of the compiled design)\n";
  for (const auto &[feature, number] : totals.features)
    llvm::outs() << llvm::formatv("  {0,-28} {1,6}  {2,5:f1} %\n", feature, number,
                                  100.0 * number / std::max(1u, totals.programs));
  llvm::outs() << llvm::formatv("{0} programs, {1} tasks after lowering; compile {2:f1} s, build {3:f1} s, simulate "
                                "{4:f1} s\n{5} programs fail\n",
                                totals.programs, totals.tasks, totals.compile, totals.build, totals.simulate,
                                totals.failures);
}

/// Those of the command line, or those of the next seeds.
static bool nextBatch(unsigned done, unsigned total, mlir::MLIRContext &context, std::vector<Item> &items) {
  for (unsigned i = done; i < std::min(done + batch, total); ++i) {
    Item item;
    if (files.empty()) {
      item.program = generateProgram(firstSeed + i, &context);
      item.program.features.insert(item.program.isFused ? "as fuse leaves it" : "as dataflow leaves it");
    } else {
      auto text = readFile(files[i]);
      if (!text) {
        llvm::errs() << "st-program-fuzz: " << llvm::toString(text.takeError()) << "\n";
        return false;
      }
      item.program.text = (*text)->getBuffer().str();
      item.program.seed = firstSeed + i;
      item.program.maxConverterBytes = maxConverterBytes;
    }
    if (printOnly)
      llvm::outs() << "// Seed " << item.program.seed << "\n" << item.program.text;
    items.push_back(std::move(item));
  }
  return true;
}

static bool isExpected(const ProgramResult &result) {
  auto [phase, text] = llvm::StringRef(expected).split(':');
  return result.phase == phase && llvm::StringRef(result.reason).contains(text.trim());
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, "Random programs of tasks through the whole compiler\n");
  // Jobs inherit the context; it must not have threads, which a fork would lose.
  std::unique_ptr<mlir::MLIRContext> context = createContext();
  context->disableMultithreading();
  context->loadAllAvailableDialects();
  llvm::SmallString<128> work;
  if (llvm::sys::fs::createUniqueDirectory("st-program-fuzz", work))
    return 2;
  SimulationBuilder builder(work, jobs, /*cached=*/false);
  bool needsBuilder = !referenceOnly && !printOnly;
  Totals totals;
  int status = 0;
  if (llvm::Error error = needsBuilder ? builder.prepare() : llvm::Error::success()) {
    llvm::errs() << "st-program-fuzz: " << llvm::toString(std::move(error)) << "\n";
    status = 2;
  }
  unsigned total = files.empty() ? count : files.size();
  Clock::time_point start = Clock::now();
  bool isAsExpected = false;
  for (unsigned done = 0; done < total && status == 0; done += batch) {
    std::vector<Item> items;
    if (!nextBatch(done, total, *context, items)) {
      status = 2;
      break;
    }
    if (printOnly)
      continue;
    if (!runBatch(items, work, needsBuilder ? &builder : nullptr, *context, totals))
      status = 2;
    for (const Item &item : items)
      isAsExpected |= isExpected(item.result);
    if (total > batch)
      llvm::errs() << llvm::formatv("{0} of {1} programs, {2} fail, {3:f0} s\n", totals.programs, total,
                                    totals.failures, secondsSince(start));
    if (maxFailures != 0 && totals.failures >= maxFailures)
      break;
  }
  llvm::sys::fs::remove_directories(work);
  if (printOnly || status != 0)
    return status;
  if (!expected.empty())
    return isAsExpected;
  print(totals);
  return totals.failures != 0;
}
