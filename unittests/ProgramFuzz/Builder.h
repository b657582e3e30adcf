//===- Builder.h - Tasks wired at random ------------------------------------------------------------*- C++ -*-===//

#ifndef ST_UNITTESTS_PROGRAMFUZZ_BUILDER_H
#define ST_UNITTESTS_PROGRAMFUZZ_BUILDER_H

#include "Generator.h"
#include "Random.h"
#include "Task.h"
#include <map>
#include <optional>

namespace st::testing {

/// A tensor of @main.
struct Value {
  enum Origin { Argument, Constant, Computed, Host };

  Origin origin = Argument;
  Shape shape;
  std::string dtype;
  /// How it streams where it is computed: tile extents, and data dimensions outermost first.
  Shape tile;
  llvm::SmallVector<unsigned, 4> order;
  /// The task and which of its results.
  unsigned task = 0, result = 0;
  /// Of Host: the operation, after "%name = "; what it reads.
  std::string definition;
  unsigned source = 0;
  unsigned uses = 0;

  unsigned rank() const { return shape.size(); }
};

/// Chooses tasks and what they read. One step adds one task.
class ProgramBuilder {
public:
  explicit ProgramBuilder(uint64_t seed);

  void build();

  /// How often the tasks run, each time on what the time before has computed: what argument stands for a value the
  /// next time. 0 for programs without a repetition.
  int64_t repetitions = 0;
  std::vector<std::pair<unsigned, unsigned>> carried;

  std::vector<Value> values;
  std::vector<Task> tasks;
  std::set<std::string> features;
  Random random;

private:
  unsigned input(llvm::ArrayRef<int64_t> shape, llvm::StringRef dtype);
  /// A value to work on: one that nobody reads yet, an earlier one, or a new input.
  unsigned pickValue(unsigned minRank);
  unsigned latest(unsigned minRank);
  unsigned reshaped(unsigned value);

  int64_t tileFor(int64_t extent, int64_t preferred);
  Dim dimLike(unsigned value, unsigned dim, bool isReduction = false);
  std::string computeDtype(llvm::StringRef dtype);
  void addLoops(Task &task, llvm::ArrayRef<unsigned> dims);
  void setDepth(Task &task, Operand &operand);
  std::optional<Operand> match(const Task &task, unsigned value, llvm::ArrayRef<unsigned> dims);
  /// An operand over some of `dims`: one of the values, or a new one. The dtype can be converted to `dtype`.
  Operand extra(const Task &task, llvm::ArrayRef<unsigned> dims, llvm::StringRef dtype);
  Operand whole(unsigned value, llvm::ArrayRef<unsigned> dims, const Task &task);
  std::string combine(llvm::StringRef left, unsigned number, unsigned value, llvm::StringRef dtype,
                      llvm::StringRef result);
  std::string unary(llvm::StringRef operand, llvm::StringRef dtype, llvm::StringRef result, const Task &task);
  void setReduction(Task &task, llvm::StringRef dtype, bool sumOnly = false);
  unsigned finish(Task task);
  void chooseUnroll(Task &task);

  unsigned elementwise(unsigned value, llvm::ArrayRef<unsigned> others = {});
  unsigned reduce(unsigned value);
  unsigned product(unsigned value);
  unsigned window(unsigned value);
  unsigned row(unsigned value, TaskKind kind);
  void diamond();
  void repeat();
  void step();

  std::map<int64_t, int64_t> tiles;
  llvm::SmallVector<int64_t> extents;
  std::string theme;
};

} // namespace st::testing

#endif // ST_UNITTESTS_PROGRAMFUZZ_BUILDER_H
