#include "Reference/RoutedProcess.h"
#include "Reference/Compiler.h"

using namespace mlir;
using namespace st;
using namespace st::reference;

RoutedProcess::RoutedProcess(std::string name, Operation *op, const Routing &routing, bool splits, Fifo &whole,
                             ArrayRef<Fifo *> parts, const Session &session)
    : Process(std::move(name), op), layout(tileLayout(routing.whole.getTileType(), routing.whole.getTokenType())),
      splits(splits), whole(addPort(whole, /*isReader=*/splits)),
      iterations(routing.whole.getTripCounts()[routing.loop]), slices(session.getNumTiles(routing.whole)),
      tile(layout.tokens * layout.tokenBytes) {
  for (Fifo *part : parts)
    this->parts.push_back(addPort(*part, /*isReader=*/!splits));
  auto counts = session.getTripCounts(routing.whole);
  for (int64_t count : ArrayRef(counts).drop_front(routing.loop + 1))
    slicesInside *= count;
  for (int64_t count : routing.counts)
    ends.push_back(count + (ends.empty() ? 0 : ends.back()));
}

unsigned RoutedProcess::currentPart() const {
  int64_t iteration = moved / slicesInside % iterations;
  return llvm::upper_bound(ends, iteration) - ends.begin();
}

Status RoutedProcess::resume() {
  for (; moved < slices; ++moved) {
    Port *part = parts[currentPart()], *from = splits ? whole : part, *to = splits ? part : whole;
    if (!tileIsFull && !popTile(*from, tile.data(), layout, tokens)) {
      waitsFor = from;
      return status = Status::Blocked;
    }
    tileIsFull = true;
    if (!pushTile(*to, tile.data(), layout, tokens)) {
      waitsFor = to;
      return status = Status::Blocked;
    }
    tileIsFull = false;
  }
  return status = Status::Done;
}
