//===- Passes.td - Passes of the allocate phase -------------------------------------------------------------===//

#ifndef ST_TRANSFORMS_ALLOCATE_PASSES
#define ST_TRANSFORMS_ALLOCATE_PASSES

include "mlir/Pass/PassBase.td"

class AllocatePhasePass<string flag> : Pass<flag, "::mlir::ModuleOp"> {
  list<Option> deviceOptions = [
    Option<"device", "device", "std::string", "\"\"", "Device file (default: the U55C)">,
    Option<"clockMhz", "clock-mhz", "double", "0", "Kernel clock in MHz (0: the device's default)">
  ];
}

def NameFifos : AllocatePhasePass<"st-name-fifos"> {
  let summary = "call every FIFO <producer>_to_<consumer>";
  let description = [{
    A number is appended where two FIFOs connect the same tasks.
    ```
    %f = st.itensor_instance : !c
    // becomes
    %f = st.itensor_instance {st.name = "relu_1_to_convert_2"} : !c
    ```
  }];
}

def SizeFifos : AllocatePhasePass<"st-size-fifos"> {
  let summary = "the depth of every FIFO, in tokens";
  let description = [{
    Start times by linear programming over the token curves of the schedule, depths from the curves, proven free of
    deadlock by simulation (lib/Optimize/FifoSizingProblem.h). With `measured` every depth model is tried against the
    clock, the one of the fewest bits that stays within `max-slowdown` of unbounded FIFOs is kept, and simulation makes
    it smaller as far as that holds (lib/Optimize/ChooseFifos.h). A FIFO marked `st.fixed_depth` keeps its depth.
    With several `launches` that follow each other, parameters of one are read while the one before computes: the depth
    of their FIFOs is how far ahead.
    ```
    %f = st.itensor_instance {st.name = "relu_1_to_convert_2"} : !c
    // becomes
    %f = st.itensor_instance {depth_tokens = 9, st.name = "relu_1_to_convert_2"} : !c
    ```
  }];
  let options = deviceOptions # [
    Option<"model", "model", "std::string", "\"measured\"",
           "First depths: measured (the best of the others), mean-rate (the paper's token model), exact-curve or "
           "deadlock-only">,
    Option<"maxSlowdown", "max-slowdown", "double", "1.15",
           "For measured depths: cycles against those with unbounded FIFOs, 1 or more">,
    Option<"minDepth", "min-depth", "int64_t", "0", "Least depth in tokens (0: what the shallowest LUTRAM holds)">,
    Option<"launches", "launches", "int64_t", "1", "Launches without a pause between them that are sized for">,
    Option<"equalisation", "equalisation", "std::string", "\"conservative\"",
           "Rates before tokens are counted: normal, or conservative (all slowed down to the slowest task)">
  ];
  let statistics = [
    Statistic<"numFifos", "fifos", "Number of FIFOs">,
    Statistic<"totalBits", "total-bits", "Bits in all FIFOs">,
    Statistic<"fullTensorBits", "full-tensor-bits", "Bits if every FIFO held all tokens that ever pass">,
    Statistic<"numGrown", "grown", "Number of FIFOs deepened by the proof of deadlock freedom">
  ];
}

def AllocateMemories : AllocatePhasePass<"st-allocate-memories"> {
  let summary = "LUTRAM, BRAM or URAM for every FIFO and buffer";
  let description = [{
    Takes the kind that costs the smallest share of what the device has left, and rounds the depth of a FIFO in LUTRAM
    up to what its pieces give anyway (the depth that was needed stays as `st.required_tokens`). Works on
    `st.itensor_instance` before bufferization and on `st.buffer` after it. A kernel whose memories do not fit the
    device is an error that names the largest.
    ```
    %f = st.itensor_instance {depth_tokens = 9} : !c
    // becomes
    %f = st.itensor_instance {depth_tokens = 32, st.required_tokens = 9 : i64, storage = #st.storage<lutram>} : !c
    ```
  }];
  let options = deviceOptions # [
    Option<"roundDepths", "round-depths", "bool", "true", "Round depths up to what LUTRAM gives anyway">
  ];
  let statistics = [
    Statistic<"numLutram", "lutram", "Memories in LUTRAM">,
    Statistic<"numBram", "bram", "Memories in BRAM">,
    Statistic<"numUram", "uram", "Memories in URAM">
  ];
}

def AssignChannels : AllocatePhasePass<"st-assign-channels"> {
  let summary = "an external memory channel for every DMA";
  let description = [{
    The largest transfer first, each to the channel that has the fewest bytes to move so far: `st.hbm_channel`.
    ```
    %s = st.task @dma_a reads(%m = %ma : tensor<2x2x8x8xf32>) ... attributes {st.kind = "dma_read"}
    // becomes
    %s = st.task @dma_a reads(%m = %ma : tensor<2x2x8x8xf32>) ... attributes {st.hbm_channel = 3 : i64, ...}
    ```
  }];
  let options = deviceOptions;
}

def PlaceTasks : AllocatePhasePass<"st-place-tasks"> {
  let summary = "a die for every task";
  let description = [{
    All tasks go to the die that owns the external memory; several dies are not used yet.
  }];
  let options = deviceOptions;
}

def VerifyAllocate : AllocatePhasePass<"st-verify-allocate"> {
  let summary = "after `allocate`: every FIFO has a name, a depth and a storage, every task a die, every DMA a channel";
}

#endif // ST_TRANSFORMS_ALLOCATE_PASSES
