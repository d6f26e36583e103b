// Feeds files to a fuzz target, one after the other: the corpus as a normal test, and the way to replay a finding.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size);

int main(int argc, char** argv) {
  int fed = 0;
  for (int i = 1; i < argc; ++i) {
    std::vector<std::filesystem::path> files;
    if (std::filesystem::is_directory(argv[i]))
      for (const auto& entry : std::filesystem::directory_iterator{argv[i]})
        files.push_back(entry.path());
    else
      files.emplace_back(argv[i]);
    for (const auto& path : files) {
      std::ifstream file{path, std::ios::binary};
      const std::vector<char> content{std::istreambuf_iterator<char>{file}, {}};
      std::printf("%s\n", path.c_str()); // the last line names the file that crashed
      std::fflush(stdout);
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
      ++fed;
    }
  }
  std::printf("%d inputs\n", fed);
  return fed > 0 ? 0 : 1; // an empty corpus is a mistake
}
