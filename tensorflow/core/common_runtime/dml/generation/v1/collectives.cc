// Collective ops of TensorFlow 1.15. A kernel describes its part to the step's
// CollectiveExecutor, which finds the others of the group when the op first
// runs, and then moves the data: RingReduce, RingGather and
// HierarchicalTreeBroadcast, over CopyTensor between devices of a process and
// gRPC between processes.
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/base_collectives.h"
#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/framework/attr_value_util.h"
#include "tensorflow/core/framework/cancellation.h"
#include "tensorflow/core/framework/collective.h"
#include "tensorflow/core/framework/node_def.pb.h"
#include "tensorflow/core/framework/node_def_util.h"
#include "tensorflow/core/lib/core/errors.h"
#include "tensorflow/core/lib/core/status.h"
#include "tensorflow/core/lib/strings/strcat.h"
#include "tensorflow/core/platform/mutex.h"

namespace tensorflow {
namespace dml {
namespace {

// The runs of collectives that are under way in this process. A group agrees
// on its shape when it first runs; TensorFlow ends the process where, later,
// two members of one process bring different ones.
class Rounds {
 public:
  // `device` joins the first run of `key` that it is not in.
  Status Join(const string& key, const string& device,
              const TensorShape& shape) {
    mutex_lock lock(mutex_);
    std::deque<Round>& rounds = rounds_[key];
    for (Round& round : rounds) {
      if (!round.joined.insert(device).second) continue;
      ++round.running;
      if (round.shape.IsSameSize(shape)) return OkStatus();
      return errors::InvalidArgument(
          device, " brings ", shape.DebugString(),
          " to a collective that others of its group bring ",
          round.shape.DebugString(), " to");
    }
    rounds.push_back({shape, {device}, /*running=*/1});
    return OkStatus();
  }

  // `device` has ended its run, which is the last that it joined.
  void Leave(const string& key, const string& device) {
    mutex_lock lock(mutex_);
    const auto found = rounds_.find(key);
    std::deque<Round>& rounds = found->second;
    for (auto round = rounds.rbegin(); round != rounds.rend(); ++round) {
      if (round->joined.count(device) == 0) continue;
      --round->running;
      break;
    }
    while (!rounds.empty() && rounds.front().running == 0) rounds.pop_front();
    if (rounds.empty()) rounds_.erase(found);
  }

 private:
  struct Round {
    TensorShape shape;
    std::set<string> joined;
    int running;
  };

  mutex mutex_;
  std::map<string, std::deque<Round>> rounds_ TF_GUARDED_BY(mutex_);
};

Rounds* RoundsOfProcess() {
  static auto* const rounds = new Rounds;
  return rounds;
}

// What all of them share. A node takes part in one collective instance at a
// time: TensorFlow runs no two steps of a group at once.
class Collective : public AsyncOpKernel {
 public:
  Collective(OpKernelConstruction* c, CollectiveType type, const char* title)
      : AsyncOpKernel(c) {
    params_.name = strings::StrCat(name(), ": ", title);
    params_.group.device_type = c->device_type();
    params_.instance.type = type;
    CollImplDetails* const details = &params_.instance.impl_details;
    OP_REQUIRES_OK(c, c->GetAttr("group_size", &params_.group.group_size));
    OP_REQUIRES_OK(c, c->GetAttr("group_key", &params_.group.group_key));
    OP_REQUIRES_OK(c,
                   c->GetAttr("instance_key", &params_.instance.instance_key));
    OP_REQUIRES_OK(c, c->GetAttr("T", &params_.instance.data_type));
    OP_REQUIRES_OK(
        c, c->GetAttr("communication_hint", &details->communication_hint));
    OP_REQUIRES(c, params_.group.group_size > 0,
                errors::InvalidArgument("group_size must be above 0, not ",
                                        params_.group.group_size));
  }

  void ComputeAsync(OpKernelContext* c, DoneCallback done) final {
    CollectiveExecutor* const executor = c->collective_executor();
    OP_REQUIRES_ASYNC(c, executor != nullptr,
                      errors::FailedPrecondition(
                          params_.name,
                          " needs a session or a context that has collectives:"
                          " of tf.distribute, or by "
                          "RunOptions.experimental.collective_graph_key"),
                      done);
    // On the executor's thread: later, what was enqueued meanwhile might use
    // memory that this would get.
    OP_REQUIRES_OK_ASYNC(c, AllocateOutput(c), done);
    if (complete_) return Execute(c, executor, std::move(done));
    executor->RunClosure(
        [this, c, executor, done] { FindGroup(c, executor, done); });
  }

 protected:
  // Allocates output 0, and says its shape in the parameters.
  virtual Status AllocateOutput(OpKernelContext* c) = 0;

  CollectiveParams params_;
  std::vector<int32> dependencies_;  // by instance key

 private:
  // What TensorFlow tells of a group. It may do so when the step is over.
  struct Answer {
    CollectiveParams params;
    std::atomic<bool> taken{false};  // or not waited for any more
  };

  // Waits for the others of the group, unless the step is cancelled: they may
  // have failed, or be none.
  void FindGroup(OpKernelContext* c, CollectiveExecutor* executor,
                 DoneCallback done) {
    auto answer = std::make_shared<Answer>();
    answer->params.name = params_.name;
    answer->params.group = params_.group;
    Copy(params_.instance, &answer->params.instance);
    answer->params.is_source = params_.is_source;
    CancellationManager* const manager = c->cancellation_manager();
    CancellationToken token = CancellationManager::kInvalidToken;
    if (manager != nullptr) {
      const Status cancelled = Cancelled(" waited for the others of its group");
      token = manager->get_cancellation_token();
      const auto end = [c, executor, done, answer, cancelled] {
        if (answer->taken.exchange(true)) return;
        executor->RunClosure(
            [c, done, cancelled] { OP_REQUIRES_OK_ASYNC(c, cancelled, done); });
      };
      if (!manager->RegisterCallback(token, end)) return end();
    }
    executor->CompleteParamsAsync(
        c->device()->name(), &answer->params, manager,
        [this, c, executor, done, answer, manager, token](Status status) {
          if (answer->taken.exchange(true)) return;
          if (manager != nullptr) manager->DeregisterCallback(token);
          if (status.ok()) status = Take(&answer->params);
          if (!status.ok()) return Fail(c, executor, status, done);
          Execute(c, executor, done);
        });
  }

  // All of it: TensorFlow's assignment leaves the implementation's name out.
  static void Copy(const CollInstanceParams& from, CollInstanceParams* to) {
    *to = from;
    to->impl_details = from.impl_details;
  }

  Status Take(CollectiveParams* found) {
    const CollInstanceParams& instance = found->instance;
    if (instance.type != params_.instance.type ||
        instance.data_type != params_.instance.data_type) {
      return errors::InvalidArgument(
          params_.name, " of ", DataTypeString(params_.instance.data_type),
          " has the instance_key, ", instance.instance_key,
          ", of a collective of another kind or type");
    }
    params_.group = found->group;
    Copy(instance, &params_.instance);
    params_.instance.impl_details.dependencies = dependencies_;
    params_.task = found->task;
    params_.default_rank = found->default_rank;
    params_.source_rank = found->source_rank;
    params_.subdiv_rank = found->subdiv_rank;
    complete_ = true;
    return OkStatus();
  }

  void Execute(OpKernelContext* c, CollectiveExecutor* executor,
               DoneCallback done) {
    // Loops run an instance many times.
    const FrameAndIter frame = c->frame_iter();
    const string key = strings::StrCat(params_.instance.instance_key, ":",
                                       frame.frame_id, ":", frame.iter_id);
    // Each step has an executor.
    const string round =
        strings::StrCat(strings::Hex(reinterpret_cast<uintptr_t>(executor)),
                        ":", c->step_id(), ":", key);
    const string device = c->device()->name();
    const Status joined =
        RoundsOfProcess()->Join(round, device, params_.instance.shape);
    if (!joined.ok()) {
      RoundsOfProcess()->Leave(round, device);
      return Fail(c, executor, joined, done);
    }
    // Where the step is cancelled, the others may never send what this waits
    // for.
    CancellationManager* const manager = c->cancellation_manager();
    CancellationToken token = CancellationManager::kInvalidToken;
    if (manager != nullptr) {
      token = manager->get_cancellation_token();
      const Status cancelled = Cancelled(" was under way");
      if (!manager->RegisterCallback(token, [executor, cancelled] {
            executor->StartAbort(cancelled);
          })) {
        executor->StartAbort(cancelled);
      }
    }
    executor->ExecuteAsync(
        c, params_, key,
        [c, done, round, device, manager, token](const Status& status) {
          if (manager != nullptr) manager->DeregisterCallback(token);
          RoundsOfProcess()->Leave(round, device);
          OP_REQUIRES_OK_ASYNC(c, status, done);
          done();
        });
  }

  // Not the step's error where there is another: what cancelled it. The
  // executor sees that itself only once all have been told.
  Status Cancelled(const char* what) const {
    return StatusGroup::MakeDerived(errors::Cancelled(params_.name, what));
  }

  // The others of the group need not wait for this one any more.
  static void Fail(OpKernelContext* c, CollectiveExecutor* executor,
                   const Status& status, const DoneCallback& done) {
    executor->StartAbort(status);
    OP_REQUIRES_OK_ASYNC(c, status, done);
  }

  bool complete_ = false;  // whether the group has been found
};

// The sum or product of a tensor over the group.
class Reduce : public Collective {
 public:
  explicit Reduce(OpKernelConstruction* c)
      : Collective(c, REDUCTION_COLLECTIVE, "Reduce") {
    string merge, finish;
    OP_REQUIRES_OK(c, c->GetAttr("merge_op", &merge));
    OP_REQUIRES_OK(c, c->GetAttr("final_op", &finish));
    OP_REQUIRES_OK(c, c->GetAttr("wait_for", &dependencies_));
    OP_REQUIRES_OK(c,
                   c->GetAttr("subdiv_offsets",
                              &params_.instance.impl_details.subdiv_offsets));
    OP_REQUIRES(
        c, merge == "Add" || merge == "Mul",
        errors::InvalidArgument("merge_op must be Add or Mul, not ", merge));
    OP_REQUIRES(
        c, finish == "Id" || finish == "Div",
        errors::InvalidArgument("final_op must be Id or Div, not ", finish));
    OP_REQUIRES_OK(c, MakeBinary(c, merge, &params_.merge_op));
    if (finish == "Div") {
      OP_REQUIRES_OK(c, MakeBinary(c, finish, &params_.final_op));
    }
  }

 protected:
  Status AllocateOutput(OpKernelContext* c) override {
    params_.instance.shape = c->input(0).shape();
    Tensor* output;
    return c->forward_input_or_allocate_output({0}, 0, c->input(0).shape(),
                                               &output);
  }

 private:
  // This device's kernel of a binary op, which the ring calls on parts of the
  // tensor.
  static Status MakeBinary(OpKernelConstruction* c, const string& op,
                           std::unique_ptr<OpKernel>* kernel) {
    NodeDef def;
    def.set_name(strings::StrCat(c->def().name(), "/", op));
    def.set_op(op);
    def.set_device(c->def().device());
    for (int i = 0; i < 2; ++i) def.add_input(c->def().input(0));
    DataType type;
    TF_RETURN_IF_ERROR(c->GetAttr("T", &type));
    AddNodeAttr("T", type, &def);
    Status status;
    *kernel = CreateOpKernel(c->device_type(), c->device(),
                             c->device()->GetAllocator(AllocatorAttributes()),
                             def, c->graph_def_version(), &status);
    return status;
  }
};

// The group's tensors, one behind the other along the first dimension.
class Gather : public Collective {
 public:
  explicit Gather(OpKernelConstruction* c)
      : Collective(c, GATHER_COLLECTIVE, "Gather") {}

 protected:
  Status AllocateOutput(OpKernelContext* c) override {
    TensorShape shape = c->input(0).shape();
    if (shape.dims() == 0) {
      return errors::InvalidArgument(params_.name,
                                     " takes no scalars: there is no dimension "
                                     "to gather along");
    }
    shape.set_dim(0, shape.dim_size(0) * params_.group.group_size);
    // The group agrees on a shape at the first run.
    if (params_.instance.shape.num_elements() > 0 &&
        params_.instance.shape != shape) {
      return errors::InvalidArgument(
          params_.name, " gave ", params_.instance.shape.DebugString(),
          " before, and can't give ", shape.DebugString(), " now");
    }
    params_.instance.shape = shape;
    Tensor* output;
    return c->allocate_output(0, shape, &output);
  }
};

// The tensor of one device for all others.
class Broadcast : public Collective {
 public:
  Broadcast(OpKernelConstruction* c, bool source)
      : Collective(c, BROADCAST_COLLECTIVE,
                   source ? "Broadcast(send)" : "Broadcast(receive)") {
    OP_REQUIRES_OK(c, c->GetAttr("shape", &params_.instance.shape));
    params_.is_source = source;
    params_.instance.impl_details.subdiv_offsets = {0};
  }
};

class Send : public Broadcast {
 public:
  explicit Send(OpKernelConstruction* c) : Broadcast(c, /*source=*/true) {}

 protected:
  Status AllocateOutput(OpKernelContext* c) override {
    const TensorShape& shape = params_.instance.shape;
    if (c->input(0).shape() != shape) {
      return errors::InvalidArgument(params_.name, " was declared for ",
                                     shape.DebugString(), ", and is given ",
                                     c->input(0).shape().DebugString());
    }
    Tensor* output;
    return c->forward_input_or_allocate_output({0}, 0, shape, &output);
  }
};

class Receive : public Broadcast {
 public:
  explicit Receive(OpKernelConstruction* c) : Broadcast(c, /*source=*/false) {}

 protected:
  Status AllocateOutput(OpKernelContext* c) override {
    Tensor* output;
    return c->allocate_output(0, params_.instance.shape, &output);
  }
};

template <typename Kernel>
OpKernel* Make(OpKernelConstruction* c) {
  return new Kernel(c);
}

}  // namespace

std::vector<CollectiveKernel> CollectiveKernels() {
  return {{"CollectiveReduce", &Make<Reduce>},
          {"CollectiveGather", &Make<Gather>},
          {"CollectiveBcastSend", &Make<Send>},
          {"CollectiveBcastRecv", &Make<Receive>}};
}

bool HasScopedAllocators() { return true; }

}  // namespace dml
}  // namespace tensorflow
