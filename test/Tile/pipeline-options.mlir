// A phase takes the options of the compiler's command line, and says which it does not know.
// RUN: streamtensor-opt %s -st-tile="default-tile-size=4 token-tile-size=2" | FileCheck %s
// RUN: not streamtensor-opt %s -st-tile="tile-size=4" 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// CHECK: tensor.extract_slice %{{.+}} [2, 4] [1, 1]
// UNKNOWN: no such option tile-size
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @main(%x: tensor<8x16xf32>) -> tensor<8x16xf32> {
  %e = tensor.empty() : tensor<8x16xf32>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<8x16xf32>) outs(%e : tensor<8x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %n = arith.negf %in : f32
    linalg.yield %n : f32
  } -> tensor<8x16xf32>
  return %r : tensor<8x16xf32>
}
