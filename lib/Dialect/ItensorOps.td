//===- ItensorOps.td - Operations on iterative tensors ------------------------------------------------------===//

#ifndef ST_ITENSOR_OPS
#define ST_ITENSOR_OPS

include "mlir/IR/BuiltinAttributeInterfaces.td"

def St_ItensorEmptyOp : St_Op<"itensor_empty"> {
  let summary = "a placeholder that a task writes its result into";
  let description = [{
    Allocates: two equal ones are two different streams. Never stands in a loop.
    ```
    %e = st.itensor_empty : !c
    ```
  }];
  let results = (outs Res<St_Itensor, "", [MemAlloc]>:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def St_ItensorInstanceOp : St_Op<"itensor_instance"> {
  let summary = "a placeholder that becomes a FIFO";
  let description = [{
    Like `st.itensor_empty`, once it is known that a FIFO stands here. `depth_tokens` and `storage` are written by
    st-size-fifos and st-allocate-memories.
    ```
    %f = st.itensor_instance {depth_tokens = 32, storage = #st.storage<lutram>} : !c
    ```
  }];
  let arguments = (ins OptionalAttr<ConfinedAttr<I64Attr, [IntPositive]>>:$depth_tokens,
                       OptionalAttr<St_StorageAttr>:$storage);
  let results = (outs Res<St_Itensor, "", [MemAlloc]>:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def St_ItensorReadOp : St_Op<"itensor_read", [DestinationStyleOpInterface, AllTypesMatch<["init", "result"]>]> {
  let summary = "pull the next slice";
  let description = [{
    Consumes the next slice of `source` and yields it in place of `init`. Consuming is an effect: reads are neither
    merged, hoisted nor reordered.
    ```
    %t = st.itensor_read %a init %e : !a -> tensor<16x16xf32>
    ```
  }];
  let arguments = (ins Arg<St_Itensor, "", [MemRead, MemWrite]>:$source, AnyRankedTensor:$init);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$source `init` $init attr-dict `:` type($source) `->` type($result)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
  }];
}

def St_ItensorWriteOp : St_Op<"itensor_write", [AllTypesMatch<["dest", "result"]>]> {
  let summary = "push a slice";
  let description = [{
    Pushes `value` as the next slice of `dest`; the result is `dest` after the push.
    ```
    %o = st.itensor_write %t into %d : tensor<16x16xf32> -> !c
    ```
  }];
  let arguments = (ins AnyRankedTensor:$value, Arg<St_Itensor, "", [MemWrite]>:$dest);
  let results = (outs St_Itensor:$result);
  let assemblyFormat = "$value `into` $dest attr-dict `:` type($value) `->` type($dest)";
  let hasVerifier = 1;
}

def St_ItensorCastOp : St_Op<"itensor_cast", [Pure]> {
  let summary = "change the spelling of the type, keep the sequence";
  let description = [{
    Both types stream the same tokens in the same order: loops may be split, merged or dropped, and slices may hold more
    or fewer tokens. No hardware stands for it. It may also say that the tensor lies in a larger one, at a place that each
    run tells: what is written into a cache.
    ```
    %b = st.itensor_cast %a
        : !st.itensor<4xf32, iter_space = [2, 2] * [8, 4], iter_map = (d0, d1) -> (d0 + d1)>
        -> !st.itensor<4xf32, iter_space = [4] * [4], iter_map = (d0) -> (d0)>
    ```
  }];
  let arguments = (ins St_Itensor:$source);
  let results = (outs St_Itensor:$result);
  let assemblyFormat = "$source attr-dict `:` type($source) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def St_ItensorReassociateOp : St_Op<"itensor_reassociate", [Pure]> {
  let summary = "collapse or expand data dimensions, keep the scalars and their order";
  let description = [{
    What `tensor.collapse_shape` and `tensor.expand_shape` are to a tensor: groups of data dimensions of the side of
    higher rank become one dimension of the other. Every slice stays one slice of the same scalars in the same order, so
    that no buffer is needed.
    ```
    %b = st.itensor_reassociate %a [[0], [1, 2]]
        : !st.itensor<1x4x8xf32, iter_space = [6] * [1], iter_map = (d0) -> (d0, 0, 0)>
        -> !st.itensor<1x32xf32, iter_space = [6] * [1], iter_map = (d0) -> (d0, 0)>
    ```
  }];
  let arguments = (ins St_Itensor:$source, IndexListArrayAttr:$reassociation);
  let results = (outs St_Itensor:$result);
  let assemblyFormat = "$source $reassociation attr-dict `:` type($source) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def St_ItensorConverterOp : St_Op<"itensor_converter"> {
  let summary = "reorder a stream through an on-chip buffer";
  let description = [{
    The buffer is inferred from the two types (Algorithm 1 of the paper; see LayoutAlgebra.h).
    ```
    %b = st.itensor_converter %a : !c -> !a
    ```
    With padding, the result streams a larger tensor: `low` elements before and `high` elements after the source's
    along each data dimension, all of the value `pad`. The three come together.
    ```
    %b = st.itensor_converter %a {low = array<i64: 1, 1>, high = array<i64: 1, 1>, pad = 0.0 : f32}
        : !st.itensor<1x8xf32, iter_space = [8] * [1], iter_map = (d0) -> (d0, 0)>
        -> !st.itensor<1x10xf32, iter_space = [8, 3] * [1, 1], iter_map = (d0, d1) -> (d0 + d1, 0)>
    ```
  }];
  let arguments = (ins Arg<St_Itensor, "", [MemRead, MemWrite]>:$source, OptionalAttr<DenseI64ArrayAttr>:$low,
                       OptionalAttr<DenseI64ArrayAttr>:$high, OptionalAttr<TypedAttrInterface>:$pad);
  let results = (outs Res<St_Itensor, "", [MemAlloc]>:$result);
  let builders = [OpBuilder<(ins "::mlir::Type":$type, "::mlir::Value":$source), [{
    build($_builder, $_state, type, source, /*low=*/nullptr, /*high=*/nullptr, /*pad=*/nullptr);
  }]>];
  let assemblyFormat = "$source attr-dict `:` type($source) `->` type($result)";
  let hasVerifier = 1;
  let hasCanonicalizeMethod = 1;
}

def St_ItensorForkOp : St_Op<"itensor_fork"> {
  let summary = "copy a stream to several readers";
  let description = [{
    Every result carries the whole sequence of the source. A copy that nobody reads would stop the others, and is dropped.
    ```
    %x, %y = st.itensor_fork %a : !c -> !c, !c
    ```
  }];
  let arguments = (ins Arg<St_Itensor, "", [MemRead, MemWrite]>:$source);
  let results = (outs Res<Variadic<St_Itensor>, "", [MemAlloc]>:$copies);
  let assemblyFormat = "$source attr-dict `:` type($source) `->` type($copies)";
  let hasVerifier = 1;
  let hasCanonicalizeMethod = 1;
}

def St_ItensorChunkOp : St_Op<"itensor_chunk"> {
  let summary = "split a stream along a data dimension";
  let description = [{
    Result i streams the slices of its part of the tensor, in the order in which the source has them. The parts follow
    each other along data dimension `dim`, and every slice lies in one of them.
    ```
    %x, %y = st.itensor_chunk %a dim 0
        : !st.itensor<4xf32, iter_space = [6] * [4], iter_map = (d0) -> (d0)>
        -> !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>,
           !st.itensor<4xf32, iter_space = [4] * [4], iter_map = (d0) -> (d0)>
    ```
  }];
  let arguments = (ins Arg<St_Itensor, "", [MemRead, MemWrite]>:$source,
                       ConfinedAttr<I64Attr, [IntNonNegative]>:$dim);
  let results = (outs Res<Variadic<St_Itensor>, "", [MemAlloc]>:$parts);
  let assemblyFormat = "$source `dim` $dim attr-dict `:` type($source) `->` type($parts)";
  let hasVerifier = 1;
}

def St_ItensorConcatOp : St_Op<"itensor_concat"> {
  let summary = "join streams along a data dimension";
  let description = [{
    The result streams a tensor whose parts along data dimension `dim` are the operands; each slice is pulled from the
    operand that it belongs to.
    ```
    %a = st.itensor_concat %x, %y dim 0
        : !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>,
          !st.itensor<4xf32, iter_space = [4] * [4], iter_map = (d0) -> (d0)>
        -> !st.itensor<4xf32, iter_space = [6] * [4], iter_map = (d0) -> (d0)>
    ```
  }];
  let arguments = (ins Arg<Variadic<St_Itensor>, "", [MemRead, MemWrite]>:$parts,
                       ConfinedAttr<I64Attr, [IntNonNegative]>:$dim);
  let results = (outs Res<St_Itensor, "", [MemAlloc]>:$result);
  let assemblyFormat = "$parts `dim` $dim attr-dict `:` type($parts) `->` type($result)";
  let hasVerifier = 1;
  let hasCanonicalizeMethod = 1;
}

def St_ItensorJoinOp : St_Op<"itensor_join"> {
  let summary = "join equal streams, one slice of each in turn";
  let description = [{
    The operands are parts of the result side by side along data dimension `dim`. Round robin: the result's innermost
    loop goes from part to part.
    ```
    %a = st.itensor_join %x, %y dim 0
        : !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>,
          !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>
        -> !st.itensor<4xf32, iter_space = [2, 2] * [4, 8], iter_map = (d0, d1) -> (d0 + d1)>
    ```
  }];
  let arguments = (ins Arg<Variadic<St_Itensor>, "", [MemRead, MemWrite]>:$parts,
                       ConfinedAttr<I64Attr, [IntNonNegative]>:$dim);
  let results = (outs Res<St_Itensor, "", [MemAlloc]>:$result);
  let assemblyFormat = "$parts `dim` $dim attr-dict `:` type($parts) `->` type($result)";
  let hasVerifier = 1;
}

#endif // ST_ITENSOR_OPS
