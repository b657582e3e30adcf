//===- HlsBuild.cpp - Many emitted designs in one program -----------------------------------------------------===//

#include "HlsBuild.h"
#include "Emit/Hls/RuntimeFiles.h"
#include "Jobs.h"
#include "Support/Error.h"
#include "Support/FileSystem.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include <unistd.h>

using namespace llvm;
using namespace st;
using namespace st::testing;

/// Source in one translation unit, in bytes: enough to make the compiler's start cheap, little enough to spread.
constexpr uint64_t unitBytes = 500 * 1024;

constexpr const char *simulations[] = {"sequential", "concurrent"};

/// A design's folder and the kernels in it.
struct SimulationBuilder::DesignFiles {
  explicit DesignFiles(std::string folder);

  std::string folder;
  std::vector<std::string> kernels;
  uint64_t bytes = 0;
};

/// Designs that are compiled together.
struct SimulationBuilder::Unit {
  std::string name;
  std::vector<const DesignFiles *> designs;

  std::string text() const;
};

SimulationBuilder::DesignFiles::DesignFiles(std::string path) : folder(std::move(path)) {
  std::error_code error;
  for (sys::fs::directory_iterator file(folder, error), end; !error && file != end; file.increment(error)) {
    StringRef name = sys::path::filename(file->path());
    uint64_t size = 0;
    if (!name.consume_back("_testbench.cpp"))
      continue;
    kernels.push_back(name.str());
    if (!sys::fs::file_size(folder + "/" + name + ".cpp", size))
      bytes += size;
  }
  sort(kernels);
}

/// Everything that generated code includes, so that it is parsed once. What the headers define here is skipped where a
/// kernel includes it.
static std::string preludeText() {
  std::string text = "#pragma once\n#include <cstring>\n#include <string>\n";
  // compat/ is included by these.
  for (const RuntimeFile &file : getRuntimeFiles())
    if (StringRef(file.path).starts_with("st_"))
      text += "#include \"" + std::string(file.path) + "\"\n";
  return text + "bool add_program(const char *name, int (*main)(int, char **));\n";
}

static const char *const dispatcherText = R"(#include "prelude.h"
#include <map>
static std::map<std::string, int (*)(int, char **)> &programs() {
  static std::map<std::string, int (*)(int, char **)> all;
  return all;
}
bool add_program(const char *name, int (*main)(int, char **)) { return programs()[name] = main; }
// Which program this is says the name that it was called by.
int main(int argc, char **argv) {
  const char *slash = std::strrchr(argv[0], '/');
  const std::string name = slash ? slash + 1 : argv[0];
  const auto found = programs().find(name.substr(0, name.rfind('_')));
  return found == programs().end() ? 127 : found->second(argc, argv);
}
)";

/// The designs of a unit, each in a namespace: their tasks have the same names.
std::string SimulationBuilder::Unit::text() const {
  std::string source = "#include \"prelude.h\"\n#define main run\n";
  unsigned number = 0;
  for (const DesignFiles *design : designs)
    for (const std::string &kernel : design->kernels) {
      std::string space = name + "_kernel_" + std::to_string(number++);
      source += "namespace " + space + " {\n#include \"" + design->folder + "/" + kernel + ".cpp\"\n#include \"" +
                design->folder + "/" + kernel + "_testbench.cpp\"\nstatic const bool added = add_program(\"" + kernel +
                "\", run);\n}\n";
    }
  return source;
}

SimulationBuilder::SimulationBuilder(StringRef work, unsigned parallel, bool cached)
    : work(work.str()), parallel(parallel), cached(cached) {}

std::string SimulationBuilder::program(StringRef simulation) const { return work + "/simulate_" + simulation.str(); }

/// Runs the compiler; its messages if it failed.
std::string SimulationBuilder::call(StringRef simulation, ArrayRef<std::string> arguments) const {
  std::vector<std::string> command{compiler, "-std=c++17", "-O0", "-ffp-contract=off", "-fwrapv",
                                   // What nobody has written is the same garbage in both simulations: padding,
                                   // which may hold anything, does not make them differ, and who uses it as data
                                   // gets wrong results.
                                   "-ftrivial-auto-var-init=pattern", "-w", "-pthread", "-fno-exceptions",
                                   "-I" + work + "/" + simulation.str(), "-I" + work, "-I" + work + "/compat"};
  if (simulation == "concurrent")
    command.push_back("-DST_CONCURRENT");
  if (isClang)
    command.insert(command.end(), {"-Xclang", "-fno-pch-timestamp"});
  else
    command.push_back("-fpch-preprocess");
  command.insert(command.end(), arguments.begin(), arguments.end());
  SmallString<128> log;
  if (sys::fs::createTemporaryFile("simulations", "log", log))
    return "cannot create a temporary file";
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(log), StringRef(log)};
  // ccache keeps what has been compiled before; it wants to be told that a precompiled header is all right.
  if (!cache.empty())
    command.insert(command.begin(), cache);
  std::vector<StringRef> views(command.begin(), command.end());
  int status = sys::ExecuteAndWait(command.front(), views, std::nullopt, redirects);
  std::string messages;
  if (auto text = readFile(log))
    messages = (*text)->getBuffer().str();
  else
    consumeError(text.takeError());
  sys::fs::remove(log);
  return status == 0 ? "" : messages.empty() ? "the compiler failed" : messages;
}

std::string SimulationBuilder::compileFile(StringRef simulation, const std::string &source,
                                           const std::string &object) const {
  std::vector<std::string> arguments{"-c", source, "-o", object};
  // g++ finds it by itself.
  if (isClang)
    arguments.insert(arguments.end(), {"-include-pch", work + "/" + simulation.str() + "/prelude.h.pch"});
  return call(simulation, arguments);
}

llvm::Error SimulationBuilder::prepare() {
  // Clang takes a third of the time; the tests of models build with what `simulate.sh` takes, g++.
  for (StringRef name : {"clang++-22", "clang++", "g++"})
    if (auto found = sys::findProgramByName(name); found && compiler.empty()) {
      compiler = *found;
      isClang = name != "g++";
    }
  if (compiler.empty())
    return makeError("clang++ or g++ is needed to build the simulations");
  if (auto ccache = sys::findProgramByName("ccache"); ccache && cached) {
    cache = *ccache;
    setenv("CCACHE_SLOPPINESS", "pch_defines,time_macros,include_file_mtime,include_file_ctime", 1);
  }
  for (const RuntimeFile &file : getRuntimeFiles())
    if (auto error = writeFile(work + "/" + file.path, file.contents))
      return error;
  if (auto error = writeFile(work + "/dispatcher.cpp", dispatcherText))
    return error;
  for (StringRef simulation : simulations)
    if (auto error = writeFile(work + "/" + simulation.str() + "/prelude.h", preludeText()))
      return error;
  std::string failure;
  runJobs(
      2, parallel, 600,
      [&](unsigned index, JobWriter write) {
        std::string header = work + "/" + simulations[index] + "/prelude.h";
        write(call(simulations[index], {"-x", "c++-header", header, "-o", header + (isClang ? ".pch" : ".gch")}));
        std::string object = work + "/" + simulations[index] + "/dispatcher.o";
        write(compileFile(simulations[index], work + "/dispatcher.cpp", object));
      },
      [&](unsigned, JobResult job) { failure += job.output + job.failure; });
  if (!failure.empty())
    return makeError("the runtime headers do not compile:\n{0}", failure);
  return llvm::Error::success();
}

std::vector<std::array<std::string, 2>> SimulationBuilder::compile(ArrayRef<Unit> units) {
  std::vector<std::array<std::string, 2>> errors(units.size());
  runJobs(
      2 * units.size(), parallel, 600,
      [&](unsigned index, JobWriter write) {
        const Unit &unit = units[index / 2];
        std::string stem = work + "/" + simulations[index % 2] + "/" + unit.name;
        if (auto error = writeFile(stem + ".cpp", unit.text()))
          return write(toString(std::move(error)));
        write(compileFile(simulations[index % 2], stem + ".cpp", stem + ".o"));
      },
      [&](unsigned index, JobResult job) { errors[index / 2][index % 2] = job.output + job.failure; });
  return errors;
}

std::string SimulationBuilder::link(ArrayRef<Unit> units, StringRef simulation) {
  std::vector<std::string> arguments{work + "/" + simulation.str() + "/dispatcher.o", "-o", program(simulation)};
  for (const Unit &unit : units)
    arguments.push_back(work + "/" + simulation.str() + "/" + unit.name + ".o");
  return call(simulation, arguments);
}

std::vector<SimulationBuilder::Unit> SimulationBuilder::formUnits(ArrayRef<DesignFiles> designs) const {
  std::vector<Unit> units;
  uint64_t bytes = 0;
  for (const DesignFiles &design : designs) {
    if (units.empty() || bytes + design.bytes > unitBytes) {
      units.push_back({"unit_" + std::to_string(units.size()), {}});
      bytes = 0;
    }
    units.back().designs.push_back(&design);
    bytes += design.bytes;
  }
  return units;
}

/// The line of the compiler's messages that says what is wrong.
static std::string firstError(StringRef messages) {
  for (StringRef rest = messages; !rest.empty();) {
    auto [line, tail] = rest.split('\n');
    if (line.contains("error:"))
      return line.substr(line.find("error:")).str();
    rest = tail;
  }
  return messages.split('\n').first.str();
}

llvm::Expected<std::map<std::string, std::string>> SimulationBuilder::build(ArrayRef<std::string> hlsFolders) {
  std::map<std::string, std::string> failures;
  std::vector<DesignFiles> designs;
  for (const std::string &folder : hlsFolders)
    designs.emplace_back(folder);
  std::vector<Unit> units = formUnits(designs), good, single;
  auto failed = [](const std::array<std::string, 2> &errors) { return !errors[0].empty() || !errors[1].empty(); };
  std::vector<std::array<std::string, 2>> errors = compile(units);
  for (auto [unit, error] : zip(units, errors)) {
    if (!failed(error)) {
      good.push_back(unit);
      continue;
    }
    // Which design is it?
    for (const DesignFiles *design : unit.designs)
      single.push_back({unit.name + "_" + std::to_string(single.size()), {design}});
  }
  errors = compile(single);
  for (auto [unit, error] : zip(single, errors)) {
    if (failed(error))
      failures[unit.designs.front()->folder] = firstError(error[0].empty() ? error[1] : error[0]);
    else
      good.push_back(unit);
  }
  for (StringRef simulation : simulations) {
    if (std::string error = link(good, simulation); !error.empty())
      return makeError("the simulations do not link:\n{0}", error);
    for (const Unit &unit : good)
      for (const DesignFiles *design : unit.designs)
        for (const std::string &kernel : design->kernels) {
          std::string path = design->folder + "/build/" + kernel + "_" + simulation.str();
          sys::fs::create_directories(design->folder + "/build");
          sys::fs::remove(path);
          if (symlink(program(simulation).c_str(), path.c_str()) != 0)
            return makeError("cannot create the link {0}", path);
        }
  }
  return failures;
}

llvm::Expected<std::map<std::string, std::string>> st::testing::buildSimulations(ArrayRef<std::string> hlsFolders,
                                                                                 StringRef work, unsigned parallel) {
  SimulationBuilder builder(work, parallel);
  if (auto error = builder.prepare())
    return std::move(error);
  return builder.build(hlsFolders);
}
