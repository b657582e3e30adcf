#include "Optimize/TokenCurves.h"

#include <algorithm>

using namespace st;

using Kind = timed::Statement::Kind;

/// Adds `tokens` tokens from `first` to `last` to `timing`.
static void addTokens(ChannelTiming &timing, int64_t tokens, int64_t first, int64_t last) {
  if (timing.tokens == 0) {
    timing = {tokens, first, last};
    return;
  }
  timing.tokens += tokens;
  timing.first = std::min(timing.first, first);
  timing.last = std::max(timing.last, last);
}

/// Adds the timing of `program`, which starts at cycle `start`, to `timing`; returns the cycle of its end.
static int64_t analyze(const timed::Program &program, int64_t start, ProgramTiming &timing) {
  int64_t now = start;
  for (const timed::Statement &statement : program) {
    switch (statement.kind) {
    case Kind::Delay:
      now += statement.cycles;
      break;
    case Kind::Pipeline:
      for (const timed::Access &access : statement.accesses)
        addTokens((access.isPush ? timing.pushes : timing.pops)[access.fifo], statement.trips, now + access.at,
                  now + access.at + (statement.trips - 1) * statement.ii);
      now += (statement.trips - 1) * statement.ii + statement.depthCycles;
      break;
    case Kind::Loop: {
      if (statement.trips <= 0)
        break;
      ProgramTiming body;
      int64_t period = analyze(statement.body, 0, body);
      int64_t shift = (statement.trips - 1) * period;
      for (auto [fifo, t] : body.pops)
        addTokens(timing.pops[fifo], t.tokens * statement.trips, now + t.first, now + shift + t.last);
      for (auto [fifo, t] : body.pushes)
        addTokens(timing.pushes[fifo], t.tokens * statement.trips, now + t.first, now + shift + t.last);
      now += period * statement.trips;
      break;
    }
    }
  }
  return now;
}

ProgramTiming st::analyzeProgram(const timed::Program &program) {
  ProgramTiming timing;
  timing.cycles = analyze(program, 0, timing);
  return timing;
}

/// Appends `run`, merged into the run before it where it continues that one's rate.
static void appendRun(std::vector<TokenRun> &runs, TokenRun run) {
  if (!runs.empty()) {
    TokenRun &previous = runs.back();
    int64_t gap = run.start - (previous.start + (previous.tokens - 1) * previous.ii);
    bool sameRate = (previous.tokens == 1 || previous.ii == gap) && (run.tokens == 1 || run.ii == gap);
    if (sameRate && gap > 0) {
      previous.ii = gap;
      previous.tokens += run.tokens;
      return;
    }
  }
  runs.push_back(run);
}

static void appendPipeline(const timed::Statement &pipeline, int64_t now, int fifo, bool isPush,
                           std::vector<TokenRun> &runs) {
  std::vector<int64_t> offsets;
  for (const timed::Access &access : pipeline.accesses)
    if (access.fifo == fifo && access.isPush == isPush)
      offsets.push_back(access.at);
  if (offsets.size() == 1)
    appendRun(runs, {now + offsets[0], pipeline.trips, pipeline.ii});
  if (offsets.size() < 2)
    return;
  // Tokens of several accesses interleave.
  std::vector<int64_t> cycles;
  for (int64_t i = 0; i < pipeline.trips; ++i)
    for (int64_t offset : offsets)
      cycles.push_back(now + i * pipeline.ii + offset);
  std::sort(cycles.begin(), cycles.end());
  for (int64_t cycle : cycles)
    appendRun(runs, {cycle, 1, 1});
}

static int64_t appendRuns(const timed::Program &program, int64_t start, int fifo, bool isPush,
                          std::vector<TokenRun> &runs) {
  int64_t now = start;
  for (const timed::Statement &statement : program) {
    switch (statement.kind) {
    case Kind::Delay:
      now += statement.cycles;
      break;
    case Kind::Pipeline:
      appendPipeline(statement, now, fifo, isPush, runs);
      now += (statement.trips - 1) * statement.ii + statement.depthCycles;
      break;
    case Kind::Loop: {
      if (statement.trips <= 0)
        break;
      std::vector<TokenRun> body;
      int64_t period = appendRuns(statement.body, 0, fifo, isPush, body);
      if (body.size() == 1 && body[0].tokens == 1)
        appendRun(runs, {now + body[0].start, statement.trips, period});
      else if (body.size() == 1 && period == body[0].tokens * body[0].ii)
        appendRun(runs, {now + body[0].start, statement.trips * body[0].tokens, body[0].ii});
      else if (!body.empty())
        for (int64_t trip = 0; trip < statement.trips; ++trip)
          for (const TokenRun &run : body)
            appendRun(runs, {now + trip * period + run.start, run.tokens, run.ii});
      now += period * statement.trips;
      break;
    }
    }
  }
  return now;
}

std::vector<TokenRun> st::getTokenRuns(const timed::Program &program, int fifo, bool isPush) {
  std::vector<TokenRun> runs;
  appendRuns(program, 0, fifo, isPush, runs);
  return runs;
}
