// Element-wise operations on one or two tensors: arithmetic, comparisons,
// logic, activations and the gradients of all these.
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"
#include "tensorflow/core/util/bcast.h"

namespace tensorflow {
namespace dml {
namespace {

const TypeList kSigned = {DT_FLOAT, DT_HALF, DT_DOUBLE, DT_INT64};
const TypeList kLongFloats = {DT_FLOAT, DT_DOUBLE};
const TypeList kIntegers = {DT_INT8,  DT_INT16,  DT_INT32,  DT_INT64,
                            DT_UINT8, DT_UINT16, DT_UINT32, DT_UINT64};
const TypeList kMultiplied = {DT_FLOAT, DT_HALF,  DT_DOUBLE, DT_INT8,
                              DT_INT16, DT_INT64, DT_UINT16, DT_UINT8};

// The attribute that is the operation's parameter, or null if it has none.
const char* ParameterAttribute(dml_elementwise_op op) {
  switch (op) {
    case DML_LEAKY_RELU:
    case DML_LEAKY_RELU_GRADIENT:
      return "alpha";
    case DML_APPROXIMATE_EQUAL:
      return "tolerance";
    default:
      return nullptr;
  }
}

class ElementwiseBase {
 protected:
  ElementwiseBase(OpKernelConstruction* c, dml_elementwise_op op) : op_(op) {
    if (const char* attribute = ParameterAttribute(op)) {
      float value = 0;
      OP_REQUIRES_OK(c, c->GetAttr(attribute, &value));
      // TensorFlow's kernels round the attribute to the tensors' type.
      DataType type = DT_FLOAT;
      OP_REQUIRES_OK(c, c->GetAttr("T", &type));
      parameter_ =
          type == DT_HALF ? static_cast<float>(Eigen::half(value)) : value;
    }
  }

  const dml_elementwise_op op_;
  double parameter_ = 0;
};

class Unary : ElementwiseBase {
 public:
  Unary(OpKernelConstruction* c, dml_elementwise_op op)
      : ElementwiseBase(c, op) {}

  Status Compute(KernelContext* c) {
    const Tensor& x = c->Input(0);
    Tensor* y;
    TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 0, x.shape(), &y));
    return c->Elementwise(op_, {&x}, *y, &parameter_);
  }
};

// The output is the input: Round of integers.
class Same {
 public:
  explicit Same(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    c->SetOutput(0, c->Input(0));
    return OkStatus();
  }
};

class Binary : ElementwiseBase {
 public:
  Binary(OpKernelConstruction* c, dml_elementwise_op op)
      : ElementwiseBase(c, op) {
    // Equal and NotEqual of TF 2 semantics: shapes that do not match are
    // unequal rather than an error.
    if (!TryGetNodeAttr(c->def(), "incompatible_shape_error",
                        &incompatible_shape_error_)) {
      incompatible_shape_error_ = true;
    }
  }

  Status Compute(KernelContext* c) {
    const Tensor& x = c->Input(0);
    const Tensor& y = c->Input(1);
    Tensor* z;
    // The common cases, without the work of the general one.
    if (x.IsSameSize(y) || y.dims() == 0 || x.dims() == 0) {
      const TensorShape& shape = x.dims() == 0 ? y.shape() : x.shape();
      TF_RETURN_IF_ERROR(c->OutputOrForward({0, 1}, 0, shape, &z));
      return c->Elementwise(op_, {&x, &y}, *z, &parameter_);
    }
    const BCast broadcast(BCast::FromShape(x.shape()),
                          BCast::FromShape(y.shape()));
    if (!broadcast.IsValid()) {
      if (incompatible_shape_error_) {
        return errors::InvalidArgument(
            "Incompatible shapes: ", x.shape().DebugString(), " vs. ",
            y.shape().DebugString());
      }
      TF_RETURN_IF_ERROR(c->Output(0, TensorShape({}), &z));
      const dml_tensor output = Describe(*z);
      const bool unequal = op_ == DML_NOT_EQUAL;
      DML_RETURN_IF_FAILED(dml_fill(c->device(), &output, &unequal));
      return OkStatus();
    }
    TF_RETURN_IF_ERROR(c->OutputOrForward(
        {0, 1}, 0, BCast::ToShape(broadcast.output_shape()), &z));
    return c->Elementwise(op_, {&x, &y}, *z, &parameter_);
  }

 private:
  bool incompatible_shape_error_;
};

// Inputs a, b and x: of one shape, or scalars.
class Betainc {
 public:
  explicit Betainc(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const char* const names[] = {"a", "b", "x"};
    const Tensor* merged = &c->Input(0);
    for (int i = 0; i < 3; ++i) {
      for (int j = 0; j < i; ++j) {
        const Tensor &one = c->Input(j), &other = c->Input(i);
        if (one.dims() == 0 || other.dims() == 0 || one.IsSameSize(other)) {
          continue;
        }
        return errors::InvalidArgument(
            "Shapes of ", names[j], " and ", names[i],
            " are inconsistent: ", one.shape().DebugString(), " vs. ",
            other.shape().DebugString());
      }
      if (c->Input(i).dims() > 0) merged = &c->Input(i);
    }
    Tensor* y;
    TF_RETURN_IF_ERROR(c->OutputOrForward({0, 1, 2}, 0, merged->shape(), &y));
    return c->Elementwise(DML_BETAINC,
                          {&c->Input(0), &c->Input(1), &c->Input(2)}, *y);
  }
};

// Binary without broadcasting.
// x * log(1 + y), and 0 where x is.
class Xlog1py {
 public:
  explicit Xlog1py(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& x = c->Input(0);
    const Tensor& y = c->Input(1);
    const BCast broadcast(BCast::FromShape(x.shape()),
                          BCast::FromShape(y.shape()));
    if (!broadcast.IsValid()) {
      return errors::InvalidArgument(
          "Incompatible shapes: ", x.shape().DebugString(), " vs. ",
          y.shape().DebugString());
    }
    Tensor* z;
    TF_RETURN_IF_ERROR(
        c->Output(0, BCast::ToShape(broadcast.output_shape()), &z));
    Tensor logarithm;
    TF_RETURN_IF_ERROR(c->Temporary(y.dtype(), y.shape(), &logarithm));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_LOG1P, {&y}, logarithm));
    return c->Elementwise(DML_MULTIPLY_NO_NAN, {&logarithm, &x}, *z);
  }
};

class Gradient : ElementwiseBase {
 public:
  Gradient(OpKernelConstruction* c, dml_elementwise_op op)
      : ElementwiseBase(c, op) {}

  Status Compute(KernelContext* c) {
    const Tensor& x = c->Input(0);
    const Tensor& y = c->Input(1);
    if (!x.IsSameSize(y)) {
      return errors::InvalidArgument(
          "The inputs of a gradient must be the same size, but saw: ",
          x.shape().DebugString(), " vs. ", y.shape().DebugString());
    }
    Tensor* z;
    TF_RETURN_IF_ERROR(c->OutputOrForward({0, 1}, 0, x.shape(), &z));
    return c->Elementwise(op_, {&x, &y}, *z, &parameter_);
  }
};

// The real or the imaginary parts.
class Part {
 public:
  Part(OpKernelConstruction*, bool imaginary) : imaginary_(imaginary) {}

  Status Compute(KernelContext* c) {
    const Tensor& x = c->Input(0);
    Tensor* y;
    TF_RETURN_IF_ERROR(c->Output(0, x.shape(), &y));
    View parts = MakeView(*y, {x.NumElements()});
    const View to = parts;
    parts.data = Address(x) + (imaginary_ ? DataTypeSize(y->dtype()) : 0);
    parts.strides[0] = 2;
    return CopyView(c, parts, to);
  }

 private:
  const bool imaginary_;
};

Row UnaryRow(const char* name, const TypeList& types, dml_elementwise_op op) {
  return Row(name).Types("T", types).Make<Unary>(op);
}
Row BinaryRow(const char* name, const TypeList& types, dml_elementwise_op op) {
  return Row(name).Types("T", types).Make<Binary>(op);
}
Row GradientRow(const char* name, dml_elementwise_op op,
                const TypeList& types = kFloatsAndDouble) {
  return Row(name).Types("T", types).Make<Gradient>(op);
}

const TypeList kEquatable = {DT_FLOAT, DT_HALF,  DT_DOUBLE, DT_INT8,
                             DT_INT16, DT_INT64, DT_UINT8,  DT_BOOL};
// Less, LessEqual, Greater and GreaterEqual compare all real numbers.
const TypeList kComparable = {DT_FLOAT,  DT_HALF,  DT_DOUBLE, DT_INT8,
                              DT_INT16,  DT_INT64, DT_UINT8,  DT_UINT16,
                              DT_UINT32, DT_UINT64};

const Kernels kUnary({
    UnaryRow("Abs", {DT_FLOAT, DT_HALF, DT_DOUBLE, DT_INT8, DT_INT16, DT_INT64},
             DML_ABS),
    UnaryRow("Neg", kSigned, DML_NEGATE),
    UnaryRow("Square", kSigned, DML_SQUARE),
    UnaryRow("Inv", kSigned, DML_RECIPROCAL),
    UnaryRow("Reciprocal", kSigned, DML_RECIPROCAL),
    UnaryRow("Sqrt", kFloatsAndDouble, DML_SQRT),
    UnaryRow("Rsqrt", kFloatsAndDouble, DML_RSQRT),
    UnaryRow("Exp", kFloatsAndDouble, DML_EXP),
    UnaryRow("Expm1", kFloatsAndDouble, DML_EXPM1),
    UnaryRow("Log", kFloatsAndDouble, DML_LOG),
    UnaryRow("Log1p", kFloatsAndDouble, DML_LOG1P),
    UnaryRow("Sin", kFloatsAndDouble, DML_SIN),
    UnaryRow("Cos", kFloatsAndDouble, DML_COS),
    UnaryRow("Tan", kFloatsAndDouble, DML_TAN),
    UnaryRow("Asin", kFloatsAndDouble, DML_ASIN),
    UnaryRow("Acos", kFloatsAndDouble, DML_ACOS),
    UnaryRow("Atan", kFloatsAndDouble, DML_ATAN),
    UnaryRow("Sinh", kFloatsAndDouble, DML_SINH),
    UnaryRow("Cosh", kFloatsAndDouble, DML_COSH),
    UnaryRow("Tanh", kFloatsAndDouble, DML_TANH),
    UnaryRow("Asinh", kFloatsAndDouble, DML_ASINH),
    UnaryRow("Acosh", kFloatsAndDouble, DML_ACOSH),
    UnaryRow("Atanh", kFloatsAndDouble, DML_ATANH),
    UnaryRow("Erf", kFloatsAndDouble, DML_ERF),
    UnaryRow("Erfc", kFloatsAndDouble, DML_ERFC),
    UnaryRow("Lgamma", kFloatsAndDouble, DML_LGAMMA),
    UnaryRow("Digamma", kFloatsAndDouble, DML_DIGAMMA),
    UnaryRow("Sigmoid", kFloatsAndDouble, DML_SIGMOID),
    UnaryRow("Floor", kFloatsAndDouble, DML_FLOOR),
    UnaryRow("Ceil", kFloatsAndDouble, DML_CEIL),
    UnaryRow("Rint", kFloatsAndDouble, DML_ROUND_EVEN),
    UnaryRow("Round", kFloatsAndDouble, DML_ROUND_EVEN),
    Row("Round").Types("T", kIndices).Make<Same>(),
    UnaryRow("Relu", kFloatsAndDouble, DML_RELU),
    UnaryRow("Relu", {DT_QINT8}, DML_RELU),
    UnaryRow("Relu6", kFloatsAndDouble, DML_RELU6),
    UnaryRow("LeakyRelu", kFloatsAndDouble, DML_LEAKY_RELU),
    UnaryRow("Elu", kFloatsAndDouble, DML_ELU),
    UnaryRow("Selu", kFloatsAndDouble, DML_SELU),
    UnaryRow("Softplus", kFloatsAndDouble, DML_SOFTPLUS),
    UnaryRow("Softsign", kFloatsAndDouble, DML_SOFTSIGN),
    UnaryRow("Invert", kIntegers, DML_BITWISE_NOT),
    UnaryRow("IsNan", kFloatsAndDouble, DML_IS_NAN),
    UnaryRow("IsInf", kFloatsAndDouble, DML_IS_INF),
    UnaryRow("IsFinite", kFloatsAndDouble, DML_IS_FINITE),
    Row("LogicalNot").Make<Unary>(DML_LOGICAL_NOT),
    UnaryRow("BesselI0e", kFloatsAndDouble, DML_BESSEL_I0E),
    UnaryRow("BesselI1e", kFloatsAndDouble, DML_BESSEL_I1E),
    UnaryRow("PopulationCount",
             {DT_INT8, DT_INT16, DT_INT32, DT_INT64, DT_UINT8, DT_UINT16},
             DML_POPULATION_COUNT),
});

const Kernels kBinary({
    BinaryRow("Add",
              {DT_FLOAT, DT_HALF, DT_DOUBLE, DT_INT64, DT_UINT8, DT_INT8,
               DT_INT16},
              DML_ADD),
    BinaryRow("AddV2",
              {DT_FLOAT, DT_HALF, DT_DOUBLE, DT_INT64, DT_UINT8, DT_INT8,
               DT_INT16},
              DML_ADD),
    BinaryRow("Sub", kSigned, DML_SUBTRACT),
    BinaryRow("Mul", kMultiplied, DML_MULTIPLY),
    BinaryRow("Div", kMultiplied, DML_DIVIDE),
    BinaryRow("RealDiv", kFloatsAndDouble, DML_DIVIDE),
    BinaryRow("TruncateDiv", {DT_INT8, DT_INT16, DT_INT64, DT_UINT16, DT_UINT8},
              DML_DIVIDE),
    BinaryRow("FloorDiv", kMultiplied, DML_FLOOR_DIVIDE),
    BinaryRow("DivNoNan", kFloatsAndDouble, DML_DIVIDE_NO_NAN),
    BinaryRow("FloorMod", kSigned, DML_FLOOR_MOD),
    BinaryRow("Mod", kSigned, DML_TRUNCATE_MOD),
    BinaryRow("TruncateMod", kSigned, DML_TRUNCATE_MOD),
    BinaryRow("Maximum", kSigned, DML_MAXIMUM),
    BinaryRow("Minimum", kSigned, DML_MINIMUM),
    BinaryRow("Pow", kSigned, DML_POW),
    BinaryRow("SquaredDifference", kSigned, DML_SQUARED_DIFFERENCE),
    BinaryRow("Atan2", kFloatsAndDouble, DML_ATAN2),
    BinaryRow("MulNoNan", kFloatsAndDouble, DML_MULTIPLY_NO_NAN),
    BinaryRow("Xlogy", kFloatsAndDouble, DML_XLOGY),
    BinaryRow("Xdivy", kFloatsAndDouble, DML_XDIVY),
    Row("Xlog1py").Types("T", kFloatsAndDouble).Make<Xlog1py>(),
    BinaryRow("NextAfter", kLongFloats, DML_NEXT_AFTER),
    BinaryRow("Igamma", kLongFloats, DML_IGAMMA),
    BinaryRow("Igammac", kLongFloats, DML_IGAMMAC),
    BinaryRow("IgammaGradA", kLongFloats, DML_IGAMMA_GRADIENT_A),
    BinaryRow("RandomGammaGrad", kLongFloats, DML_GAMMA_SAMPLE_GRADIENT),
    BinaryRow("Polygamma", kLongFloats, DML_POLYGAMMA),
    BinaryRow("Zeta", kLongFloats, DML_ZETA),
    Row("Betainc").Types("T", kLongFloats).Make<Betainc>(),
    BinaryRow("BitwiseAnd", kIntegers, DML_BITWISE_AND),
    BinaryRow("BitwiseOr", kIntegers, DML_BITWISE_OR),
    BinaryRow("BitwiseXor", kIntegers, DML_BITWISE_XOR),
    BinaryRow("LeftShift", kIntegers, DML_SHIFT_LEFT),
    BinaryRow("RightShift", kIntegers, DML_SHIFT_RIGHT),
    Row("LogicalAnd").Make<Binary>(DML_LOGICAL_AND),
    Row("LogicalOr").Make<Binary>(DML_LOGICAL_OR),
    BinaryRow("Equal", kEquatable, DML_EQUAL).ComputesFloat64(),
    BinaryRow("NotEqual", kEquatable, DML_NOT_EQUAL).ComputesFloat64(),
    BinaryRow("Less", kComparable, DML_LESS),
    BinaryRow("LessEqual", kComparable, DML_LESS_EQUAL),
    BinaryRow("Greater", kComparable, DML_GREATER),
    BinaryRow("GreaterEqual", kComparable, DML_GREATER_EQUAL),
    GradientRow("ApproximateEqual", DML_APPROXIMATE_EQUAL),
});

// Of complex numbers.
std::vector<Row> ComplexRows() {
  std::vector<Row> rows;
  const std::pair<const char*, dml_elementwise_op> unary[] = {
      {"Neg", DML_NEGATE},
      {"Sign", DML_SIGN},
      {"Square", DML_SQUARE},
      {"Inv", DML_RECIPROCAL},
      {"Reciprocal", DML_RECIPROCAL},
      {"Sqrt", DML_SQRT},
      {"Rsqrt", DML_RSQRT},
      {"Conj", DML_CONJUGATE},
      {"Exp", DML_EXP},
  };
  for (const auto& op : unary) {
    rows.push_back(UnaryRow(op.first, kComplex, op.second));
  }
  // Most elementary functions are of complex64 alone, as with CUDA.
  const std::pair<const char*, dml_elementwise_op> functions[] = {
      {"Expm1", DML_EXPM1},     {"Log", DML_LOG},     {"Log1p", DML_LOG1P},
      {"Sin", DML_SIN},         {"Cos", DML_COS},     {"Tan", DML_TAN},
      {"Sinh", DML_SINH},       {"Cosh", DML_COSH},   {"Tanh", DML_TANH},
      {"Asinh", DML_ASINH},     {"Acosh", DML_ACOSH}, {"Atanh", DML_ATANH},
      {"Sigmoid", DML_SIGMOID},
  };
  for (const auto& op : functions) {
    rows.push_back(UnaryRow(op.first, {DT_COMPLEX64}, op.second));
  }
  const std::pair<const char*, dml_elementwise_op> binary[] = {
      {"Add", DML_ADD},
      {"AddV2", DML_ADD},
      {"Sub", DML_SUBTRACT},
      {"Mul", DML_MULTIPLY},
      {"Div", DML_DIVIDE},
      {"RealDiv", DML_DIVIDE},
      {"DivNoNan", DML_DIVIDE_NO_NAN},
      {"MulNoNan", DML_MULTIPLY_NO_NAN},
      {"Xdivy", DML_XDIVY},
      {"Xlogy", DML_XLOGY},
      {"SquaredDifference", DML_SQUARED_DIFFERENCE},
      {"Equal", DML_EQUAL},
      {"NotEqual", DML_NOT_EQUAL},
  };
  for (const auto& op : binary) {
    rows.push_back(BinaryRow(op.first, kComplex, op.second));
  }
  rows.push_back(BinaryRow("Pow", {DT_COMPLEX64}, DML_POW));
  const std::pair<const char*, dml_elementwise_op> gradients[] = {
      {"SigmoidGrad", DML_SIGMOID_GRADIENT},
      {"TanhGrad", DML_TANH_GRADIENT},
      {"SqrtGrad", DML_SQRT_GRADIENT},
      {"RsqrtGrad", DML_RSQRT_GRADIENT},
      {"ReciprocalGrad", DML_RECIPROCAL_GRADIENT},
      {"InvGrad", DML_RECIPROCAL_GRADIENT},
  };
  for (const auto& op : gradients) {
    rows.push_back(GradientRow(op.first, op.second, kComplex));
  }
  // Each type of T has one Tout: that of its parts.
  const std::pair<DataType, DataType> parts[] = {{DT_COMPLEX64, DT_FLOAT},
                                                 {DT_COMPLEX128, DT_DOUBLE}};
  for (const auto& types : parts) {
    const DataType whole = types.first, part = types.second;
    const auto typed = [](const char* op, DataType from, DataType to) {
      return Row(op).Types("T", {from}).Types("Tout", {to});
    };
    rows.push_back(typed("Real", whole, part).Make<Part>(false));
    rows.push_back(typed("Imag", whole, part).Make<Part>(true));
    rows.push_back(
        typed("ComplexAbs", whole, part).Make<Unary>(DML_COMPLEX_ABS));
    rows.push_back(typed("Angle", whole, part).Make<Unary>(DML_ANGLE));
    rows.push_back(
        typed("Complex", part, whole).Make<Binary>(DML_COMPOSE_COMPLEX));
  }
  return rows;
}

const Kernels kComplexKernels(ComplexRows());

const Kernels kGradients({
    GradientRow("ReluGrad", DML_RELU_GRADIENT),
    GradientRow("Relu6Grad", DML_RELU6_GRADIENT),
    GradientRow("LeakyReluGrad", DML_LEAKY_RELU_GRADIENT),
    GradientRow("EluGrad", DML_ELU_GRADIENT),
    GradientRow("SeluGrad", DML_SELU_GRADIENT),
    GradientRow("SoftplusGrad", DML_SOFTPLUS_GRADIENT),
    GradientRow("SoftsignGrad", DML_SOFTSIGN_GRADIENT),
    GradientRow("SigmoidGrad", DML_SIGMOID_GRADIENT),
    GradientRow("TanhGrad", DML_TANH_GRADIENT),
    GradientRow("SqrtGrad", DML_SQRT_GRADIENT),
    GradientRow("RsqrtGrad", DML_RSQRT_GRADIENT),
    GradientRow("ReciprocalGrad", DML_RECIPROCAL_GRADIENT),
    GradientRow("InvGrad", DML_RECIPROCAL_GRADIENT),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
