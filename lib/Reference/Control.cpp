#include "Reference/Activation.h"
#include "Reference/Handlers.h"
#include "Reference/Lanes.h"

#include <cstring>

using namespace st::reference;

namespace {
template <typename T> T &at(char *registers, int32_t offset) { return *reinterpret_cast<T *>(registers + offset); }
} // namespace

const Instruction *st::reference::runFinish(const Instruction *in, char *, Activation &activation) {
  return activation.finish(in);
}

const Instruction *st::reference::runJump(const Instruction *in, char *, Activation &) { return in + in->target; }

const Instruction *st::reference::runJumpUnless(const Instruction *in, char *registers, Activation &) {
  return in + (at<uint8_t>(registers, in->a) ? 1 : in->target);
}

const Instruction *st::reference::runEnterLoop(const Instruction *in, char *registers, Activation &activation) {
  if (at<int64_t>(registers, in->c) <= 0)
    return activation.fail(in, "needs a positive step, but has " + std::to_string(at<int64_t>(registers, in->c)));
  int64_t first = at<int64_t>(registers, in->a);
  at<int64_t>(registers, in->dst) = first;
  return in + (first < at<int64_t>(registers, in->b) ? 1 : in->target);
}

const Instruction *st::reference::runNextIteration(const Instruction *in, char *registers, Activation &) {
  int64_t next = at<int64_t>(registers, in->dst) += at<int64_t>(registers, in->c);
  return in + (next < at<int64_t>(registers, in->b) ? in->target : 1);
}

const Instruction *st::reference::runCopy(const Instruction *in, char *registers, Activation &) {
  std::memmove(registers + in->dst, registers + in->a, in->value);
  return in + 1;
}

const Instruction *st::reference::runCopyWord(const Instruction *in, char *registers, Activation &) {
  std::memcpy(registers + in->dst, registers + in->a, 8);
  return in + 1;
}

const Instruction *st::reference::runNextPointers(const Instruction *in, char *registers, Activation &) {
  const auto &loop = *static_cast<const PointerLoop *>(in->data);
  int64_t &counter = at<int64_t>(registers, in->dst);
  if (++counter < loop.trips) {
    for (const PointerLoop::Step &step : loop.pointers)
      at<char *>(registers, step.reg) += step.bytes;
    return in + in->target;
  }
  for (const PointerLoop::Step &step : loop.pointers)
    at<char *>(registers, step.reg) -= step.bytes * (loop.trips - 1);
  counter = 0;
  return in + 1;
}

const Instruction *st::reference::runAdvancePointers(const Instruction *in, char *registers, Activation &) {
  const auto &loop = *static_cast<const PointerLoop *>(in->data);
  for (const PointerLoop::Step &step : loop.pointers)
    at<char *>(registers, step.reg) += step.bytes * loop.trips;
  return in + 1;
}

const Instruction *st::reference::runHostCall(const Instruction *in, char *registers, Activation &activation) {
  const auto &call = *static_cast<const HostCall *>(in->data);
  return call(registers, activation) ? in + 1 : activation.failSilently(in);
}

//===----------------------------------------------------------------------------------------------------------===//
// Lanes
//===----------------------------------------------------------------------------------------------------------===//

namespace {

template <typename T> const Instruction *runSplat(const Instruction *in, char *registers, Activation &) {
  T value = at<T>(registers, in->a), *dst = &at<T>(registers, in->dst);
  for (int32_t lane = 0; lane < in->lanes; ++lane)
    dst[lane] = value;
  return in + 1;
}

template <typename T> const Instruction *runShuffle(const Instruction *in, char *registers, Activation &) {
  const auto &order = *static_cast<const std::vector<int32_t> *>(in->data);
  const T *a = &at<T>(registers, in->a);
  T *dst = &at<T>(registers, in->dst);
  for (size_t lane = 0; lane < order.size(); ++lane)
    dst[lane] = a[order[lane]];
  return in + 1;
}

/// Whether [b] names one of the groups of `in->value` lanes that a vector of `in->lanes` lanes has.
bool namesLane(const Instruction *in, char *registers) {
  return uint64_t(at<int64_t>(registers, in->b)) < uint64_t(in->lanes / in->value);
}

template <typename T>
const Instruction *runExtractLane(const Instruction *in, char *registers, Activation &activation) {
  if (!namesLane(in, registers))
    return activation.fail(in, "position is outside the vector");
  std::memcpy(registers + in->dst, &at<T>(registers, in->a) + at<int64_t>(registers, in->b) * in->value,
              in->value * sizeof(T));
  return in + 1;
}

template <typename T> const Instruction *runInsertLane(const Instruction *in, char *registers, Activation &activation) {
  if (!namesLane(in, registers))
    return activation.fail(in, "position is outside the vector");
  std::memcpy(&at<T>(registers, in->dst) + at<int64_t>(registers, in->b) * in->value, registers + in->a,
              in->value * sizeof(T));
  return in + 1;
}

} // namespace

Handler st::reference::handlerSplat(Kind kind) {
  switch (registerBytes(kind)) {
  case 1:
    return runSplat<uint8_t>;
  case 2:
    return runSplat<uint16_t>;
  case 4:
    return runSplat<uint32_t>;
  default:
    return runSplat<uint64_t>;
  }
}

Handler st::reference::handlerShuffle(Kind kind) {
  switch (registerBytes(kind)) {
  case 1:
    return runShuffle<uint8_t>;
  case 2:
    return runShuffle<uint16_t>;
  case 4:
    return runShuffle<uint32_t>;
  default:
    return runShuffle<uint64_t>;
  }
}

Handler st::reference::handlerExtractLane(Kind kind) {
  switch (registerBytes(kind)) {
  case 1:
    return runExtractLane<uint8_t>;
  case 2:
    return runExtractLane<uint16_t>;
  case 4:
    return runExtractLane<uint32_t>;
  default:
    return runExtractLane<uint64_t>;
  }
}

Handler st::reference::handlerInsertLane(Kind kind) {
  switch (registerBytes(kind)) {
  case 1:
    return runInsertLane<uint8_t>;
  case 2:
    return runInsertLane<uint16_t>;
  case 4:
    return runInsertLane<uint32_t>;
  default:
    return runInsertLane<uint64_t>;
  }
}

const Instruction *st::reference::runIota(const Instruction *in, char *registers, Activation &) {
  int64_t first = in->value + at<int64_t>(registers, in->a) * in->c;
  int64_t *dst = &at<int64_t>(registers, in->dst);
  for (int32_t lane = 0; lane < in->lanes; ++lane)
    dst[lane] = first + lane;
  return in + 1;
}
