#include "tensorflow/core/common_runtime/dml/runtime/base/cache_file.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace dml {
namespace {

constexpr CacheMagic kMagic = {'D', 'M', 'L', 'T', 'E', 'S', 'T', '1'};
constexpr CacheMagic kOther = {'D', 'M', 'L', 'T', 'E', 'S', 'T', '2'};

class CacheFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* root = std::getenv("TEST_TMPDIR");
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(root != nullptr ? root : "/tmp") /
              (std::string("cache_file_test_") + test->name());
    std::filesystem::remove_all(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Path(const char* name) const {
    return (folder_ / name).u8string();
  }

  static std::string Bytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static void SetBytes(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
  }

  std::filesystem::path folder_;
};

TEST_F(CacheFileTest, ReadsWhatWasWritten) {
  const std::string path = Path("deep/folder/file");
  for (const std::string& data :
       {std::string("some data"), std::string(), std::string(100000, '\0')}) {
    ASSERT_TRUE(WriteCacheFile(path, kMagic, data));
    std::string read = "old";
    EXPECT_EQ(ReadCacheFile(path, kMagic, &read), CacheRead::kRead);
    EXPECT_EQ(read, data);
  }
  // Nothing temporary stays.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(
                              std::filesystem::path(path).parent_path()),
                          {}),
            1);
}

TEST_F(CacheFileTest, SaysWhatIsMissing) {
  std::string data;
  EXPECT_EQ(ReadCacheFile(Path("nothing"), kMagic, &data), CacheRead::kMissing);
}

TEST_F(CacheFileTest, NoticesAnotherKind) {
  ASSERT_TRUE(WriteCacheFile(Path("file"), kMagic, "data"));
  std::string data;
  EXPECT_EQ(ReadCacheFile(Path("file"), kOther, &data), CacheRead::kDamaged);
}

TEST_F(CacheFileTest, NoticesEveryFlippedBit) {
  const std::string path = Path("file");
  ASSERT_TRUE(WriteCacheFile(path, kMagic, "a few bytes of data"));
  const std::string whole = Bytes(path);
  for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] ^= static_cast<char>(1 << bit % 8);
    SetBytes(path, flipped);
    std::string data;
    EXPECT_EQ(ReadCacheFile(path, kMagic, &data), CacheRead::kDamaged)
        << "bit " << bit;
  }
}

TEST_F(CacheFileTest, NoticesEveryWrongLength) {
  const std::string path = Path("file");
  ASSERT_TRUE(WriteCacheFile(path, kMagic, "a few bytes of data"));
  const std::string whole = Bytes(path);
  std::string data;
  for (size_t length = 0; length < whole.size(); ++length) {
    SetBytes(path, whole.substr(0, length));
    EXPECT_EQ(ReadCacheFile(path, kMagic, &data), CacheRead::kDamaged)
        << length << " bytes";
  }
  SetBytes(path, whole + "x");
  EXPECT_EQ(ReadCacheFile(path, kMagic, &data), CacheRead::kDamaged);
}

TEST_F(CacheFileTest, FailsWithoutATrace) {
  std::filesystem::create_directories(folder_);
  SetBytes(Path("file"), "in the way");
  EXPECT_FALSE(WriteCacheFile(Path("file/below"), kMagic, "data"));
  // A folder cannot be replaced by a file.
  std::filesystem::create_directories(Path("taken/inside"));
  EXPECT_FALSE(WriteCacheFile(Path("taken"), kMagic, "data"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 2);
}

TEST_F(CacheFileTest, ReadersSeeTheOldFileOrTheNewOne) {
  const std::string path = Path("file");
  const std::string contents[] = {std::string(5000, 'a'),
                                  std::string(70000, 'b')};
  ASSERT_TRUE(WriteCacheFile(path, kMagic, contents[0]));
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      EXPECT_TRUE(WriteCacheFile(path, kMagic, contents[i % 2]));
    }
  });
  for (int i = 0; i < 500; ++i) {
    std::string data;
    ASSERT_EQ(ReadCacheFile(path, kMagic, &data), CacheRead::kRead);
    ASSERT_TRUE(data == contents[0] || data == contents[1]);
  }
  stop = true;
  writer.join();
}

TEST_F(CacheFileTest, LocksExcludeEachOther) {
  const std::string path = Path("folder/file");
  int count = 0;  // guarded by the file's lock
  std::vector<std::thread> threads;
  std::atomic<bool> inside{false};
  std::atomic<int> clashes{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const FileLock lock(path);
        if (inside.exchange(true)) ++clashes;
        ++count;
        std::this_thread::yield();
        inside = false;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(clashes, 0);
  EXPECT_EQ(count, 200);
  EXPECT_TRUE(std::filesystem::exists(path + ".lock"));
}

TEST_F(CacheFileTest, AnEmptyPathNeedsNoLock) {
  const FileLock first("");
  const FileLock second("");  // does not wait
}

TEST(CacheFileTextTest, WritesHexadecimal) {
  std::array<uint8_t, 16> uuid{};
  for (int i = 0; i < 16; ++i) uuid[i] = static_cast<uint8_t>(17 * i);
  EXPECT_EQ(Hexadecimal(uuid), "00112233445566778899aabbccddeeff");
}

TEST(CacheFileTextTest, ChecksumIsFnv1a) {
  EXPECT_EQ(Checksum("", 0), 0xcbf29ce484222325u);
  EXPECT_EQ(Checksum("a", 1), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(Checksum("foobar", 6), 0x85944171f73967e8u);
}

}  // namespace
}  // namespace dml
