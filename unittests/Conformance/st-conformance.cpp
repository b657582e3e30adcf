//===- st-conformance.cpp - ONNX's backend tests through the whole compiler -----------------------------------===//
//
// Each test of a supported operator is compiled through all phases and executed: by the reference, or as emitted C++.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "CaseRun.h"
#include "Driver/Compile.h"
#include "HlsBuild.h"
#include "Jobs.h"
#include "Report.h"
#include "Support/FileSystem.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Regex.h"
#include <chrono>

using namespace st;
using namespace st::testing;
namespace cl = llvm::cl;

namespace {
enum class Executor { Reference, Hls };

cl::OptionCategory category("Conformance options");
cl::opt<Executor> backend("backend", cl::desc("What executes the designs"), cl::init(Executor::Reference),
                          cl::values(clEnumValN(Executor::Reference, "reference", "the interpreter, after `lower`"),
                                     clEnumValN(Executor::Hls, "hls", "the emitted C++, in both simulations")),
                          cl::cat(category));
cl::list<std::string> suites("suite", cl::desc("Suites to run (all)"), cl::CommaSeparated, cl::cat(category));
cl::opt<std::string> filter("filter", cl::desc("Run the tests whose names match this regular expression"),
                            cl::cat(category));
cl::opt<std::string> tableFile("table", cl::desc("Table to compare with; a status that differs is an error"),
                               cl::cat(category));
cl::opt<bool> update("update", cl::desc("Write the table instead"), cl::cat(category));
cl::opt<std::string> failuresFile("failures", cl::desc("Write the failures here, grouped by their first error"),
                                  cl::cat(category));
cl::opt<unsigned> jobs("jobs", cl::desc("Processes at a time"), cl::init(2), cl::cat(category));
cl::opt<unsigned> limit("time-limit", cl::desc("Seconds for each test"), cl::init(60), cl::cat(category));
cl::opt<std::string> workFolder("work", cl::desc("Keep the emitted C++ in this folder"), cl::cat(category));
cl::opt<bool> simulateOnly("simulate-only", cl::desc("Simulate what an earlier run left in the folder --work"),
                           cl::cat(category));
cl::opt<bool> quiet("quiet", cl::desc("No line for each test"), cl::cat(category));

struct Item {
  std::string folder;
  CaseResult result;
};
} // namespace

/// Every test; those that are not to be compiled have their status already.
static std::vector<Item> collectItems() {
  std::vector<Item> items;
  llvm::Regex wanted(filter.empty() ? "." : filter.c_str());
  for (llvm::StringRef suite : onnxSuites) {
    if (!suites.empty() && !llvm::is_contained(suites, suite))
      continue;
    for (const std::string &folder : listOnnxTests(suite)) {
      Item item{folder, {}};
      item.result.suite = suite.str();
      item.result.test = llvm::sys::path::filename(folder).str();
      if (!wanted.match(item.result.test))
        continue;
      std::optional<onnx::ModelProto> model = readOnnxModel(folder);
      std::vector<std::string> missing = model ? unsupportedOperators(*model) : std::vector<std::string>{"no model"};
      llvm::sort(missing);
      missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
      if (!missing.empty()) {
        item.result.status = "unsupported";
        item.result.reason = llvm::join(missing, " ");
      } else if (llvm::StringRef reason = onnxException(item.result.test); !reason.empty()) {
        item.result.status = "excepted";
        item.result.reason = reason.str();
      }
      items.push_back(std::move(item));
    }
  }
  return items;
}

static void report(const CaseResult &result) {
  if (!quiet)
    llvm::outs() << result.suite << "/" << result.test << ": " << result.status << " (" << result.kernels
                 << " kernels, " << result.tasks << " tasks) " << (result.phase.empty() ? "" : result.phase + ": ")
                 << llvm::StringRef(result.reason).split('\n').first << "\n";
}

/// Says how long a step takes.
namespace {
class Step {
public:
  explicit Step(const char *name) : name(name), start(std::chrono::steady_clock::now()) {}
  ~Step() {
    double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    llvm::outs() << llvm::formatv("{0}: {1:f1} s\n", name, seconds);
    llvm::outs().flush();
  }

private:
  const char *name;
  std::chrono::steady_clock::time_point start;
};
} // namespace

/// Items that a process does one after the other, which makes starting it cheap.
constexpr size_t itemsPerJob = 8;

/// Does `work` for every item in processes, which hand back the items' results.
static void forEachItem(llvm::ArrayRef<Item *> items, llvm::function_ref<void(const Item &, CaseResult &)> work) {
  std::vector<Item *> open(items.begin(), items.end());
  while (!open.empty()) {
    std::vector<Item *> again;
    auto itemsOf = [&](unsigned job) {
      llvm::ArrayRef<Item *> rest = llvm::ArrayRef(open).drop_front(job * itemsPerJob);
      return rest.take_front(std::min(rest.size(), itemsPerJob));
    };
    runJobs((open.size() + itemsPerJob - 1) / itemsPerJob, jobs, limit,
            [&](unsigned job, JobWriter write) {
              for (Item *item : itemsOf(job)) {
                CaseResult result = item->result;
                work(*item, result);
                write(llvm::formatv("{0}\n", result.toJson()).str());
              }
            },
            [&](unsigned job, JobResult outcome) {
              llvm::StringRef rest = outcome.output;
              for (Item *item : itemsOf(job)) {
                auto [line, tail] = rest.split('\n');
                rest = tail;
                if (!line.empty()) {
                  item->result = CaseResult::fromJson(line);
                } else if (!outcome.failure.empty()) {
                  // This one ended the process; those after it have not had their turn.
                  item->result.status = "fail";
                  item->result.phase = "compiler";
                  item->result.reason = std::exchange(outcome.failure, "");
                } else {
                  again.push_back(item);
                }
              }
            });
    open = std::move(again);
  }
}

static std::string hlsFolderOf(const Item &item, llvm::StringRef work) {
  return (work + "/" + item.result.suite + "/" + item.result.test).str();
}

/// Compiles `items` to C++, builds it and simulates it. False if nothing could be built.
static bool runHls(llvm::ArrayRef<Item *> items, llvm::StringRef work, mlir::MLIRContext &context) {
  if (!simulateOnly) {
    Step step("compile");
    forEachItem(items, [&](const Item &item, CaseResult &result) {
      compileCase(item.folder, hlsFolderOf(item, work), &context, result);
    });
  }
  std::vector<Item *> emitted;
  std::vector<std::string> folders;
  for (Item *item : items) {
    bool isThere = simulateOnly && llvm::sys::fs::exists(hlsFolderOf(*item, work) + "/lower.mlir");
    if (isThere)
      item->result.status = "pass";
    if (item->result.status == "pass") {
      emitted.push_back(item);
      folders.push_back(hlsFolderOf(*item, work));
    }
  }
  {
    Step step("build");
    auto failures = buildSimulations(folders, work, jobs);
    if (!failures) {
      llvm::errs() << "st-conformance: " << llvm::toString(failures.takeError()) << "\n";
      return false;
    }
    for (Item *item : emitted)
      if (auto failure = failures->find(hlsFolderOf(*item, work)); failure != failures->end()) {
        item->result.status = "fail";
        item->result.phase = "build";
        item->result.reason = failure->second;
      }
  }
  llvm::erase_if(emitted, [](Item *item) { return item->result.status != "pass"; });
  Step step("simulate");
  forEachItem(emitted, [&](const Item &item, CaseResult &result) {
    simulateCase(item.folder, hlsFolderOf(item, work), &context, result);
  });
  return true;
}

static bool runAll(llvm::ArrayRef<Item *> items, mlir::MLIRContext &context) {
  if (backend == Executor::Reference) {
    Step step("compile and execute");
    forEachItem(items, [&](const Item &item, CaseResult &result) { compileCase(item.folder, "", &context, result); });
    return true;
  }
  llvm::SmallString<128> work(workFolder);
  if (work.empty() && llvm::sys::fs::createUniqueDirectory("st-conformance", work))
    return false;
  llvm::sys::fs::make_absolute(work);
  bool ok = runHls(items, work, context);
  if (workFolder.empty())
    llvm::sys::fs::remove_directories(work);
  return ok;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, "ONNX's backend tests through the whole compiler\n");
  std::vector<Item> items = collectItems();
  if (items.empty()) {
    llvm::errs() << "st-conformance: there are no such tests; install libonnx-testdata (scripts/setup does)\n";
    return 2;
  }
  std::vector<Item *> open;
  for (Item &item : items)
    if (item.result.status.empty())
      open.push_back(&item);

  // Jobs inherit the context; it must not have threads, which a fork would lose.
  std::unique_ptr<mlir::MLIRContext> context = createContext();
  context->disableMultithreading();
  if (!runAll(open, *context))
    return 2;
  for (const Item *item : open)
    report(item->result);

  std::vector<CaseResult> results;
  for (Item &item : items)
    results.push_back(item.result);
  printCounts(results, llvm::outs());
  auto save = [](llvm::StringRef path, llvm::StringRef text) {
    if (llvm::Error error = writeFile(path, text)) {
      llvm::errs() << "st-conformance: " << llvm::toString(std::move(error)) << "\n";
      return false;
    }
    return true;
  };
  if (!failuresFile.empty()) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    printCounts(results, stream);
    printFailures(results, stream);
    if (!save(failuresFile, text))
      return 2;
  }
  if (tableFile.empty())
    return 0;
  if (update)
    return save(tableFile, printTable(results)) ? 0 : 2;
  auto table = readFile(tableFile);
  if (!table) {
    llvm::errs() << "st-conformance: " << llvm::toString(table.takeError()) << "\n";
    return 2;
  }
  std::string differences = compareWithTable(results, (*table)->getBuffer());
  if (differences.empty())
    return 0;
  llvm::errs() << differences << "st-conformance: " << tableFile << " is out of date; mend what fails, then run with "
               << "--update\n";
  return 1;
}
