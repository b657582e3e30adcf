//===- SizeOps.td - Sizes that are known at run time ---------------------------------------------------------===//

#ifndef ST_SIZE_OPS
#define ST_SIZE_OPS

def St_SizeOp : St_Op<"size", [Pure]> {
  let summary = "the value of a named size in this run";
  let description = [{
    Legal wherever a function or kernel around declares the size in `st.sizes`, also in regions that see nothing from
    above.
    ```
    %s = st.size "S" : index
    ```
  }];
  let arguments = (ins StrAttr:$symbol);
  let results = (outs Index:$result);
  let assemblyFormat = "$symbol attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def St_BoundOp : St_Op<"bound", [Pure, AllTypesMatch<["source", "result"]>]> {
  let summary = "say which part of a tensor counts";
  let description = [{
    Tensors have the shape of the largest run. `extents` gives, for each dimension, how many elements count in this run
    where no operand says so: a table of positions, what is gathered at computed indices. Elements beyond are
    unspecified.
    ```
    %b = st.bound %a [#st.extent<P + S>, #st.extent<64>] : tensor<512x64xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$source, TypedArrayAttrBase<St_ExtentAttr, "extents">:$extents);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$source $extents attr-dict `:` type($source)";
  let hasVerifier = 1;
}

#endif // ST_SIZE_OPS
