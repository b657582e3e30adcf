#include "Simulate/Trace.h"

#include "llvm/Support/JSON.h"

#include <algorithm>
#include <array>

using namespace st;
using namespace st::timed;

/// Stretches of a series; twice as long ones are begun when they are used up.
static constexpr int64_t mostBins = 512;

void TimeSeries::add(int64_t begin, int64_t end) {
  if (begin >= end)
    return;
  while (end > mostBins << ownShift) {
    for (size_t i = 0; i < bins.size(); ++i) {
      int64_t cycles = bins[i];
      bins[i] = 0;
      bins[i / 2] += cycles;
    }
    bins.resize((bins.size() + 1) / 2);
    ++ownShift;
  }
  int64_t last = (end - 1) >> ownShift;
  if (static_cast<int64_t>(bins.size()) <= last)
    bins.resize(last + 1);
  for (int64_t i = begin >> ownShift; i <= last; ++i)
    bins[i] += std::min(end, (i + 1) << ownShift) - std::max(begin, i << ownShift);
}

int64_t TimeSeries::at(int64_t index, unsigned shift) const {
  int64_t per = int64_t(1) << (shift - ownShift), cycles = 0;
  for (int64_t i = index * per; i < (index + 1) * per && i < static_cast<int64_t>(bins.size()); ++i)
    cycles += bins[i];
  return cycles;
}

TraceRecorder::TraceRecorder(const Graph &graph)
    : graph(graph), tasks(graph.tasks.size()), memories(graph.memories.size()) {}

void TraceRecorder::print(double clockMhz, llvm::raw_ostream &os) const {
  unsigned shift = 0;
  int64_t end = 0;
  auto include = [&](const TimeSeries &series) {
    shift = std::max(shift, series.shift());
    end = std::max(end, series.end());
  };
  for (const TaskSeries &task : tasks)
    for (const TimeSeries *series : {&task.active, &task.starved, &task.blocked})
      include(*series);
  for (const TimeSeries &memory : memories)
    include(memory);
  int64_t stretches = (end + (int64_t(1) << shift) - 1) >> shift;
  auto micros = [&](int64_t stretch) { return double(stretch << shift) / clockMhz; };

  llvm::json::OStream json(os);
  auto name = [&](llvm::StringRef what, int pid, int tid, llvm::StringRef text) {
    json.object([&] {
      json.attribute("name", what);
      json.attribute("ph", "M");
      json.attribute("pid", pid);
      json.attribute("tid", tid);
      json.attributeObject("args", [&] { json.attribute("name", text); });
    });
  };
  auto traceTask = [&](int index) {
    static const std::array<const char *, 4> names = {"idle", "busy", "starved", "blocked"};
    // The stretch being put together: its state, its beginning and the cycles of every state in it.
    size_t state = 0;
    int64_t begin = 0;
    std::array<int64_t, 4> sums = {};
    auto flush = [&](int64_t until) {
      if (state != 0 && until > begin)
        json.object([&] {
          json.attribute("name", names[state]);
          json.attribute("ph", "X");
          json.attribute("pid", 0);
          json.attribute("tid", index);
          json.attribute("ts", micros(begin));
          json.attribute("dur", micros(until) - micros(begin));
          json.attributeObject("args", [&] {
            json.attribute("from_cycle", begin << shift);
            for (size_t i = 1; i < names.size(); ++i)
              json.attribute((llvm::Twine(names[i]) + "_cycles").str(), sums[i]);
          });
        });
      begin = until;
      sums = {};
    };
    for (int64_t i = 0; i < stretches; ++i) {
      int64_t starved = tasks[index].starved.at(i, shift), blocked = tasks[index].blocked.at(i, shift);
      int64_t busy = std::max<int64_t>(0, tasks[index].active.at(i, shift) - starved - blocked);
      std::array<int64_t, 4> cycles = {0, busy, starved, blocked};
      size_t most = std::max_element(cycles.begin() + 1, cycles.end()) - cycles.begin();
      if (cycles[most] == 0)
        most = 0;
      if (most != state)
        flush(i);
      state = most;
      for (size_t k = 0; k < sums.size(); ++k)
        sums[k] += cycles[k];
    }
    flush(stretches);
  };
  auto traceMemory = [&](int index) {
    int64_t previous = -1;
    for (int64_t i = 0; i <= stretches; ++i) {
      int64_t percent = 100 * memories[index].at(i, shift) >> shift;
      if (percent == previous)
        continue;
      previous = percent;
      json.object([&] {
        json.attribute("name", graph.memories[index].name);
        json.attribute("ph", "C");
        json.attribute("pid", 1);
        json.attribute("ts", micros(i));
        json.attributeObject("args", [&] { json.attribute("percent", percent); });
      });
    }
  };
  json.object([&] {
    json.attribute("displayTimeUnit", "ns");
    json.attributeArray("traceEvents", [&] {
      name("process_name", 0, 0, "tasks");
      name("process_name", 1, 0, "memories");
      for (size_t i = 0; i < tasks.size(); ++i) {
        name("thread_name", 0, static_cast<int>(i), graph.tasks[i].name);
        traceTask(static_cast<int>(i));
      }
      for (size_t i = 0; i < memories.size(); ++i)
        traceMemory(static_cast<int>(i));
    });
  });
  os << "\n";
}
