// From the body of a function or task to a Program.
#pragma once

#include "Dialect/StDialect.h"
#include "Reference/Handlers.h"
#include "Reference/Reference.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/Support/ScopedPrinter.h"

#include <optional>

namespace st::reference {

/// What all programs of one run share.
struct Session {
  mlir::ModuleOp module;
  const RunOptions &options;
  /// Compiled functions, and the constants of the module, each made once.
  llvm::DenseMap<mlir::Operation *, std::shared_ptr<Program>> functions;
  llvm::DenseMap<mlir::Attribute, Reference> constants;

  Session(mlir::ModuleOp module, const RunOptions &options) : module(module), options(options) {}
  /// The program of a function; null (with diagnostics) when it cannot be compiled.
  std::shared_ptr<Program> getFunction(mlir::FunctionOpInterface function);
  /// The elements of a constant as they lie in memory; null when its kind is not supported.
  Reference getConstant(mlir::ElementsAttr value);
  /// The trip counts of `type` in this run, and their product.
  llvm::SmallVector<int64_t> getTripCounts(ItensorType type) const;
  int64_t getNumTiles(ItensorType type) const;
};

/// The element kind of a scalar type; nullopt for types without meaning here.
std::optional<Kind> kindOf(mlir::Type type);
/// The kind of the scalars in a scalar, vector, tensor, memref or itensor type. The type must have been checked.
Kind elementKind(mlir::Type type);
/// Bytes of a tensor or memref of static shape.
int64_t bytesOf(mlir::ShapedType type);
/// Strides in bytes of a tensor (row-major) or memref, one for each dimension.
llvm::SmallVector<int64_t> byteStrides(mlir::ShapedType type);
/// How a tile of `type` lies in memory when it crosses as tokens of `tokenType` (a scalar or a vector).
TileLayout tileLayout(mlir::ShapedType type, mlir::Type tokenType);

/// Compiles one body. Every value has a register of its own; a value that is yielded by a loop shares the register of
/// the loop's argument. Tensor registers own a reference: the last use of a tensor takes it over, so that chains of
/// insertions work in place.
class Compiler {
public:
  Compiler(Program &program, Session &session) : program(program), session(session) {}

  /// Compiles `body`, whose arguments the caller provides and whose terminator's operands are the results.
  mlir::LogicalResult compileBody(mlir::Block &body);

private:
  // Registers.
  int32_t newRegister(int64_t bytes = 8);
  int32_t newTensorRegister();
  /// The register of a value that is being defined.
  int32_t define(mlir::Value value);
  /// The register of a value that is defined.
  int32_t reg(mlir::Value value) const;
  /// A register that holds an integer from the start.
  int32_t integer(int64_t value);
  /// A register that holds the scalar `value`, `lanes` times.
  int32_t scalarConstant(mlir::Attribute value, int64_t lanes);
  /// Lanes of a scalar or vector value.
  int64_t lanesOf(mlir::Type type) const;
  /// Bytes of a register for a value of `type`.
  int64_t registerSize(mlir::Type type) const;

  // Instructions.
  Instruction &emit(Handler handler);
  int64_t position() const { return program.code.size(); }
  /// Points the jump at `from` to `to`.
  void setTarget(int64_t from, int64_t to) { program.code[from].target = to - from; }
  void emitJumpBack(Instruction &jump, int64_t to) { jump.target = to - (&jump - program.code.data()); }
  template <typename T> const T *table(T value) { return program.addTable(std::move(value)); }
  /// Emits an error at the operation that is compiled; always "handled".
  bool error(const llvm::Twine &message);

  // Tensors.
  /// Puts the tensor `operand` into `dst`, taking it over where this is its last use.
  void emitTransfer(int32_t dst, mlir::OpOperand &operand);
  bool isLastUse(mlir::OpOperand &operand) const;
  /// Drops the tensors that `op` was the last to use and did not take over.
  void emitDrops(mlir::Operation *op);
  /// The result register for a destination-passing op: the destination, made writable; or, where its content does not
  /// matter, a new tensor.
  int32_t defineFromInit(mlir::Value result, mlir::OpOperand &init, bool needsContent);
  /// A register with the address of the elements of a tensor or memref.
  int32_t dataPointer(mlir::Value value);
  int32_t dataPointer(int32_t tensorRegister);

  // Control.
  void compileBlock(mlir::Block &block);
  void compileOperation(mlir::Operation *op);
  /// Copies values to registers as if all at once.
  void emitAssignments(llvm::ArrayRef<mlir::OpOperand *> sources, llvm::ArrayRef<int32_t> targets);
  bool compileControl(mlir::Operation *op);
  void compileFor(mlir::scf::ForOp loop);
  bool compileStripLoop(mlir::scf::ForOp loop);
  void compileIf(mlir::scf::IfOp branch);
  void compileCall(mlir::func::CallOp call);

  // Scalars and vectors.
  bool compileScalar(mlir::Operation *op);
  bool emitScalar(mlir::Operation *op, Handler handler);
  void emitRounding(mlir::Value result);
  void compileConstant(mlir::arith::ConstantOp op);
  bool compileSelect(mlir::arith::SelectOp op);
  bool compileConversion(mlir::Operation *op);
  bool compileAffine(mlir::Operation *op);
  int32_t emitExpression(mlir::AffineExpr expr, mlir::ValueRange dims, mlir::ValueRange symbols);
  bool compileVector(mlir::Operation *op);
  int32_t splat(int32_t scalar, Kind kind, int64_t lanes);
  void emitShuffle(mlir::Value result, mlir::Value source, std::vector<int32_t> order);

  // Tensors.
  bool compileTensor(mlir::Operation *op);
  bool compilePack(mlir::Operation *op);
  void compilePad(mlir::tensor::PadOp op);
  void compileGenerate(mlir::tensor::GenerateOp op);
  Address addressOf(mlir::ShapedType type, llvm::ArrayRef<mlir::OpFoldResult> indices, llvm::ArrayRef<int64_t> extents);

  // Memrefs.
  bool compileMemory(mlir::Operation *op);
  bool compileVectorMemory(mlir::Operation *op);
  void emitLoad(mlir::Value result, mlir::Value base, mlir::ValueRange indices);
  void emitStore(mlir::Value value, mlir::Value base, int32_t pointer, mlir::ValueRange indices);
  void compileAllocation(mlir::Value memref);

  // Linalg.
  bool compileLinalg(mlir::Operation *op);
  void compileStructured(mlir::linalg::LinalgOp op);
  friend class LinalgCompiler;
  friend class StripLoop;

  // Itensors, streams, kernels.
  bool compileStreams(mlir::Operation *op);
  void emitPop(mlir::Operation *op, mlir::Value port, int32_t pointer, TileLayout layout);
  void emitPush(mlir::Operation *op, mlir::Value port, int32_t pointer, TileLayout layout);
  void compileRowOp(RowOp op);

  Program &program;
  Session &session;
  llvm::DenseMap<mlir::Value, int32_t> registers;
  llvm::DenseMap<int64_t, int32_t> integers;
  /// The operation that is compiled.
  mlir::Operation *current = nullptr;
  /// Lanes of a scalar: more than one inside linalg bodies that are computed for several elements at once.
  int64_t scalarLanes = 1;
  /// Registers of linalg.index by dimension, inside a linalg body.
  llvm::SmallVector<int32_t> indexRegisters;
  bool failed = false;
};

/// Compiles a kernel, so that it can be called from the program that surrounds it: operands are found in the registers
/// `inputs`, results go to the registers `results`. Null (with diagnostics) when it cannot be compiled.
std::unique_ptr<HostCall> compileKernel(KernelOp kernel, llvm::ArrayRef<int32_t> inputs,
                                        llvm::ArrayRef<int32_t> results, Session &session);
/// The same for a repetition of tensors.
std::unique_ptr<HostCall> compileRepeat(RepeatOp repeat, llvm::ArrayRef<int32_t> operands,
                                        llvm::ArrayRef<int32_t> results, Session &session);

} // namespace st::reference
