// Solves every file of instances/, timed graphs whose comments say what is expected:
//   expect start TASK CYCLE          expect initial CHANNEL DEPTH    expect depth CHANNEL DEPTH
//   expect exact CHANNEL DEPTH       expect smallest CHANNEL DEPTH   expect bits N
//   expect full-tensor-bits N        expect delays N                 expect path-delays N
//   expect infeasible KIND CULPRIT...
// and `fixed CHANNEL` that a channel keeps its depth.
#include "Optimize/FifoSizingProblem.h"
#include "Simulate/GraphText.h"

#include "Support/FileSystem.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
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
    if (llvm::sys::path::extension(it->path()) == ".graph")
      files.push_back(it->path());
  std::sort(files.begin(), files.end());
  return files;
}

class FifoInstances : public testing::TestWithParam<std::string> {};

int indexOf(const timed::Graph &graph, bool isFifo, llvm::StringRef name) {
  for (size_t i = 0; isFifo && i < graph.fifos.size(); ++i)
    if (graph.fifos[i].name == name)
      return i;
  for (size_t i = 0; !isFifo && i < graph.tasks.size(); ++i)
    if (graph.tasks[i].name == name)
      return i;
  ADD_FAILURE() << "no such name: " << name.str();
  return 0;
}

/// A problem and the words of its `expect` lines.
struct Instance {
  FifoSizingProblem problem;
  std::vector<std::vector<std::string>> expectations;
};

Instance load(const std::string &file) {
  std::string text = llvm::cantFail(readFile(file))->getBuffer().str();
  auto graph = timed::parseGraph(text, llvm::sys::path::filename(file));
  EXPECT_TRUE(bool(graph)) << llvm::toString(graph.takeError());
  Instance instance{FifoSizingProblem(std::move(*graph)), {}};
  llvm::SmallVector<llvm::StringRef> lines;
  llvm::StringRef(text).split(lines, '\n');
  for (llvm::StringRef line : lines) {
    llvm::SmallVector<llvm::StringRef> words;
    if (line.consume_front("#"))
      llvm::SplitString(line, words);
    if (words.empty())
      continue;
    if (words[0] == "fixed")
      instance.problem.fixDepth(indexOf(instance.problem.graph(), true, words[1]));
    if (words[0] == "expect") {
      instance.expectations.emplace_back();
      for (llvm::StringRef word : llvm::drop_begin(words))
        instance.expectations.back().push_back(word.str());
    }
  }
  return instance;
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
  Instance instance = load(GetParam());
  const FifoSizingProblem &problem = instance.problem;
  const timed::Graph &graph = problem.graph();
  ASSERT_FALSE(instance.expectations.empty());

  llvm::Expected<FifoSolution> solved = problem.solve();
  if (instance.expectations.front().front() == "infeasible") {
    checkInfeasible(solved.takeError(), llvm::ArrayRef(instance.expectations.front()).drop_front());
    return;
  }
  ASSERT_TRUE(bool(solved)) << llvm::toString(solved.takeError());
  const FifoSolution &solution = *solved;
  llvm::Error verified = problem.verify(solution);
  EXPECT_FALSE(bool(verified)) << llvm::toString(std::move(verified));

  FifoSizingOptions exactOptions;
  exactOptions.model = DepthModel::ExactCurve;
  std::vector<int64_t> exact =
      problem.computeDepths(solution.ends, problem.delaysOf(solution.startCycles), exactOptions);
  for (const std::vector<std::string> &words : instance.expectations) {
    int64_t expected = std::stoll(words.back()), got = -1;
    const std::string &what = words[0];
    if (what == "start")
      got = solution.startCycles[indexOf(graph, false, words[1])];
    else if (what == "initial")
      got = solution.initialDepths[indexOf(graph, true, words[1])];
    else if (what == "exact")
      got = exact[indexOf(graph, true, words[1])];
    else if (what == "depth")
      got = solution.depths[indexOf(graph, true, words[1])];
    else if (what == "smallest")
      got = llvm::cantFail(problem.smallestDepth(indexOf(graph, true, words[1]), solution.depths));
    else if (what == "bits")
      got = solution.totalBits;
    else if (what == "full-tensor-bits")
      got = solution.fullTensorBits;
    else if (what == "delays") {
      got = 0;
      for (int64_t delay : problem.delaysOf(solution.startCycles))
        got += delay;
    } else if (what == "path-delays")
      got = llvm::cantFail(problem.computePathDelays(solution.ends)).sum;
    else
      ADD_FAILURE() << "unknown expectation: " << what;
    EXPECT_EQ(got, expected) << what << " " << words[1];
  }
}

/// Whatever gives the first depths: what is proven holds.
TEST_P(FifoInstances, EverySolverSolves) {
  Instance instance = load(GetParam());
  if (instance.expectations.front().front() == "infeasible")
    return;
  for (DelayModel delays : {DelayModel::StartTimes, DelayModel::PathDelays})
    for (Equalisation equalisation : {Equalisation::Normal, Equalisation::Conservative})
      for (DepthModel model : {DepthModel::MeanRate, DepthModel::ExactCurve, DepthModel::DeadlockOnly}) {
        FifoSizingOptions options;
        options.delays = delays;
        options.equalisation = equalisation;
        options.model = model;
        auto solution = instance.problem.solve(options);
        if (equalisation == Equalisation::Conservative && model == DepthModel::ExactCurve) {
          EXPECT_NE(llvm::toString(solution.takeError()).find("use mean rates"), std::string::npos);
          continue;
        }
        ASSERT_TRUE(bool(solution)) << llvm::toString(solution.takeError());
        EXPECT_EQ(llvm::toString(instance.problem.verify(*solution)), "");
      }
}

INSTANTIATE_TEST_SUITE_P(All, FifoInstances, testing::ValuesIn(instanceFiles()), [](const auto &info) {
  std::string name = llvm::sys::path::stem(info.param).str();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !isalnum(c); }, '_');
  return name;
});

} // namespace
