#include "Support/FileSystem.h"
#include "Support/Json.h"
#include "TemporaryFolder.h"

#include "gtest/gtest.h"

using namespace st;
namespace fs = llvm::sys::fs;

namespace {

unsigned countEntries(llvm::StringRef folder) {
  unsigned count = 0;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; it != end && !error; it.increment(error))
    ++count;
  return count;
}

TEST(OutputFolder, AppearsOnlyOnCommit) {
  st::testing::TemporaryFolder temporary;
  std::string out = temporary.path("a/out");
  {
    auto folder = OutputFolder::create(out);
    ASSERT_TRUE(bool(folder)) << llvm::toString(folder.takeError());
    ASSERT_FALSE(bool(writeFile(folder->path("design.json"), "{}")));
    EXPECT_FALSE(fs::exists(out));
    ASSERT_FALSE(bool(folder->commit()));
    EXPECT_EQ(folder->path(), out);
  }
  EXPECT_TRUE(fs::exists(out + "/design.json"));
  EXPECT_EQ(countEntries(temporary.path("a")), 1u);
}

TEST(OutputFolder, LeavesNothingWithoutCommit) {
  st::testing::TemporaryFolder temporary;
  {
    auto folder = OutputFolder::create(temporary.path("a/out"));
    ASSERT_TRUE(bool(folder)) << llvm::toString(folder.takeError());
    ASSERT_FALSE(bool(writeFile(folder->path("deep/file"), "text")));
  }
  EXPECT_EQ(countEntries(temporary.path("a")), 0u);
}

TEST(OutputFolder, ReplacesItsOwnResultsOnly) {
  st::testing::TemporaryFolder temporary;
  std::string out = temporary.path("out");
  ASSERT_FALSE(bool(writeFile(out + "/thesis.tex", "years of work")));
  auto refused = OutputFolder::create(out);
  ASSERT_FALSE(bool(refused));
  EXPECT_NE(llvm::toString(refused.takeError()).find("holds no design.json"), std::string::npos);
  EXPECT_TRUE(fs::exists(out + "/thesis.tex"));

  ASSERT_FALSE(bool(writeFile(out + "/design.json", "{}")));
  auto folder = OutputFolder::create(out);
  ASSERT_TRUE(bool(folder)) << llvm::toString(folder.takeError());
  ASSERT_FALSE(bool(writeFile(folder->path("new"), "")));
  ASSERT_FALSE(bool(folder->commit()));
  EXPECT_TRUE(fs::exists(out + "/new"));
  EXPECT_FALSE(fs::exists(out + "/thesis.tex"));
  EXPECT_EQ(countEntries(temporary.path("")), 1u);
}

TEST(OutputFolder, RefusesAFile) {
  st::testing::TemporaryFolder temporary;
  ASSERT_FALSE(bool(writeFile(temporary.path("out"), "")));
  auto folder = OutputFolder::create(temporary.path("out"));
  ASSERT_FALSE(bool(folder));
  EXPECT_NE(llvm::toString(folder.takeError()).find("is not a folder"), std::string::npos);
}

TEST(Json, RoundTripAndErrors) {
  st::testing::TemporaryFolder temporary;
  std::string path = temporary.path("a.json");
  llvm::json::Value value = llvm::json::Object{{"depth_tokens", 4}};
  ASSERT_FALSE(bool(writeJson(path, value)));
  auto read = readJson(path);
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  EXPECT_EQ(*read, value);

  ASSERT_FALSE(bool(writeFile(path, "{\"depth_tokens\": }")));
  auto broken = readJson(path);
  ASSERT_FALSE(bool(broken));
  std::string message = llvm::toString(broken.takeError());
  EXPECT_NE(message.find("a.json: not valid JSON: [1:18"), std::string::npos) << message;
}

} // namespace
