#include "Reference/Activation.h"
#include "Reference/Handlers.h"
#include "Reference/Lanes.h"
#include "Reference/Scalars.h"

#include "llvm/ADT/ArrayRef.h"

#include <cstring>

using namespace st::reference;

//===----------------------------------------------------------------------------------------------------------===//
// Addresses
//===----------------------------------------------------------------------------------------------------------===//

namespace {

template <typename T> T &at(char *registers, int32_t offset) { return *reinterpret_cast<T *>(registers + offset); }

/// Adds the address up; false when an index is outside. `count` < 0: any number of indices.
template <int count> inline bool locate(const Address &address, const char *registers, int64_t &bytes) {
  bytes = address.bytes;
  const Address::Index *index = address.indices.data();
  const int number = count < 0 ? int(address.indices.size()) : count;
  for (int i = 0; i < number; ++i) {
    int64_t value = *reinterpret_cast<const int64_t *>(registers + index[i].reg);
    if (__builtin_expect(uint64_t(value) > uint64_t(index[i].limit), false))
      return false;
    bytes += value * index[i].stride;
  }
  return true;
}

const Instruction *failOutside(const Instruction *in, const Address &address, char *registers, Activation &activation) {
  for (const Address::Index &index : address.indices) {
    int64_t first = at<int64_t>(registers, index.reg), last = first + index.reach;
    // The first lane that is outside, in the order of the iterations.
    int64_t step = index.reach > 0 ? 1 : -1;
    for (int64_t value = first;; value += step) {
      if (uint64_t(value) > uint64_t(index.limit))
        return activation.fail(in, "accesses outside: index " + std::to_string(index.position) + " is " +
                                       std::to_string(value) + ", which must be from 0 to " +
                                       std::to_string(index.limit));
      if (value == last)
        break;
    }
  }
  return activation.fail(in, "accesses outside");
}

/// f16 and bf16 in memory.
template <Kind kind> struct Half { uint16_t bits; };

/// Copies lanes from memory to a register and back; they differ for half precision only.
template <typename M> struct Lanes {
  using Lane = M;
  static M load(M value) { return value; }
  static M store(M value) { return value; }
};
template <Kind kind> struct Lanes<Half<kind>> {
  using Lane = float;
  static float load(Half<kind> value) { return fromBits(kind, value.bits); }
  static Half<kind> store(float value) { return {toBits(kind, value)}; }
};

/// Calls `function` with a value of the type of an element in memory.
template <typename Function> Handler withMemoryType(Kind kind, Function function) {
  switch (kind) {
  case Kind::F16:
    return function(Half<Kind::F16>());
  case Kind::BF16:
    return function(Half<Kind::BF16>());
  default:
    break;
  }
  switch (memoryBytes(kind)) {
  case 1:
    return function(uint8_t());
  case 2:
    return function(uint16_t());
  case 4:
    return function(uint32_t());
  default:
    return function(uint64_t());
  }
}

//===----------------------------------------------------------------------------------------------------------===//
// Loads and stores
//===----------------------------------------------------------------------------------------------------------===//

template <typename M, int count, bool many>
const Instruction *runLoad(const Instruction *in, char *registers, Activation &activation) {
  const auto &address = *static_cast<const Address *>(in->data);
  int64_t bytes;
  if (!locate<count>(address, registers, bytes))
    return failOutside(in, address, registers, activation);
  const M *from = reinterpret_cast<const M *>(at<char *>(registers, in->a) + bytes);
  auto *to = &at<typename Lanes<M>::Lane>(registers, in->dst);
  const int32_t lanes = many ? in->lanes : 1;
  for (int32_t lane = 0; lane < lanes; ++lane)
    to[lane] = Lanes<M>::load(from[lane]);
  return in + 1;
}

template <typename M, int count, bool many>
const Instruction *runStore(const Instruction *in, char *registers, Activation &activation) {
  const auto &address = *static_cast<const Address *>(in->data);
  int64_t bytes;
  if (!locate<count>(address, registers, bytes))
    return failOutside(in, address, registers, activation);
  M *to = reinterpret_cast<M *>(at<char *>(registers, in->a) + bytes);
  const auto *from = &at<typename Lanes<M>::Lane>(registers, in->b);
  const int32_t lanes = many ? in->lanes : 1;
  for (int32_t lane = 0; lane < lanes; ++lane)
    to[lane] = Lanes<M>::store(from[lane]);
  return in + 1;
}

/// Lanes that lie `stride` bytes apart. The common strides are loops of their own, which the C++ compiler turns into
/// vector code.
template <typename M>
inline void loadLanes(const char *from, int64_t stride, int32_t lanes, typename Lanes<M>::Lane *to) {
  if (stride == sizeof(M)) {
    for (int32_t lane = 0; lane < lanes; ++lane)
      to[lane] = Lanes<M>::load(reinterpret_cast<const M *>(from)[lane]);
  } else if (stride == 0) {
    auto value = Lanes<M>::load(*reinterpret_cast<const M *>(from));
    for (int32_t lane = 0; lane < lanes; ++lane)
      to[lane] = value;
  } else {
    for (int32_t lane = 0; lane < lanes; ++lane)
      to[lane] = Lanes<M>::load(*reinterpret_cast<const M *>(from + lane * stride));
  }
}

template <typename M>
inline void storeLanes(char *to, int64_t stride, int32_t lanes, const typename Lanes<M>::Lane *from) {
  if (stride == sizeof(M)) {
    for (int32_t lane = 0; lane < lanes; ++lane)
      reinterpret_cast<M *>(to)[lane] = Lanes<M>::store(from[lane]);
  } else {
    for (int32_t lane = 0; lane < lanes; ++lane)
      *reinterpret_cast<M *>(to + lane * stride) = Lanes<M>::store(from[lane]);
  }
}

template <typename M> const Instruction *runLoadStrided(const Instruction *in, char *registers, Activation &) {
  loadLanes<M>(at<char *>(registers, in->a), in->value, in->lanes, &at<typename Lanes<M>::Lane>(registers, in->dst));
  return in + 1;
}

template <typename M> const Instruction *runStoreStrided(const Instruction *in, char *registers, Activation &) {
  storeLanes<M>(at<char *>(registers, in->a), in->value, in->lanes, &at<typename Lanes<M>::Lane>(registers, in->b));
  return in + 1;
}

/// Whether the last lanes are inside too.
inline bool reaches(const Address &address, const char *registers) {
  for (const Address::Index &index : address.indices) {
    int64_t last = *reinterpret_cast<const int64_t *>(registers + index.reg) + index.reach;
    if (__builtin_expect(uint64_t(last) > uint64_t(index.limit), false))
      return false;
  }
  return true;
}

template <typename M> const Instruction *runLoadStrip(const Instruction *in, char *registers, Activation &activation) {
  const auto &address = *static_cast<const Address *>(in->data);
  int64_t bytes;
  if (!locate<-1>(address, registers, bytes) || !reaches(address, registers))
    return failOutside(in, address, registers, activation);
  loadLanes<M>(at<char *>(registers, in->a) + bytes, in->value, in->lanes,
               &at<typename Lanes<M>::Lane>(registers, in->dst));
  return in + 1;
}

template <typename M> const Instruction *runStoreStrip(const Instruction *in, char *registers, Activation &activation) {
  const auto &address = *static_cast<const Address *>(in->data);
  int64_t bytes;
  if (!locate<-1>(address, registers, bytes) || !reaches(address, registers))
    return failOutside(in, address, registers, activation);
  storeLanes<M>(at<char *>(registers, in->a) + bytes, in->value, in->lanes,
                &at<typename Lanes<M>::Lane>(registers, in->b));
  return in + 1;
}

template <typename M> const Instruction *runGather(const Instruction *in, char *registers, Activation &activation) {
  const auto &gather = *static_cast<const Gather *>(in->data);
  int64_t bytes;
  if (!locate<-1>(gather.address, registers, bytes))
    return failOutside(in, gather.address, registers, activation);
  const char *from = at<char *>(registers, in->a) + bytes;
  auto *to = &at<typename Lanes<M>::Lane>(registers, in->dst);
  for (size_t lane = 0; lane < gather.offsets.size(); ++lane)
    to[lane] = Lanes<M>::load(*reinterpret_cast<const M *>(from + gather.offsets[lane]));
  return in + 1;
}

template <typename M> const Instruction *runScatter(const Instruction *in, char *registers, Activation &activation) {
  const auto &gather = *static_cast<const Gather *>(in->data);
  int64_t bytes;
  if (!locate<-1>(gather.address, registers, bytes))
    return failOutside(in, gather.address, registers, activation);
  char *to = at<char *>(registers, in->a) + bytes;
  const auto *from = &at<typename Lanes<M>::Lane>(registers, in->b);
  for (size_t lane = 0; lane < gather.offsets.size(); ++lane)
    *reinterpret_cast<M *>(to + gather.offsets[lane]) = Lanes<M>::store(from[lane]);
  return in + 1;
}

template <typename M> const Instruction *runFill(const Instruction *in, char *registers, Activation &) {
  M value = Lanes<M>::store(at<typename Lanes<M>::Lane>(registers, in->a));
  M *to = reinterpret_cast<M *>(at<char *>(registers, in->dst));
  for (int64_t i = 0, count = in->value / int64_t(sizeof(M)); i < count; ++i)
    to[i] = value;
  return in + 1;
}

template <bool many> Handler loadHandler(Kind kind, int64_t indices) {
  return withMemoryType(kind, [&](auto element) -> Handler {
    using M = decltype(element);
    switch (indices) {
    case 0:
      return runLoad<M, 0, many>;
    case 1:
      return runLoad<M, 1, many>;
    case 2:
      return runLoad<M, 2, many>;
    case 3:
      return runLoad<M, 3, many>;
    default:
      return runLoad<M, -1, many>;
    }
  });
}

template <bool many> Handler storeHandler(Kind kind, int64_t indices) {
  return withMemoryType(kind, [&](auto element) -> Handler {
    using M = decltype(element);
    switch (indices) {
    case 0:
      return runStore<M, 0, many>;
    case 1:
      return runStore<M, 1, many>;
    case 2:
      return runStore<M, 2, many>;
    case 3:
      return runStore<M, 3, many>;
    default:
      return runStore<M, -1, many>;
    }
  });
}

} // namespace

Handler st::reference::handlerLoad(Kind kind, int64_t indices, bool lanes) {
  return lanes ? loadHandler<true>(kind, indices) : loadHandler<false>(kind, indices);
}

Handler st::reference::handlerStore(Kind kind, int64_t indices, bool lanes) {
  return lanes ? storeHandler<true>(kind, indices) : storeHandler<false>(kind, indices);
}

Handler st::reference::handlerLoadStrided(Kind kind) {
  return withMemoryType(kind, [](auto element) -> Handler { return runLoadStrided<decltype(element)>; });
}

Handler st::reference::handlerStoreStrided(Kind kind) {
  return withMemoryType(kind, [](auto element) -> Handler { return runStoreStrided<decltype(element)>; });
}

Handler st::reference::handlerLoadStrip(Kind kind) {
  return withMemoryType(kind, [](auto element) -> Handler { return runLoadStrip<decltype(element)>; });
}

Handler st::reference::handlerStoreStrip(Kind kind) {
  return withMemoryType(kind, [](auto element) -> Handler { return runStoreStrip<decltype(element)>; });
}

Handler st::reference::handlerGather(Kind kind) {
  return withMemoryType(kind, [](auto element) -> Handler { return runGather<decltype(element)>; });
}

Handler st::reference::handlerScatter(Kind kind) {
  return withMemoryType(kind, [](auto element) -> Handler { return runScatter<decltype(element)>; });
}

Handler st::reference::handlerFill(Kind kind) {
  return withMemoryType(kind, [](auto element) -> Handler { return runFill<decltype(element)>; });
}

const Instruction *st::reference::runView(const Instruction *in, char *registers, Activation &activation) {
  const auto &address = *static_cast<const Address *>(in->data);
  int64_t bytes;
  if (!locate<-1>(address, registers, bytes))
    return failOutside(in, address, registers, activation);
  at<char *>(registers, in->dst) = at<char *>(registers, in->a) + bytes;
  return in + 1;
}

//===----------------------------------------------------------------------------------------------------------===//
// Strided copies
//===----------------------------------------------------------------------------------------------------------===//

StridedCopy StridedCopy::plan(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> toStrides,
                              llvm::ArrayRef<int64_t> fromStrides, int64_t elementBytes) {
  StridedCopy copy;
  copy.run = elementBytes;
  bool contiguous = true;
  // From the innermost dimension outwards: what lies next to each other becomes one run, what continues the loop
  // inside it becomes part of that loop.
  for (int64_t dim = int64_t(shape.size()) - 1; dim >= 0; --dim) {
    if (shape[dim] == 1)
      continue;
    if (contiguous && toStrides[dim] == copy.run && fromStrides[dim] == copy.run) {
      copy.run *= shape[dim];
      continue;
    }
    contiguous = false;
    copy.loops.insert(copy.loops.begin(), Loop{shape[dim], toStrides[dim], fromStrides[dim]});
  }
  return copy;
}

static void executeLoops(llvm::ArrayRef<StridedCopy::Loop> loops, int64_t run, char *to, const char *from) {
  if (loops.empty()) {
    std::memcpy(to, from, run);
    return;
  }
  StridedCopy::Loop loop = loops.front();
  if (loops.size() == 1 && run == 4) {
    for (int64_t i = 0; i < loop.count; ++i)
      std::memcpy(to + i * loop.toStride, from + i * loop.fromStride, 4);
    return;
  }
  for (int64_t i = 0; i < loop.count; ++i)
    executeLoops(loops.drop_front(), run, to + i * loop.toStride, from + i * loop.fromStride);
}

void StridedCopy::execute(char *to, const char *from) const { executeLoops(loops, run, to, from); }

const Instruction *st::reference::runCopyMemory(const Instruction *in, char *registers, Activation &) {
  static_cast<const StridedCopy *>(in->data)->execute(at<char *>(registers, in->dst), at<char *>(registers, in->a));
  return in + 1;
}

//===----------------------------------------------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------------------------------------------===//

static void assign(char *registers, int32_t offset, Buffer *buffer) {
  release(std::exchange(at<Buffer *>(registers, offset), buffer));
}

const Instruction *st::reference::runAllocate(const Instruction *in, char *registers, Activation &) {
  assign(registers, in->dst, Buffer::allocate(in->value));
  return in + 1;
}

const Instruction *st::reference::runConstant(const Instruction *in, char *registers, Activation &) {
  assign(registers, in->dst, retain(static_cast<Buffer *>(const_cast<void *>(in->data))));
  return in + 1;
}

const Instruction *st::reference::runMove(const Instruction *in, char *registers, Activation &) {
  if (in->dst != in->a)
    assign(registers, in->dst, std::exchange(at<Buffer *>(registers, in->a), nullptr));
  return in + 1;
}

const Instruction *st::reference::runShare(const Instruction *in, char *registers, Activation &) {
  assign(registers, in->dst, retain(at<Buffer *>(registers, in->a)));
  return in + 1;
}

const Instruction *st::reference::runDrop(const Instruction *in, char *registers, Activation &) {
  assign(registers, in->dst, nullptr);
  return in + 1;
}

const Instruction *st::reference::runMakeWritable(const Instruction *in, char *registers, Activation &) {
  Buffer *&buffer = at<Buffer *>(registers, in->dst);
  buffer = makeWritable(buffer);
  return in + 1;
}

const Instruction *st::reference::runData(const Instruction *in, char *registers, Activation &) {
  at<char *>(registers, in->dst) = at<Buffer *>(registers, in->a)->data;
  return in + 1;
}

const Instruction *st::reference::runExtractSlice(const Instruction *in, char *registers, Activation &activation) {
  const auto &slice = *static_cast<const Slice *>(in->data);
  int64_t bytes;
  if (!locate<-1>(slice.address, registers, bytes))
    return failOutside(in, slice.address, registers, activation);
  Buffer *result = Buffer::allocate(in->value);
  slice.copy.execute(result->data, at<Buffer *>(registers, in->a)->data + bytes);
  assign(registers, in->dst, result);
  return in + 1;
}

const Instruction *st::reference::runInsertSlice(const Instruction *in, char *registers, Activation &activation) {
  const auto &slice = *static_cast<const Slice *>(in->data);
  int64_t bytes;
  if (!locate<-1>(slice.address, registers, bytes))
    return failOutside(in, slice.address, registers, activation);
  slice.copy.execute(at<Buffer *>(registers, in->dst)->data + bytes, at<Buffer *>(registers, in->a)->data);
  return in + 1;
}
