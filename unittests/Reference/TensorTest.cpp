// Tensors are values, loops carry them, linalg computes them.
#include "Run.h"

#include <cmath>

using namespace st;
using namespace st::test;

TEST(Tensors, UpdatingOneLeavesTheOtherAlone) {
  Program program(R"(
    func.func @main(%a: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
      %c1 = arith.constant 1 : index
      %f = arith.constant 9.0 : f32
      %b = tensor.insert %f into %a[%c1] : tensor<3xf32>
      %c = tensor.insert %f into %b[%c1] : tensor<3xf32>
      %x = tensor.extract %b[%c1] : tensor<3xf32>
      %g = arith.addf %x, %x : f32
      %d = tensor.insert %g into %c[%c1] : tensor<3xf32>
      %e = tensor.insert %g into %d[%c1] : tensor<3xf32>
      return %c, %e : tensor<3xf32>, tensor<3xf32>
    })");
  Array input = array<float>({3}, {1, 2, 3});
  std::vector<Array> results = program.run({input});
  ASSERT_EQ(results.size(), 2u) << program.messages;
  EXPECT_EQ(values<float>(results[0]), (std::vector<float>{1, 9, 3}));
  EXPECT_EQ(values<float>(results[1]), (std::vector<float>{1, 18, 3}));
  // The caller's array is read where it lies.
  EXPECT_EQ(values<float>(input), (std::vector<float>{1, 2, 3}));
}

TEST(Tensors, LoopsMayExchangeWhatTheyCarry) {
  Program program(R"(
    func.func @main(%a: tensor<2xf32>, %b: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<i64>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c5 = arith.constant 5 : index
      %one = arith.constant 1 : i64
      %zero = arith.constant 0 : i64
      %r:4 = scf.for %i = %c0 to %c5 step %c1 iter_args(%x = %a, %y = %b, %m = %zero, %n = %one)
          -> (tensor<2xf32>, tensor<2xf32>, i64, i64) {
        %s = arith.addi %m, %n : i64
        %v = tensor.extract %x[%c0] : tensor<2xf32>
        %w = arith.addf %v, %v : f32
        %z = tensor.insert %w into %x[%c0] : tensor<2xf32>
        scf.yield %y, %z, %n, %s : tensor<2xf32>, tensor<2xf32>, i64, i64
      }
      %t = tensor.from_elements %r#2 : tensor<i64>
      return %r#0, %r#1, %t : tensor<2xf32>, tensor<2xf32>, tensor<i64>
    })");
  std::vector<Array> results = program.run({array<float>({2}, {1, 10}), array<float>({2}, {3, 30})});
  ASSERT_EQ(results.size(), 3u) << program.messages;
  // Five turns: the first tensor is doubled three times and ends second, the other twice.
  EXPECT_EQ(values<float>(results[0]), (std::vector<float>{12, 30}));
  EXPECT_EQ(values<float>(results[1]), (std::vector<float>{8, 10}));
  EXPECT_EQ(values<int64_t>(results[2]), (std::vector<int64_t>{5})); // Fibonacci
}

TEST(Tensors, SlicesPadsAndReshapes) {
  Program program(R"(
    func.func @main(%a: tensor<3x4xi32>) -> tensor<2x10xi32> {
      %zero = arith.constant -1 : i32
      %c1 = arith.constant 1 : index
      %s = tensor.extract_slice %a[%c1, 0] [2, 2] [1, 2] : tensor<3x4xi32> to tensor<2x2xi32>
      %p = tensor.pad %s low[0, 1] high[0, 2] { ^bb0(%i: index, %j: index): tensor.yield %zero : i32 }
          : tensor<2x2xi32> to tensor<2x5xi32>
      %c = tensor.collapse_shape %p [[0, 1]] : tensor<2x5xi32> into tensor<10xi32>
      %e = tensor.empty() : tensor<2x10xi32>
      %x = tensor.insert_slice %c into %e[1, 0] [1, 10] [1, 1] : tensor<10xi32> into tensor<2x10xi32>
      %g = tensor.generate { ^bb0(%k: index): %v = arith.index_cast %k : index to i32
                             tensor.yield %v : i32 } : tensor<10xi32>
      %y = tensor.insert_slice %g into %x[0, 0] [1, 10] [1, 1] : tensor<10xi32> into tensor<2x10xi32>
      return %y : tensor<2x10xi32>
    })");
  auto result = program.runOne<int32_t>({array<int32_t>({3, 4}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})});
  EXPECT_EQ(result, (std::vector<int32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, -1, 4, 6, -1, -1, -1, 8, 10, -1, -1}));
}

TEST(Tensors, Concat) {
  Program program(R"(
    func.func @main(%a: tensor<2x1xi32>, %b: tensor<2x3xi32>) -> tensor<4x4xi32> {
      %0 = tensor.concat dim(1) %a, %b : (tensor<2x1xi32>, tensor<2x3xi32>) -> tensor<2x4xi32>
      %1 = tensor.concat dim(1) %b, %a : (tensor<2x3xi32>, tensor<2x1xi32>) -> tensor<2x4xi32>
      %2 = tensor.concat dim(0) %1, %0 : (tensor<2x4xi32>, tensor<2x4xi32>) -> tensor<4x4xi32>
      return %2 : tensor<4x4xi32>
    })");
  auto result = program.runOne<int32_t>({array<int32_t>({2, 1}, {1, 2}), array<int32_t>({2, 3}, {3, 4, 5, 6, 7, 8})});
  EXPECT_EQ(result, (std::vector<int32_t>{3, 4, 5, 1, 6, 7, 8, 2, 1, 3, 4, 5, 2, 6, 7, 8}));
}

TEST(Tensors, CallsAndBranches) {
  Program program(R"(
    func.func private @pick(%c: i1, %a: tensor<2xf32>) -> tensor<2xf32> {
      %r = scf.if %c -> tensor<2xf32> {
        %s = arith.constant dense<[5.0, 6.0]> : tensor<2xf32>
        scf.yield %s : tensor<2xf32>
      } else {
        scf.yield %a : tensor<2xf32>
      }
      return %r : tensor<2xf32>
    }
    func.func @main(%c: i1, %a: tensor<2xf32>) -> tensor<2xf32> {
      %r = func.call @pick(%c, %a) : (i1, tensor<2xf32>) -> tensor<2xf32>
      return %r : tensor<2xf32>
    })");
  Array a = array<float>({2}, {1, 2});
  EXPECT_EQ(program.runOne<float>({array<bool>({}, {true}), a}), (std::vector<float>{5, 6}));
  EXPECT_EQ(program.runOne<float>({array<bool>({}, {false}), a}), (std::vector<float>{1, 2}));
}

// 600 elements: two full strips and a rest, with the index of the strip and of the outer loop.
TEST(Linalg, StripsCoverEveryElementOnce) {
  Program program(R"(
    func.func @main(%a: tensor<3x600xf32>) -> tensor<3x600xf32> {
      %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
          outs(%a : tensor<3x600xf32>) {
      ^bb0(%x: f32):
        %i = linalg.index 0 : index
        %j = linalg.index 1 : index
        %k = affine.apply affine_map<(i, j) -> (i * 1000 + j)>(%i, %j)
        %n = arith.index_cast %k : index to i32
        %f = arith.sitofp %n : i32 to f32
        %s = arith.addf %x, %f : f32
        linalg.yield %s : f32
      } -> tensor<3x600xf32>
      return %r : tensor<3x600xf32>
    })");
  std::vector<float> input(1800, 0.5f);
  auto result = program.runOne<float>({array<float>({3, 600}, input)});
  ASSERT_EQ(result.size(), 1800u);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 600; ++j)
      ASSERT_EQ(result[i * 600 + j], i * 1000 + j + 0.5f);
}

// Reductions along either dimension, in the order of the loops; broadcasts and transposes by maps.
TEST(Linalg, ReducesInOrder) {
  Program program(R"(
    func.func @main(%a: tensor<3x3xf32>) -> tensor<3xf32> {
      %zero = arith.constant dense<0.0> : tensor<3xf32>
      %r = linalg.generic {indexing_maps = [affine_map<(i, k) -> (k, i)>, affine_map<(i, k) -> (i)>],
                           iterator_types = ["parallel", "reduction"]}
          ins(%a : tensor<3x3xf32>) outs(%zero : tensor<3xf32>) {
      ^bb0(%x: f32, %s: f32):
        %t = arith.addf %s, %x : f32
        linalg.yield %t : f32
      } -> tensor<3xf32>
      return %r : tensor<3xf32>
    })");
  // In f32 1e8 absorbs 1: 1e8 + 1 - 1e8 is 0, so is 1 - 1e8 + 1e8, but 1e8 - 1e8 + 1 is 1.
  auto result = program.runOne<float>({array<float>({3, 3}, {1e8f, 1, 1e8f, 1, -1e8f, -1e8f, -1e8f, 1e8f, 1})});
  EXPECT_EQ(result, (std::vector<float>{0, 0, 1}));
}

TEST(Run, RefusesInputsOfOtherTypes) {
  Program program("func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> { return %a : tensor<2xf32> }");
  EXPECT_TRUE(program.run({array<double>({2}, {1, 2})}).empty());
  EXPECT_NE(program.messages.find("argument 0 is 'tensor<2xf32>', but is given 2xf64"), std::string::npos)
      << program.messages;
  EXPECT_TRUE(program.run({}).empty());
}

TEST(Run, ReadingWhatWasNeverWrittenShows) {
  Program program(R"(
    func.func @main() -> tensor<2xf32> {
      %e = tensor.empty() : tensor<2xf32>
      return %e : tensor<2xf32>
    })");
  for (float value : program.runOne<float>({}))
    EXPECT_TRUE(std::isnan(value));
}
