"""What takes the place of newer systems' functions works like them."""

import pathlib
import re
import subprocess

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "tensorflow/older_systems.cc"

PROGRAM = """
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <future>
#include <mutex>
#include <new>
#include <sstream>
#include <thread>
#include <dlfcn.h>
#include <sys/stat.h>

using Clock = std::chrono::steady_clock;

int main(int, char** arguments) {
  std::mutex mutex;
  std::condition_variable condition;
  // By a clock that nobody sets: not before its end, and not never.
  {
    std::unique_lock<std::mutex> lock(mutex);
    const auto end = Clock::now() + std::chrono::milliseconds(50);
    const bool said = condition.wait_until(lock, end, [] { return false; });
    std::printf("timeout %d %d\\n", said, Clock::now() >= end);
  }
  for (const bool timed : {true, false}) {
    bool ready = false;
    std::thread thread([&] {
      std::lock_guard<std::mutex> lock(mutex);
      ready = true;
      condition.notify_one();
    });
    std::unique_lock<std::mutex> lock(mutex);
    const auto is_ready = [&] { return ready; };
    if (timed) {
      condition.wait_for(lock, std::chrono::minutes(1), is_ready);
    } else {
      condition.wait(lock, is_ready);
    }
    std::printf("notified %d\\n", ready);
    lock.unlock();
    thread.join();
  }
  // Errors of futures are counted, and end.
  for (int round = 0; round < 3; ++round) {
    std::shared_future<int> future;
    {
      std::promise<int> promise;
      future = promise.get_future().share();
    }
    for (int copy = 0; copy < 2; ++copy) {
      try {
        std::shared_future<int>(future).get();
      } catch (const std::future_error&) {
        std::printf("broken ");
      }
    }
  }
  volatile long length = -1;
  try {
    delete[] new int[length];
  } catch (const std::bad_alloc&) {
    std::printf("length\\n");
  }
  std::ostringstream text;
  text << 1 << " text";
  struct stat found;
  const bool there = stat(arguments[0], &found) == 0 && found.st_size > 0;
  std::printf("%s, %d\\n", text.str().c_str(), there);
  Dl_info place;
  std::printf("%d %d\\n", dlsym(RTLD_DEFAULT, "printf") != nullptr,
              dladdr(reinterpret_cast<void*>(&std::printf), &place) != 0);
}
"""
EXPECTED = """\
timeout 0 1
notified 1
notified 1
broken broken broken broken broken broken length
1 text, 1
1 1
"""


@pytest.mark.parametrize("clock_wait", ["pthread_cond_clockwait", "of_no_system"])
def test_they_do_what_the_systems_do(tmp_path, clock_wait):
    """Also where the C library has no wait by another clock, before glibc 2.30."""
    source = SOURCE.read_text()
    assert source.count('OldFind(nullptr, "pthread_cond_clockwait")') == 1
    source = source.replace('nullptr, "pthread_cond_clockwait"', f'nullptr, "{clock_wait}"')
    (tmp_path / "older_systems.cc").write_text(source)
    (tmp_path / "program.cc").write_text(PROGRAM)
    start = SOURCE.with_name("older_systems_start.cc")
    command = ["g++", "-std=c++17", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread"]
    command += ["program.cc", "older_systems.cc", str(start), "-o", "program", "-ldl"]
    subprocess.run(command, cwd=tmp_path, check=True)
    result = subprocess.run(
        [tmp_path / "program"], capture_output=True, text=True, timeout=60, check=True
    )
    assert result.stdout == EXPECTED
    # They took their place: nothing newer is asked for.
    symbols = subprocess.run(
        ["objdump", "--dynamic-syms", tmp_path / "program"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    needed = [int(minor) for minor in re.findall(r"\*UND\*.*\(GLIBC_2\.(\d+)", symbols)]
    assert needed and max(needed) <= 27, symbols
