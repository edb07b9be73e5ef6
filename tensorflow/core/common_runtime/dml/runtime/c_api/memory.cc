// Pools and copies.

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/c_api/device.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/process.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/thread_state.h"

struct dml_pool {
  dml_device* device = nullptr;
  std::unique_ptr<dml::Pool> pool;
};

namespace {

dml_pool_statistics ToC(const dml::PoolStatistics& s) {
  dml_pool_statistics out = {};
  out.bytes_in_use = s.bytes_in_use;
  out.peak_bytes_in_use = s.peak_bytes_in_use;
  out.bytes_reserved = s.bytes_reserved;
  out.peak_bytes_reserved = s.peak_bytes_reserved;
  out.largest_free_block = s.largest_free_block;
  out.largest_allocation = s.largest_allocation;
  out.limit_bytes = s.limit_bytes;
  out.allocation_count = s.allocation_count;
  out.live_allocations = s.live_allocations;
  out.heap_count = s.heap_count;
  return out;
}

void Add(const dml_pool_statistics& s, dml_pool_statistics* sum) {
  sum->bytes_in_use += s.bytes_in_use;
  sum->peak_bytes_in_use += s.peak_bytes_in_use;
  sum->bytes_reserved += s.bytes_reserved;
  sum->peak_bytes_reserved += s.peak_bytes_reserved;
  sum->largest_free_block =
      std::max(sum->largest_free_block, s.largest_free_block);
  sum->largest_allocation =
      std::max(sum->largest_allocation, s.largest_allocation);
  sum->limit_bytes += s.limit_bytes;
  sum->allocation_count += s.allocation_count;
  sum->live_allocations += s.live_allocations;
  sum->heap_count += s.heap_count;
}

}  // namespace

dml_code dml_pool_open(dml_device* device, const dml_pool_options* options,
                       dml_pool** pool) {
  DML_RETURN_IF_FORKED(dml::ReportForked());
  dml::PoolOptions chosen;
  if (options != nullptr) {
    chosen.limit_bytes = options->limit_bytes;
    chosen.allow_growth = options->allow_growth != 0;
    chosen.heap_bytes = options->heap_bytes;
  }
  auto made = std::make_unique<dml_pool>();
  made->device = device;
  made->pool = dml::MakePool(device, chosen);
  dml::AddReference(device);
  {
    std::lock_guard<std::mutex> lock(device->pools_mutex);
    device->pools.push_back(made->pool.get());
  }
  // Of a device that has failed before, which has abandoned its pools.
  if (const dml::Status status = device->stream->status(); !status.ok()) {
    made->pool->Abandon(status);
  }
  *pool = made.release();
  return DML_OK;
}

void dml_pool_close(dml_pool* pool) {
  DML_RETURN_IF_FORKED();
  if (pool == nullptr) return;
  dml_device* device = pool->device;
  // What was kept for launches that wait is the pool's.
  (void)device->stream->Flush().ok();
  device->stream->ReleaseHeld();
  {
    std::lock_guard<std::mutex> lock(device->pools_mutex);
    auto& pools = device->pools;
    pools.erase(std::find(pools.begin(), pools.end(), pool->pool.get()));
  }
  std::unique_ptr<dml_pool>(pool).reset();
  dml::DropReference(device);
}

dml_code dml_allocate(dml_pool* pool, uint64_t bytes, uint64_t* address) {
  DML_RETURN_IF_FORKED(dml::ReportForked());
  pool->device->stream->ReleaseHeld();
  return dml::Report(pool->pool->Allocate(bytes, dml::ThreadTag(), address));
}

void dml_free(dml_pool* pool, uint64_t address) {
  DML_RETURN_IF_FORKED();
  dml::Stream* const stream = pool->device->stream.get();
  stream->ReleaseHeld();
  if (stream->KeepsValues() &&
      stream->Discard(address, pool->pool->AllocatedBytes(address),
                      [pool, address] { pool->pool->Free(address); })) {
    return;  // which frees it later
  }
  pool->pool->Free(address);
}

uint64_t dml_allocated_bytes(dml_pool* pool, uint64_t address) {
  DML_RETURN_IF_FORKED(0);
  return pool->pool->AllocatedBytes(address);
}

void dml_pool_trim(dml_pool* pool) {
  DML_RETURN_IF_FORKED();
  pool->pool->Trim();
}

void dml_pool_reset_peaks(dml_pool* pool) {
  DML_RETURN_IF_FORKED();
  pool->pool->ResetPeaks();
}

void dml_pool_get_statistics(dml_pool* pool, dml_pool_statistics* out) {
  *out = {};
  DML_RETURN_IF_FORKED();
  pool->device->stream->ReleaseHeld();
  *out = ToC(pool->pool->statistics());
}

void dml_device_get_memory(dml_device* device, dml_pool_statistics* pools,
                           dml_pool_statistics* scratch) {
  *pools = {};
  *scratch = {};
  DML_RETURN_IF_FORKED();
  device->stream->ReleaseHeld();
  std::lock_guard<std::mutex> lock(device->pools_mutex);
  for (const dml::Pool* pool : device->pools) {
    Add(ToC(pool->statistics()), pools);
  }
  *scratch = ToC(device->scratch->statistics());
}

void dml_device_reset_peaks(dml_device* device) {
  DML_RETURN_IF_FORKED();
  std::lock_guard<std::mutex> lock(device->pools_mutex);
  for (dml::Pool* pool : device->pools) pool->ResetPeaks();
  device->scratch->ResetPeaks();
}

dml_code dml_copy_from_host(dml_device* device, uint64_t dst, const void* src,
                            uint64_t bytes) {
  DML_RETURN_IF_FORKED(dml::ReportForked());
  return dml::Report(device->stream->CopyFromHost(dst, src, bytes));
}

dml_code dml_copy_to_host(dml_device* device, void* dst, uint64_t src,
                          uint64_t bytes) {
  DML_RETURN_IF_FORKED(dml::ReportForked());
  if (dml::InsideCallback()) {
    return dml::Report(
        dml::Error(dml::Code::kFailedPrecondition,
                   "a completion callback must not wait for the device: use "
                   "dml_copy_to_host_async there"));
  }
  std::mutex mutex;
  std::condition_variable finished;
  bool done = false;
  dml::Status status;
  device->stream->CopyToHost(dst, src, bytes, [&](const dml::Status& result) {
    // Notifies under the lock: the waiter's stack goes when it wakes up.
    std::lock_guard<std::mutex> lock(mutex);
    status = result;
    done = true;
    finished.notify_one();
  });
  std::unique_lock<std::mutex> lock(mutex);
  finished.wait(lock, [&] { return done; });
  return dml::Report(status);
}

void dml_copy_to_host_async(dml_device* device, void* dst, uint64_t src,
                            uint64_t bytes, dml_callback done, void* argument) {
  DML_RETURN_IF_FORKED(dml::RunCallback(done, argument, dml::ForkedStatus()));
  device->stream->CopyToHost(dst, src, bytes,
                             [done, argument](const dml::Status& status) {
                               dml::RunCallback(done, argument, status);
                             });
}

void dml_on_complete(dml_device* device, dml_callback done, void* argument) {
  DML_RETURN_IF_FORKED(dml::RunCallback(done, argument, dml::ForkedStatus()));
  device->stream->OnComplete([done, argument](const dml::Status& status) {
    dml::RunCallback(done, argument, status);
  });
}

dml_code dml_copy(dml_device* device, uint64_t dst, uint64_t src,
                  uint64_t bytes) {
  DML_RETURN_IF_FORKED(dml::ReportForked());
  return dml::Report(device->stream->Copy(dst, src, bytes));
}
