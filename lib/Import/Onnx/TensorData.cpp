#include "Import/Onnx/TensorData.h"

#include "Import/Onnx/NodeImporter.h"
#include "Support/Error.h"
#include "Support/FileSystem.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/Path.h"

#include <onnx/onnx_pb.h>

using namespace llvm;

namespace st::onnximport {

std::optional<ElementType> elementTypeFromOnnx(int64_t dataType) {
  using Proto = onnx::TensorProto;
  switch (dataType) {
  case Proto::FLOAT:
    return ElementType::F32;
  case Proto::DOUBLE:
    return ElementType::F64;
  case Proto::FLOAT16:
    return ElementType::F16;
  case Proto::BFLOAT16:
    return ElementType::BF16;
  case Proto::INT64:
    return ElementType::I64;
  case Proto::INT32:
    return ElementType::I32;
  case Proto::INT16:
    return ElementType::I16;
  case Proto::INT8:
    return ElementType::I8;
  case Proto::UINT64:
    return ElementType::U64;
  case Proto::UINT32:
    return ElementType::U32;
  case Proto::UINT16:
    return ElementType::U16;
  case Proto::UINT8:
    return ElementType::U8;
  case Proto::BOOL:
    return ElementType::Bool;
  default:
    return std::nullopt;
  }
}

int32_t toOnnx(ElementType type) {
  using Proto = onnx::TensorProto;
  static constexpr Proto::DataType types[] = {
      Proto::DOUBLE, Proto::FLOAT,  Proto::FLOAT16, Proto::BFLOAT16, Proto::INT64, Proto::INT32, Proto::INT16,
      Proto::INT8,   Proto::UINT64, Proto::UINT32,  Proto::UINT16,   Proto::UINT8, Proto::BOOL};
  return types[static_cast<size_t>(type)];
}

Expected<std::string> findExternalFile(const onnx::TensorProto &tensor, StringRef folder) {
  StringRef location;
  for (const onnx::StringStringEntryProto &entry : tensor.external_data())
    if (entry.key() == "location")
      location = entry.value();
  // A model must not read files outside its own folder.
  bool leaves =
      sys::path::is_absolute(location) || any_of(make_range(sys::path::begin(location), sys::path::end(location)),
                                                 [](StringRef part) { return part == ".."; });
  if (location.empty() || leaves)
    return makeError("its external data lies at '{0}', which is not inside the model's folder; move the file there and "
                     "export the model again",
                     location);
  SmallString<128> path(folder);
  sys::path::append(path, location);
  if (!sys::fs::exists(path))
    return makeError("its external data should lie in '{0}', but there is no such file; copy it beside the model",
                     location);
  // Neither may a link in the folder lead out of it.
  SmallString<128> realPath, realFolder;
  if (!sys::fs::real_path(path, realPath) &&
      !sys::fs::real_path(folder.empty() ? StringRef(".") : folder, realFolder)) {
    if (!StringRef(realFolder).ends_with("/"))
      realFolder += '/';
    if (!StringRef(realPath).starts_with(realFolder))
      return makeError("its external data '{0}' is a link to a file outside the model's folder; copy the file there",
                       location);
  }
  return path.str().str();
}

/// The part of another file that holds the data of `tensor`.
static Expected<HostTensor> readExternal(const onnx::TensorProto &tensor, ElementType type, ArrayRef<int64_t> shape,
                                         uint64_t size, StringRef folder) {
  uint64_t offset = 0, length = size;
  for (const onnx::StringStringEntryProto &entry : tensor.external_data())
    if ((entry.key() == "offset" && StringRef(entry.value()).getAsInteger(10, offset)) ||
        (entry.key() == "length" && StringRef(entry.value()).getAsInteger(10, length)))
      return makeError("has the external {0} '{1}', which is not a number; "
                       "export the model again",
                       entry.key(), entry.value());
  auto found = findExternalFile(tensor, folder);
  if (!found)
    return found.takeError();
  const std::string &path = *found;
  auto buffer = readFile(path);
  if (!buffer)
    return buffer.takeError();
  StringRef contents = (*buffer)->getBuffer();
  if (length != size || offset > contents.size() || size > contents.size() - offset)
    return makeError("needs {0} bytes at offset {1} of {2}, which has {3}; "
                     "export the model again",
                     size, offset, path, contents.size());
  ArrayRef<char> bytes(contents.data() + offset, size);
  std::shared_ptr<const void> owner(std::move(*buffer));
  // Elements have to be aligned to be used where they are.
  if (reinterpret_cast<uintptr_t>(bytes.data()) % elementBytes(type) != 0)
    return HostTensor(type, shape, std::vector<char>(bytes.begin(), bytes.end()));
  return HostTensor(type, shape, bytes, owner);
}

template <typename Field>
static Expected<HostTensor> readField(const Field &field, ElementType type, ArrayRef<int64_t> shape) {
  int64_t count = numElements(shape);
  if (field.size() != count)
    return makeError("has {0} elements where its shape {1} needs {2}; export "
                     "the model again",
                     field.size(), toString(shape), count);
  std::vector<char> bytes;
  bytes.reserve(count * elementBytes(type));
  for (auto value : field) {
    // Narrow types are stored widened; their low bytes are the value.
    const char *data = reinterpret_cast<const char *>(&value);
    bytes.insert(bytes.end(), data, data + elementBytes(type));
  }
  return HostTensor(type, shape, std::move(bytes));
}

Expected<HostTensor> readTensor(const onnx::TensorProto &tensor, std::string rawData, StringRef folder) {
  std::optional<ElementType> type = elementTypeFromOnnx(tensor.data_type());
  if (!type)
    return makeError("has element type {0}, which is not supported; use float or integer "
                     "tensors",
                     tensor.data_type() >= 0 && onnx::TensorProto::DataType_IsValid(tensor.data_type())
                         ? onnx::TensorProto::DataType_Name(onnx::TensorProto::DataType(tensor.data_type()))
                         : std::to_string(tensor.data_type()));
  Shape shape(tensor.dims().begin(), tensor.dims().end());
  int64_t size = elementBytes(*type);
  for (int64_t extent : shape)
    if (extent < 0 || MulOverflow(size, extent, size))
      return makeError("has the impossible shape {0}; export the model again", toString(shape));

  if (tensor.data_location() == onnx::TensorProto::EXTERNAL)
    return readExternal(tensor, *type, shape, size, folder);
  if (!rawData.empty() || tensor.has_raw_data()) {
    if (rawData.size() != uint64_t(size))
      return makeError("has {0} bytes where its shape {1} needs {2}; export the model again", rawData.size(),
                       toString(shape), size);
    auto owner = std::make_shared<std::string>(std::move(rawData));
    return HostTensor(*type, shape, ArrayRef<char>(owner->data(), owner->size()), owner);
  }
  switch (*type) {
  case ElementType::F32:
    return readField(tensor.float_data(), *type, shape);
  case ElementType::F64:
    return readField(tensor.double_data(), *type, shape);
  case ElementType::I64:
    return readField(tensor.int64_data(), *type, shape);
  case ElementType::U64:
  case ElementType::U32:
    return readField(tensor.uint64_data(), *type, shape);
  default:
    return readField(tensor.int32_data(), *type, shape);
  }
}

} // namespace st::onnximport
