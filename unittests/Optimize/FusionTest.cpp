#include "Optimize/FusionProblem.h"

#include "gtest/gtest.h"

#include <random>

using namespace st;

namespace {

std::string verifyMessage(const FusionProblem &problem, const FusionSolution &solution, const FusionOptions &options) {
  return llvm::toString(problem.verify(solution, options));
}

std::vector<int> groupsOf(const FusionProblem &problem, int64_t maxBytes, bool mergeGroups) {
  FusionOptions options{maxBytes, mergeGroups};
  FusionSolution solution = llvm::cantFail(problem.solve(options));
  EXPECT_EQ(verifyMessage(problem, solution, options), "");
  return solution.groups;
}

/// k0 -> k1 -> ... with these converters.
FusionProblem chain(std::vector<int64_t> converterBytes) {
  FusionProblem problem;
  problem.addKernel("k0");
  for (int64_t bytes : converterBytes) {
    int kernel = problem.addKernel("k" + std::to_string(problem.kernels().size()));
    problem.addEdge(kernel - 1, kernel, bytes);
  }
  return problem;
}

TEST(Fusion, ChainIsCutWhereTheBytesRunOut) {
  FusionProblem problem = chain({100, 100, 100, 100});
  EXPECT_EQ(groupsOf(problem, 400, true), (std::vector<int>{0, 0, 0, 0, 0}));
  EXPECT_EQ(groupsOf(problem, 399, true), (std::vector<int>{0, 0, 0, 0, 1}));
  EXPECT_EQ(groupsOf(problem, 200, true), (std::vector<int>{0, 0, 0, 1, 1}));
  EXPECT_EQ(groupsOf(problem, 0, true), (std::vector<int>{0, 1, 2, 3, 4}));
  // Bytes between groups are free.
  EXPECT_EQ(groupsOf(chain({100, 500, 100}), 200, true), (std::vector<int>{0, 0, 1, 1}));
}

TEST(Fusion, OwnBytesCount) {
  FusionProblem problem;
  problem.addKernel("a", 60);
  problem.addKernel("b", 60);
  problem.addEdge(0, 1, 0);
  EXPECT_EQ(groupsOf(problem, 120, true), (std::vector<int>{0, 0}));
  EXPECT_EQ(groupsOf(problem, 119, true), (std::vector<int>{0, 1}));
  std::string message = llvm::toString(problem.solve({59, true}).takeError());
  EXPECT_NE(message.find("kernel 'a' alone needs 60 bytes"), std::string::npos) << message;
}

TEST(Fusion, TwoSourcesBecomeOneKernelByMerging) {
  // E = A B, F = C D, G = E F.
  FusionProblem problem;
  for (const char *name : {"e", "f", "g"})
    problem.addKernel(name);
  problem.addEdge(0, 2, 10);
  problem.addEdge(1, 2, 10);
  EXPECT_EQ(groupsOf(problem, 100, false), (std::vector<int>{0, 1, 1}));
  EXPECT_EQ(groupsOf(problem, 100, true), (std::vector<int>{0, 0, 0}));
  EXPECT_EQ(groupsOf(problem, 15, true), (std::vector<int>{0, 1, 1}));
}

TEST(Fusion, NoCycleBetweenGroups) {
  // a -> b -> c and a -> c. The converter a -> b is too large to be fused; c fits to a alone but also reads b.
  FusionProblem problem;
  for (const char *name : {"a", "b", "c"})
    problem.addKernel(name);
  problem.addEdge(0, 1, 1000);
  problem.addEdge(1, 2, 1000);
  problem.addEdge(0, 2, 10);
  for (bool merge : {false, true})
    EXPECT_EQ(groupsOf(problem, 100, merge), (std::vector<int>{0, 1, 2}));
  // A plan that joins a and c around b is refused.
  FusionSolution cyclic{{0, 1, 0}, {10, 0}};
  std::string message = verifyMessage(problem, cyclic, {100, true});
  EXPECT_NE(message.find("fusion_c3: kernel 'c' of group 0 reads from 'b' of group 1"), std::string::npos) << message;
  // And one that claims fewer bytes than it takes.
  message = verifyMessage(problem, {{0, 0, 0}, {100}}, {5000, true});
  EXPECT_NE(message.find("fusion_c2: group 0 needs 2010 bytes"), std::string::npos) << message;
}

TEST(Fusion, EdgesPointForward) {
  FusionProblem problem;
  problem.addKernel("a");
  problem.addKernel("b");
  problem.addEdge(1, 0, 0);
  EXPECT_NE(llvm::toString(problem.check({100, true})).find("fusion_c1"), std::string::npos);
}

TEST(Fusion, RandomGraphsVerify) {
  std::mt19937 rng(3);
  auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(rng); };
  for (int i = 0; i < 200; ++i) {
    FusionProblem problem;
    int count = pick(2, 25);
    for (int k = 0; k < count; ++k)
      problem.addKernel("k" + std::to_string(k), pick(0, 30));
    for (int consumer = 1; consumer < count; ++consumer)
      for (int producer = 0; producer < consumer; ++producer)
        if (pick(0, count / 2) == 0)
          problem.addEdge(producer, consumer, pick(0, 100));
    for (bool merge : {false, true}) {
      int64_t maxBytes = pick(30, 400);
      std::vector<int> groups = groupsOf(problem, maxBytes, merge);
      EXPECT_EQ(groupsOf(problem, int64_t(1) << 40, true).size(), groups.size());
    }
  }
}

} // namespace
