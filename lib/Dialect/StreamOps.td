//===- StreamOps.td - Operations on hardware FIFOs and buffers ----------------------------------------------===//

#ifndef ST_STREAM_OPS
#define ST_STREAM_OPS

def St_StreamOp : St_Op<"stream"> {
  let summary = "a FIFO between two tasks";
  let description = [{
    ```
    %s = st.stream @relu_1_to_matmul_2 {storage = #st.storage<lutram>} : !st.stream<vector<16xf32>, depth = 32>
    ```
  }];
  let arguments = (ins StrAttr:$sym_name, OptionalAttr<St_StorageAttr>:$storage);
  let results = (outs Res<St_Stream, "", [MemAlloc]>:$result);
  let assemblyFormat = "custom<SymbolicName>($sym_name) attr-dict `:` type($result)";
}

def St_StreamReadOp : St_Op<"stream_read"> {
  let summary = "pop one token; waits while the FIFO is empty";
  let description = [{
    ```
    %v = st.stream_read %s : !st.stream<vector<16xf32>, depth = 32> -> vector<16xf32>
    ```
  }];
  let arguments = (ins Arg<St_Stream, "", [MemRead, MemWrite]>:$stream);
  let results = (outs AnyType:$result);
  let assemblyFormat = "$stream attr-dict `:` type($stream) `->` type($result)";
  let hasVerifier = 1;
}

def St_StreamWriteOp : St_Op<"stream_write"> {
  let summary = "push one token; waits while the FIFO is full";
  let description = [{
    ```
    st.stream_write %v, %s : vector<16xf32>, !st.stream<vector<16xf32>, depth = 32>
    ```
  }];
  let arguments = (ins AnyType:$value, Arg<St_Stream, "", [MemWrite]>:$stream);
  let assemblyFormat = "$value `,` $stream attr-dict `:` type($value) `,` type($stream)";
  let hasVerifier = 1;
}

def St_StreamReadTileOp : St_Op<"stream_read_tile", [DestinationStyleOpInterface]> {
  let summary = "pop the tokens of one tile into a tensor or buffer";
  let description = [{
    What `st.itensor_read` becomes when layouts have been proven: a tile arrives as consecutive tokens, blocks
    row-major, row-major inside each. Works on tensors until one-shot bufferization, on memrefs after it; lowering
    to loops replaces it by `st.stream_read`.
    ```
    %t = st.stream_read_tile %s into %e : !st.stream<...>, tensor<8x16xf32> -> tensor<8x16xf32>
    st.stream_read_tile %s into %m : !st.stream<...>, memref<8x16xf32>
    ```
  }];
  let arguments = (ins Arg<St_Stream, "", [MemRead, MemWrite]>:$stream,
                       Arg<AnyTypeOf<[AnyRankedTensor, AnyMemRef]>, "", [MemWrite]>:$dest);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = "$stream `into` $dest attr-dict `:` type($stream) `,` type($dest) (`->` type($result)^)?";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getDestMutable(); }
  }];
}

def St_StreamWriteTileOp : St_Op<"stream_write_tile"> {
  let summary = "push a tile as consecutive tokens";
  let description = [{
    ```
    st.stream_write_tile %t, %s : tensor<8x16xf32>, !st.stream<vector<1x16xf32>, depth = 32>
    ```
  }];
  let arguments = (ins Arg<AnyTypeOf<[AnyRankedTensor, AnyMemRef]>, "", [MemRead]>:$value,
                       Arg<St_Stream, "", [MemWrite]>:$stream);
  let assemblyFormat = "$value `,` $stream attr-dict `:` type($value) `,` type($stream)";
  let hasVerifier = 1;
}

def St_BufferOp : St_Op<"buffer"> {
  let summary = "an on-chip memory of a task";
  let description = [{
    A memref in on-chip memory. `halves = 2` is a ping-pong buffer: the memref's first dimension selects the half.
    `partition` gives, per dimension, how many elements are accessible in one cycle (cyclic partition factor).
    `role` says what it holds, for the account of intermediate memory: activation, parameter or accumulator.
    ```
    %b = st.buffer @tile_a {partition = array<i64: 1, 16>, role = "activation"} : memref<8x16xf32>
    ```
  }];
  let arguments = (ins StrAttr:$sym_name, DefaultValuedAttr<I64Attr, "1">:$halves,
                       OptionalAttr<DenseI64ArrayAttr>:$partition, OptionalAttr<St_StorageAttr>:$storage,
                       DefaultValuedAttr<StrAttr, "\"activation\"">:$role);
  let results = (outs Res<AnyMemRef, "", [MemAlloc]>:$result);
  let assemblyFormat = "custom<SymbolicName>($sym_name) attr-dict `:` type($result)";
  let hasVerifier = 1;
}

#endif // ST_STREAM_OPS
