//===- StOps.td - The operations of the st dialect ----------------------------------------------------------===//

#ifndef ST_OPS
#define ST_OPS

include "StTypes.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class St_Op<string opMnemonic, list<Trait> traits = []> : Op<StDialect, opMnemonic, traits>;

include "ItensorOps.td"
include "StreamOps.td"
include "StructureOps.td"
include "SizeOps.td"

#endif // ST_OPS
