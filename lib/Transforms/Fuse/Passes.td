//===- Passes.td - Passes of the fuse phase -----------------------------------------------------------------===//

#ifndef ST_TRANSFORMS_FUSE_PASSES
#define ST_TRANSFORMS_FUSE_PASSES

include "mlir/Pass/PassBase.td"

class FusePhasePass<string flag> : Pass<flag, "::mlir::func::FuncOp"> {
  let dependentDialects = ["::st::StDialect", "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def FuseKernels : FusePhasePass<"st-fuse-kernels"> {
  let summary = "merge kernels so that the tensors between them stay on chip";
  let description = [{
    Algorithm 2 of StreamTensor (MICRO 2025); the decision is made by Optimize/FusionProblem, the rewriting here. Where
    the producer's sequence is not the reader's, a converter reorders it on chip. A `tensor.pad` between two kernels
    becomes padding of that converter, a collapsed or expanded shape an `st.itensor_reassociate`.
    ```
    %0 = st.kernel @relu_0 (%s = %x : tensor<64x64xf32> as !c) -> (tensor<64x64xf32>) { ... }
    %1 = st.kernel @matmul_1 (%s = %0 : tensor<64x64xf32> as !a, ...) -> (tensor<64x64xf32>) { ... }
    // becomes
    %1 = st.kernel @relu_0_to_matmul_1 (%s = %x : tensor<64x64xf32> as !c, ...) -> (tensor<64x64xf32>) {
      %r = st.task @relu_0 ...
      %v = st.itensor_converter %r : !c -> !a
      %m = st.task @matmul_1 reads(%in = %v : !a, ...) ...
      st.yield %m
    }
    ```
  }];
  let options = [
    Option<"maxConverterBytes", "max-converter-bytes", "int64_t", "0",
           "on-chip bytes of one fused kernel (C_max); 0 takes 80 % of the device's, or no limit without a device">,
    Option<"device", "device", "std::string", "\"\"", "path of the device file">,
    Option<"repeatsOnly", "repeats-only", "bool", "false", "fuse kernels in the bodies of repetitions only">,
    Option<"mergeGroups", "merge-groups", "bool", "true",
           "also merge groups that a later kernel reads from; false is the paper's algorithm as printed">
  ];
  let statistics = [
    Statistic<"numGroups", "num-groups", "kernels after fusion">,
    Statistic<"numConverters", "num-converters", "converters inserted">
  ];
}

def MergeConverters : FusePhasePass<"st-merge-converters"> {
  let summary = "let readers of one sequence share the converter that makes it";
  let description = [{
    ```
    %1 = st.itensor_converter %x : !c -> !a
    %2 = st.itensor_converter %x : !c -> !a    // removed, its readers read %1
    ```
  }];
  let statistics = [Statistic<"numMerged", "num-merged", "converters removed">];
}

def UpdateCaches : FusePhasePass<"st-update-caches"> {
  let summary = "write new rows of a cache where the cache lies";
  let description = [{
    The rows that a result with `st.cache` gives go to the memory of its argument, which becomes as large as the largest
    result: the kernel that reads the argument and makes the rows updates it in place. The memory keeps the layout that
    the model has, so that launches follow each other without the host touching it.
    ```
    %rows = st.kernel @decode (%old = %past : tensor<64x16xf32> as !old, ...) -> (tensor<1x16xf32>) {
      ...
      st.yield %r : !row
    }
    // becomes
    %cache = st.kernel @decode (%old = %past : tensor<65x16xf32> as !old, ...) -> (tensor<65x16xf32>)
        attributes {st.updates = array<i64: 0>} {
      ...
      %p = st.itensor_cast %r : !row -> !st.itensor<1x16xf32 of [P + 1 max 65, 16], iter_space = [] * [],
                                                    iter_map = ()[P] -> (P, 0)>
      st.yield %p
    }
    ```
  }];
}

def BufferWindows : FusePhasePass<"st-buffer-windows"> {
  let summary = "read what windows move over from external memory once, through a line buffer";
  let description = [{
    A converter behind a kernel's argument, where it is a line buffer that fits on the chip beside what the kernel holds.
    A `tensor.pad` before the kernel becomes padding of that converter.
    ```
    // a window of 3 rows over 8: 18 slices from memory
    st.kernel @conv (%s = %x : tensor<4x8x8xf32> as !st.itensor<4x1x8xf32, iter_space = [6, 3] * [1, 1],
        iter_map = (d0, d1) -> (0, d0 + d1, 0)>) ...
    // becomes 8 slices, and a buffer of 3 rows
    st.kernel @conv (%s = %x : tensor<4x8x8xf32> as !st.itensor<4x1x8xf32, iter_space = [8] * [1],
        iter_map = (d0) -> (0, d0, 0)>) ... {
      %w = st.itensor_converter %s : ...
    ```
  }];
  let options = [
    Option<"maxConverterBytes", "max-converter-bytes", "int64_t", "0",
           "on-chip bytes of one kernel (C_max); 0 takes 80 % of the device's, or no limit without a device">,
    Option<"device", "device", "std::string", "\"\"", "path of the device file">
  ];
  let statistics = [Statistic<"numBuffers", "num-buffers", "line buffers inserted">];
}

def BufferRereads : FusePhasePass<"st-buffer-rereads"> {
  let summary = "read from external memory once what tasks read again";
  let description = [{
    A converter behind a kernel's argument: outside, each element crosses once; inside, it is read again from the buffer.
    Buffers that save the most external traffic for each byte that they take come first, as long as they fit into half of
    what the kernel leaves free on the chip.
    ```
    // 16 tiles of a weight for each of 4 tiles of tokens: 64 from memory
    st.kernel @matmul (%s = %w : tensor<64x64xf32> as !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [8, 16, 16],
        iter_map = (d0, d1, d2) -> (d2, d1)>) ...
    // becomes 16 from memory, and a buffer of 16 KB
    st.kernel @matmul (%s = %w : tensor<64x64xf32> as !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16],
        iter_map = (d0, d1) -> (d1, d0)>) ... {
      %r = st.itensor_converter %s : ...
    ```
  }];
  let options = [
    Option<"maxConverterBytes", "max-converter-bytes", "int64_t", "0",
           "on-chip bytes of one kernel (C_max); 0 takes 80 % of the device's, or no limit without a device">,
    Option<"minSavedBytes", "min-saved-bytes", "int64_t", "65536",
           "external traffic that a buffer has to save in a launch; the task and the FIFO that come with it are not worth "
           "less. 64 KiB are about a thousand cycles of one HBM channel">,
    Option<"device", "device", "std::string", "\"\"", "path of the device file">
  ];
  let statistics = [Statistic<"numBuffers", "num-buffers", "buffers inserted">];
}

def SinkRepeats : FusePhasePass<"st-sink-repeats"> {
  let summary = "make one launch of a kernel that is launched in every repetition";
  let description = [{
    A repetition of a single kernel becomes a kernel that repeats: what is carried stays on the chip, and the data of all
    repetitions streams in with them. Where the body is more than one kernel, or its buffers would not fit any more, it
    stays outside; a remark says why.
    ```
    %y = st.repeat %i to 12 carried(%x = %init : tensor<8xf32>) slices(%w = %W : tensor<12x8xf32> as tensor<8xf32>) {
      %n = st.kernel @layer (%p = %x : tensor<8xf32> as !t, %q = %w : tensor<8xf32> as !t) -> (tensor<8xf32>) { ... }
      st.yield %n : tensor<8xf32>
    }
    // becomes
    %y = st.kernel @layer (%c = %init : tensor<8xf32> as !t, %s = %W : tensor<12x8xf32> as !stack) -> (tensor<8xf32>) {
      %r = st.repeat %i to 12 carried(%p = %c : !t) slices(%q = %s : !stack as !t) { ... }
      st.yield %r : !t
    }
    ```
  }];
  let options = [
    Option<"maxConverterBytes", "max-converter-bytes", "int64_t", "0",
           "on-chip bytes of one kernel (C_max); 0 takes 80 % of the device's, or no limit without a device">,
    Option<"device", "device", "std::string", "\"\"", "path of the device file">
  ];
  let statistics = [Statistic<"numSunk", "num-sunk", "repetitions moved into their kernel">];
}

def PackKernelInterface : FusePhasePass<"st-pack-kernel-interface"> {
  let summary = "lay tensors out in external memory tile by tile";
  let description = [{
    Each tile becomes one burst. Constants are packed at compile time, other tensors by the host.
    ```
    %y = st.kernel @k (%s = %x : tensor<20x128xf32> as !a) -> (tensor<20x128xf32>) { ... }
    // becomes
    %p = linalg.pack %x padding_value(%zero) inner_dims_pos = [0, 1] inner_tiles = [8, 16] into %e
        : tensor<20x128xf32> -> tensor<3x8x8x16xf32>
    %q = st.kernel @k (%s = %p : tensor<3x8x8x16xf32> as !a) -> (tensor<3x8x8x16xf32>) { ... }
    %y = linalg.unpack %q inner_dims_pos = [0, 1] inner_tiles = [8, 16] into %e1
        : tensor<3x8x8x16xf32> -> tensor<20x128xf32>
    ```
  }];
}

def VerifyFuse : Pass<"st-verify-fuse", "::mlir::func::FuncOp"> {
  let summary = "after `fuse`, every tensor crosses a kernel's boundary packed";
  let description = [{
    Kernels hold tasks, converters and empty itensors only; what crosses their boundary is packed by tiles.
    ```
    st.kernel @k (%s = %x : tensor<20x128xf32> as !a) ...   // error: crosses unpacked
    ```
  }];
}

#endif // ST_TRANSFORMS_FUSE_PASSES
