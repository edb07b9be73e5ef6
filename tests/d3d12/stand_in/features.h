// What CheckFeatureSupport() says of an adapter that the test describes.
#ifndef TENSORFLOW_DIRECTML_TESTS_D3D12_STAND_IN_FEATURES_H_
#define TENSORFLOW_DIRECTML_TESTS_D3D12_STAND_IN_FEATURES_H_

#include <functional>

#include "objects.h"

namespace stand_in {

// `real` fills `data` with what vkd3d says.
HRESULT TellFeature(const Adapter& adapter, D3D12_FEATURE feature, void* data,
                    UINT bytes, const std::function<HRESULT()>& real);

}  // namespace stand_in

#endif  // TENSORFLOW_DIRECTML_TESTS_D3D12_STAND_IN_FEATURES_H_
