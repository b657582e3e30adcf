#include "Reference/Activation.h"
#include "Reference/Handlers.h"
#include "Reference/Scalars.h"

#include <algorithm>
#include <cstring>

using namespace st::reference;

namespace {

template <typename T> T &at(char *registers, int32_t offset) { return *reinterpret_cast<T *>(registers + offset); }

/// Whether the itensor's type promises another slice; streams promise nothing.
bool isSurplus(const Port *port) { return port->promised >= 0 && port->moved >= port->promised; }

const Instruction *failSurplus(const Instruction *in, const Port *port, Activation &activation) {
  return activation.fail(in, std::string(port->isReader() ? "reads" : "writes") + " more than the " +
                                 std::to_string(port->promised / port->tokensPerSlice) +
                                 " slices that the type of itensor '" + port->fifo->name + "' promises");
}

} // namespace

bool st::reference::popTile(Port &port, char *to, const TileLayout &layout, int64_t &arrived) {
  int64_t count = std::min(layout.tokens - arrived, port.ready());
  if (layout.offsets.empty()) {
    port.fifo->pop(port.reader, to + arrived * layout.tokenBytes, count);
  } else {
    llvm::SmallVector<char, 256> token(layout.tokenBytes);
    int64_t perToken = layout.tokenBytes / layout.elementBytes;
    for (int64_t i = 0; i < count; ++i) {
      port.fifo->pop(port.reader, token.data(), 1);
      for (int64_t element = 0; element < perToken; ++element)
        std::memcpy(to + layout.offsets[(arrived + i) * perToken + element], &token[element * layout.elementBytes],
                    layout.elementBytes);
    }
  }
  port.moved += count;
  arrived += count;
  if (arrived < layout.tokens)
    return false;
  arrived = 0;
  return true;
}

bool st::reference::pushTile(Port &port, const char *from, const TileLayout &layout, int64_t &left) {
  int64_t count = std::min(layout.tokens - left, port.ready());
  if (layout.offsets.empty()) {
    port.fifo->push(from + left * layout.tokenBytes, count);
  } else {
    llvm::SmallVector<char, 256> token(layout.tokenBytes);
    int64_t perToken = layout.tokenBytes / layout.elementBytes;
    for (int64_t i = 0; i < count; ++i) {
      for (int64_t element = 0; element < perToken; ++element)
        std::memcpy(&token[element * layout.elementBytes], from + layout.offsets[(left + i) * perToken + element],
                    layout.elementBytes);
      port.fifo->push(token.data(), 1);
    }
  }
  port.moved += count;
  left += count;
  if (left < layout.tokens)
    return false;
  left = 0;
  return true;
}

const Instruction *st::reference::runPopTile(const Instruction *in, char *registers, Activation &activation) {
  Port *port = at<Port *>(registers, in->a);
  int64_t &arrived = at<int64_t>(registers, in->b);
  if (arrived == 0 && isSurplus(port))
    return failSurplus(in, port, activation);
  if (!popTile(*port, at<char *>(registers, in->dst), *static_cast<const TileLayout *>(in->data), arrived))
    return activation.block(in, port);
  return in + 1;
}

const Instruction *st::reference::runPushTile(const Instruction *in, char *registers, Activation &activation) {
  Port *port = at<Port *>(registers, in->a);
  int64_t &left = at<int64_t>(registers, in->b);
  if (left == 0 && isSurplus(port))
    return failSurplus(in, port, activation);
  if (!pushTile(*port, at<char *>(registers, in->dst), *static_cast<const TileLayout *>(in->data), left))
    return activation.block(in, port);
  return in + 1;
}

namespace {

const Instruction *runPopToken(const Instruction *in, char *registers, Activation &activation) {
  Port *port = at<Port *>(registers, in->a);
  if (port->ready() < 1)
    return activation.block(in, port);
  port->fifo->pop(port->reader, registers + in->dst, 1);
  ++port->moved;
  return in + 1;
}

const Instruction *runPushToken(const Instruction *in, char *registers, Activation &activation) {
  Port *port = at<Port *>(registers, in->a);
  if (port->ready() < 1)
    return activation.block(in, port);
  port->fifo->push(registers + in->b, 1);
  ++port->moved;
  return in + 1;
}

template <Kind kind> const Instruction *runPopHalves(const Instruction *in, char *registers, Activation &activation) {
  const Instruction *next = runPopToken(in, registers, activation);
  // In place, from the last lane on: a lane in the register is wider than an element of the token.
  if (next == in + 1)
    for (int32_t lane = in->lanes - 1; lane >= 0; --lane) {
      uint16_t bits;
      std::memcpy(&bits, registers + in->dst + 2 * lane, 2);
      at<float>(registers, in->dst + 4 * lane) = fromBits(kind, bits);
    }
  return next;
}

template <Kind kind> const Instruction *runPushHalves(const Instruction *in, char *registers, Activation &activation) {
  Port *port = at<Port *>(registers, in->a);
  if (port->ready() < 1)
    return activation.block(in, port);
  llvm::SmallVector<uint16_t, 64> token(in->lanes);
  for (int32_t lane = 0; lane < in->lanes; ++lane)
    token[lane] = toBits(kind, at<float>(registers, in->b + 4 * lane));
  port->fifo->push(reinterpret_cast<const char *>(token.data()), 1);
  ++port->moved;
  return in + 1;
}

} // namespace

Handler st::reference::handlerPopToken(Kind kind) {
  return kind == Kind::F16 ? runPopHalves<Kind::F16> : kind == Kind::BF16 ? runPopHalves<Kind::BF16> : runPopToken;
}

Handler st::reference::handlerPushToken(Kind kind) {
  return kind == Kind::F16 ? runPushHalves<Kind::F16> : kind == Kind::BF16 ? runPushHalves<Kind::BF16> : runPushToken;
}
