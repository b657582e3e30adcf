//===- StTypes.td - Iterative tensors, streams, and their attributes ---------------------------------------===//

#ifndef ST_TYPES
#define ST_TYPES

include "StDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

class St_Type<string name, string typeMnemonic> : TypeDef<StDialect, name> {
  let mnemonic = typeMnemonic;
}

def St_ExtentAttr : AttrDef<StDialect, "Extent"> {
  let mnemonic = "extent";
  let summary = "an extent known at run time: a sum of named sizes";
  let description = [{
    `#st.extent<2 * P + S - 1>`, or, as a trip count, `#st.extent<(S + 3) ceildiv 8>`. Canonical: names are sorted and
    stand once, so that two extents are equal exactly when their attributes are. Never negative: a sum below zero stands
    for zero. What a name means is declared by `st.sizes` of the function and kernel around.
  }];
  let parameters = (ins ArrayRefParameter<"::mlir::StringAttr">:$names, ArrayRefParameter<"int64_t">:$coefficients,
                        "int64_t":$constant, "int64_t":$divisor);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    static ExtentAttr getConstant(::mlir::MLIRContext *context, int64_t value);
    static ExtentAttr getSize(::mlir::StringAttr name);
    bool isConstant() const { return getNames().empty(); }
    /// Sums and multiples; of extents without a divisor only.
    ExtentAttr plus(ExtentAttr other) const;
    ExtentAttr plus(int64_t value) const;
    ExtentAttr times(int64_t factor) const;
    /// The quotient where every term divides; else null.
    ExtentAttr dividedBy(int64_t value) const;
    /// How many steps of `step` cover the extent.
    ExtentAttr ceilDiv(int64_t step) const;
    /// The value for given sizes.
    int64_t evaluate(::llvm::function_ref<int64_t(::llvm::StringRef)> sizeOf) const;
    /// `2 * P + S - 1`, as it is printed.
    std::string str() const;
    /// The part between the angle brackets.
    static ::mlir::FailureOr<ExtentAttr> parseInline(::mlir::AsmParser &parser);
  }];
}

def St_SizeRangeAttr : AttrDef<StDialect, "SizeRange"> {
  let mnemonic = "size_range";
  let summary = "the values that a named size may have";
  let description = [{
    `#st.size_range<1 to 256>`; with `by 8`, multiples of 8 only. A function declares its sizes in `st.sizes`, a
    dictionary from names to ranges, and what they measure in `st.dims` of its arguments and results.
  }];
  let parameters = (ins "int64_t":$minimum, "int64_t":$maximum, DefaultValuedParameter<"int64_t", "1">:$divisor);
  let assemblyFormat = "`<` $minimum `to` $maximum (`by` $divisor^)? `>`";
  let genVerifyDecl = 1;
}

def St_Itensor : St_Type<"Itensor", "itensor"> {
  let summary = "a tensor together with the order in which its slices stream";
  let description = [{
    ```
    !st.itensor<4x2xf32 of 8x8, iter_space = [4, 2] * [2, 4], iter_map = (d0, d1) -> (d1, d0)>
    ```

    - `4x2xf32`: shape and dtype of one slice (tile). After vectorization the dtype is a vector and the tile is
      outer shape times vector shape: `8x1xvector<1x16xf32>` is a tile of 8x16 that crosses as 8 tokens.
    - `of 8x8`: the logical extent of the tensor. Omitted in print when the map spans exactly that, without
      overlap, skip or padding.
    - `iter_space = [trip counts] * [steps]`: a row-major loop nest, dimension 0 outermost; the value of dimension
      k runs 0, step, 2·step, ...
    - `iter_map`: from iteration values to the offset of the slice, one result per data dimension: a dimension, a
      constant or a sum of dimensions. An unused iteration dimension means re-access.

    The stream is the sequence of slices in nest order; scalars inside a slice stream row-major. Elements of a
    slice beyond the data shape are padding.

    Extents that are known only at run time stand beside their maximum. Buffers and FIFOs are made for the maximum; two
    types are the same only if these extents are.
    ```
    !st.itensor<8x16xf32 of [S max 256, 64], iter_space = [S ceildiv 8 max 32, 4] * [8, 16], iter_map = (d0, d1) -> (d0, d1)>
    ```

    A map may add one size to a dimension: the slices lie at that place of a larger tensor, as the new rows of a cache
    behind those that are there already. What is before them and behind the extent is not touched. A size whose name is
    no identifier is written as `[s0 = "arg0.1"]`.
    ```
    !st.itensor<1x16xf32 of [P + 1 max 65, 64], iter_space = [4] * [16], iter_map = (d0)[P] -> (P, d0)>
    ```
  }];
  let parameters = (ins
    ArrayRefParameter<"int64_t", "outer shape of a slice, in units of the element type">:$elementShape,
    "::mlir::Type":$elementType,
    ArrayRefParameter<"int64_t", "logical extent of the tensor, in scalars">:$dataShape,
    ArrayRefParameter<"int64_t", "trip counts of the iteration space">:$tripCounts,
    ArrayRefParameter<"int64_t", "steps of the iteration space">:$steps,
    "::mlir::AffineMap":$iterMap,
    ArrayRefParameter<"::st::ExtentAttr", "logical extents; empty where all are constants">:$dataExtents,
    ArrayRefParameter<"::st::ExtentAttr", "trip counts; empty where all are constants">:$tripExtents,
    ArrayRefParameter<"::mlir::StringAttr", "sizes added to the offsets, by data dimension, or null; empty without any">
      :$places
  );
  let builders = [
    // All sizes are constants.
    TypeBuilder<(ins "::llvm::ArrayRef<int64_t>":$elementShape, "::mlir::Type":$elementType,
      "::llvm::ArrayRef<int64_t>":$dataShape, "::llvm::ArrayRef<int64_t>":$tripCounts,
      "::llvm::ArrayRef<int64_t>":$steps, "::mlir::AffineMap":$iterMap), [{
      return $_get($_ctxt, elementShape, elementType, dataShape, tripCounts, steps, iterMap,
                   ::llvm::ArrayRef<ExtentAttr>{}, ::llvm::ArrayRef<ExtentAttr>{}, ::llvm::ArrayRef<::mlir::StringAttr>{});
    }]>,
    // The slices of the whole tensor.
    TypeBuilder<(ins "::llvm::ArrayRef<int64_t>":$elementShape, "::mlir::Type":$elementType,
      "::llvm::ArrayRef<int64_t>":$dataShape, "::llvm::ArrayRef<int64_t>":$tripCounts,
      "::llvm::ArrayRef<int64_t>":$steps, "::mlir::AffineMap":$iterMap,
      "::llvm::ArrayRef<::st::ExtentAttr>":$dataExtents, "::llvm::ArrayRef<::st::ExtentAttr>":$tripExtents), [{
      return $_get($_ctxt, elementShape, elementType, dataShape, tripCounts, steps, iterMap, dataExtents, tripExtents,
                   ::llvm::ArrayRef<::mlir::StringAttr>{});
    }]>,
    // Spells out the data shape as what the map spans.
    TypeBuilder<(ins "::llvm::ArrayRef<int64_t>":$elementShape, "::mlir::Type":$elementType,
      "::llvm::ArrayRef<int64_t>":$tripCounts, "::llvm::ArrayRef<int64_t>":$steps, "::mlir::AffineMap":$iterMap)>
  ];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Number of data dimensions.
    int64_t getRank() const { return getElementShape().size(); }
    /// Number of loops of the iteration space.
    int64_t getNumLoops() const { return getTripCounts().size(); }
    /// The scalar dtype, looking through a vector element.
    ::mlir::Type getScalarType() const;
    /// Shape of one slice in scalars: outer shape times vector shape.
    ::llvm::SmallVector<int64_t> getTileShape() const;
    /// The tensor that `st.itensor_read` yields: the tile of scalars.
    ::mlir::RankedTensorType getTileType() const;
    /// The logical tensor that streams.
    ::mlir::RankedTensorType getTensorType() const;
    /// One hardware token: the vector, or the scalar where nothing is vectorized.
    ::mlir::Type getTokenType() const { return getElementType(); }
    /// Hardware tokens in a slice.
    int64_t getTokensPerTile() const;
    /// Slices in the whole stream (product of the trip counts), at most.
    int64_t getNumTiles() const;
    /// Whether some extent is known only at run time.
    bool hasRunTimeSizes() const { return !getDataExtents().empty() || !getTripExtents().empty(); }
    /// The extent of a data dimension, and the trip count of a loop, where they are known only at run time; else null.
    ::st::ExtentAttr getDataExtent(unsigned dim) const;
    ::st::ExtentAttr getTripExtent(unsigned loop) const;
    /// The same type with these run-time sizes; null stands for a constant.
    ItensorType withSizes(::llvm::ArrayRef<ExtentAttr> dataExtents, ::llvm::ArrayRef<ExtentAttr> tripExtents) const;
    /// The size that is added to the offsets along `dim`; null where there is none.
    ::mlir::StringAttr getPlace(unsigned dim) const;
    /// The same type with these sizes added to the offsets, by data dimension; null stands for none.
    ItensorType withPlaces(::llvm::ArrayRef<::mlir::StringAttr> places) const;
    /// What the map spans in scalars along each data dimension: largest offset plus tile size.
    ::llvm::SmallVector<int64_t> getSpan() const;
  }];
}

def St_Stream : St_Type<"Stream", "stream"> {
  let summary = "a hardware FIFO";
  let description = [{
    `!st.stream<vector<8xi8>, depth = 32>`: a mutable FIFO of `depth` tokens of a scalar or vector dtype. It knows
    nothing of layouts: whatever needs one happens on itensors, before bufferization.
  }];
  let parameters = (ins "::mlir::Type":$tokenType, "int64_t":$depth);
  let assemblyFormat = "`<` $tokenType `,` `depth` `=` $depth `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Width of one token in bits.
    int64_t getTokenBits() const;
  }];
}

def St_StorageKind : I32EnumAttr<"StorageKind", "where a FIFO or buffer lives", [
    I32EnumAttrCase<"Register", 0, "register">,
    I32EnumAttrCase<"Lutram", 1, "lutram">,
    I32EnumAttrCase<"Bram", 2, "bram">,
    I32EnumAttrCase<"Uram", 3, "uram">]> {
  let cppNamespace = "::st";
  let genSpecializedAttr = 0;
}

def St_StorageAttr : EnumAttr<StDialect, St_StorageKind, "storage"> {
  let assemblyFormat = "`<` $value `>`";
}

def St_ScheduleAttr : AttrDef<StDialect, "Schedule"> {
  let mnemonic = "schedule";
  let summary = "when a task works, in clock cycles; written by st-schedule and read by all that follow";
  let description = [{
    `#st.schedule<ii = 1, first_token_cycles = 1023, latency_cycles = 16399>`

    - `ii`: initiation interval of the task's slowest pipelined loop.
    - `first_token_cycles` (D): cycles from the start of the task to its first push.
    - `latency_cycles` (L): cycles from start to end when it never waits.
  }];
  let parameters = (ins "int64_t":$ii, "int64_t":$firstTokenCycles, "int64_t":$latencyCycles);
  let assemblyFormat = [{
    `<` `ii` `=` $ii `,` `first_token_cycles` `=` $firstTokenCycles `,` `latency_cycles` `=` $latencyCycles `>`
  }];
}

#endif // ST_TYPES
