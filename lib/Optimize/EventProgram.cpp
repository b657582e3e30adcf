#include "Optimize/EventProgram.h"

#include <algorithm>

using namespace st;

Event Event::read(int channel, int64_t tokens, int64_t ii) {
  Event event;
  event.kind = Kind::Read;
  event.channel = channel;
  event.tokens = tokens;
  event.ii = ii;
  return event;
}

Event Event::write(int channel, int64_t tokens, int64_t ii, int64_t latency) {
  Event event = read(channel, tokens, ii);
  event.kind = Kind::Write;
  event.latency = latency;
  return event;
}

Event Event::delay(int64_t cycles) {
  Event event;
  event.cycles = cycles;
  return event;
}

Event Event::loop(int64_t trips, std::vector<Event> body) {
  Event event;
  event.kind = Kind::Loop;
  event.trips = trips;
  event.body = std::move(body);
  return event;
}

EventProgram st::pipelinedLoop(int64_t trips, int64_t ii, const std::vector<int> &reads, const std::vector<int> &writes,
                               int64_t latency) {
  int64_t ahead = std::min(trips, latency / ii);
  // The write of iteration n comes `offset` cycles into iteration n + latency / ii.
  int64_t offset = latency % ii;
  auto body = [&](bool withReads, bool withWrites) {
    EventProgram events;
    if (withReads)
      for (int channel : reads)
        events.push_back(Event::read(channel, 1, 0));
    if (offset > 0)
      events.push_back(Event::delay(offset));
    if (withWrites)
      for (int channel : writes)
        events.push_back(Event::write(channel, 1, 0));
    events.push_back(Event::delay(ii - offset));
    return events;
  };
  EventProgram program;
  if (ahead > 0)
    program.push_back(Event::loop(ahead, body(true, false)));
  if (trips > ahead)
    program.push_back(Event::loop(trips - ahead, body(true, true)));
  else if (latency / ii > trips)
    program.push_back(Event::delay((latency / ii - trips) * ii)); // the pipeline is longer than the loop
  if (ahead > 0)
    program.push_back(Event::loop(ahead, body(false, true)));
  return program;
}

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
static int64_t analyze(const EventProgram &program, int64_t start, ProgramTiming &timing) {
  int64_t now = start;
  for (const Event &event : program) {
    switch (event.kind) {
    case Event::Kind::Read:
    case Event::Kind::Write: {
      if (event.tokens <= 0)
        break;
      bool isRead = event.kind == Event::Kind::Read;
      int64_t first = now + event.latency, last = first + (event.tokens - 1) * event.ii;
      addTokens((isRead ? timing.reads : timing.writes)[event.channel], event.tokens, first, last);
      now += event.tokens * event.ii;
      break;
    }
    case Event::Kind::Delay:
      now += event.cycles;
      break;
    case Event::Kind::Loop: {
      if (event.trips <= 0)
        break;
      ProgramTiming body;
      int64_t period = analyze(event.body, 0, body);
      int64_t shift = (event.trips - 1) * period;
      for (auto [channel, t] : body.reads)
        addTokens(timing.reads[channel], t.tokens * event.trips, now + t.first, now + shift + t.last);
      for (auto [channel, t] : body.writes)
        addTokens(timing.writes[channel], t.tokens * event.trips, now + t.first, now + shift + t.last);
      now += period * event.trips;
      break;
    }
    }
  }
  return now;
}

ProgramTiming st::analyzeProgram(const EventProgram &program) {
  ProgramTiming timing;
  timing.endCycles = timing.cycles = analyze(program, 0, timing);
  for (auto [channel, t] : timing.writes)
    timing.cycles = std::max(timing.cycles, t.last + 1);
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

static int64_t appendRuns(const EventProgram &program, int64_t start, int channel, Event::Kind kind,
                          std::vector<TokenRun> &runs) {
  int64_t now = start;
  for (const Event &event : program) {
    switch (event.kind) {
    case Event::Kind::Read:
    case Event::Kind::Write:
      if (event.kind == kind && event.channel == channel && event.tokens > 0)
        appendRun(runs, {now + event.latency, event.tokens, std::max<int64_t>(event.ii, 1)});
      now += event.tokens * event.ii;
      break;
    case Event::Kind::Delay:
      now += event.cycles;
      break;
    case Event::Kind::Loop: {
      if (event.trips <= 0)
        break;
      std::vector<TokenRun> body;
      int64_t period = appendRuns(event.body, 0, channel, kind, body);
      if (body.size() == 1 && body[0].tokens == 1)
        appendRun(runs, {now + body[0].start, event.trips, period});
      else if (body.size() == 1 && period == body[0].tokens * body[0].ii)
        appendRun(runs, {now + body[0].start, event.trips * body[0].tokens, body[0].ii});
      else if (!body.empty())
        for (int64_t trip = 0; trip < event.trips; ++trip)
          for (const TokenRun &run : body)
            appendRun(runs, {now + trip * period + run.start, run.tokens, run.ii});
      now += period * event.trips;
      break;
    }
    }
  }
  return now;
}

std::vector<TokenRun> st::getTokenRuns(const EventProgram &program, int channel, bool reads) {
  std::vector<TokenRun> runs;
  appendRuns(program, 0, channel, reads ? Event::Kind::Read : Event::Kind::Write, runs);
  return runs;
}
