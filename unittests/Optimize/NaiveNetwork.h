// The meaning of event programs, token by token: slow, obvious, and what the fast implementations are compared with.
#pragma once

#include "Optimize/FifoSizingProblem.h"

#include <random>

namespace naive {

struct Token {
  int channel;
  bool isRead;
  int64_t cycle;
};

/// Appends every token of `program` to `tokens`; returns the cycle of the end.
inline int64_t expand(const st::EventProgram &program, int64_t now, std::vector<Token> &tokens) {
  for (const st::Event &event : program) {
    switch (event.kind) {
    case st::Event::Kind::Delay:
      now += event.cycles;
      break;
    case st::Event::Kind::Read:
    case st::Event::Kind::Write:
      for (int64_t i = 0; i < event.tokens; ++i, now += event.ii)
        tokens.push_back({event.channel, event.kind == st::Event::Kind::Read, now + event.latency});
      break;
    case st::Event::Kind::Loop:
      for (int64_t i = 0; i < event.trips; ++i)
        now = expand(event.body, now, tokens);
      break;
    }
  }
  return now;
}

/// Whether the network with `depths` runs to its end, one token at a time.
inline bool completes(const st::FifoSizingProblem &problem, const std::vector<int64_t> &depths) {
  std::vector<std::vector<Token>> tokens(problem.tasks().size());
  std::vector<size_t> next(tokens.size(), 0);
  std::vector<int64_t> fill(depths.size(), 0);
  for (size_t i = 0; i < tokens.size(); ++i)
    expand(problem.tasks()[i].program, 0, tokens[i]);
  for (bool moved = true; moved;) {
    moved = false;
    for (size_t i = 0; i < tokens.size(); ++i) {
      if (next[i] == tokens[i].size())
        continue;
      const Token &token = tokens[i][next[i]];
      if (token.isRead ? fill[token.channel] == 0 : fill[token.channel] == depths[token.channel])
        continue;
      fill[token.channel] += token.isRead ? -1 : 1;
      ++next[i];
      moved = true;
    }
  }
  for (size_t i = 0; i < tokens.size(); ++i)
    if (next[i] != tokens[i].size())
      return false;
  return true;
}

/// A random program that moves `tokens` tokens on every one of `ends` (channel, is it a read): bursts, split and ordered
/// at random, in nested loops.
inline st::EventProgram randomProgram(std::mt19937 &rng, const std::vector<std::pair<int, bool>> &ends, int64_t tokens) {
  auto pick = [&](int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(rng); };
  st::EventProgram events;
  auto burst = [&](std::pair<int, bool> end, int64_t count) {
    int64_t ii = pick(1, 3);
    return end.second ? st::Event::read(end.first, count, ii) : st::Event::write(end.first, count, ii);
  };
  const int64_t divisors[] = {1, 2, 3, 4, 6};
  int64_t trips = divisors[pick(0, 4)];
  while (tokens % trips)
    trips = divisors[pick(0, 4)];
  int64_t perTrip = tokens / trips;
  if (perTrip > 1 && pick(0, 2) == 0) {
    // Another level of loops, after one token of everything.
    for (auto end : ends)
      events.push_back(burst(end, 1));
    for (st::Event &event : randomProgram(rng, ends, perTrip - 1))
      events.push_back(event);
  } else {
    for (auto end : ends) {
      int64_t head = pick(0, perTrip);
      if (head > 0)
        events.push_back(burst(end, head));
      if (perTrip > head)
        events.push_back(burst(end, perTrip - head));
    }
    std::shuffle(events.begin(), events.end(), rng);
  }
  events.push_back(st::Event::delay(pick(0, 5)));
  if (trips == 1)
    return events;
  return {st::Event::loop(trips, events)};
}

/// A random acyclic network of 3 to 6 tasks, 12 tokens per channel.
inline st::FifoSizingProblem randomProblem(std::mt19937 &rng) {
  auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(rng); };
  st::FifoSizingProblem problem;
  int count = pick(3, 6);
  std::vector<std::vector<std::pair<int, bool>>> ends(count);
  for (int i = 0; i < count; ++i)
    problem.addTask("t" + std::to_string(i));
  for (int reader = 1; reader < count; ++reader)
    for (int writer = 0; writer < reader; ++writer)
      if (writer + 1 == reader || pick(0, 2) == 0) {
        int channel = problem.addChannel("c" + std::to_string(problem.channels().size()), writer, reader, 8 * pick(1, 4));
        ends[writer].push_back({channel, false});
        ends[reader].push_back({channel, true});
      }
  for (int i = 0; i < count; ++i)
    problem.setProgram(i, randomProgram(rng, ends[i], 12));
  return problem;
}

} // namespace naive
