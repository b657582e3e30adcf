//===- Summary.cpp - What `compile` and `check` tell a person -------------------------------------------------===//

#include "Driver/Summary.h"
#include "Driver/Fallbacks.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace st;
using llvm::formatv;
namespace json = llvm::json;

/// The integer under `key`, 0 where it is missing: a summary prints what is there.
static int64_t integer(const json::Object &object, llvm::StringRef key) { return object.getInteger(key).value_or(0); }

static std::string text(const json::Object &object, llvm::StringRef key) {
  return object.getString(key).value_or("").str();
}

static size_t count(const json::Object &object, llvm::StringRef key) {
  const json::Array *array = object.getArray(key);
  return array ? array->size() : 0;
}

static void printTasks(const json::Array &tasks, llvm::raw_ostream &out) {
  out << formatv("\n{0,-34} {1,-10} {2,4} {3,12} {4,12} {5,7} {6,6}  {7}\n", "task", "kind", "II", "first token",
                 "latency", "unroll", "DSP", "cycles are");
  for (const json::Value &value : tasks) {
    const json::Object &task = *value.getAsObject();
    const json::Object *resources = task.getObject("resources");
    out << formatv("{0,-34} {1,-10} {2,4} {3,12} {4,12} {5,7} {6,6}  {7}\n", text(task, "name"), text(task, "kind"),
                   integer(task, "ii"), integer(task, "first_token_cycles"), integer(task, "latency_cycles"),
                   integer(task, "unroll"), resources ? integer(*resources, "dsp") : 0,
                   text(task, "cycles_basis") == "calibrated" ? "calibrated" : "an estimate");
  }
}

/// The layer loops, if there are any.
static void printRepeats(const json::Array &kernels, llvm::raw_ostream &out) {
  for (const json::Value &value : kernels) {
    const json::Object &kernel = *value.getAsObject();
    const json::Array *repeats = kernel.getArray("repeats");
    for (const json::Value &entry : repeats ? *repeats : json::Array()) {
      const json::Object &repeat = *entry.getAsObject();
      out << formatv("{0} repeats {1} times: {2} bytes carried from one to the next, {3} bytes stacked in memory\n",
                     text(kernel, "name"), integer(repeat, "count"), integer(repeat, "carried_bytes"),
                     integer(repeat, "stacked_bytes"));
    }
  }
}

static void printTotals(const json::Object &totals, llvm::raw_ostream &out) {
  const json::Object *used = totals.getObject("used"), *available = totals.getObject("available");
  if (!used || !available)
    return;
  out << "\nresources (estimated, not calibrated):";
  for (llvm::StringRef kind : {"lut", "ff", "dsp", "bram18", "uram"})
    out << formatv(" {0} {1} ({2:f1} %)", kind.upper(), integer(*used, kind),
                   100.0 * integer(*used, kind) / std::max<int64_t>(1, integer(*available, kind)));
  out << "\n";
  const json::Object *rtl = totals.getObject("rtl");
  if (!rtl)
    return;
  out << "resources of the RTL (calibrated against Yosys):";
  for (llvm::StringRef kind : {"lut", "ff", "dsp", "bram18", "uram"})
    out << formatv(" {0} {1}", kind.upper(), integer(*rtl, kind));
  out << "\n";
}

static void printMemory(const json::Object &memory, llvm::raw_ostream &out) {
  int64_t held = integer(memory, "held_bytes");
  out << formatv("\nintermediate memory: {0} of {1} bytes ({2:f1} %) that whole tensors, double-buffered, would take\n",
                 held, integer(memory, "tensor_bytes"), 100 * memory.getNumber("ratio").value_or(0));
  const json::Array *holders = memory.getArray("holders");
  if (!holders)
    return;
  out << formatv("  {0,-46} {1,-34} {2,9}  {3}\n", "holder", "tensor", "bytes", "reason");
  int64_t shown = 0;
  for (const json::Value &value : *holders) {
    const json::Object &holder = *value.getAsObject();
    // The long tail of handshake FIFOs and tiles is summed up; design.json has all.
    if (integer(holder, "bytes") * 100 < held)
      break;
    shown += integer(holder, "bytes");
    out << formatv("  {0,-46} {1,-34} {2,9}  {3}", text(holder, "name"), text(holder, "tensor"),
                   integer(holder, "bytes"), text(holder, "reason"));
    // How far the buffer is from what no buffer can do without.
    if (holder.get("live_bytes"))
      out << formatv(", at least {0}", integer(holder, "live_bytes"));
    out << "\n";
  }
  out << formatv("  {0,-46} {1,-34} {2,9}\n", "all others", "", held - shown);
}

void st::printSummary(const json::Value &design, llvm::raw_ostream &out) {
  const json::Object *object = design.getAsObject();
  const json::Array *tasks = object ? object->getArray("tasks") : nullptr;
  if (!tasks)
    return;
  if (const json::Object *device = object->getObject("device"))
    out << formatv("\n{0} at {1} MHz: ", text(*device, "title"), object->getNumber("clock_mhz").value_or(0));
  out << formatv("{0} kernel(s), {1} tasks, {2} FIFOs, {3} buffers, {4} DMAs\n", count(*object, "kernels"),
                 tasks->size(), count(*object, "fifos"), count(*object, "buffers"), count(*object, "dmas"));
  if (const json::Array *kernels = object->getArray("kernels"))
    printRepeats(*kernels, out);
  printTasks(*tasks, out);
  if (const json::Object *totals = object->getObject("totals"))
    printTotals(*totals, out);
  if (const json::Object *memory = object->getObject("intermediate_memory"))
    printMemory(*memory, out);
  printFallbacks(*object, out);
}

void st::printReport(const CheckReport &report, llvm::raw_ostream &out) {
  for (const CheckedTensor &tensor : report.tensors) {
    out << formatv("{0,-6} {1}: ", tensor.ok ? "ok" : "FAILED", tensor.name);
    if (!tensor.difference.mismatch.empty())
      out << tensor.difference.mismatch << "\n";
    else
      out << formatv("max|a-b| = {0:e2} of max|b|, {1:e2} in the worst row ({2})\n", tensor.difference.relative(),
                     tensor.difference.worstRow, tensor.difference.worstRowIndex);
  }
  for (const KernelCycles &kernel : report.cycles)
    out << formatv("{0}: {1} cycles\n", kernel.kernel, kernel.cycles);
}
