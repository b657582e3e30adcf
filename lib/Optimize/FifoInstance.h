// FIFO sizing problems as text, for tests and for taking a design's problem out of the compiler.
//
//   # anything after a hash is a comment
//   channel NAME from TASK to TASK width BITS [depth TOKENS]     a depth given here is fixed
//   task NAME {
//     read CHANNEL TOKENS [ii CYCLES]
//     write CHANNEL TOKENS [ii CYCLES] [latency CYCLES]
//     delay CYCLES
//     loop TRIPS {
//       ...
//     }
//   }
//   expect ...                                                   kept as text for who reads the instance
//
// Tasks are numbered in the order of their first mention.
#pragma once

#include "Optimize/FifoSizingProblem.h"

#include "llvm/Support/raw_ostream.h"

namespace st {

struct FifoInstance {
  FifoSizingProblem problem;
  /// The words of each `expect` line.
  std::vector<std::vector<std::string>> expectations;
};

/// Parses `text`; the error starts with "<name>:<line>:".
llvm::Expected<FifoInstance> parseFifoInstance(llvm::StringRef text, llvm::StringRef name);

/// Prints `instance` in the form that `parseFifoInstance` reads.
void printFifoInstance(const FifoInstance &instance, llvm::raw_ostream &os);

} // namespace st
