// A softmax of single steps, an argmax, and operations that move elements: transpose, concatenation, slice, padding, gather.
func.func @ops(%x: tensor<2x6xf32>, %v: tensor<1x5x4xf32>, %ix: tensor<1x3xi32>) -> (tensor<2x6xf32>, tensor<6x2xf32>, tensor<4x6xf32>, tensor<2x3xf32>, tensor<3x8xf32>, tensor<1x3x4xf32>, tensor<2x6xf32>, tensor<2x6xf32>, tensor<2xi32>) {
  %mx = tosa.reduce_max %x {axis = 1 : i32} : (tensor<2x6xf32>) -> tensor<2x1xf32>
  %d = tosa.sub %x, %mx : (tensor<2x6xf32>, tensor<2x1xf32>) -> tensor<2x6xf32>
  %e = tosa.exp %d : (tensor<2x6xf32>) -> tensor<2x6xf32>
  %s = tosa.reduce_sum %e {axis = 1 : i32} : (tensor<2x6xf32>) -> tensor<2x1xf32>
  %r = tosa.reciprocal %s : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %sh = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %m = tosa.mul %e, %r, %sh : (tensor<2x6xf32>, tensor<2x1xf32>, tensor<1xi8>) -> tensor<2x6xf32>
  %t = tosa.transpose %m {perms = array<i32: 1, 0>} : (tensor<2x6xf32>) -> tensor<6x2xf32>
  %c = tosa.concat %m, %x {axis = 0 : i32} : (tensor<2x6xf32>, tensor<2x6xf32>) -> tensor<4x6xf32>
  %st = tosa.const_shape {values = dense<[0, 3]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %sz = tosa.const_shape {values = dense<[2, 3]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %sl = tosa.slice %x, %st, %sz : (tensor<2x6xf32>, !tosa.shape<2>, !tosa.shape<2>) -> tensor<2x3xf32>
  %pp = tosa.const_shape {values = dense<[0, 1, 1, 1]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %pv = "tosa.const"() <{values = dense<1.5> : tensor<1xf32>}> : () -> tensor<1xf32>
  %p = tosa.pad %x, %pp, %pv : (tensor<2x6xf32>, !tosa.shape<4>, tensor<1xf32>) -> tensor<3x8xf32>
  %g = tosa.gather %v, %ix : (tensor<1x5x4xf32>, tensor<1x3xi32>) -> tensor<1x3x4xf32>
  %si = tosa.sigmoid %x : (tensor<2x6xf32>) -> tensor<2x6xf32>
  %er = tosa.erf %x : (tensor<2x6xf32>) -> tensor<2x6xf32>
  %am = tosa.argmax %x {axis = 1 : i32} : (tensor<2x6xf32>) -> tensor<2xi32>
  return %m, %t, %c, %sl, %p, %g, %si, %er, %am : tensor<2x6xf32>, tensor<6x2xf32>, tensor<4x6xf32>, tensor<2x3xf32>, tensor<3x8xf32>, tensor<1x3x4xf32>, tensor<2x6xf32>, tensor<2x6xf32>, tensor<2xi32>
}
