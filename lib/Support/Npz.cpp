#include "Support/Npz.h"

#include "Support/Error.h"
#include "Support/FileSystem.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

#include <zlib.h>

using namespace llvm;
using namespace llvm::support;

namespace {

/// NumPy's type codes and ours. NumPy writes '|' for types without byte order.
struct DtypeName {
  const char *ours;
  const char *numpys;
  int64_t bytes;
};
constexpr DtypeName dtypeNames[] = {{"f32", "<f4", 4}, {"f64", "<f8", 8}, {"f16", "<f2", 2}, {"i64", "<i8", 8},
                                    {"i32", "<i4", 4}, {"i16", "<i2", 2}, {"i8", "|i1", 1},  {"u64", "<u8", 8},
                                    {"u32", "<u4", 4}, {"u16", "<u2", 2}, {"u8", "|u1", 1},  {"bool", "|b1", 1}};

// Signatures and fixed sizes of the zip format (PKWARE APPNOTE 4.3).
constexpr uint32_t localSignature = 0x04034b50;
constexpr uint32_t centralSignature = 0x02014b50;
constexpr uint32_t endSignature = 0x06054b50;
constexpr size_t localBytes = 30;
constexpr size_t centralBytes = 46;
constexpr size_t endBytes = 22;
constexpr uint16_t methodStored = 0;
constexpr uint16_t methodDeflated = 8;

uint16_t read16(StringRef data, size_t offset) { return endian::read16le(data.data() + offset); }
uint32_t read32(StringRef data, size_t offset) { return endian::read32le(data.data() + offset); }
uint64_t read64(StringRef data, size_t offset) { return endian::read64le(data.data() + offset); }

/// One file of the archive, as the central directory describes it. Sizes and
/// offsets in bytes.
struct Member {
  StringRef name;
  uint16_t flags;
  uint16_t method;
  uint32_t crc;
  uint64_t compressedSize;
  uint64_t size;
  uint64_t localOffset;
};

/// A reader of one archive; `data` is the whole file.
class ZipReader {
public:
  ZipReader(StringRef path, StringRef data) : path(path), data(data) {}

  Expected<std::vector<Member>> readDirectory();
  /// The uncompressed contents of `member`; `storage` holds them if they had to
  /// be inflated.
  Expected<StringRef> readMember(const Member &member, std::vector<char> &storage);

private:
  Error damaged(const Twine &what) {
    return st::makeError("{0}: not a readable .npz archive: {1}; write it "
                         "again with numpy.savez",
                         path, what.str());
  }
  Error readZip64(StringRef extra, Member &member);

  StringRef path, data;
};

Expected<std::vector<Member>> ZipReader::readDirectory() {
  if (data.size() < endBytes)
    return damaged("the file is too short");
  // The end record is the last thing in the file, except for a comment of at
  // most 65535 bytes.
  size_t lowest = data.size() - std::min<size_t>(data.size(), endBytes + 65535);
  size_t end = data.size() - endBytes;
  while (read32(data, end) != endSignature) {
    if (end == lowest)
      return damaged("the zip directory is missing, the file may be truncated");
    --end;
  }
  unsigned count = read16(data, end + 10);
  uint64_t offset = read32(data, end + 16);
  if (count == 0xffff || offset == 0xffffffff)
    return damaged("archives above 4 GiB or 65534 arrays are not supported");

  std::vector<Member> members;
  for (unsigned index = 0; index < count; ++index) {
    if (offset + centralBytes > end || read32(data, offset) != centralSignature)
      return damaged("the zip directory is damaged");
    Member member;
    member.flags = read16(data, offset + 8);
    member.method = read16(data, offset + 10);
    member.crc = read32(data, offset + 16);
    member.compressedSize = read32(data, offset + 20);
    member.size = read32(data, offset + 24);
    member.localOffset = read32(data, offset + 42);
    size_t nameSize = read16(data, offset + 28), extraSize = read16(data, offset + 30);
    size_t commentSize = read16(data, offset + 32);
    if (offset + centralBytes + nameSize + extraSize + commentSize > end)
      return damaged("the zip directory is damaged");
    member.name = data.substr(offset + centralBytes, nameSize);
    if (Error error = readZip64(data.substr(offset + centralBytes + nameSize, extraSize), member))
      return error;
    members.push_back(member);
    offset += centralBytes + nameSize + extraSize + commentSize;
  }
  return members;
}

/// NumPy may write 64-bit sizes even for small arrays; they stand in extra
/// field 1, in the order of the fields that are all ones.
Error ZipReader::readZip64(StringRef extra, Member &member) {
  while (extra.size() >= 4) {
    unsigned id = read16(extra, 0);
    size_t size = read16(extra, 2);
    if (size > extra.size() - 4)
      return damaged("an extra field of '" + member.name + "' is damaged");
    StringRef field = extra.substr(4, size);
    extra = extra.drop_front(4 + size);
    if (id != 1)
      continue;
    for (uint64_t *value : {&member.size, &member.compressedSize, &member.localOffset}) {
      if (*value != 0xffffffff)
        continue;
      if (field.size() < 8)
        return damaged("the 64-bit sizes of '" + member.name + "' are missing");
      *value = read64(field, 0);
      field = field.drop_front(8);
    }
  }
  return Error::success();
}

Expected<StringRef> ZipReader::readMember(const Member &member, std::vector<char> &storage) {
  uint64_t offset = member.localOffset;
  if (offset > data.size() || data.size() - offset < localBytes || read32(data, offset) != localSignature)
    return damaged("the header of '" + member.name + "' is damaged");
  offset += localBytes + read16(data, offset + 26) + read16(data, offset + 28);
  if (offset > data.size() || member.compressedSize > data.size() - offset)
    return damaged("'" + member.name + "' is cut off");
  if (member.flags & 1)
    return damaged("'" + member.name + "' is encrypted");
  StringRef contents = data.substr(offset, member.compressedSize);
  if (member.method == methodDeflated) {
    // Deflate cannot shrink by more than 1032; a larger claim would only make
    // us allocate memory for nothing.
    if (member.size / 1032 > member.compressedSize + 1)
      return damaged("'" + member.name + "' claims an impossible size");
    storage.resize(member.size);
    z_stream stream = {};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
      return damaged("zlib cannot be initialised");
    // zlib counts in 32 bits; both sizes are fed in pieces.
    uint64_t read = 0, written = 0;
    int status = Z_OK;
    while (status == Z_OK) {
      uint64_t available = std::min<uint64_t>(contents.size() - read, 1u << 30);
      uint64_t room = std::min<uint64_t>(member.size - written, 1u << 30);
      stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(contents.data() + read));
      stream.avail_in = available;
      // zlib wants a valid pointer even when there is no room left.
      Bytef nothing;
      stream.next_out = room ? reinterpret_cast<Bytef *>(storage.data() + written) : &nothing;
      stream.avail_out = room;
      status = inflate(&stream, Z_NO_FLUSH);
      read += available - stream.avail_in;
      written += room - stream.avail_out;
    }
    inflateEnd(&stream);
    if (status != Z_STREAM_END || written != member.size)
      return damaged("'" + member.name + "' does not decompress to its stated size");
    contents = StringRef(storage.data(), storage.size());
  } else if (member.method != methodStored || member.size != member.compressedSize) {
    return damaged("'" + member.name + "' is compressed by an unknown method");
  }
  if (crc32_z(0, reinterpret_cast<const Bytef *>(contents.data()), contents.size()) != member.crc)
    return damaged("the checksum of '" + member.name + "' is wrong");
  return contents;
}

/// The text after `'key':` in the header of an .npy file, which is a Python
/// dictionary on one line.
std::optional<StringRef> findKey(StringRef header, StringRef key) {
  size_t position = header.find(("'" + key + "'").str());
  if (position == StringRef::npos)
    return std::nullopt;
  StringRef rest = header.drop_front(position + key.size() + 2).ltrim();
  if (!rest.consume_front(":"))
    return std::nullopt;
  return rest.ltrim();
}

std::optional<SmallVector<int64_t>> parseShape(StringRef text) {
  if (!text.consume_front("("))
    return std::nullopt;
  size_t close = text.find(')');
  if (close == StringRef::npos)
    return std::nullopt;
  SmallVector<StringRef> parts;
  text.take_front(close).split(parts, ',');
  SmallVector<int64_t> shape;
  for (StringRef part : parts) {
    part = part.trim();
    if (part.empty())
      continue;
    int64_t extent;
    if (part.getAsInteger(10, extent) || extent < 0)
      return std::nullopt;
    shape.push_back(extent);
  }
  return shape;
}

/// Column-major to row-major: `source` counts its first index fastest.
std::vector<char> toRowMajor(StringRef source, ArrayRef<int64_t> shape, int64_t elementBytes) {
  std::vector<char> result(source.size());
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t dim = 1; dim < shape.size(); ++dim)
    strides[dim] = strides[dim - 1] * shape[dim - 1];
  SmallVector<int64_t> index(shape.size(), 0);
  for (size_t target = 0; target < result.size(); target += elementBytes) {
    int64_t position = 0;
    for (size_t dim = 0; dim < shape.size(); ++dim)
      position += index[dim] * strides[dim];
    std::memcpy(result.data() + target, source.data() + position * elementBytes, elementBytes);
    for (size_t dim = shape.size(); dim-- > 0;) {
      if (++index[dim] < shape[dim])
        break;
      index[dim] = 0;
    }
  }
  return result;
}

/// Parses one .npy file (format versions 1 to 3).
Expected<st::Array> parseNpy(StringRef path, StringRef name, StringRef data) {
  auto damaged = [&](const Twine &what) {
    return st::makeError("{0}: array '{1}' {2}; write it again with numpy.savez", path, name, what.str());
  };
  if (data.size() < 10 || !data.starts_with("\x93NUMPY"))
    return damaged("is not an .npy file");
  bool isVersion1 = data[6] == 1;
  size_t start = isVersion1 ? 10 : 12;
  if (data.size() < start)
    return damaged("is cut off");
  size_t headerSize = isVersion1 ? read16(data, 8) : read32(data, 8);
  if (headerSize > data.size() - start)
    return damaged("is cut off");
  StringRef header = data.substr(start, headerSize), contents = data.drop_front(start + headerSize);

  auto descr = findKey(header, "descr"), order = findKey(header, "fortran_order"), shapeText = findKey(header, "shape");
  if (!descr || !order || !shapeText || !descr->consume_front("'"))
    return damaged("has a header without a plain descr, fortran_order or shape");
  StringRef code = descr->take_until([](char c) { return c == '\''; });
  const DtypeName *dtype = find_if(dtypeNames, [&](const DtypeName &entry) { return code == entry.numpys; });
  if (dtype == std::end(dtypeNames))
    return st::makeError("{0}: array '{1}' has the element type '{2}', which "
                         "is not supported; convert it with "
                         "astype, for example to numpy.float32",
                         path, name, code);
  auto shape = parseShape(*shapeText);
  if (!shape)
    return damaged("has a malformed shape");
  int64_t bytes = dtype->bytes;
  for (int64_t extent : *shape)
    if (MulOverflow(bytes, extent, bytes))
      return damaged("has an impossible shape");
  if (uint64_t(bytes) != contents.size())
    return damaged("has " + Twine(contents.size()) + " bytes where its shape needs " + Twine(bytes));

  st::Array array;
  array.dtype = dtype->ours;
  array.shape = *shape;
  if (order->starts_with("True"))
    array.bytes = toRowMajor(contents, *shape, dtype->bytes);
  else
    array.bytes.assign(contents.begin(), contents.end());
  return array;
}

void append16(std::string &out, uint16_t value) {
  char bytes[2];
  endian::write16le(bytes, value);
  out.append(bytes, 2);
}
void append32(std::string &out, uint32_t value) {
  char bytes[4];
  endian::write32le(bytes, value);
  out.append(bytes, 4);
}

std::string npyHeader(const st::Array &array, const DtypeName &dtype) {
  std::string shape;
  for (int64_t extent : array.shape)
    shape += std::to_string(extent) + ", ";
  if (array.shape.size() == 1)
    shape.pop_back();
  else if (!shape.empty())
    shape.resize(shape.size() - 2);
  std::string header =
      formatv("{{'descr': '{0}', 'fortran_order': False, 'shape': ({1}), }", dtype.numpys, shape).str();
  // NumPy aligns the data by 64 bytes and ends the header with a newline.
  header.append(offsetToAlignment(10 + header.size() + 1, Align(64)), ' ');
  header += '\n';
  std::string result("\x93NUMPY\x01\x00", 8);
  append16(result, header.size());
  return result + header;
}

/// The fields that the local header and the central directory share, from
/// "version needed" on.
void appendEntry(std::string &out, uint32_t crc, uint32_t size, uint16_t nameSize) {
  append16(out, 20);     // version needed: 2.0
  append16(out, 0x0800); // names are UTF-8
  append16(out, methodStored);
  append16(out, 0); // time: midnight
  append16(out,
           0x0021); // date: 1980-01-01, so that equal arrays give equal files
  append32(out, crc);
  append32(out, size); // compressed
  append32(out, size); // uncompressed
  append16(out, nameSize);
  append16(out, 0); // extra
}

} // namespace

int64_t st::Array::size() const {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

std::optional<int64_t> st::bytesPerElement(StringRef dtype) {
  for (const DtypeName &entry : dtypeNames)
    if (dtype == entry.ours)
      return entry.bytes;
  return std::nullopt;
}

Expected<st::NamedArrays> st::readNpz(StringRef path) {
  auto buffer = readFile(path);
  if (!buffer)
    return buffer.takeError();
  ZipReader zip(path, (*buffer)->getBuffer());
  auto members = zip.readDirectory();
  if (!members)
    return members.takeError();
  NamedArrays arrays;
  for (const Member &member : *members) {
    StringRef name = member.name;
    if (!name.consume_back(".npy"))
      return makeError("{0}: holds '{1}', which is not an .npy array; write "
                       "the archive with numpy.savez",
                       path, name);
    std::vector<char> storage;
    auto contents = zip.readMember(member, storage);
    if (!contents)
      return contents.takeError();
    auto array = parseNpy(path, name, *contents);
    if (!array)
      return array.takeError();
    if (!arrays.emplace(name.str(), std::move(*array)).second)
      return makeError("{0}: holds array '{1}' twice; give each array its own name", path, name);
  }
  return arrays;
}

Error st::writeNpz(StringRef path, const NamedArrays &arrays) {
  std::string out, directory;
  if (arrays.size() >= 0xffff)
    return makeError("{0}: {1} arrays are too many for one archive; write several", path, arrays.size());
  for (const auto &[name, array] : arrays) {
    const DtypeName *dtype =
        find_if(dtypeNames, [dtype = StringRef(array.dtype)](const DtypeName &entry) { return dtype == entry.ours; });
    if (dtype == std::end(dtypeNames))
      return makeError("{0}: array '{1}' has the unknown element type '{2}'", path, name, array.dtype);
    if (size_t(array.size() * dtype->bytes) != array.bytes.size())
      return makeError("{0}: array '{1}' has {2} bytes where its shape needs {3}", path, name, array.bytes.size(),
                       array.size() * dtype->bytes);
    std::string header = npyHeader(array, *dtype), fileName = name + ".npy";
    uint64_t size = header.size() + array.bytes.size();
    if (out.size() + size + localBytes + fileName.size() >= 0xffffffff)
      return makeError("{0}: the arrays exceed the 4 GiB of an archive; write several", path);
    uLong crc = crc32_z(0, reinterpret_cast<const Bytef *>(header.data()), header.size());
    // Given a null pointer, crc32_z would start afresh.
    if (!array.bytes.empty())
      crc = crc32_z(crc, reinterpret_cast<const Bytef *>(array.bytes.data()), array.bytes.size());

    append32(directory, centralSignature);
    append16(directory, 20); // made by: 2.0
    appendEntry(directory, crc, size, fileName.size());
    append16(directory, 0); // comment
    append16(directory, 0); // disk
    append16(directory, 0); // internal attributes
    append32(directory, 0); // external attributes
    append32(directory, out.size());
    directory += fileName;

    append32(out, localSignature);
    appendEntry(out, crc, size, fileName.size());
    out += fileName;
    out += header;
    out.append(array.bytes.data(), array.bytes.size());
  }
  uint64_t directoryOffset = out.size();
  out += directory;
  append32(out, endSignature);
  append16(out, 0); // this disk
  append16(out, 0); // disk of the directory
  append16(out, arrays.size());
  append16(out, arrays.size());
  append32(out, directory.size());
  append32(out, directoryOffset);
  append16(out, 0); // comment
  return writeFile(path, out);
}
