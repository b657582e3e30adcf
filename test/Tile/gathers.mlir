// Reads by index, and what has no loops through the tile and dataflow phases, executed before and after.
// RUN: split-file %s %t
// RUN: streamtensor-opt %t/concatenation.mlir -st-tile -o %t/concatenation.tile.mlir
// RUN: st-reference-test %t/concatenation.mlir --compare %t/concatenation.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/concatenation.tile.mlir -st-dataflow -o %t/concatenation.dataflow.mlir
// RUN: st-reference-test %t/concatenation.mlir --compare %t/concatenation.dataflow.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/backwards.mlir -st-tile -o %t/backwards.tile.mlir
// RUN: st-reference-test %t/backwards.mlir --compare %t/backwards.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/backwards.tile.mlir -st-dataflow -o %t/backwards.dataflow.mlir
// RUN: st-reference-test %t/backwards.mlir --compare %t/backwards.dataflow.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/table.mlir -st-tile -o %t/table.tile.mlir
// RUN: st-reference-test %t/table.mlir --compare %t/table.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/table.tile.mlir -st-dataflow -o %t/table.dataflow.mlir
// RUN: st-reference-test %t/table.mlir --compare %t/table.dataflow.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/gathered-sum.mlir -st-tile -o %t/gathered-sum.tile.mlir
// RUN: st-reference-test %t/gathered-sum.mlir --compare %t/gathered-sum.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/gathered-sum.tile.mlir -st-dataflow -o %t/gathered-sum.dataflow.mlir
// RUN: st-reference-test %t/gathered-sum.mlir --compare %t/gathered-sum.dataflow.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/units.mlir -st-tile -o %t/units.tile.mlir
// RUN: st-reference-test %t/units.mlir --compare %t/units.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/units.tile.mlir -st-dataflow -o %t/units.dataflow.mlir
// RUN: st-reference-test %t/units.mlir --compare %t/units.dataflow.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/number.mlir -st-tile -o %t/number.tile.mlir
// RUN: st-reference-test %t/number.mlir --compare %t/number.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/number.tile.mlir -st-dataflow -o %t/number.dataflow.mlir
// RUN: st-reference-test %t/number.mlir --compare %t/number.dataflow.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/indices.mlir -st-tile -o %t/indices.tile.mlir
// RUN: st-reference-test %t/indices.mlir --compare %t/indices.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/indices.tile.mlir -st-dataflow -o %t/indices.dataflow.mlir
// RUN: st-reference-test %t/indices.mlir --compare %t/indices.dataflow.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/start.mlir -st-tile -o %t/start.tile.mlir
// RUN: st-reference-test %t/start.mlir --compare %t/start.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/start.tile.mlir -st-dataflow -o %t/start.dataflow.mlir
// RUN: st-reference-test %t/start.mlir --compare %t/start.dataflow.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/constants.mlir -st-tile -o %t/constants.tile.mlir
// RUN: st-reference-test %t/constants.mlir --compare %t/constants.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/constants.tile.mlir -st-dataflow -o %t/constants.dataflow.mlir
// RUN: st-reference-test %t/constants.mlir --compare %t/constants.dataflow.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/twice.mlir -st-tile -o %t/twice.tile.mlir
// RUN: st-reference-test %t/twice.mlir --compare %t/twice.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/twice.tile.mlir -st-dataflow -o %t/twice.dataflow.mlir
// RUN: st-reference-test %t/twice.mlir --compare %t/twice.dataflow.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/ranks.mlir -st-tile -o %t/ranks.tile.mlir
// RUN: st-reference-test %t/ranks.mlir --compare %t/ranks.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/ranks.tile.mlir -st-dataflow -o %t/ranks.dataflow.mlir
// RUN: st-reference-test %t/ranks.mlir --compare %t/ranks.dataflow.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/integers.mlir -st-tile -o %t/integers.tile.mlir
// RUN: st-reference-test %t/integers.mlir --compare %t/integers.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/integers.tile.mlir -st-dataflow -o %t/integers.dataflow.mlir
// RUN: st-reference-test %t/integers.mlir --compare %t/integers.dataflow.mlir --tolerance 1e-6

//--- concatenation.mlir
// Two tensors side by side, each read whole along one dimension.
func.func @main(%a0: tensor<20x6x5xf32> {st.name = "a0"}, %a1: tensor<20x9x5xf32> {st.name = "a1"}) -> (tensor<20x15x5xf32> {st.name = "out0"}) {
  %v1 = tensor.empty() : tensor<20x6x5xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(i,j,k) -> (i,j,k)>, affine_map<(i,j,k) -> (i,j,k)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%a0 : tensor<20x6x5xf32>) outs(%v1 : tensor<20x6x5xf32>) {
  ^bb0(%x0: f32, %acc: f32):
    %m = arith.negf %x0 : f32
    linalg.yield %m : f32
  } -> tensor<20x6x5xf32>
  %v3 = tensor.empty() : tensor<20x15x5xf32>
  %v4 = linalg.generic {indexing_maps = [affine_map<(i,j,k) -> (i,j,k)>], iterator_types = ["parallel", "parallel", "parallel"]} outs(%v3 : tensor<20x15x5xf32>) {
  ^bb0(%acc: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %k = linalg.index 2 : index
    %c6 = arith.constant 6 : index
    %c5 = arith.constant 5 : index
    %c0 = arith.constant 0 : index
    %lt = arith.cmpi slt, %j, %c6 : index
    %ja = arith.minsi %j, %c5 : index
    %jd = arith.subi %j, %c6 : index
    %jb = arith.maxsi %jd, %c0 : index
    %u = tensor.extract %v2[%i, %ja, %k] : tensor<20x6x5xf32>
    %w = tensor.extract %a1[%i, %jb, %k] : tensor<20x9x5xf32>
    %m = arith.select %lt, %u, %w : f32
    linalg.yield %m : f32
  } -> tensor<20x15x5xf32>
  %v5 = tensor.empty() : tensor<20x15x5xf32>
  %v6 = linalg.generic {indexing_maps = [affine_map<(i,j,k) -> (i,j,k)>, affine_map<(i,j,k) -> (i,j,k)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%v4 : tensor<20x15x5xf32>) outs(%v5 : tensor<20x15x5xf32>) {
  ^bb0(%x0: f32, %acc: f32):
    %m = arith.negf %x0 : f32
    linalg.yield %m : f32
  } -> tensor<20x15x5xf32>
  return %v6 : tensor<20x15x5xf32>
}

//--- backwards.mlir
// An operand that is also read from its end; tiles do not divide it.
func.func @main(%a0: tensor<20x33xf32> {st.name = "a0"}) -> (tensor<20x33xf32> {st.name = "out0"}) {
  %v1 = tensor.empty() : tensor<20x33xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(i,j) -> (i,j)>, affine_map<(i,j) -> (i,j)>], iterator_types = ["parallel", "parallel"]} ins(%a0 : tensor<20x33xf32>) outs(%v1 : tensor<20x33xf32>) {
  ^bb0(%x0: f32, %acc: f32):
    %m = arith.negf %x0 : f32
    linalg.yield %m : f32
  } -> tensor<20x33xf32>
  %v3 = tensor.empty() : tensor<20x33xf32>
  %v4 = linalg.generic {indexing_maps = [affine_map<(i,j) -> (i,j)>, affine_map<(i,j) -> (i,j)>], iterator_types = ["parallel", "parallel"]} ins(%v2 : tensor<20x33xf32>) outs(%v3 : tensor<20x33xf32>) {
  ^bb0(%x0: f32, %acc: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %c = arith.constant 32 : index
    %k = arith.subi %c, %j : index
    %u = tensor.extract %v2[%i, %k] : tensor<20x33xf32>
    %m = arith.addf %u, %x0 : f32
    linalg.yield %m : f32
  } -> tensor<20x33xf32>
  return %v4 : tensor<20x33xf32>
}

//--- table.mlir
// A small constant stays a table; integers of two widths.
func.func @main(%a0: tensor<7x3xi8> {st.name = "a0"}) -> (tensor<7x3xi64> {st.name = "out0"}) {
  %t = arith.constant dense<[1,2,3,4,5,6,7]> : tensor<7xi64>
  %v1 = tensor.empty() : tensor<7x3xi64>
  %v2 = linalg.generic {indexing_maps = [affine_map<(i,j) -> (i,j)>, affine_map<(i,j) -> (i,j)>], iterator_types = ["parallel", "parallel"]} ins(%a0 : tensor<7x3xi8>) outs(%v1 : tensor<7x3xi64>) {
  ^bb0(%x0: i8, %acc: i64):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %c = arith.constant 6 : index
    %k = arith.subi %c, %i : index
    %u = tensor.extract %t[%k] : tensor<7xi64>
    %v = arith.extsi %x0 : i8 to i64
    %m = arith.muli %u, %v : i64
    linalg.yield %m : i64
  } -> tensor<7x3xi64>
  return %v2 : tensor<7x3xi64>
}

//--- gathered-sum.mlir
// A sum of what is read by index.
func.func @main(%a0: tensor<20x18xf32> {st.name = "a0"}, %a1: tensor<20x18xf32> {st.name = "a1"}) -> (tensor<20xf32> {st.name = "out0"}) {
  %v1 = tensor.empty() : tensor<20xf32>
  %v2 = arith.constant 0.0 : f32
  %v3 = linalg.fill ins(%v2 : f32) outs(%v1 : tensor<20xf32>) -> tensor<20xf32>
  %v4 = linalg.generic {indexing_maps = [affine_map<(i,k) -> (i,k)>, affine_map<(i,k) -> (i)>], iterator_types = ["parallel", "reduction"]} ins(%a0 : tensor<20x18xf32>) outs(%v3 : tensor<20xf32>) {
  ^bb0(%x0: f32, %acc: f32):
    %i = linalg.index 0 : index
    %k = linalg.index 1 : index
    %c = arith.constant 17 : index
    %r = arith.subi %c, %k : index
    %u = tensor.extract %a1[%i, %r] : tensor<20x18xf32>
    %p = arith.mulf %u, %x0 : f32
    %m = arith.addf %p, %acc : f32
    linalg.yield %m : f32
  } -> tensor<20xf32>
  return %v4 : tensor<20xf32>
}

//--- units.mlir
// Nothing to run over.
func.func @main(%a0: tensor<1xf32> {st.name = "a0"}, %a1: tensor<1xf32> {st.name = "a1"}) -> (tensor<1xf32> {st.name = "out0"}) {
  %v1 = tensor.empty() : tensor<1xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%a0, %a1 : tensor<1xf32>, tensor<1xf32>) outs(%v1 : tensor<1xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %m = arith.addf %x0, %x1 : f32
    linalg.yield %m : f32
  } -> tensor<1xf32>
  return %v2 : tensor<1xf32>
}

//--- number.mlir
// All of it becomes one number.
func.func @main(%a0: tensor<20xf32> {st.name = "a0"}) -> (tensor<f32> {st.name = "out0"}) {
  %v1 = tensor.empty() : tensor<f32>
  %v2 = arith.constant 0.0 : f32
  %v3 = linalg.fill ins(%v2 : f32) outs(%v1 : tensor<f32>) -> tensor<f32>
  %v4 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]} ins(%a0 : tensor<20xf32>) outs(%v3 : tensor<f32>) {
  ^bb0(%x0: f32, %acc: f32):
    %m = arith.addf %acc, %x0 : f32
    linalg.yield %m : f32
  } -> tensor<f32>
  return %v4 : tensor<f32>
}

//--- indices.mlir
// Made from indices alone.
func.func @main(%a0: tensor<20x17xf32> {st.name = "a0"}) -> (tensor<20x17xf32> {st.name = "out0"}) {
  %v1 = tensor.empty() : tensor<20x17xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(i,j) -> (i,j)>], iterator_types = ["parallel", "parallel"]} outs(%v1 : tensor<20x17xf32>) {
  ^bb0(%acc: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %s = arith.addi %i, %j : index
    %t = arith.index_cast %s : index to i32
    %m = arith.sitofp %t : i32 to f32
    linalg.yield %m : f32
  } -> tensor<20x17xf32>
  %v3 = tensor.empty() : tensor<20x17xf32>
  %v4 = linalg.generic {indexing_maps = [affine_map<(i,j) -> (i,j)>, affine_map<(i,j) -> (i,j)>, affine_map<(i,j) -> (i,j)>], iterator_types = ["parallel", "parallel"]} ins(%a0, %v2 : tensor<20x17xf32>, tensor<20x17xf32>) outs(%v3 : tensor<20x17xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %m = arith.addf %x0, %x1 : f32
    linalg.yield %m : f32
  } -> tensor<20x17xf32>
  return %v4 : tensor<20x17xf32>
}

//--- start.mlir
// A sum that goes on from a tensor.
func.func @main(%a0: tensor<20x17xf32> {st.name = "a0"}, %a1: tensor<17x18xf32> {st.name = "a1"}, %a2: tensor<20x18xf32> {st.name = "a2"}) -> (tensor<20x18xf32> {st.name = "out0"}) {
  %v1 = linalg.generic {indexing_maps = [affine_map<(i,j,k) -> (i,k)>, affine_map<(i,j,k) -> (k,j)>, affine_map<(i,j,k) -> (i,j)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a0, %a1 : tensor<20x17xf32>, tensor<17x18xf32>) outs(%a2 : tensor<20x18xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %p = arith.mulf %x0, %x1 : f32
    %m = arith.addf %acc, %p : f32
    linalg.yield %m : f32
  } -> tensor<20x18xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(i,j) -> (i,j)>, affine_map<(i,j) -> (i,j)>], iterator_types = ["parallel", "parallel"]} ins(%v1 : tensor<20x18xf32>) outs(%a2 : tensor<20x18xf32>) {
  ^bb0(%x0: f32, %acc: f32):
    %m = arith.addf %acc, %x0 : f32
    linalg.yield %m : f32
  } -> tensor<20x18xf32>
  return %v2 : tensor<20x18xf32>
}

//--- constants.mlir
// Constant indices.
func.func @main(%a0: tensor<1x17xf32> {st.name = "a0"}, %a1: tensor<20x1x17xf32> {st.name = "a1"}) -> (tensor<20x17xf32> {st.name = "out0"}) {
  %v1 = tensor.empty() : tensor<20x17xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(i,j) -> (0,j)>, affine_map<(i,j) -> (i,0,j)>, affine_map<(i,j) -> (i,j)>], iterator_types = ["parallel", "parallel"]} ins(%a0, %a1 : tensor<1x17xf32>, tensor<20x1x17xf32>) outs(%v1 : tensor<20x17xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %m = arith.addf %x1, %x0 : f32
    linalg.yield %m : f32
  } -> tensor<20x17xf32>
  return %v2 : tensor<20x17xf32>
}

//--- twice.mlir
// One operand in two orders.
func.func @main(%a0: tensor<20x20xf32> {st.name = "a0"}) -> (tensor<20x20xf32> {st.name = "out0"}) {
  %v1 = tensor.empty() : tensor<20x20xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(i,j) -> (i,j)>, affine_map<(i,j) -> (i,j)>], iterator_types = ["parallel", "parallel"]} ins(%a0 : tensor<20x20xf32>) outs(%v1 : tensor<20x20xf32>) {
  ^bb0(%x0: f32, %acc: f32):
    %m = arith.negf %x0 : f32
    linalg.yield %m : f32
  } -> tensor<20x20xf32>
  %v3 = tensor.empty() : tensor<20x20xf32>
  %v4 = linalg.generic {indexing_maps = [affine_map<(i,j) -> (i,j)>, affine_map<(i,j) -> (j,i)>, affine_map<(i,j) -> (i,j)>], iterator_types = ["parallel", "parallel"]} ins(%v2, %v2 : tensor<20x20xf32>, tensor<20x20xf32>) outs(%v3 : tensor<20x20xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %m = arith.addf %x1, %x0 : f32
    linalg.yield %m : f32
  } -> tensor<20x20xf32>
  return %v4 : tensor<20x20xf32>
}

//--- ranks.mlir
// Six dimensions.
func.func @main(%a0: tensor<2x3x1x5x2x17xf32> {st.name = "a0"}) -> (tensor<17x2x5x1x3x2xf32> {st.name = "out0"}) {
  %v1 = tensor.empty() : tensor<17x2x5x1x3x2xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(a,b,c,d,e,f) -> (a,b,c,d,e,f)>, affine_map<(a,b,c,d,e,f) -> (f,e,d,c,b,a)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%a0 : tensor<2x3x1x5x2x17xf32>) outs(%v1 : tensor<17x2x5x1x3x2xf32>) {
  ^bb0(%x0: f32, %acc: f32):
    %m = arith.negf %x0 : f32
    linalg.yield %m : f32
  } -> tensor<17x2x5x1x3x2xf32>
  return %v2 : tensor<17x2x5x1x3x2xf32>
}

//--- integers.mlir
// Comparison, choice, division by what padding would make zero.
func.func @main(%a0: tensor<20x17xi32> {st.name = "a0"}, %a1: tensor<20x17xi32> {st.name = "a1"}) -> (tensor<20x17xi32> {st.name = "out0"}, tensor<20xi32> {st.name = "out1"}) {
  %v1 = tensor.empty() : tensor<20x17xi1>
  %v2 = linalg.generic {indexing_maps = [affine_map<(i,j) -> (i,j)>, affine_map<(i,j) -> (i,j)>, affine_map<(i,j) -> (i,j)>], iterator_types = ["parallel", "parallel"]} ins(%a0, %a1 : tensor<20x17xi32>, tensor<20x17xi32>) outs(%v1 : tensor<20x17xi1>) {
  ^bb0(%x0: i32, %x1: i32, %acc: i1):
    %m = arith.cmpi slt, %x0, %x1 : i32
    linalg.yield %m : i1
  } -> tensor<20x17xi1>
  %v3 = tensor.empty() : tensor<20x17xi32>
  %v4 = linalg.generic {indexing_maps = [affine_map<(i,j) -> (i,j)>, affine_map<(i,j) -> (i,j)>, affine_map<(i,j) -> (i,j)>, affine_map<(i,j) -> (i,j)>], iterator_types = ["parallel", "parallel"]} ins(%v2, %a0, %a1 : tensor<20x17xi1>, tensor<20x17xi32>, tensor<20x17xi32>) outs(%v3 : tensor<20x17xi32>) {
  ^bb0(%x0: i1, %x1: i32, %x2: i32, %acc: i32):
    %m = arith.select %x0, %x1, %x2 : i32
    linalg.yield %m : i32
  } -> tensor<20x17xi32>
  %v5 = tensor.empty() : tensor<20x17xi32>
  %v6 = linalg.generic {indexing_maps = [affine_map<(i,j) -> (i,j)>, affine_map<(i,j) -> (i,j)>, affine_map<(i,j) -> (i,j)>], iterator_types = ["parallel", "parallel"]} ins(%v4, %a1 : tensor<20x17xi32>, tensor<20x17xi32>) outs(%v5 : tensor<20x17xi32>) {
  ^bb0(%x0: i32, %x1: i32, %acc: i32):
    %one = arith.constant 1 : i32
    %q = arith.ori %x1, %one : i32
    %m = arith.divsi %x0, %q : i32
    linalg.yield %m : i32
  } -> tensor<20x17xi32>
  %v7 = tensor.empty() : tensor<20xi32>
  %v8 = arith.constant 0 : i32
  %v9 = linalg.fill ins(%v8 : i32) outs(%v7 : tensor<20xi32>) -> tensor<20xi32>
  %v10 = linalg.generic {indexing_maps = [affine_map<(i,j) -> (i,j)>, affine_map<(i,j) -> (i)>], iterator_types = ["parallel", "reduction"]} ins(%v6 : tensor<20x17xi32>) outs(%v9 : tensor<20xi32>) {
  ^bb0(%x0: i32, %acc: i32):
    %m = arith.addi %x0, %acc : i32
    linalg.yield %m : i32
  } -> tensor<20xi32>
  return %v6, %v10 : tensor<20x17xi32>, tensor<20xi32>
}
