//===- SimulateReport.cpp - A simulation for people -----------------------------------------------------------===//

#include "Driver/Simulate.h"
#include "Support/Units.h"

using namespace st;
using llvm::json::Array;
using llvm::json::Object;

/// Lines of a table; --json has all.
static constexpr size_t mostLines = 16;

static int64_t integer(const Object &object, llvm::StringRef key) { return object.getInteger(key).value_or(0); }
static llvm::StringRef text(const Object &object, llvm::StringRef key) { return object.getString(key).value_or(""); }

/// The objects of `array`, the largest `weight` first.
template <typename Weight> static std::vector<const Object *> sorted(const Array *array, Weight weight) {
  std::vector<const Object *> objects;
  if (array)
    for (const llvm::json::Value &value : *array)
      objects.push_back(value.getAsObject());
  llvm::stable_sort(objects, [&](const Object *a, const Object *b) { return weight(*a) > weight(*b); });
  return objects;
}

static std::string percent(double part, double whole) {
  return llvm::formatv("{0:f1} %", whole > 0 ? 100 * part / whole : 0).str();
}

/// `cycles`, and what they are in time.
static std::string inTime(double cycles, double clockMhz) {
  std::string result = formatCycles(static_cast<int64_t>(cycles + 0.5)) + " cycles";
  if (clockMhz > 0)
    result += llvm::formatv(" = {0:f3} ms", cycles / clockMhz / 1e3).str();
  return result;
}

static void printRest(size_t count, llvm::raw_ostream &out) {
  if (count > mostLines)
    out << "    ... and " << count - mostLines << " more (--json lists them)\n";
}

static void printTasks(const Object &kernel, int64_t cycles, llvm::raw_ostream &out) {
  auto tasks = sorted(kernel.getArray("tasks"), [](const Object &task) { return integer(task, "busy_cycles"); });
  out << llvm::formatv("  {0,-40} {1,10} {2,10} {3,10} {4,16}\n", "task", "busy", "starved", "blocked", "end cycle");
  for (const Object *task : llvm::ArrayRef(tasks).take_front(mostLines))
    out << llvm::formatv("    {0,-38} {1,10} {2,10} {3,10} {4,16}\n", text(*task, "name"),
                         percent(integer(*task, "busy_cycles"), cycles),
                         percent(integer(*task, "starved_cycles"), cycles),
                         percent(integer(*task, "blocked_cycles"), cycles), formatCycles(integer(*task, "end_cycle")));
  printRest(tasks.size(), out);
}

static void printFifos(const Object &kernel, llvm::raw_ostream &out) {
  auto fifos = sorted(kernel.getArray("fifos"), [](const Object &fifo) {
    return fifo.get("memory") ? -1 : integer(fifo, "depth_tokens") * integer(fifo, "width_bits");
  });
  out << llvm::formatv("  {0,-56} {1,6} {2,10} {3,10} {4,10}\n", "FIFO", "bits", "tokens", "depth", "used");
  for (const Object *fifo : llvm::ArrayRef(fifos).take_front(mostLines))
    out << llvm::formatv("    {0,-54} {1,6} {2,10} {3,10} {4,10}\n", text(*fifo, "name"), integer(*fifo, "width_bits"),
                         integer(*fifo, "tokens"), integer(*fifo, "depth_tokens"), integer(*fifo, "high_water_tokens"));
  printRest(fifos.size(), out);
}

static void printMemories(const Object &kernel, llvm::raw_ostream &out) {
  auto memories = sorted(kernel.getArray("memories"), [](const Object &m) { return integer(m, "busy_cycles"); });
  if (memories.empty())
    return;
  out << llvm::formatv("  {0,-40} {1,12} {2,12} {3,10}\n", "memory", "bursts", "bytes", "busy");
  for (const Object *memory : llvm::ArrayRef(memories).take_front(mostLines))
    out << llvm::formatv("    {0,-38} {1,12} {2,12} {3,10}\n", text(*memory, "name"), integer(*memory, "bursts"),
                         formatBytes(integer(*memory, "bytes")),
                         percent(memory->getNumber("utilization").value_or(0), 1));
  printRest(memories.size(), out);
}

static void printSizing(const Object &kernel, llvm::raw_ostream &out) {
  const Object *sizing = kernel.getObject("sizing");
  if (!sizing)
    return;
  double full = 0;
  out << llvm::formatv("  {0,-40} {1,14} {2,16} {3,16}\n", "FIFO depths by", "bits", "of full tensors", "latency");
  for (const llvm::json::Value &value : *sizing->getArray("methods")) {
    const Object &method = *value.getAsObject();
    double bits = double(integer(method, "fifo_bits"));
    if (text(method, "method") == "full-tensor")
      full = bits;
    auto cycles = method.getInteger("latency_cycles");
    out << llvm::formatv("    {0,-38} {1,14} {2,16} {3,16}\n", text(method, "method"), integer(method, "fifo_bits"),
                         percent(bits, full), cycles ? formatCycles(*cycles) : "deadlock");
  }
}

static void printDeadlock(const Object &deadlock, llvm::raw_ostream &out) {
  out << "  " << text(deadlock, "message") << "\n";
  const Array *depths = deadlock.getArray("depths_that_resolve");
  if (!depths)
    return;
  out << "  with these depths the kernel runs to its end:";
  for (const llvm::json::Value &value : *depths) {
    const Object &fifo = *value.getAsObject();
    out << " --depths " << text(fifo, "fifo") << "=" << integer(fifo, "depth_tokens");
  }
  out << "\n";
}

static void printKernel(const Object &kernel, double clockMhz, llvm::raw_ostream &out) {
  int64_t launches = integer(kernel, "launches");
  out << "kernel " << text(kernel, "name") << ", " << launches << (launches == 1 ? " launch" : " launches")
      << (kernel.getBoolean("serial").value_or(false) ? ", one at a time" : "") << "\n";
  int64_t events = integer(kernel, "events");
  double seconds = kernel.getNumber("simulation_seconds").value_or(0);
  if (const Object *deadlock = kernel.getObject("deadlock")) {
    printDeadlock(*deadlock, out);
  } else {
    out << "  latency   " << inTime(double(integer(kernel, "latency_cycles")), clockMhz);
    if (text(kernel, "cycles_basis") == "calibrated")
      out << " (calibrated: RTL of such tasks takes the cycles of the schedule)";
    else if (kernel.get("cycles_basis"))
      out << " (an estimate: it counts on latencies of operators that no RTL has confirmed)";
    out << "\n";
    if (launches > 1) {
      double interval = kernel.getNumber("interval_cycles").value_or(0);
      out << "  interval  " << inTime(interval, clockMhz);
      if (clockMhz > 0 && interval > 0)
        out << llvm::formatv(", {0:f1} launches per second", clockMhz * 1e6 / interval);
      out << "\n";
    }
  }
  out << llvm::formatv("  simulated {0:f2} million token moves in {1:f3} s, {2:f1} million a second\n", events / 1e6,
                       seconds, seconds > 0 ? events / seconds / 1e6 : 0);
  int64_t cycles = integer(kernel, "latency_cycles");
  for (const llvm::json::Value &task : *kernel.getArray("tasks"))
    cycles = std::max(cycles, integer(*task.getAsObject(), "end_cycle"));
  printTasks(kernel, cycles, out);
  printFifos(kernel, out);
  printMemories(kernel, out);
  printSizing(kernel, out);
}

void st::printSimulation(const llvm::json::Value &report, llvm::raw_ostream &out) {
  const Object &top = *report.getAsObject();
  double clockMhz = top.getNumber("clock_mhz").value_or(0);
  const Array &kernels = *top.getArray("kernels");
  if (const Object *sizes = top.getObject("sizes")) {
    out << "a run of";
    for (const auto &size : *sizes)
      out << " " << size.first.str() << " = " << size.second.getAsInteger().value_or(0);
    out << "\n";
  }
  for (const llvm::json::Value &kernel : kernels)
    printKernel(*kernel.getAsObject(), clockMhz, out);
  if (kernels.empty())
    out << "nothing of this design runs on the device\n";
  if (kernels.size() > 1 && top.get("latency_cycles"))
    out << "all kernels, one after the other: " << inTime(double(integer(top, "latency_cycles")), clockMhz) << "\n";
}
