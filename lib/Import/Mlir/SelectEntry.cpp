#include "Import/Mlir/SelectEntry.h"
#include "Import/Mlir/ParseProgram.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

//===----------------------------------------------------------------------------------------------------------===//
// Choosing
//===----------------------------------------------------------------------------------------------------------===//

/// The functions that `function` calls, defined or not; null for names that the module does not hold.
static SmallVector<func::FuncOp> calleesOf(func::FuncOp function) {
  SmallVector<func::FuncOp> callees;
  function.walk([&](func::CallOp call) {
    callees.push_back(SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(call, call.getCalleeAttr()));
  });
  return callees;
}

static bool callsUndefined(func::FuncOp function, llvm::SmallPtrSetImpl<Operation *> &visited) {
  for (func::FuncOp callee : calleesOf(function)) {
    if (!callee || callee.isDeclaration())
      return true;
    if (visited.insert(callee).second && callsUndefined(callee, visited))
      return true;
  }
  return false;
}

/// A program computes tensors; a harness makes inputs, calls the program, and prints or times it.
static bool isProgram(func::FuncOp function) {
  llvm::SmallPtrSet<Operation *, 4> visited;
  return !function.isDeclaration() && llvm::any_of(function.getResultTypes(), llvm::IsaPred<TensorType>) &&
         !callsUndefined(function, visited);
}

static bool worksOnBuffers(func::FuncOp function) {
  auto isBuffer = [](Type type) { return isa<BaseMemRefType>(type); };
  if (llvm::any_of(function.getArgumentTypes(), isBuffer) || llvm::any_of(function.getResultTypes(), isBuffer))
    return true;
  WalkResult result = function.walk([&](Operation *op) {
    StringRef dialect = op->getName().getDialectNamespace();
    return dialect == "memref" || dialect == "affine" ? WalkResult::interrupt() : WalkResult::advance();
  });
  return result.wasInterrupted();
}

/// Why `function`, which has a body, is no program.
static LogicalResult explainNoProgram(func::FuncOp function) {
  if (failed(st::mlirimport::rejectForeignDialects(function)))
    return failure();
  if (worksOnBuffers(function))
    return function.emitError() << "@" << function.getName()
                                << " works on buffers (memref, affine or scf loops), which no longer tell what is "
                                   "computed from what; give the program before bufferization, as linalg on tensors "
                                   "or TOSA with tensors as arguments and results";
  if (function.getNumResults() == 0)
    return function.emitError() << "@" << function.getName()
                                << " has no results, so there is nothing to compute; return a tensor";
  llvm::SmallPtrSet<Operation *, 4> visited;
  if (callsUndefined(function, visited))
    return function.emitError() << "@" << function.getName()
                                << " calls a function that has no body; define it in this module, or take the "
                                   "computation out of the test harness into a function of its own";
  return function.emitError() << "@" << function.getName() << " has results of type "
                              << function.getResultTypes().front()
                              << ", but a program returns ranked tensors; return tensors (a scalar T as tensor<T>)";
}

/// Why no function of `module` is a program, said of the one that comes closest.
static LogicalResult explainNoProgram(ModuleOp module) {
  func::FuncOp withBody;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isDeclaration())
      continue;
    // What works on buffers is the program of a lowered file; other functions print and time.
    if (!withBody || worksOnBuffers(function))
      withBody = function;
  }
  if (withBody)
    return explainNoProgram(withBody);
  for (Operation &op : *module.getBody())
    if (!isa<func::FuncOp>(op) && failed(st::mlirimport::rejectForeignDialects(&op)))
      return failure();
  return module.emitError("the file holds no function to compile; add a func.func that returns tensors");
}

FailureOr<func::FuncOp> st::mlirimport::selectEntry(ModuleOp module, StringRef name) {
  SmallVector<func::FuncOp> programs;
  for (auto function : module.getOps<func::FuncOp>())
    if (isProgram(function))
      programs.push_back(function);

  if (!name.empty()) {
    auto function = module.lookupSymbol<func::FuncOp>(name);
    if (function && !function.isDeclaration()) {
      if (!isProgram(function))
        return explainNoProgram(function);
      return function;
    }
    InFlightDiagnostic diagnostic = module.emitError()
                                    << "there is no function @" << name << " with a body; correct --entry";
    for (func::FuncOp program : programs)
      diagnostic.attachNote(program.getLoc()) << "@" << program.getName() << " can be compiled";
    return diagnostic;
  }

  if (programs.empty())
    return explainNoProgram(module);
  for (func::FuncOp program : programs)
    if (program.getName() == "main")
      return program;
  llvm::SmallPtrSet<Operation *, 4> called;
  for (func::FuncOp program : programs)
    for (func::FuncOp callee : calleesOf(program))
      if (callee != program)
        called.insert(callee);
  SmallVector<func::FuncOp> roots;
  for (func::FuncOp program : programs)
    if (!called.contains(program))
      roots.push_back(program);
  // A file of helpers and one function for the outside marks the helpers as private.
  if (roots.size() > 1) {
    SmallVector<func::FuncOp> visible(
        llvm::make_filter_range(roots, [](func::FuncOp root) { return root.isPublic(); }));
    if (visible.size() == 1)
      return visible.front();
  }
  if (roots.size() == 1)
    return roots.front();
  InFlightDiagnostic diagnostic =
      module.emitError("the file holds several functions that could be compiled; choose one with "
                       "--entry NAME");
  for (func::FuncOp root : roots.empty() ? programs : roots)
    diagnostic.attachNote(root.getLoc()) << "@" << root.getName() << " is one";
  return diagnostic;
}

//===----------------------------------------------------------------------------------------------------------===//
// Isolating
//===----------------------------------------------------------------------------------------------------------===//

static LogicalResult rejectCalls(func::FuncOp entry) {
  WalkResult result = entry.walk([&](Operation *op) {
    if (!isa<func::CallOp, func::CallIndirectOp>(op))
      return WalkResult::advance();
    op->emitOpError("calls a function that cannot be inlined; define it in this module, without recursion");
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

FailureOr<func::FuncOp> st::mlirimport::isolateEntry(ModuleOp module, func::FuncOp entry) {
  llvm::SetVector<Operation *> needed;
  needed.insert(entry);
  for (unsigned i = 0; i < needed.size(); ++i)
    for (func::FuncOp callee : calleesOf(cast<func::FuncOp>(needed[i])))
      if (callee)
        needed.insert(callee);
  // Globals are resolved later; harnesses, transform scripts and the like are not part of the program.
  for (Operation &op : llvm::make_early_inc_range(*module.getBody()))
    if (!needed.contains(&op) && op.getName().getStringRef() != "ml_program.global")
      op.erase();
  for (Operation *op : needed)
    cast<func::FuncOp>(op).setVisibility(op == entry ? SymbolTable::Visibility::Public
                                                     : SymbolTable::Visibility::Private);
  if (needed.size() > 1) {
    PassManager passes(module.getContext(), ModuleOp::getOperationName());
    passes.addPass(createInlinerPass());
    if (failed(passes.run(module)))
      return failure();
  }
  if (failed(rejectCalls(entry)))
    return failure();
  for (auto function : llvm::make_early_inc_range(module.getOps<func::FuncOp>()))
    if (function != entry)
      function.erase();
  return entry;
}
