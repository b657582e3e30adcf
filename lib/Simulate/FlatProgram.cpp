#include "Simulate/FlatProgram.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <map>

using namespace st;
using namespace st::timed;

namespace {
class Flattener {
public:
  FlatProgram run(const Program &program);

private:
  using Kind = FlatStep::Kind;

  void addProgram(const Program &program, int level);
  void addLoop(int64_t trips, int level, llvm::function_ref<void()> addBody);
  void addPipeline(const Statement &pipeline, int level);
  /// Adds what is due in each of `slots` windows of `ii` cycles: the accesses by their cycle in the window.
  void addSlots(const std::map<int64_t, std::vector<Access>> &due, int64_t slots, int64_t ii, int level);
  void addGroup(const std::vector<Access> &accesses, int64_t trips, int64_t period);
  /// Lets local time go on.
  void advance(int64_t cycles);
  /// Replaces the loop of `trips` iterations that began at step `begin` by a single step; false where it is none.
  bool foldLoop(size_t begin, int64_t trips);
  void addTraffic(size_t begin);

  FlatProgram flat;
  /// Steps before this one belong to another block: time that passes now is not theirs.
  size_t blockBegin = 0;
};
} // namespace

void Flattener::advance(int64_t cycles) {
  if (cycles == 0)
    return;
  if (flat.steps.size() == blockBegin)
    flat.steps.push_back({});
  flat.steps.back().after += cycles;
}

void Flattener::addGroup(const std::vector<Access> &accesses, int64_t trips, int64_t period) {
  FlatStep step;
  step.kind = Kind::Group;
  step.firstAccess = static_cast<int>(flat.accesses.size());
  step.trips = trips;
  step.period = period;
  for (bool isPush : {false, true})
    for (const Access &access : accesses)
      if (access.isPush == isPush) {
        flat.accesses.push_back({access.fifo, isPush});
        ++(isPush ? step.pushes : step.pops);
        step.hasOwnFifo |= isPush && llvm::any_of(accesses, [&](const Access &other) {
                             return !other.isPush && other.fifo == access.fifo;
                           });
      }
  flat.steps.push_back(step);
}

bool Flattener::foldLoop(size_t begin, int64_t trips) {
  llvm::ArrayRef<FlatStep> body = llvm::ArrayRef(flat.steps).drop_front(begin + 1);
  if (body.empty()) {
    flat.steps.pop_back();
    return true;
  }
  int64_t before = 0;
  if (body.front().kind == Kind::Delay) {
    before = body.front().after;
    body = body.drop_front();
  }
  if (body.size() > 1 || (body.size() == 1 && body.front().kind != Kind::Group))
    return false;
  if (body.empty()) {
    flat.steps.resize(begin);
    advance(trips * before);
    return true;
  }
  // Several repetitions in each iteration are one sequence only if the iterations follow each other at their distance.
  FlatStep group = body.front();
  if (group.trips > 1 && before + group.after != 0)
    return false;
  if (group.trips == 1)
    group.period += before + group.after;
  group.trips *= trips;
  group.after = 0;
  flat.steps.resize(begin);
  advance(before);
  flat.steps.push_back(group);
  advance(-before);
  return true;
}

void Flattener::addTraffic(size_t begin) {
  std::map<std::pair<int, bool>, int64_t> tokens;
  for (size_t i = begin + 1; i < flat.steps.size(); ++i) {
    const FlatStep &step = flat.steps[i];
    if (step.kind == Kind::Group)
      for (const FlatAccess &access : llvm::ArrayRef(flat.accesses).slice(step.firstAccess, step.accessCount()))
        tokens[{access.fifo, access.isPush}] += step.trips;
    if (step.kind == Kind::LoopBegin) {
      for (const Traffic &inner : llvm::ArrayRef(flat.traffic).slice(step.firstTraffic, step.trafficCount))
        tokens[{inner.fifo, inner.isPush}] += inner.tokens * step.trips;
      i = step.other;
    }
  }
  FlatStep &loop = flat.steps[begin];
  loop.firstTraffic = static_cast<int>(flat.traffic.size());
  loop.trafficCount = static_cast<int>(tokens.size());
  for (auto [side, count] : tokens)
    flat.traffic.push_back({side.first, side.second, count});
}

void Flattener::addLoop(int64_t trips, int level, llvm::function_ref<void()> addBody) {
  size_t begin = flat.steps.size(), outerBlock = blockBegin;
  flat.steps.push_back({});
  blockBegin = begin + 1;
  addBody();
  blockBegin = outerBlock;
  if (foldLoop(begin, trips))
    return;
  flat.levels = std::max(flat.levels, level + 1);
  addTraffic(begin);
  FlatStep end;
  end.kind = Kind::LoopEnd;
  end.other = static_cast<int>(begin);
  end.level = level;
  FlatStep &loop = flat.steps[begin];
  loop.kind = Kind::LoopBegin;
  loop.trips = trips;
  loop.other = static_cast<int>(flat.steps.size());
  loop.level = level;
  flat.steps.push_back(end);
}

void Flattener::addSlots(const std::map<int64_t, std::vector<Access>> &due, int64_t slots, int64_t ii, int level) {
  if (due.size() == 1) {
    int64_t at = due.begin()->first;
    advance(at);
    addGroup(due.begin()->second, slots, ii);
    advance(-at);
    return;
  }
  auto addSlot = [&] {
    int64_t now = 0;
    for (const auto &[at, accesses] : due) {
      advance(at - now);
      addGroup(accesses, 1, 0);
      now = at;
    }
    advance(ii - now);
  };
  if (slots == 1)
    addSlot();
  else
    addLoop(slots, level, addSlot);
}

void Flattener::addPipeline(const Statement &pipeline, int level) {
  // Iterations overlap: in windows of `ii` cycles, an access `at` o of iteration i is due in window i + o / ii. Between
  // these bounds all windows hold the same accesses.
  int64_t ii = pipeline.ii;
  std::vector<int64_t> bounds;
  for (const Access &access : pipeline.accesses) {
    bounds.push_back(access.at / ii);
    bounds.push_back(access.at / ii + pipeline.trips);
  }
  llvm::sort(bounds);
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
  advance(bounds.front() * ii);
  for (size_t i = 0; i + 1 < bounds.size(); ++i) {
    std::map<int64_t, std::vector<Access>> due;
    for (const Access &access : pipeline.accesses)
      if (access.at / ii <= bounds[i] && bounds[i] < access.at / ii + pipeline.trips)
        due[access.at % ii].push_back(access);
    int64_t slots = bounds[i + 1] - bounds[i];
    if (due.empty())
      advance(slots * ii);
    else
      addSlots(due, slots, ii, level);
  }
  advance((pipeline.trips - 1) * ii + pipeline.depthCycles - bounds.back() * ii);
}

void Flattener::addProgram(const Program &program, int level) {
  for (const Statement &statement : program) {
    switch (statement.kind) {
    case Statement::Kind::Delay:
      advance(statement.cycles);
      break;
    case Statement::Kind::Loop:
      if (statement.trips == 1)
        addProgram(statement.body, level);
      else if (statement.trips > 1)
        addLoop(statement.trips, level, [&] { addProgram(statement.body, level + 1); });
      break;
    case Statement::Kind::Pipeline:
      addPipeline(statement, level);
      break;
    }
  }
}

FlatProgram Flattener::run(const Program &program) {
  addProgram(program, 0);
  FlatStep end;
  end.kind = Kind::End;
  flat.steps.push_back(end);
  return std::move(flat);
}

FlatProgram timed::flatten(const Program &program) { return Flattener().run(program); }
