/* Softmax and the losses computed from it. */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_SOFTMAX_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_SOFTMAX_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Over the last dimension of tensors of any rank >= 1; float. log: of it. */
DML_EXPORT dml_code dml_softmax(dml_device* device, int32_t log,
                                const dml_tensor* input,
                                const dml_tensor* output);

/* logits, labels, backprop [batch, classes]; loss [batch].
 *   loss = -sum(labels * log_softmax(logits))
 *   backprop = softmax(logits) - labels
 * labels may be broadcast by stride 0. */
DML_EXPORT dml_code dml_softmax_cross_entropy(
    dml_device* device, const dml_tensor* logits, const dml_tensor* labels,
    DML_NULLABLE const dml_tensor* loss,
    DML_NULLABLE const dml_tensor* backprop);

/* As above with labels [batch], int32 or int64; a label outside
 * [0, classes) gives NaN in its row of both outputs. */
DML_EXPORT dml_code dml_sparse_softmax_cross_entropy(
    dml_device* device, const dml_tensor* logits, const dml_tensor* labels,
    DML_NULLABLE const dml_tensor* loss,
    DML_NULLABLE const dml_tensor* backprop);

#ifdef __cplusplus
}
#endif

#endif
