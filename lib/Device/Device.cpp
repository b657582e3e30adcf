#include "Device/Device.h"

#include "Support/Error.h"
#include "Support/Units.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <cmath>
#include <limits>
#include <map>

using namespace st;

static constexpr int64_t kBram18Bytes = 18 * 1024 / 8;
static constexpr int64_t kUramBytes = 288 * 1024 / 8;
/// Vitis HLS puts a stream of up to this many bits into shift registers (UG1399).
static constexpr int64_t kShiftRegisterBits = 1024;

llvm::StringRef st::getOperatorName(OpKind kind) {
  static const char *const names[] = {
#define ST_OPERATOR(ENUMERATOR, NAME) NAME,
#include "Device/Operators.def"
  };
  return names[static_cast<int>(kind)];
}

llvm::StringRef st::getMemoryKindName(MemoryKind kind) {
  switch (kind) {
  case MemoryKind::Lutram:
    return "lutram";
  case MemoryKind::Bram:
    return "bram";
  case MemoryKind::Uram:
    return "uram";
  }
  llvm_unreachable("unknown kind of memory");
}

Resources &Resources::operator+=(const Resources &other) {
  lut += other.lut;
  ff += other.ff;
  dsp += other.dsp;
  bram18 += other.bram18;
  uram += other.uram;
  return *this;
}

Resources st::operator*(Resources a, int64_t count) {
  return {a.lut * count, a.ff * count, a.dsp * count, a.bram18 * count, a.uram * count};
}

bool Resources::fitsIn(const Resources &limit) const {
  return lut <= limit.lut && ff <= limit.ff && dsp <= limit.dsp && bram18 <= limit.bram18 && uram <= limit.uram;
}

llvm::Expected<Device> Device::withClock(double mhz) const {
  if (!(mhz > 0) || mhz > highestClockMhz)
    return makeError("clock of {0} MHz: device '{1}' runs kernels at up to {2} MHz", mhz, deviceName, highestClockMhz);
  Device device = *this;
  device.currentClockMhz = mhz;
  return device;
}

Resources Device::available() const {
  Resources sum;
  for (const Die &die : dieList)
    sum += die.available;
  return sum;
}

int64_t Device::onChipBytesAvailable() const {
  Resources sum = available();
  return sum.bram18 * kBram18Bytes + sum.uram * kUramBytes;
}

int64_t Device::memoryBlocksAvailable(MemoryKind kind) const {
  Resources sum = available();
  int64_t have = kind == MemoryKind::Lutram ? sum.lut : kind == MemoryKind::Bram ? sum.bram18 : sum.uram;
  return blocks(kind).shapes.empty() ? 0 : static_cast<int64_t>(have * blocks(kind).share);
}

double Device::channelBytesPerCycle(const ExternalMemory &memory) const {
  double channel = memory.channelBytesPerSecond * memory.sequentialEfficiency / (currentClockMhz * 1e6);
  return std::min(channel, memory.portBits / 8.0);
}

int64_t Device::latencyCycles(OpKind kind) const {
  int64_t cycles = operators[static_cast<int>(kind)].latencyCycles;
  return static_cast<int64_t>(std::ceil(cycles * currentClockMhz / defaultClockMhz - 1e-9));
}

Resources Device::cost(OpKind kind) const { return operators[static_cast<int>(kind)].resources; }

const MemoryBlocks &Device::blocks(MemoryKind kind) const { return memoryBlocks[static_cast<int>(kind)]; }

MemoryShape Device::chooseShape(int64_t widthBits, int64_t depth, MemoryKind kind) const {
  llvm::ArrayRef<MemoryShape> shapes = blocks(kind).shapes;
  const MemoryShape *shape = llvm::find_if(shapes, [&](const MemoryShape &s) { return s.widthBits >= widthBits; });
  bool widest = shape == shapes.end() || shape + 1 == shapes.end();
  if (!widest)
    return *shape;
  // A deep memory takes the next narrower shape, as FINN's formula does beyond 512 words.
  if (shapes.size() > 1 && depth > shapes.back().depth)
    return shapes[shapes.size() - 2];
  return shapes.back();
}

Resources Device::memoryCost(int64_t widthBits, int64_t depth, MemoryKind kind) const {
  MemoryShape shape = chooseShape(widthBits, depth, kind);
  int64_t count = ceilDiv(depth, shape.depth) * ceilDiv(widthBits, shape.widthBits);
  Resources cost;
  switch (kind) {
  case MemoryKind::Lutram:
    cost.lut = count;
    break;
  case MemoryKind::Bram:
    cost.bram18 = count;
    break;
  case MemoryKind::Uram:
    cost.uram = count;
    break;
  }
  return cost;
}

Resources Device::fifoCost(int64_t widthBits, int64_t depth, MemoryKind kind) const {
  Resources cost = memoryCost(widthBits, depth, kind);
  cost.lut += depth > 1 ? 2 * bitsForCount(depth - 1) : 0;
  return cost;
}

int64_t Device::roundDepth(int64_t widthBits, int64_t depth, MemoryKind kind) const {
  return roundUp(depth, chooseShape(widthBits, depth, kind).depth);
}

MemoryKind Device::chooseMemory(int64_t widthBits, int64_t depth) const {
  if (widthBits * depth <= kShiftRegisterBits && !blocks(MemoryKind::Lutram).shapes.empty())
    return MemoryKind::Lutram;
  Resources total = available();
  MemoryKind best = MemoryKind::Lutram;
  double bestShare = std::numeric_limits<double>::infinity();
  for (MemoryKind kind : {MemoryKind::Lutram, MemoryKind::Bram, MemoryKind::Uram}) {
    if (blocks(kind).shapes.empty())
      continue;
    Resources cost = memoryCost(widthBits, depth, kind);
    double used = cost.lut + cost.bram18 + cost.uram; // only one of them is not zero
    int64_t have = kind == MemoryKind::Lutram ? total.lut : kind == MemoryKind::Bram ? total.bram18 : total.uram;
    double share = have > 0 ? used / (have * blocks(kind).share) : std::numeric_limits<double>::infinity();
    if (share < bestShare) {
      best = kind;
      bestShare = share;
    }
  }
  return best;
}

/// The paths of all .json files in `searchDirs` by name, the schema excepted; the first folder wins.
static std::map<std::string, std::string> deviceFiles(llvm::ArrayRef<std::string> searchDirs) {
  std::map<std::string, std::string> files;
  for (llvm::StringRef dir : searchDirs) {
    std::error_code ec;
    for (llvm::sys::fs::directory_iterator it(dir, ec), end; it != end && !ec; it.increment(ec)) {
      llvm::StringRef path = it->path();
      if (path.ends_with(".json") && !path.ends_with(".schema.json"))
        files.emplace(llvm::sys::path::stem(path).str(), path.str());
    }
  }
  return files;
}

llvm::Expected<std::string> st::findDeviceFile(llvm::StringRef name, llvm::ArrayRef<std::string> searchDirs) {
  if (name.ends_with(".json"))
    return name.str();
  std::map<std::string, std::string> files = deviceFiles(searchDirs);
  auto it = files.find(name.str());
  if (it != files.end())
    return it->second;
  std::string known = llvm::join(llvm::map_range(files, [](const auto &file) { return file.first; }), ", ");
  return makeError(
      "unknown device '{0}': there is no {0}.json in {1} (devices found: {2}); give one of these or the path "
      "of a device file",
      name, llvm::join(searchDirs, ", "), known.empty() ? "none" : known);
}

llvm::Expected<Device> Device::find(llvm::StringRef name, llvm::ArrayRef<std::string> searchDirs) {
  auto file = findDeviceFile(name, searchDirs);
  if (!file)
    return file.takeError();
  return load(*file);
}

llvm::Expected<std::vector<DeviceFile>> st::listDevices(llvm::ArrayRef<std::string> searchDirs) {
  std::vector<DeviceFile> result;
  for (const auto &[name, path] : deviceFiles(searchDirs)) {
    llvm::Expected<Device> device = Device::load(path);
    if (!device)
      return device.takeError();
    result.push_back({name, device->title().str(), path});
  }
  return result;
}
