//===- Report.cpp - Which tests pass, and why the others do not -----------------------------------------------===//

#include "Report.h"
#include "llvm/ADT/StringExtras.h"
#include <map>

using namespace llvm;
using namespace st::testing;

/// `text` in one line without tabulators, cut where it becomes a dump of the IR.
static std::string oneLine(StringRef text) {
  std::string line = text.split('\n').first.substr(0, 200).str();
  std::replace(line.begin(), line.end(), '\t', ' ');
  return line;
}

std::string st::testing::printTable(ArrayRef<CaseResult> results) {
  std::string text = "suite\ttest\tstatus\tkernels\ttasks\thost_ops\tphase\treason\n";
  for (const CaseResult &result : results)
    text += result.suite + "\t" + result.test + "\t" + result.status + "\t" + std::to_string(result.kernels) + "\t" +
            std::to_string(result.tasks) + "\t" + std::to_string(result.hostOps) + "\t" + result.phase + "\t" +
            oneLine(result.reason) + "\n";
  return text;
}

void st::testing::printCounts(ArrayRef<CaseResult> results, raw_ostream &out) {
  std::map<std::string, std::map<std::string, unsigned>> counts;
  for (const CaseResult &result : results)
    ++counts[result.suite][result.status], ++counts["all"][result.status];
  for (auto &[suite, byStatus] : counts) {
    out << suite << ":";
    for (auto &[status, count] : byStatus)
      out << " " << count << " " << status;
    out << "\n";
  }
}

/// What errors of the same cause have in common: numbers and quoted names are left out.
static std::string generalise(StringRef reason) {
  std::string text;
  StringRef line = reason.split('\n').first;
  while (!line.empty()) {
    if (isDigit(line.front())) {
      text += "#";
      line = line.drop_while([](char c) { return isDigit(c) || c == '.'; });
    } else {
      text += line.front();
      line = line.drop_front();
    }
  }
  return text;
}

void st::testing::printFailures(ArrayRef<CaseResult> results, raw_ostream &out) {
  std::map<std::string, std::vector<const CaseResult *>> groups;
  for (const CaseResult &result : results)
    if (result.status == "fail")
      groups[result.phase + ": " + generalise(result.reason)].push_back(&result);
  std::vector<std::pair<std::string, std::vector<const CaseResult *>>> sorted(groups.begin(), groups.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](auto &a, auto &b) { return a.second.size() > b.second.size(); });
  for (auto &[message, members] : sorted) {
    out << members.size() << " x " << message << "\n    e.g. " << oneLine(members.front()->reason) << "\n   ";
    for (const CaseResult *member : members)
      out << " " << member->test;
    out << "\n";
  }
}

std::string st::testing::compareWithTable(ArrayRef<CaseResult> results, StringRef table) {
  std::map<std::string, std::string> listed;
  SmallVector<StringRef> lines;
  table.split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (StringRef line : lines) {
    SmallVector<StringRef> fields;
    line.split(fields, '\t');
    if (fields.size() > 2)
      listed[(fields[0] + "/" + fields[1]).str()] = fields[2].str();
  }
  std::string differences;
  for (const CaseResult &result : results) {
    std::string &status = listed[result.suite + "/" + result.test];
    if (status != result.status)
      differences += result.suite + "/" + result.test + " is '" + result.status + "', listed as '" + status + "'" +
                     (result.reason.empty() ? "" : ": " + oneLine(result.reason)) + "\n";
  }
  return differences;
}
