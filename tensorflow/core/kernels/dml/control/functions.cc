// Function calls and functional control flow. The stock CPU kernels only run
// functions and pass tensors; While also reads the condition that its function
// returns, which lives in device memory here, so While has a kernel of its own.
#include <memory>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/device.h"
#include "tensorflow/core/framework/function.h"
#include "tensorflow/core/kernels/dml/kernel.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

template <typename T>
bool IsTrue(const Tensor& scalar) {
  return scalar.scalar<T>()() != T(0);
}

// TensorFlow's truth value of a tensor in host memory: a scalar's, else whether
// there are elements.
Status ToBool(const Tensor& tensor, bool* value) {
  if (tensor.dims() > 0) {
    *value = tensor.NumElements() > 0;
    return OkStatus();
  }
  switch (tensor.dtype()) {
    case DT_BOOL:
      *value = tensor.scalar<bool>()();
      break;
    case DT_FLOAT:
      *value = IsTrue<float>(tensor);
      break;
    case DT_DOUBLE:
      *value = IsTrue<double>(tensor);
      break;
    case DT_INT8:
      *value = IsTrue<int8>(tensor);
      break;
    case DT_INT16:
      *value = IsTrue<int16>(tensor);
      break;
    case DT_INT32:
      *value = IsTrue<int32>(tensor);
      break;
    case DT_INT64:
      *value = IsTrue<int64>(tensor);
      break;
    case DT_UINT8:
      *value = IsTrue<uint8>(tensor);
      break;
    case DT_STRING:
      *value = !tensor.scalar<tstring>()().empty();
      break;
    default:
      return errors::InvalidArgument(DataTypeString(tensor.dtype()),
                                     " cannot be converted to a boolean");
  }
  return OkStatus();
}

class While : public AsyncOpKernel {
 public:
  explicit While(OpKernelConstruction* c) : AsyncOpKernel(c) {
    OP_REQUIRES_OK(c, c->GetAttr("cond", &condition_));
    OP_REQUIRES_OK(c, c->GetAttr("body", &body_));
  }

  void ComputeAsync(OpKernelContext* c, DoneCallback done) override {
    FunctionLibraryRuntime* const library = c->function_library();
    OP_REQUIRES_ASYNC(c, library != nullptr,
                      errors::Internal("No function library"), done);
    // The library remembers what it has instantiated.
    FunctionLibraryRuntime::Handle condition, body;
    OP_REQUIRES_OK_ASYNC(
        c,
        library->Instantiate(condition_.name(), AttrSlice(&condition_.attr()),
                             &condition),
        done);
    OP_REQUIRES_OK_ASYNC(
        c, library->Instantiate(body_.name(), AttrSlice(&body_.attr()), &body),
        done);
    // Deletes itself.
    (new Loop(c, library, condition, body, std::move(done)))->Test();
  }

 private:
  // One run of the loop. One step of it is under way at any time.
  class Loop {
   public:
    Loop(OpKernelContext* c, FunctionLibraryRuntime* library,
         FunctionLibraryRuntime::Handle condition,
         FunctionLibraryRuntime::Handle body, DoneCallback done)
        : c_(c),
          library_(library),
          condition_(condition),
          body_(body),
          done_(std::move(done)) {
      options_.rendezvous = c->rendezvous();
      options_.cancellation_manager = c->cancellation_manager();
      options_.stats_collector = c->stats_collector();
      options_.runner = c->runner();
      options_.step_container = c->step_container();
      for (int i = 0; i < c->num_inputs(); ++i) values_.push_back(c->input(i));
    }

    void Test() {
      library_->Run(options_, condition_, values_, &results_,
                    [this](const Status& status) {
                      if (!status.ok()) return Finish(status);
                      ReadCondition();
                    });
    }

   private:
    void ReadCondition() {
      if (results_.size() != 1) {
        return Finish(errors::InvalidArgument(
            "Expected a single scalar return value from WhileOp cond, got ",
            results_.size(), " tensors."));
      }
      const Tensor& result = results_[0];
      // The kernel of a function's result keeps these on the host.
      if (DataTypeAlwaysOnHost(result.dtype()) || result.dtype() == DT_INT32) {
        host_condition_ = result;
        return Continue(OkStatus());
      }
      host_condition_ = Tensor(result.dtype(), result.shape());
      c_->op_device_context()->CopyDeviceTensorToCPU(
          &result, "", static_cast<Device*>(c_->device()), &host_condition_,
          [this](const Status& status) { Continue(status); });
    }

    void Continue(Status status) {
      bool proceed = false;
      if (status.ok()) status = ToBool(host_condition_, &proceed);
      if (!status.ok() || !proceed) return Finish(status);
      results_.clear();
      library_->Run(options_, body_, values_, &results_,
                    [this](const Status& status) {
                      if (!status.ok()) return Finish(status);
                      if (results_.size() != values_.size()) {
                        return Finish(errors::InvalidArgument(
                            "While loop body returned ", results_.size(),
                            " arguments. Expected: ", values_.size()));
                      }
                      values_.swap(results_);
                      results_.clear();
                      Test();
                    });
    }

    void Finish(Status status) {
      for (size_t i = 0; status.ok() && i < values_.size(); ++i) {
        const DataType expected = c_->op_kernel().output_type(i);
        if (values_[i].dtype() != expected) {
          status = errors::Internal("Expect ", i, "-th output is of type ",
                                    DataTypeString(expected), " but get ",
                                    DataTypeString(values_[i].dtype()));
        } else {
          c_->set_output(i, values_[i]);
        }
      }
      c_->SetStatus(status);
      const DoneCallback done = std::move(done_);
      delete this;
      done();
    }

    OpKernelContext* const c_;
    FunctionLibraryRuntime* const library_;
    const FunctionLibraryRuntime::Handle condition_;
    const FunctionLibraryRuntime::Handle body_;
    DoneCallback done_;
    FunctionLibraryRuntime::Options options_;
    std::vector<Tensor> values_;
    std::vector<Tensor> results_;
    Tensor host_condition_;
  };

  NameAttrList condition_;
  NameAttrList body_;
};

const TypeList kHostTypes = {DT_INT32, DT_STRING, DT_RESOURCE};

const Kernels kRows({
    Row("_Arg").Types("T", kPassedTypes).HostTwin({"output"}),
    Row("_Arg").Types("T", kHostTypes).HostTwin(),
    Row("_DeviceArg").HostTwin({"output"}),
    Row("_Retval").Types("T", kPassedTypes).HostTwin({"input"}),
    Row("_Retval").Types("T", kHostTypes).HostTwin(),
    Row("_DeviceRetval").HostTwin({"input"}),
    Row("_ArrayToList").Types("T", kPassedTypes).HostTwin({"input", "output"}),
    Row("_ArrayToList").Types("T", kHostTypes).HostTwin(),
    Row("_ListToArray").Types("T", kPassedTypes).HostTwin({"input", "output"}),
    Row("_ListToArray").Types("T", kHostTypes).HostTwin(),

    Row("PartitionedCall").HostTwin({"args", "output"}),
    Row("StatefulPartitionedCall").HostTwin({"args", "output"}),
    Row("RemoteCall").HostTwin({"args", "output"}),
    Row("SymbolicGradient").HostTwin({"input", "output"}),

    Row("If").HostTwin({"input", "output"}),
    Row("_If").HostTwin({"input", "output"}),
    Row("StatelessIf").HostTwin({"input", "output"}),
    Row("Case").HostTwin({"input", "output"}),
    Row("For").HostTwin({"input", "output"}),
    Row("While").MakeKernel<While>(),
    Row("_While").MakeKernel<While>(),
    Row("StatelessWhile").MakeKernel<While>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
