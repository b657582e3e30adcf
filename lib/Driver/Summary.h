//===- Summary.h - What `compile` and `check` tell a person -----------------------------------------*- C++ -*-===//

#ifndef ST_DRIVER_SUMMARY_H
#define ST_DRIVER_SUMMARY_H

#include "Driver/Check.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

namespace st {

/// Prints the contents of a design.json as a page: kernel, tasks, FIFOs, resources against the device, and the account
/// of intermediate memory. Prints nothing for a design that stopped before emission.
void printSummary(const llvm::json::Value &design, llvm::raw_ostream &out);

/// Prints a line for each tensor of a check, with how far it is from its reference.
void printReport(const CheckReport &report, llvm::raw_ostream &out);

} // namespace st

#endif // ST_DRIVER_SUMMARY_H
