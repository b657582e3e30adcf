// Solves every file of instances/ and compares what its `expect` lines say:
//   expect start TASK CYCLE          expect initial CHANNEL DEPTH    expect depth CHANNEL DEPTH
//   expect exact CHANNEL DEPTH       expect smallest CHANNEL DEPTH   expect bits N
//   expect full-tensor-bits N        expect delays N                 expect infeasible KIND CULPRIT...
#include "Optimize/FifoInstance.h"

#include "Support/FileSystem.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"

#include <algorithm>

using namespace st;

namespace {

std::vector<std::string> instanceFiles() {
  std::vector<std::string> files;
  std::error_code ec;
  llvm::Twine dir(ST_SOURCE_DIR "/unittests/Optimize/instances");
  for (llvm::sys::fs::directory_iterator it(dir, ec), end; it != end && !ec; it.increment(ec))
    if (llvm::sys::path::extension(it->path()) == ".txt")
      files.push_back(it->path());
  std::sort(files.begin(), files.end());
  return files;
}

class FifoInstances : public testing::TestWithParam<std::string> {};

int indexOf(const FifoSizingProblem &problem, bool channel, const std::string &name) {
  for (size_t i = 0; channel && i < problem.channels().size(); ++i)
    if (problem.channels()[i].name == name)
      return i;
  for (size_t i = 0; !channel && i < problem.tasks().size(); ++i)
    if (problem.tasks()[i].name == name)
      return i;
  ADD_FAILURE() << "no such name: " << name;
  return 0;
}

void checkInfeasible(llvm::Error error, llvm::ArrayRef<std::string> expected) {
  ASSERT_TRUE(bool(error)) << "solved, although expected to be infeasible";
  llvm::handleAllErrors(
      std::move(error),
      [&](const InfeasibleError &e) {
        EXPECT_EQ(InfeasibleError::getKindName(e.kind), expected.front()) << e.message;
        EXPECT_EQ(llvm::ArrayRef(e.culprits).vec(), expected.drop_front().vec()) << e.message;
        for (const std::string &culprit : e.culprits)
          EXPECT_NE(e.message.find("'" + culprit + "'"), std::string::npos) << e.message;
      },
      [&](const llvm::ErrorInfoBase &e) { ADD_FAILURE() << "another kind of error: " << e.message(); });
}

TEST_P(FifoInstances, HasTheExpectedAnswer) {
  std::string text = llvm::cantFail(readFile(GetParam()))->getBuffer().str();
  auto parsed = parseFifoInstance(text, llvm::sys::path::filename(GetParam()));
  ASSERT_TRUE(bool(parsed)) << llvm::toString(parsed.takeError());
  const FifoSizingProblem &problem = parsed->problem;
  ASSERT_FALSE(parsed->expectations.empty());

  llvm::Expected<FifoSolution> solved = problem.solve();
  if (parsed->expectations.front().front() == "infeasible") {
    checkInfeasible(solved.takeError(), llvm::ArrayRef(parsed->expectations.front()).drop_front());
    return;
  }
  ASSERT_TRUE(bool(solved)) << llvm::toString(solved.takeError());
  const FifoSolution &solution = *solved;
  llvm::Error verified = problem.verify(solution);
  EXPECT_FALSE(bool(verified)) << llvm::toString(std::move(verified));

  FifoSizingOptions exactOptions;
  exactOptions.model = DepthModel::ExactCurve;
  std::vector<int64_t> exact = problem.computeDepths(solution.ends, solution.startCycles, exactOptions);
  for (const std::vector<std::string> &words : parsed->expectations) {
    int64_t expected = std::stoll(words.back()), got = -1;
    const std::string &what = words[0];
    if (what == "start")
      got = solution.startCycles[indexOf(problem, false, words[1])];
    else if (what == "initial")
      got = solution.initialDepths[indexOf(problem, true, words[1])];
    else if (what == "exact")
      got = exact[indexOf(problem, true, words[1])];
    else if (what == "depth")
      got = solution.depths[indexOf(problem, true, words[1])];
    else if (what == "smallest")
      got = llvm::cantFail(problem.smallestDepth(indexOf(problem, true, words[1]), solution.depths));
    else if (what == "bits")
      got = solution.totalBits;
    else if (what == "full-tensor-bits")
      got = solution.fullTensorBits;
    else if (what == "delays") {
      got = 0;
      for (const FifoChannel &channel : problem.channels())
        got += solution.startCycles[channel.reader] - solution.startCycles[channel.writer];
    } else
      ADD_FAILURE() << "unknown expectation: " << what;
    EXPECT_EQ(got, expected) << what << " " << words[1];
  }
}

TEST_P(FifoInstances, PrintsAndParsesBack) {
  std::string text = llvm::cantFail(readFile(GetParam()))->getBuffer().str();
  std::string once, twice;
  auto first = parseFifoInstance(text, "first");
  ASSERT_TRUE(bool(first)) << llvm::toString(first.takeError());
  llvm::raw_string_ostream onceStream(once), twiceStream(twice);
  printFifoInstance(*first, onceStream);
  auto second = parseFifoInstance(once, "second");
  ASSERT_TRUE(bool(second)) << llvm::toString(second.takeError());
  printFifoInstance(*second, twiceStream);
  EXPECT_EQ(once, twice);
  EXPECT_EQ(first->problem.channels().size(), second->problem.channels().size());
}

INSTANTIATE_TEST_SUITE_P(All, FifoInstances, testing::ValuesIn(instanceFiles()), [](const auto &info) {
  std::string name = llvm::sys::path::stem(info.param).str();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !isalnum(c); }, '_');
  return name;
});

TEST(FifoInstanceErrors, NameTheLine) {
  auto message = [](llvm::StringRef text) { return llvm::toString(parseFifoInstance(text, "x.txt").takeError()); };
  EXPECT_EQ(message("task a {\n  read c 4\n}\n"), "x.txt:2: channel 'c' is not declared above");
  EXPECT_EQ(message("channel c from a to b width 8\ntask a {\n  write c 4 ii\n}\n"),
            "x.txt:3: expected a number after 'ii'");
  EXPECT_EQ(message("channel c from a to b width 8\ntask a {\n  write c x\n}\n"),
            "x.txt:3: expected a number that is not negative, found 'x'");
  EXPECT_EQ(message("channel c from a to b width 8\nchannel c from a to b width 8\n"),
            "x.txt:2: channel 'c' is declared twice");
  EXPECT_EQ(message("\ntask a {\n  delay 1\n"), "x.txt:4: the '{' of line 2 is not closed");
  EXPECT_EQ(message("fifo c\n"), "x.txt:1: expected 'channel', 'task NAME {' or 'expect'");
}

} // namespace
