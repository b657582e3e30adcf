#include "Optimize/Infeasible.h"

#include "llvm/Support/raw_ostream.h"

using namespace st;

char InfeasibleError::ID = 0;
char DeadlockError::ID = 0;

const char *InfeasibleError::getKindName(Kind kind) {
  switch (kind) {
  case Kind::Cycle:
    return "cycle";
  case Kind::TokenMismatch:
    return "token-mismatch";
  case Kind::FixedDepth:
    return "fixed-depth";
  case Kind::Budget:
    return "budget";
  case Kind::Malformed:
    return "malformed";
  }
  llvm_unreachable("unknown kind of infeasibility");
}

void DeadlockError::log(llvm::raw_ostream &os) const {
  os << "deadlock of " << cycle.size() << " tasks that wait for each other:";
  bool anyFull = false;
  for (const WaitingTask &waiting : cycle) {
    os << "\n  '" << waiting.task << "' waits for '" << waiting.waitsFor << "': FIFO '" << waiting.channel << "' is "
       << (waiting.full ? "full" : "empty") << " (depth " << waiting.depthTokens << ")";
    anyFull |= waiting.full;
    if (waiting.resolvingDepth)
      os << "; depth " << waiting.resolvingDepth << " is the least that resolves it";
    else if (waiting.full)
      os << "; no depth of this FIFO alone resolves it";
  }
  if (!anyFull)
    os << "\n  no depth resolves a cycle in which every FIFO is empty";
  if (!others.empty())
    os << "\n  " << others.size() << " more tasks wait for these";
}
