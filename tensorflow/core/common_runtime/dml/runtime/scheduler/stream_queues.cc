// The queues of a device: what goes to which, and how their order is kept.

#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream_impl.h"

namespace dml {
namespace {

constexpr hal::Queue Other(hal::Queue queue) {
  return queue == hal::Queue::kCompute ? hal::Queue::kTransfer
                                       : hal::Queue::kCompute;
}

}  // namespace

// ---- Recording -------------------------------------------------------------

hal::Queue Stream::Impl::QueueForHostCopy(uint64_t bytes) const {
  const bool transfer = two_queues_ && bytes >= options_.transfer_queue_bytes &&
                        pending_transfers_.size() < kMaxPendingTransfers &&
                        // Profiles show copies, too.
                        (!profiling_ || lane(hal::Queue::kTransfer).has_clock);
  return transfer ? hal::Queue::kTransfer : hal::Queue::kCompute;
}

// What the computing queue did is not noted in a way that finds conflicts fast:
// there are many launches and few copies, and a large copy's bytes take much
// longer than looking through the launches that are under way.
void Stream::Impl::KeepQueuesInOrder(Span<const BufferArgument> arguments,
                                     Batch::Command* command) {
  Batch& batch = *current_;
  batch.arguments.insert(batch.arguments.end(), arguments.begin(),
                         arguments.end());
  if (command->queue == hal::Queue::kCompute) {
    if (pending_transfers_.empty()) return;
    command->after = pending_transfers_.Take(arguments);
  } else {
    command->after = NewestConflict(arguments);
    if (!command->after.nothing()) transfers_wait_for_ = command->after;
    const auto count =
        static_cast<uint32_t>(batch.On(command->queue).size() + 1);
    // Nothing but this copy touches its staging memory, which follows or
    // precedes the device's.
    pending_transfers_.Add(
        arguments[space_->Contains(arguments[0].address) ? 0 : 1],
        {batch.sequence, count});
    ++statistics_.transfer_queue_copies;
  }
  statistics_.queue_waits += !command->after.nothing();
}

Place Stream::Impl::NewestConflict(Span<const BufferArgument> arguments) const {
  for (size_t b = in_flight_.size() + 1; b-- > 0;) {
    const Batch& batch = b == in_flight_.size() ? *current_ : *in_flight_[b];
    const std::vector<Batch::Command>& commands =
        batch.On(hal::Queue::kCompute);
    for (size_t c = commands.size(); c-- > 0;) {
      const Place place{batch.sequence, static_cast<uint32_t>(c + 1)};
      if (transfers_wait_for_.Covers(place)) return {};
      const Batch::Command& command = commands[c];
      for (size_t i = 0; i < command.binding_count; ++i) {
        const BufferArgument& earlier =
            batch.arguments[command.first_binding + i];
        for (const BufferArgument& argument : arguments) {
          if (Conflict(earlier, argument)) return place;
        }
      }
    }
  }
  return {};
}

// ---- Sending ---------------------------------------------------------------

// Copies first: they have the rest of the batch to be done beside. Whatever is
// sent waits only for what was sent before, so the device never waits for the
// host.
Status Stream::Impl::Send(Batch* batch) {
  for (const hal::Queue queue : {hal::Queue::kTransfer, hal::Queue::kCompute}) {
    DML_RETURN_IF_ERROR(SendUpTo(batch, queue, batch->On(queue).size()));
  }
  return Status::Ok();
}

// A command that waits begins a submission, so that nothing before waits, too,
// and what it waits for ends one. Both were recorded in one order, in which
// commands wait for earlier ones only: that of the other queue, in turn, waits
// for nothing that was not sent before.
Status Stream::Impl::SendUpTo(Batch* batch, hal::Queue queue, size_t end) {
  const std::vector<Batch::Command>& commands = batch->On(queue);
  Lane& lane = this->lane(queue);
  size_t& sent = batch->commands_sent[static_cast<size_t>(queue)];
  while (sent < end) {
    const Place& after = commands[sent].after;
    if (!after.nothing() && after.sequence == batch->sequence) {
      DML_RETURN_IF_ERROR(SendUpTo(batch, Other(queue), after.count));
    }
    hal::QueuePoint wait{Other(queue), 0};
    if (!IsBehind(*batch, lane, after)) {
      wait.value = lane.waited = ValueOf(after, Other(queue));
    }
    size_t run = sent + 1;
    while (run < end && IsBehind(*batch, lane, commands[run].after)) ++run;
    DML_RETURN_IF_ERROR(SendRun(batch, &lane, sent, run, wait));
    sent = run;
  }
  return Status::Ok();
}

bool Stream::Impl::IsBehind(const Batch& batch, const Lane& lane,
                            const Place& place) const {
  if (place.nothing()) return true;
  const hal::Queue other = Other(lane.queue);
  const bool sent =
      place.sequence != batch.sequence ||
      batch.commands_sent[static_cast<size_t>(other)] >= place.count;
  return sent && ValueOf(place, other) <= lane.waited;
}

uint64_t Stream::Impl::ValueOf(const Place& place, hal::Queue queue) const {
  if (place.nothing()) return 0;
  for (const auto& batch : batches_) {
    if (batch->sequence != place.sequence) continue;
    for (const Batch::Sent& sent :
         batch->sent_pieces[static_cast<size_t>(queue)]) {
      if (sent.end >= place.count) return sent.value;
    }
  }
  return 0;  // its batch has completed
}

}  // namespace dml
