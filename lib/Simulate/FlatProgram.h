// A task's program as a flat list of steps that a simulator runs without looking at pipelines: what is due at the same
// local time is one group, and groups that follow each other at a constant distance are one step.
#pragma once

#include "Simulate/Graph.h"

namespace st::timed {

/// Tokens of one side of a FIFO that one iteration of a loop moves.
struct Traffic {
  int fifo = -1;
  bool isPush = false;
  int64_t tokens = 0;
};

struct FlatStep {
  enum class Kind {
    Group,     ///< operations that happen together, `trips` times, `period` cycles apart
    Delay,     ///< nothing but time
    LoopBegin, ///< repeats the steps up to its LoopEnd
    LoopEnd,
    End ///< of the launch
  };
  Kind kind = Kind::Delay;
  /// Group: a range of `FlatProgram::accesses`, pops first.
  int firstAccess = 0;
  int pops = 0;
  int pushes = 0;
  /// Group: whether it pops and pushes the same FIFO.
  bool hasOwnFifo = false;
  /// Group, LoopBegin.
  int64_t trips = 1;
  /// Group: cycles that each of its repetitions takes.
  int64_t period = 0;
  /// Cycles from the end of the step to the next one. Negative where the last repetition does not take its whole
  /// period; local time never runs backwards from one group to the next.
  int64_t after = 0;
  /// LoopBegin: index of its LoopEnd. LoopEnd: index of its LoopBegin.
  int other = 0;
  /// LoopBegin, LoopEnd: how many loops are around it.
  int level = 0;
  /// LoopBegin: a range of `FlatProgram::traffic`, per iteration.
  int firstTraffic = 0;
  int trafficCount = 0;

  int accessCount() const { return pops + pushes; }
};

struct FlatAccess {
  int fifo = -1;
  bool isPush = false;
};

struct FlatProgram {
  /// Ends in an End step.
  std::vector<FlatStep> steps;
  std::vector<FlatAccess> accesses;
  std::vector<Traffic> traffic;
  int levels = 0;
};

FlatProgram flatten(const Program &program);

} // namespace st::timed
