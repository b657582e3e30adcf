// Kernels on other back ends, and loops over memory in tasks.
#include "Run.h"

using namespace st;
using namespace st::test;

static const char *const addKernel = R"(
  func.func @main(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
    %ma = bufferization.to_buffer %a read_only : tensor<4xf32> to memref<4xf32>
    %mb = bufferization.to_buffer %b read_only : tensor<4xf32> to memref<4xf32>
    %mo = memref.alloc() : memref<4xf32>
    st.kernel @k (%x = %ma : memref<4xf32>, %o = %mo : memref<4xf32>, %y = %mb : memref<4xf32>)
        attributes {st.operand_names = ["a", "out", "b"], st.operand_directions = ["in", "out", "in"]} {
      st.task @add reads(%p = %x : memref<4xf32>, %q = %y : memref<4xf32>) inits(%r = %o : memref<4xf32>) {
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %c4 = arith.constant 4 : index
        scf.for %i = %c0 to %c4 step %c1 {
          %u = memref.load %p[%i] : memref<4xf32>
          %v = memref.load %q[%i] : memref<4xf32>
          %w = arith.addf %u, %v : f32
          memref.store %w, %r[%i] : memref<4xf32>
        }
      }
      st.yield
    }
    %t = bufferization.to_tensor %mo restrict : memref<4xf32> to tensor<4xf32>
    return %t : tensor<4xf32>
  })";

TEST(KernelBackend, IsHandedWhatTheKernelReads) {
  Program program(addKernel);
  Array a = array<float>({4}, {1, 2, 3, 4}), b = array<float>({4}, {10, 20, 30, 40});
  EXPECT_EQ(program.runOne<float>({a, b}), (std::vector<float>{11, 22, 33, 44}));
  reference::RunOptions options;
  int calls = 0;
  options.kernelBackend = [&](KernelOp kernel, llvm::ArrayRef<Array> inputs) -> mlir::FailureOr<std::vector<Array>> {
    ++calls;
    EXPECT_EQ(kernel.getSymName(), "k");
    EXPECT_EQ(inputs.size(), 2u);
    EXPECT_EQ(values<float>(inputs[0]), (std::vector<float>{1, 2, 3, 4}));
    EXPECT_EQ(values<float>(inputs[1]), (std::vector<float>{10, 20, 30, 40}));
    return std::vector<Array>{array<float>({4}, {7, 7, 7, 8})};
  };
  std::vector<Array> results = program.run({a, b}, options);
  ASSERT_EQ(results.size(), 1u) << program.messages;
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(values<float>(results[0]), (std::vector<float>{7, 7, 7, 8}));
}

TEST(KernelBackend, MustReturnWhatTheKernelWrites) {
  Program program(addKernel);
  Array a = array<float>({4}, {1, 2, 3, 4});
  reference::RunOptions options;
  options.kernelBackend = [&](KernelOp, llvm::ArrayRef<Array>) -> mlir::FailureOr<std::vector<Array>> {
    return std::vector<Array>{array<float>({3}, {7, 7, 7})};
  };
  EXPECT_TRUE(program.run({a, a}, options).empty());
  EXPECT_NE(program.messages.find("its back end returned 3xf32"), std::string::npos) << program.messages;
}

/// Runs a loop over `size` elements of a memory that starts as the input.
static std::vector<float> runLoop(const std::string &body, std::vector<float> input) {
  std::string size = std::to_string(input.size()), m = "memref<" + size + "xf32>", t = "tensor<" + size + "xf32>";
  Program program("func.func @main(%a: " + t + ") -> " + t + " {\n %m = bufferization.to_buffer %a : " + t + " to " +
                  m + "\n %c1 = arith.constant 1 : index\n %n = arith.constant " + size +
                  " : index\n scf.for %i = %c1 to %n step %c1 {\n" + body +
                  "\n }\n %r = bufferization.to_tensor %m restrict : " + m + " to " + t + "\n return %r : " + t +
                  "\n}");
  Array array = st::test::array<float>({int64_t(input.size())}, input);
  auto result = program.runOne<float>({array});
  // The memory is a copy: the caller's array is not written.
  EXPECT_EQ(values<float>(array), input);
  return result;
}

// Iterations that depend on each other must not be computed at once.
TEST(StripLoops, KeepDependencesBetweenIterations) {
  const std::string size = "memref<5xf32>";
  EXPECT_EQ(runLoop("%j = arith.subi %i, %c1 : index\n %x = memref.load %m[%j] : " + size +
                        "\n %y = memref.load %m[%i] : " + size +
                        "\n %s = arith.addf %x, %y : f32\n memref.store %s, %m[%i] : " + size,
                    {1, 1, 1, 1, 1}),
            (std::vector<float>{1, 2, 3, 4, 5}));
  // A sum in one place.
  EXPECT_EQ(runLoop("%c0 = arith.constant 0 : index\n %x = memref.load %m[%c0] : " + size +
                        "\n %y = memref.load %m[%i] : " + size +
                        "\n %s = arith.addf %x, %y : f32\n memref.store %s, %m[%c0] : " + size,
                    {1, 2, 3, 4, 5}),
            (std::vector<float>{15, 2, 3, 4, 5}));
  // Reflected: the second half reads what the first wrote.
  EXPECT_EQ(runLoop("%c5 = arith.constant 5 : index\n %j = arith.subi %c5, %i : index\n %x = memref.load %m[%j] : " +
                        size + "\n %s = arith.addf %x, %x : f32\n memref.store %s, %m[%i] : " + size,
                    {0, 1, 2, 3, 4}),
            (std::vector<float>{0, 8, 6, 12, 16}));
}

TEST(StripLoops, UseTheIndexAndStrides) {
  EXPECT_EQ(runLoop("%f = arith.index_cast %i : index to i32\n %g = arith.sitofp %f : i32 to f32\n"
                    "%x = memref.load %m[%i] : memref<5xf32>\n %s = arith.mulf %x, %g : f32\n"
                    "memref.store %s, %m[%i] : memref<5xf32>",
                    {1, 2, 3, 4, 5}),
            (std::vector<float>{1, 2, 6, 12, 20}));
}
