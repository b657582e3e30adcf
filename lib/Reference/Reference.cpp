#include "Reference/Reference.h"
#include "Dialect/Sizes.h"
#include "Reference/Activation.h"
#include "Reference/Arrays.h"
#include "Reference/Compiler.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace st;
using namespace st::reference;

//===----------------------------------------------------------------------------------------------------------===//
// Session
//===----------------------------------------------------------------------------------------------------------===//

std::shared_ptr<Program> Session::getFunction(FunctionOpInterface function) {
  auto [entry, isNew] = functions.try_emplace(function, nullptr);
  if (!isNew) {
    if (!entry->second)
      function->emitOpError("calls itself, which reference execution does not support");
    return entry->second;
  }
  if (function.isExternal()) {
    function->emitOpError("has no body to execute");
    return nullptr;
  }
  if (!function.getFunctionBody().hasOneBlock()) {
    function->emitOpError("has several blocks, which reference execution does not support; use scf for control flow");
    return nullptr;
  }
  auto program = std::make_shared<Program>();
  if (failed(Compiler(*program, *this).compileBody(function.getFunctionBody().front())))
    return nullptr;
  return functions[function] = program;
}

/// The bytes of a constant where they can be read as they are.
static std::optional<ArrayRef<char>> rawBytes(ElementsAttr value, int64_t bytes) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (blob && int64_t(blob->getData().size()) == bytes)
      return blob->getData();
    return std::nullopt;
  }
  auto dense = dyn_cast<DenseElementsAttr>(value);
  if (dense && !dense.isSplat() && int64_t(dense.getRawData().size()) == bytes)
    return dense.getRawData();
  return std::nullopt;
}

Reference Session::getConstant(ElementsAttr value) {
  auto found = constants.find(value);
  if (found != constants.end())
    return found->second;
  auto type = cast<ShapedType>(value.getType());
  Kind kind = elementKind(type);
  int64_t size = memoryBytes(kind), bytes = bytesOf(type);
  std::optional<ArrayRef<char>> raw = rawBytes(value, bytes);
  // Borrowed where loads of whole elements are allowed to happen.
  bool isAligned = raw && reinterpret_cast<uintptr_t>(raw->data()) % size == 0;
  if (isAligned && kind != Kind::I1)
    return constants[value] = Reference(Buffer::borrow(raw->data(), bytes));
  auto dense = dyn_cast<DenseElementsAttr>(value);
  if (!dense && !raw)
    return Reference();
  Reference buffer(Buffer::allocate(bytes));
  if (!dense) {
    std::memcpy(buffer->data, raw->data(), bytes);
    return constants[value] = buffer;
  }
  // Splats are spread and packed bits unpacked.
  char *to = buffer->data;
  auto write = [&](const APInt &bits) {
    uint64_t number = bits.getZExtValue();
    std::memcpy(to, &number, size);
    to += size;
  };
  if (isa<FloatType>(dense.getElementType()))
    for (const APFloat &number : dense.getValues<APFloat>())
      write(number.bitcastToAPInt());
  else
    for (const APInt &number : dense.getValues<APInt>())
      write(number);
  return constants[value] = buffer;
}

SmallVector<int64_t> Session::getTripCounts(ItensorType type) const {
  return st::getTripCounts(type, [&](StringRef name) { return options.sizes.lookup(name); });
}

int64_t Session::getNumTiles(ItensorType type) const { return ShapedType::getNumElements(getTripCounts(type)); }

//===----------------------------------------------------------------------------------------------------------===//
// Arrays
//===----------------------------------------------------------------------------------------------------------===//

std::optional<StringRef> st::reference::dtypeOf(Type scalar) {
  std::optional<Kind> kind = kindOf(scalar);
  if (!kind || scalar.isBF16())
    return std::nullopt;
  switch (*kind) {
  case Kind::F32:
    return "f32";
  case Kind::F64:
    return "f64";
  case Kind::F16:
    return "f16";
  case Kind::I1:
    return "bool";
  case Kind::I8:
    return "i8";
  case Kind::I16:
    return "i16";
  case Kind::I32:
    return "i32";
  case Kind::I64:
    return "i64";
  default:
    return std::nullopt;
  }
}

/// Integers without sign in the IR may be handed in with either.
static bool sameElements(StringRef dtype, StringRef expected) {
  return dtype == expected || (dtype.starts_with("u") && dtype.drop_front() == expected.drop_front());
}

std::string st::reference::describe(const Array &array) {
  std::string text;
  for (int64_t extent : array.shape)
    text += std::to_string(extent) + "x";
  return text + array.dtype;
}

bool st::reference::matches(const Array &array, ShapedType type) {
  std::optional<StringRef> dtype = dtypeOf(type.getElementType());
  return dtype && sameElements(array.dtype, *dtype) && type.getShape() == ArrayRef<int64_t>(array.shape) &&
         int64_t(array.bytes.size()) == bytesOf(type);
}

Array st::reference::toArray(const char *data, ShapedType type) {
  Array array;
  array.dtype = *dtypeOf(type.getElementType());
  array.shape.assign(type.getShape().begin(), type.getShape().end());
  array.bytes.resize(bytesOf(type));
  SmallVector<int64_t> strides = computeSuffixProduct(type.getShape());
  int64_t bytes = memoryBytes(elementKind(type));
  for (int64_t &stride : strides)
    stride *= bytes;
  StridedCopy::plan(type.getShape(), strides, byteStrides(type), bytes).execute(array.bytes.data(), data);
  return array;
}

void st::reference::fromArray(const Array &array, ShapedType type, char *data) {
  SmallVector<int64_t> strides = computeSuffixProduct(type.getShape());
  int64_t bytes = memoryBytes(elementKind(type));
  for (int64_t &stride : strides)
    stride *= bytes;
  StridedCopy::plan(type.getShape(), byteStrides(type), strides, bytes).execute(data, array.bytes.data());
}

//===----------------------------------------------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------------------------------------------===//

void st::reference::emitFailure(const Activation &activation) {
  if (!activation.message.empty())
    static_cast<Operation *>(activation.currentOrigin())->emitOpError(activation.message);
}

void Compiler::compileCall(func::CallOp call) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<FunctionOpInterface>(call, call.getCalleeAttr());
  std::shared_ptr<Program> target = callee ? session.getFunction(callee) : nullptr;
  if (!target) {
    if (!callee)
      error("calls a function that does not exist");
    failed = true;
    return;
  }
  struct Slot {
    int32_t here, there;
    int64_t bytes;
    bool isTensor;
  };
  SmallVector<Slot> ins, outs;
  auto slot = [&](Value value, int32_t here, int32_t there) {
    return Slot{here, there, registerSize(value.getType()), isa<RankedTensorType>(value.getType())};
  };
  for (auto [operand, there] : llvm::zip(call.getOperands(), target->arguments))
    ins.push_back(slot(operand, reg(operand), there));
  for (auto [result, there] : llvm::zip(call.getResults(), target->results))
    outs.push_back(slot(result, define(result), there));
  auto run = [target, ins, outs](char *registers, Activation &caller) {
    Activation callee(*target);
    for (const Slot &in : ins)
      if (in.isTensor)
        callee.setTensor(in.there, Reference(retain(caller.reg<Buffer *>(in.here))));
      else
        std::memcpy(&callee.reg<char>(in.there), registers + in.here, in.bytes);
    if (callee.resume() != Status::Done) {
      emitFailure(callee);
      return false;
    }
    for (const Slot &out : outs)
      if (out.isTensor)
        caller.setTensor(out.here, Reference(retain(callee.reg<Buffer *>(out.there))));
      else
        std::memcpy(registers + out.here, &callee.reg<char>(out.there), out.bytes);
    return true;
  };
  emit(runHostCall).data = table(HostCall(std::move(run)));
}

/// Hands an array to the register of a function's argument: tensors are read where they lie, scalars are loaded.
static void setArgument(Activation &activation, int32_t offset, Type type, const Array &array,
                        std::vector<std::vector<char>> &copies) {
  if (isa<RankedTensorType>(type)) {
    activation.setTensor(offset, Reference(Buffer::borrow(array.bytes.data(), array.bytes.size())));
    return;
  }
  copies.emplace_back(array.bytes);
  if (isa<MemRefType>(type)) {
    activation.reg<char *>(offset) = copies.back().data();
    return;
  }
  Kind kind = elementKind(type);
  Address address;
  Instruction load;
  int64_t pointer = reinterpret_cast<int64_t>(copies.back().data());
  load.data = &address;
  // A register file of two words: the pointer, and the lane.
  int64_t file[2] = {pointer, 0};
  load.a = 0;
  load.dst = 8;
  handlerLoad(kind, 0, false)(&load, reinterpret_cast<char *>(file), activation);
  std::memcpy(&activation.reg<char>(offset), &file[1], registerBytes(kind));
}

static ShapedType shapedType(Type type) {
  if (auto shaped = dyn_cast<ShapedType>(type))
    return shaped;
  return RankedTensorType::get({}, type);
}

FailureOr<std::vector<Array>> st::reference::run(ModuleOp module, StringRef entry, ArrayRef<Array> inputs,
                                                 const RunOptions &options) {
  auto function = module.lookupSymbol<FunctionOpInterface>(entry);
  if (!function)
    return module.emitError("has no function '") << entry << "' to run";
  ArrayRef<Type> arguments = function.getArgumentTypes(), results = function.getResultTypes();
  if (arguments.size() != inputs.size())
    return function->emitOpError("takes ") << arguments.size() << " arguments, but is given " << inputs.size();
  for (auto [index, type] : llvm::enumerate(results))
    if (!isa<RankedTensorType>(type) || !dtypeOf(cast<ShapedType>(type).getElementType()))
      return function->emitOpError("result ") << index << " is " << type << ", which cannot be handed out";
  if (auto sizes = function->getAttrOfType<DictionaryAttr>(sizesAttr))
    for (NamedAttribute declared : sizes) {
      auto range = dyn_cast<SizeRangeAttr>(declared.getValue());
      auto given = options.sizes.find(declared.getName());
      if (given == options.sizes.end())
        return function->emitOpError("is run without a value for the size '") << declared.getName().getValue() << "'";
      if (range && (given->second < range.getMinimum() || given->second > range.getMaximum() ||
                    given->second % range.getDivisor() != 0))
        return function->emitOpError("is run with size '")
               << declared.getName().getValue() << "' = " << given->second << ", but it is declared as " << range;
    }
  Session session(module, options);
  std::shared_ptr<Program> program = session.getFunction(function);
  if (!program)
    return failure();
  Activation activation(*program);
  std::vector<std::vector<char>> copies;
  for (auto [index, type] : llvm::enumerate(arguments)) {
    if (!matches(inputs[index], shapedType(type)))
      return function->emitOpError("argument ")
             << index << " is " << type << ", but is given " << describe(inputs[index]);
    setArgument(activation, program->arguments[index], type, inputs[index], copies);
  }
  if (activation.resume() != Status::Done) {
    emitFailure(activation);
    return failure();
  }
  std::vector<Array> outputs;
  for (auto [offset, type] : llvm::zip(program->results, results))
    outputs.push_back(toArray(activation.reg<Buffer *>(offset)->data, cast<ShapedType>(type)));
  return outputs;
}
