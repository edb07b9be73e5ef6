/* The DML runtime's C API: adapters, devices, memory, copies and counters.
 * Operators are in dml_operators.h, what measuring takes in dml_benchmark.h.
 *
 * Everything above the runtime uses these headers and nothing else: the
 * TensorFlow 1.15 device, the Python binding (ctypes), benchmarks, and later
 * the TensorFlow 2.x plugin. They name neither TensorFlow nor a graphics API.
 *
 * Errors: functions that can fail return a dml_code. For any but DML_OK,
 * dml_error_message() gives the cause and the way out, per thread, until the
 * thread's next failing call. No function aborts or throws.
 *
 * Threads: every function may be called from any thread at any time, except
 * that an object must not be used during or after its closing.
 *
 * Addresses: a device address is an integer that also may be cast to a host
 * pointer; touching it from the host faults. Address arithmetic inside an
 * allocation is legal.
 *
 * Forks: where a process had opened a device, or listed adapters other than
 * software ones, in what it forks every function that can fail fails at once
 * with DML_FAILED_PRECONDITION, and the others do nothing and return zeros.
 * Where it had not, what it forks may open devices.
 *
 * Order: work takes effect in the order in which it was enqueued; enqueuing
 * does not wait for it. Memory may be freed as soon as the last use of it is
 * enqueued.
 *
 * Sizes are in bytes unless the name says otherwise.
 */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DML_RUNTIME_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DML_RUNTIME_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef _WIN32
#define DML_EXPORT __declspec(dllexport)
#else
#define DML_EXPORT __attribute__((visibility("default")))
#endif

/* An int in C++ too: a caller may pass any, and a wrong one gets an error. */
#ifdef __cplusplus
#define DML_ENUM : int
#else
#define DML_ENUM
#endif

/* Changes when a function or struct below changes incompatibly. */
#define DML_RUNTIME_API_VERSION 1
DML_EXPORT uint32_t dml_api_version(void);

typedef enum dml_code DML_ENUM {
  DML_OK = 0,
  DML_INVALID_ARGUMENT = 1,
  DML_OUT_OF_MEMORY = 2,
  DML_UNIMPLEMENTED = 3,
  DML_UNAVAILABLE = 4,
  DML_DEVICE_LOST = 5,
  DML_INTERNAL = 6,
  DML_DEADLINE_EXCEEDED = 7,
  DML_NOT_FOUND = 8,
  DML_FAILED_PRECONDITION = 9
} dml_code;

DML_EXPORT const char* dml_error_message(void);

/* DML_OK, or why this process can't use the runtime: it was forked, see above.
 */
DML_EXPORT dml_code dml_process_status(void);

/* ---- Adapters ---------------------------------------------------------- */

typedef enum dml_adapter_type DML_ENUM {
  DML_ADAPTER_DISCRETE = 0,
  DML_ADAPTER_INTEGRATED = 1,
  DML_ADAPTER_SOFTWARE = 2
} dml_adapter_type;

typedef struct dml_adapter_info {
  char name[256];
  char driver[256];
  char api[64];
  uint32_t vendor_id; /* PCI */
  uint32_t device_id; /* PCI */
  uint8_t uuid[16];
  dml_adapter_type type;
  uint32_t unified_memory; /* 0 or 1 */
  uint64_t memory_bytes;
  uint64_t max_heap_bytes;
  uint32_t subgroup_size;
  uint32_t max_group_invocations;
  uint32_t max_shared_bytes;
  uint32_t float16_arithmetic; /* 0 or 1 */
  uint32_t float64;            /* 0 or 1 */
} dml_adapter_info;

/* Lists the visible adapters: discrete, then integrated, then software; in the
 * driver's order inside a class. Read once per process:
 *   DML_VISIBLE_DEVICES     comma-separated indices into that list; order is
 *                           kept, as in CUDA_VISIBLE_DEVICES an unknown index
 *                           ends the list, and the problem is said.
 *   TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER=1
 *                           lists software adapters too.
 *   TF_DIRECTML_DRIVERS     which driver of a GPU that has several comes first:
 *                           words of drivers' names, comma-separated.
 *   TF_DIRECTML_BACKEND     "vulkan" (default) or "null".
 * `*count` may be 0, and then dml_adapter_problem() says why. */
DML_EXPORT dml_code dml_adapter_count(uint32_t* count);

/* One line: why there is no adapter, or fewer than asked for, and what to do.
 * Empty when all is well. Static storage. */
DML_EXPORT const char* dml_adapter_problem(void);

DML_EXPORT dml_code dml_adapter_get_info(uint32_t index,
                                         dml_adapter_info* info);

/* The other drivers of the same GPU, which are not listed as adapters: writes
 * lines "name\tdriver\tapi\n" into `text` (always terminated) and returns the
 * length that the whole text has. */
DML_EXPORT size_t dml_adapter_other_drivers(uint32_t index, char* text,
                                            size_t capacity);

/* ---- Devices ----------------------------------------------------------- */

typedef struct dml_device dml_device;

/* The device of an adapter. One per adapter and process: opening again gives
 * the same one with another reference, or, once that one is lost, a new one. */
DML_EXPORT dml_code dml_device_open(uint32_t adapter_index,
                                    dml_device** device);
/* Drops a reference; the last one waits for the device's work. */
DML_EXPORT void dml_device_close(dml_device* device);
DML_EXPORT uint32_t dml_device_adapter_index(const dml_device* device);
/* DML_OK, or why the device can't be used any more. */
DML_EXPORT dml_code dml_device_status(dml_device* device);

/* Sends what is recorded, without waiting. */
DML_EXPORT dml_code dml_device_flush(dml_device* device);
/* Waits until everything enqueued so far has completed. */
DML_EXPORT dml_code dml_device_sync(dml_device* device);

/* Element-wise launches that follow one another become one where there is a
 * program for it (TF_DIRECTML_MERGING), which a thread of its own makes when
 * they have followed one another twice. Waits for those asked for so far. */
DML_EXPORT dml_code dml_device_finish_programs(dml_device* device);
/* Whether they do from here on: to measure or count what each does alone. */
DML_EXPORT void dml_device_merge_launches(dml_device* device, int32_t merge);

typedef struct dml_device_statistics {
  uint64_t launches; /* dispatches enqueued */
  uint64_t device_copies;
  uint64_t barriers;
  uint64_t submissions;
  uint64_t host_to_device_copies;
  uint64_t host_to_device_bytes;
  uint64_t device_to_host_copies;
  uint64_t device_to_host_bytes;
  uint64_t staging_bytes;     /* reserved now */
  uint64_t programs_compiled; /* does not grow with new shapes */
  uint64_t driver_budget_bytes;
  uint64_t driver_used_bytes;
  uint64_t transfer_queue_copies; /* in pieces, beside other work */
  uint64_t merged_launches;       /* whose work others in `launches` do */
  uint64_t launch_bytes;          /* of all arguments of `launches` */
} dml_device_statistics;

/* Counters since the device was opened first. */
DML_EXPORT void dml_device_get_statistics(dml_device* device,
                                          dml_device_statistics* statistics);

/* Names the calling thread's work from here on, for counters and memory
 * reports: the op type, such as "Conv2D". Copied; null clears it. */
DML_EXPORT void dml_set_tag(const char* tag);
/* The same without a copy: the text must stay as it is while the process
 * lives. */
DML_EXPORT void dml_set_lasting_tag(const char* tag);

/* Writes lines "tag\tlaunches\n", by tag (merged launches have the tags of
 * all, such as "Mul+Add"), into `text` (always terminated) and
 * returns the length that the whole text has. */
DML_EXPORT size_t dml_device_launches_by_tag(dml_device* device, char* text,
                                             size_t capacity);
/* The programs that programs_compiled counts, but for those of merged launches
 * that were dropped for others, written in the same way, in the order in which
 * they were first asked for: lines "program\tconstant,...\n", with the
 * specialization constants by number. */
DML_EXPORT size_t dml_device_programs(dml_device* device, char* text,
                                      size_t capacity);

/* ---- Profiles: when the device did what --------------------------------- */

typedef enum dml_work_kind DML_ENUM {
  DML_WORK_LAUNCH = 0,
  DML_WORK_HOST_TO_DEVICE = 1,
  DML_WORK_DEVICE_TO_HOST = 2,
  DML_WORK_DEVICE_TO_DEVICE = 3
} dml_work_kind;

/* One launch or copy. Its time runs from the completion of what came before it
 * to its own: work that the device overlaps shares no time, but large copies
 * from and to the host, which adapters with a queue for them do beside all
 * else. Copies that the host does by itself, where memory is unified, have no
 * record. */
typedef struct dml_profile_record {
  uint64_t activity; /* dml_set_activity() when it was enqueued */
  uint64_t start_ns; /* of the host's steady clock (CLOCK_MONOTONIC) */
  uint64_t end_ns;
  uint64_t bytes; /* of a copy */
  dml_work_kind kind;
  char program[60]; /* of a launch */
} dml_profile_record;

typedef struct dml_profile_statistics {
  uint64_t waiting;        /* records to be read */
  uint64_t dropped;        /* records that found no room, or could not be had */
  uint64_t timestamp_room; /* timestamps that the device keeps room for; 0 when
                            * no profile was taken lately */
} dml_profile_statistics;

/* Names the calling thread's work from here on, in profiles: any number, 0 at
 * first. Returns the one before. */
DML_EXPORT uint64_t dml_set_activity(uint64_t activity);

/* Until the matching dml_end_parts(), operators that the calling thread calls
 * write no element twice: each writes a part of a whole, as the copies of a
 * concatenation do, and no order is kept among these writes, so that they need
 * not wait for each other. All other order is kept. Pairs may nest; the
 * outermost counts. */
DML_EXPORT void dml_begin_parts(void);
DML_EXPORT void dml_end_parts(void);

/* Times what is enqueued from here on. Keeps up to `max_records` (0: a million)
 * that were not read yet; records of an earlier profile go. Where the driver
 * can't read its clock and the host's at once, times are right within the delay
 * between the end of work and the host's notice of it.
 * DML_UNIMPLEMENTED: the adapter has no timestamps. DML_FAILED_PRECONDITION: a
 * profile of the device is being taken. */
DML_EXPORT dml_code dml_profile_start(dml_device* device, uint64_t max_records);
/* Ends it, and waits for what was enqueued. */
DML_EXPORT dml_code dml_profile_stop(dml_device* device);
/* Moves the oldest records, in the order of enqueuing but for copies beside
 * other work, into `records`; returns how many. During a profile, too: records
 * come as their work completes. */
DML_EXPORT size_t dml_profile_read(dml_device* device,
                                   dml_profile_record* records,
                                   size_t capacity);
DML_EXPORT void dml_profile_get_statistics(dml_device* device,
                                           dml_profile_statistics* statistics);

/* For tests: the next submission fails as if the driver had said `code`. */
DML_EXPORT void dml_device_inject_failure(dml_device* device, dml_code code);

/* ---- Memory ------------------------------------------------------------ */

typedef struct dml_pool dml_pool;

typedef struct dml_pool_options {
  uint64_t limit_bytes;  /* of all heaps; 0: what the driver's budget allows,
                            which holds beside any limit */
  uint32_t allow_growth; /* 0: the limit is reserved at first use */
  uint64_t heap_bytes;   /* of an ordinary heap; 0: chosen */
} dml_pool_options;

typedef struct dml_pool_statistics {
  uint64_t bytes_in_use;
  uint64_t peak_bytes_in_use;
  uint64_t bytes_reserved;
  uint64_t peak_bytes_reserved;
  uint64_t largest_free_block;
  uint64_t largest_allocation;
  uint64_t limit_bytes;
  uint64_t allocation_count;
  uint64_t live_allocations;
  uint64_t heap_count;
} dml_pool_statistics;

/* A budget of device memory; the pool keeps the device open. */
DML_EXPORT dml_code dml_pool_open(dml_device* device,
                                  const dml_pool_options* options,
                                  dml_pool** pool);
/* All memory of the pool becomes invalid. */
DML_EXPORT void dml_pool_close(dml_pool* pool);
/* At least `bytes`, aligned to 256. DML_OUT_OF_MEMORY names the size, the
 * limit, the use and the largest holders by tag. */
DML_EXPORT dml_code dml_allocate(dml_pool* pool, uint64_t bytes,
                                 uint64_t* address);
DML_EXPORT void dml_free(dml_pool* pool, uint64_t address);
/* Size of the live allocation that starts at `address`; else 0. */
DML_EXPORT uint64_t dml_allocated_bytes(dml_pool* pool, uint64_t address);
DML_EXPORT void dml_pool_trim(dml_pool* pool);
DML_EXPORT void dml_pool_reset_peaks(dml_pool* pool);
DML_EXPORT void dml_pool_get_statistics(dml_pool* pool,
                                        dml_pool_statistics* statistics);

/* All memory of a device: its open pools taken together, whoever opened them,
 * and what operators use while they run. Peaks and limits are sums over the
 * pools; the largest free block is that of any. */
DML_EXPORT void dml_device_get_memory(dml_device* device,
                                      dml_pool_statistics* pools,
                                      dml_pool_statistics* scratch);
/* Peaks start again from what is in use now. */
DML_EXPORT void dml_device_reset_peaks(dml_device* device);

/* ---- Copies ------------------------------------------------------------ */

/* The host range may be reused when this returns. `src` may also be an address
 * of this device's, as unified addressing has it: a copy within the device. */
DML_EXPORT dml_code dml_copy_from_host(dml_device* device, uint64_t dst,
                                       const void* src, uint64_t bytes);
/* Waits for the bytes. */
DML_EXPORT dml_code dml_copy_to_host(dml_device* device, void* dst,
                                     uint64_t src, uint64_t bytes);
/* Calls `done(argument, code, message)` once, when the bytes are in `dst` or
 * never will be: on this thread, on one of the runtime, or on any that calls
 * dml_on_complete(), dml_device_sync() or dml_allocate() meanwhile. So hold no
 * lock in these calls that a callback takes. It must not wait for the device.
 * What it sets for its thread (tag, activity) ends with it. */
typedef void (*dml_callback)(void* argument, dml_code code,
                             const char* message);
DML_EXPORT void dml_copy_to_host_async(dml_device* device, void* dst,
                                       uint64_t src, uint64_t bytes,
                                       dml_callback done, void* argument);
/* Calls `done` when everything enqueued so far has completed. */
DML_EXPORT void dml_on_complete(dml_device* device, dml_callback done,
                                void* argument);
/* Device to device; the ranges may overlap. */
DML_EXPORT dml_code dml_copy(dml_device* device, uint64_t dst, uint64_t src,
                             uint64_t bytes);

#ifdef __cplusplus
}
#endif

#endif /* TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DML_RUNTIME_H_ */
