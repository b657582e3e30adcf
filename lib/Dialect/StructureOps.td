//===- StructureOps.td - Kernels, tasks, and row operations -------------------------------------------------===//

#ifndef ST_STRUCTURE_OPS
#define ST_STRUCTURE_OPS

def St_KernelOp : St_Op<"kernel", [IsolatedFromAbove, SingleBlock, RecursiveMemoryEffects]> {
  let summary = "one accelerator launch";
  let description = [{
    Tensors cross the boundary as itensors; each crossing *is* a DMA. A tensor crosses in its logical shape or packed
    into tiles (`packedShape` in LayoutAlgebra.h). Once its DMAs are tasks, tensors and memrefs enter unchanged
    (without `as`).
    ```
    %0 = st.kernel @block (%sa = %a : tensor<64x64xf32> as !a, %sb = %b : tensor<64x64xf32> as !b)
        -> (tensor<64x64xf32>) {
      ...
      st.yield %r : !c
    }
    ```
    `st.updates` lists, by result, the operand that the result is after it has been updated in place, or -1: one buffer
    in memory, such as a cache. The operand is read as it was before the launch; its yielded itensor lies at a place of
    it, and what it does not cover stays. Once operands are memory, `st.operand_directions` calls it "inout".
    ```
    %0 = st.kernel @decode (%old = %cache : tensor<65x16xf32> as !old, ...) -> (tensor<65x16xf32>)
        attributes {st.updates = array<i64: 0>} {
      ...
      %new = st.itensor_cast %row : !row -> !st.itensor<1x16xf32 of [P + 1 max 65, 16], iter_space = [] * [],
                                                        iter_map = ()[P] -> (P, 0)>
      st.yield %new : ...
    }
    ```
  }];
  let arguments = (ins StrAttr:$sym_name, Variadic<AnyTypeOf<[AnyRankedTensor, AnyMemRef]>>:$inputs);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::st::YieldOp getYield();
    /// By result, the operand that it updates in place, or -1; empty where there is none.
    ::llvm::ArrayRef<int64_t> getUpdates();
    /// The operand that `result` updates in place.
    std::optional<unsigned> getUpdatedOperand(unsigned result);
  }];
}

def St_TaskOp : St_Op<"task", [IsolatedFromAbove, SingleBlock, RecursiveMemoryEffects, AttrSizedOperandSegments]> {
  let summary = "a process: runs concurrently with the other tasks of its kernel";
  let description = [{
    Names all that it reads and writes as block arguments. Results are the itensors and tensors among `inits`, after
    the task has written them; streams and memrefs are written in place and give no result. Tasks talk only through
    itensors and streams.
    ```
    %r = st.task @matmul_0 reads(%xa = %sa : !a, %xb = %sb : !b) inits(%out = %empty : !c) {
      ...
      st.yield %1 : !c
    }
    ```
  }];
  let arguments = (ins StrAttr:$sym_name, Variadic<AnyType>:$reads, Variadic<AnyType>:$inits,
                       OptionalAttr<St_ScheduleAttr>:$schedule, OptionalAttr<I64Attr>:$die);
  let results = (outs Variadic<AnyTypeOf<[St_Itensor, AnyRankedTensor]>>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::st::YieldOp getYield();
    /// The block arguments bound to `reads` and to `inits`.
    ::mlir::Block::BlockArgListType getReadArguments();
    ::mlir::Block::BlockArgListType getInitArguments();
    /// The operand bound to a block argument.
    ::mlir::OpOperand &getOperandFor(::mlir::BlockArgument argument);
    /// The result that stands for init number `index`; null for streams and memrefs.
    ::mlir::Value getResultForInit(unsigned index);
  }];
}

def St_RowOp : St_Op<"row_op", [IsolatedFromAbove, SingleBlock, Pure]> {
  let summary = "operations that need a whole row before they can emit";
  let description = [{
    A group of linalg operations with the same row (parallel) dimensions whose reductions run only over the others:
    softmax, layer normalization. `domain` gives the extents of the common iteration space, the first `num_row_dims`
    of which are rows; `indexing_maps` tell how each input and each result lies in it. Tiling cuts the rows and keeps
    the other dimensions whole.
    ```
    %r = st.row_op (%x = %a : tensor<20x128xf32>) domain [20, 128] rows 1
        maps [(d0, d1) -> (d0, d1)] -> [(d0, d1) -> (d0, d1)] -> (tensor<20x128xf32>) {
      ...
      st.yield %n : tensor<20x128xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$inputs, DenseI64ArrayAttr:$domain, I64Attr:$num_row_dims,
                       AffineMapArrayAttr:$input_maps, AffineMapArrayAttr:$result_maps);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::st::YieldOp getYield();
  }];
}

def St_RepeatOp : St_Op<"repeat", [IsolatedFromAbove, SingleBlock, RecursiveMemoryEffects, AttrSizedOperandSegments]> {
  let summary = "the layer loop: runs its body several times, each repetition on what the one before it yields";
  let description = [{
    Works on tensors around kernels, and on itensors inside a kernel, where the tasks of all repetitions form one
    pipeline: a task starts its next repetition as soon as its tokens are there.

    - `carried`: what repetition i + 1 finds here is what repetition i yields; the first one finds the operand. The
      results are what the last one yields.
    - `slices`: the operand is a stack of tensors; repetition i sees number i of them. An itensor streams the stack with
      the repetition as its outermost loop, which alone drives the leading data dimension.
    - `again`: the same in every repetition. A tensor is used as often as it takes; an itensor streams it once for each
      repetition, driven by an outermost loop that the map does not use.

    The first block argument is the number of the repetition, from 0.
    ```
    %y = st.repeat %i to 12 carried(%x = %init : tensor<32x64xf32>)
        slices(%w = %stack : tensor<12x64x64xf32> as tensor<64x64xf32>) again(%m = %mask : tensor<64xf32>) {
      ...
      st.yield %n : tensor<32x64xf32>
    }
    ```
    st-expand-repeats replaces it inside kernels by tasks that loop over the repetitions.
  }];
  let arguments = (ins I64Attr:$count, Variadic<AnyTypeOf<[AnyRankedTensor, St_Itensor]>>:$carried,
                       Variadic<AnyTypeOf<[AnyRankedTensor, St_Itensor]>>:$slices,
                       Variadic<AnyTypeOf<[AnyRankedTensor, St_Itensor]>>:$again);
  let results = (outs Variadic<AnyTypeOf<[AnyRankedTensor, St_Itensor]>>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::st::YieldOp getYield();
    /// The number of the repetition.
    ::mlir::BlockArgument getIndex();
    /// The block arguments bound to `carried`, to `slices` and to `again`.
    ::mlir::Block::BlockArgListType getCarriedArguments();
    ::mlir::Block::BlockArgListType getSliceArguments();
    ::mlir::Block::BlockArgListType getAgainArguments();
  }];
}

def St_YieldOp : St_Op<"yield", [Pure, Terminator, ParentOneOf<["::st::KernelOp", "::st::TaskOp", "::st::RowOp",
                                                               "::st::RepeatOp"]>]> {
  let summary = "ends the region of a kernel, task, repetition or row operation";
  let description = [{
    ```
    st.yield %r : !c
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$operands);
  let builders = [OpBuilder<(ins), [{ /* yields nothing */ }]>];
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
}

#endif // ST_STRUCTURE_OPS
