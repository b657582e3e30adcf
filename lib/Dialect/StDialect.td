//===- StDialect.td - The st dialect: tensors that stream --------------------------------------------------===//

#ifndef ST_DIALECT
#define ST_DIALECT

include "mlir/IR/DialectBase.td"

def StDialect : Dialect {
  let name = "st";
  let cppNamespace = "::st";
  let summary = "Iterative tensors, streams, and the tasks and kernels that they connect";
  let description = [{
    The `st` dialect describes stream-based dataflow accelerators. Its heart is the iterative tensor type
    `!st.itensor`, which holds a tensor *and* the order in which it streams, so that the question whether two
    kernels can be connected by a FIFO is a comparison of types. Source: H. Ye and D. Chen, StreamTensor,
    MICRO 2025, section 3.
  }];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
}

#endif // ST_DIALECT
