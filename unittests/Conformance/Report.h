//===- Report.h - Which tests pass, and why the others do not ---------------------------------------*- C++ -*-===//

#ifndef ST_UNITTESTS_CONFORMANCE_REPORT_H
#define ST_UNITTESTS_CONFORMANCE_REPORT_H

#include "CaseRun.h"
#include "llvm/Support/raw_ostream.h"

namespace st::testing {

/// One line for each test, tabulators between its fields, after a line that names them. What it holds depends on the
/// compiler only, not on the machine.
std::string printTable(llvm::ArrayRef<CaseResult> results);

/// How many tests ended in which way.
void printCounts(llvm::ArrayRef<CaseResult> results, llvm::raw_ostream &out);

/// The failures in groups of equal phase and first error, numbers and names left out, the largest group first.
void printFailures(llvm::ArrayRef<CaseResult> results, llvm::raw_ostream &out);

/// Holds `results` against a table of `printTable`: the tests of which the status differs, a line for each.
std::string compareWithTable(llvm::ArrayRef<CaseResult> results, llvm::StringRef table);

} // namespace st::testing

#endif // ST_UNITTESTS_CONFORMANCE_REPORT_H
