//===- st_testbench.h - Runs a Verilated kernel with external memory -------------------------------*- C++ -*-===//
//
// Memories serve bursts as docs/graph-format.md says: one burst at a time, first come, first served, with a rate and a
// latency. Tokens whose transfers end in one cycle cross a port one per cycle, which neither side can tell apart, as
// each moves at most one token per cycle itself.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_TESTBENCH_H
#define ST_TESTBENCH_H

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

namespace st {

/// A signal of the Verilated module: little-endian bits, zero above its width.
struct Pin {
  template <typename T> Pin(T &signal) : data(&signal), bytes(sizeof(T)) {}

  uint64_t get() const {
    uint64_t value = 0;
    std::memcpy(&value, data, std::min(bytes, sizeof value));
    return value;
  }
  void set(uint64_t value) const { std::memcpy(data, &value, std::min(bytes, sizeof value)); }

  void *data;
  size_t bytes;
};

struct Memory {
  /// `bytes` move in `cycles` cycles.
  int64_t bytes, cycles, latency;
};

struct Port {
  const char *name;
  bool isRead;
  size_t operand, memory;
  /// Bits of a token, and tokens in all and in a burst.
  int64_t width, tokens, burst;
  int64_t elementBits, elementBytes;
  /// The element of each lane, relative to the token's first.
  std::vector<int64_t> laneOffsets;
  Pin request, step, address, data;
};

/// An operand in memory: packed row-major elements.
struct Operand {
  const char *name;
  size_t bytes;
  bool isInput;
  std::vector<char> contents;
};

class Testbench {
public:
  std::vector<Memory> memories;
  std::vector<Operand> operands;
  std::vector<Port> ports;
  std::vector<const char *> tasks;

  /// Files of the operands in their order: inputs are read, outputs written. Returns the exit status.
  template <typename Top> int run(Top &top, int argc, char **argv) {
    if (argc != static_cast<int>(operands.size()) + 1)
      return fail("expected one file for each of " + std::to_string(operands.size()) + " operands");
    for (size_t i = 0; i < operands.size(); ++i)
      if (operands[i].contents.resize(operands[i].bytes); operands[i].isInput && !load(operands[i], argv[i + 1]))
        return fail(std::string("cannot read ") + argv[i + 1]);
    states.resize(ports.size());
    queues.resize(memories.size());
    busyUntil.assign(memories.size(), 0);
    taskEnds.assign(tasks.size(), -1);

    top.clk = 0;
    top.rst = 1;
    top.eval();
    top.clk = 1;
    top.eval();
    top.rst = 0;
    for (cycle = 0; !isFinished(); ++cycle) {
      top.clk = 0;
      for (const Port &port : ports)
        port.step.set(0);
      top.eval();
      uint64_t done = Pin(top.done).get();
      for (size_t i = 0; i < tasks.size(); ++i)
        if (taskEnds[i] < 0 && (done >> i & 1)) {
          taskEnds[i] = cycle;
          lastMove = cycle;
        }
      beginBursts();
      moveTokens();
      queueRequests();
      top.eval();
      storeTokens();
      top.clk = 1;
      top.eval();
      if (cycle - lastMove > patience)
        return fail("deadlock: nothing moved for " + std::to_string(patience) + " cycles, until cycle " +
                        std::to_string(cycle) + unfinished(),
                    3);
    }
    top.final();

    int64_t latency = 0;
    for (size_t i = 0; i < tasks.size(); ++i) {
      std::printf("task %s %lld\n", tasks[i], static_cast<long long>(taskEnds[i]));
      latency = std::max(latency, taskEnds[i]);
    }
    for (size_t i = 0; i < ports.size(); ++i)
      if (!ports[i].isRead) {
        std::printf("port %s %lld\n", ports[i].name, static_cast<long long>(states[i].end));
        latency = std::max(latency, states[i].end);
      }
    std::printf("cycles %lld\n", static_cast<long long>(latency));
    for (size_t i = 0; i < operands.size(); ++i)
      if (!operands[i].isInput && !save(operands[i], argv[i + 1]))
        return fail(std::string("cannot write ") + argv[i + 1]);
    return 0;
  }

private:
  struct PortState {
    int64_t requested = 0, moved = 0, end = 0;
    /// Cycles in which tokens are transferred.
    std::deque<int64_t> transfers;
  };
  struct Burst {
    size_t port;
    int64_t tokens;
  };

  static constexpr int64_t patience = 1000000;

  static int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

  static int fail(const std::string &message, int status = 1) {
    std::fprintf(stderr, "%s\n", message.c_str());
    return status;
  }

  static bool load(Operand &operand, const char *path) {
    std::FILE *file = std::fopen(path, "rb");
    if (!file)
      return false;
    size_t count = std::fread(operand.contents.data(), 1, operand.bytes, file);
    std::fclose(file);
    return count == operand.bytes;
  }

  static bool save(const Operand &operand, const char *path) {
    std::FILE *file = std::fopen(path, "wb");
    if (!file)
      return false;
    size_t count = std::fwrite(operand.contents.data(), 1, operand.bytes, file);
    return std::fclose(file) == 0 && count == operand.bytes;
  }

  bool isFinished() const {
    for (int64_t end : taskEnds)
      if (end < 0)
        return false;
    for (size_t i = 0; i < ports.size(); ++i)
      if (states[i].moved < ports[i].tokens)
        return false;
    return true;
  }

  std::string unfinished() const {
    std::string text = "; unfinished:";
    for (size_t i = 0; i < tasks.size(); ++i)
      if (taskEnds[i] < 0)
        text += std::string(" ") + tasks[i];
    for (size_t i = 0; i < ports.size(); ++i)
      if (states[i].moved < ports[i].tokens)
        text += std::string(" ") + ports[i].name;
    return text;
  }

  /// Memories that are free begin the first burst that was requested before this cycle.
  void beginBursts() {
    for (size_t m = 0; m < memories.size(); ++m) {
      if (queues[m].empty() || busyUntil[m] > cycle)
        continue;
      Burst burst = queues[m].front();
      queues[m].pop_front();
      const Memory &memory = memories[m];
      const Port &port = ports[burst.port];
      auto cyclesOf = [&](int64_t tokens) {
        return ceilDiv(ceilDiv(tokens * port.width, 8) * memory.cycles, memory.bytes);
      };
      for (int64_t k = 1; k <= burst.tokens; ++k)
        states[burst.port].transfers.push_back(cycle + (port.isRead ? memory.latency : 0) + cyclesOf(k) - 1);
      busyUntil[m] = cycle + cyclesOf(burst.tokens);
      states[burst.port].end = busyUntil[m] + memory.latency;
    }
  }

  static void bitsTo(char *target, const Port &port, const char *bits, int64_t lane) {
    for (int64_t bit = 0; bit < port.elementBits; ++bit) {
      int64_t from = lane * port.elementBits + bit;
      if (bits[from / 8] >> (from % 8) & 1)
        target[bit / 8] |= 1 << (bit % 8);
    }
  }

  void moveTokens() {
    for (size_t i = 0; i < ports.size(); ++i) {
      PortState &state = states[i];
      if (state.transfers.empty() || state.transfers.front() > cycle)
        continue;
      const Port &port = ports[i];
      state.transfers.pop_front();
      ++state.moved;
      lastMove = cycle;
      port.step.set(1);
      if (!port.isRead)
        continue;
      std::vector<char> bits(port.data.bytes, 0);
      const std::vector<char> &contents = operands[port.operand].contents;
      for (size_t lane = 0; lane < port.laneOffsets.size(); ++lane) {
        const char *element = contents.data() + (port.address.get() + port.laneOffsets[lane]) * port.elementBytes;
        for (int64_t bit = 0; bit < port.elementBits; ++bit) {
          int64_t to = lane * port.elementBits + bit;
          if (element[bit / 8] >> (bit % 8) & 1)
            bits[to / 8] |= 1 << (to % 8);
        }
      }
      std::memcpy(port.data.data, bits.data(), bits.size());
    }
  }

  void queueRequests() {
    for (size_t i = 0; i < ports.size(); ++i) {
      const Port &port = ports[i];
      if (!port.request.get())
        continue;
      int64_t tokens = std::min(port.burst, port.tokens - states[i].requested);
      states[i].requested += tokens;
      queues[port.memory].push_back({i, tokens});
      lastMove = cycle;
    }
  }

  void storeTokens() {
    for (const Port &port : ports) {
      if (port.isRead || !port.step.get())
        continue;
      std::vector<char> &contents = operands[port.operand].contents;
      for (size_t lane = 0; lane < port.laneOffsets.size(); ++lane) {
        char *element = contents.data() + (port.address.get() + port.laneOffsets[lane]) * port.elementBytes;
        std::memset(element, 0, port.elementBytes);
        bitsTo(element, port, static_cast<const char *>(port.data.data), lane);
      }
    }
  }

  std::vector<PortState> states;
  std::vector<std::deque<Burst>> queues;
  std::vector<int64_t> busyUntil, taskEnds;
  int64_t cycle = 0, lastMove = 0;
};

} // namespace st

#endif // ST_TESTBENCH_H
