// RUN: streamtensor-opt %s -st-convert-linalg-to-kernel -split-input-file -verify-diagnostics

func.func @f(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %e = tensor.empty() : tensor<8x8xf32>
  // expected-error @below {{loop at the top of a function has no 'st.task' attribute}}
  %n = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %e) -> (tensor<8x8xf32>) {
    %t = tensor.extract_slice %x[%i, 0] [4, 8] [1, 1] : tensor<8x8xf32> to tensor<4x8xf32>
    %w = tensor.insert_slice %t into %o[%i, 0] [4, 8] [1, 1] : tensor<4x8xf32> into tensor<8x8xf32>
    scf.yield %w : tensor<8x8xf32>
  }
  return %n : tensor<8x8xf32>
}

// -----

func.func @f(%x: tensor<8x8xf32>, %d: index) -> tensor<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %e = tensor.empty() : tensor<8x8xf32>
  %n = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %e) -> (tensor<8x8xf32>) {
    // expected-error @below {{cannot stream: offset 0 of the slice must be a sum of loop variables and non-negative constants}}
    %t = tensor.extract_slice %x[%d, 0] [4, 8] [1, 1] : tensor<8x8xf32> to tensor<4x8xf32>
    %w = tensor.insert_slice %t into %o[%i, 0] [4, 8] [1, 1] : tensor<4x8xf32> into tensor<8x8xf32>
    scf.yield %w : tensor<8x8xf32>
  } {st.task = "t"}
  return %n : tensor<8x8xf32>
}

// -----

func.func @f(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %e = tensor.empty() : tensor<8x8xf32>
  %n = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %e) -> (tensor<8x8xf32>) {
    %j = affine.apply affine_map<(d0) -> (d0 floordiv 2)>(%i)
    // expected-error @below {{cannot stream: offset 0 of the slice must be a sum of loop variables}}
    %t = tensor.extract_slice %x[%j, 0] [4, 8] [1, 1] : tensor<8x8xf32> to tensor<4x8xf32>
    %w = tensor.insert_slice %t into %o[%i, 0] [4, 8] [1, 1] : tensor<4x8xf32> into tensor<8x8xf32>
    scf.yield %w : tensor<8x8xf32>
  } {st.task = "t"}
  return %n : tensor<8x8xf32>
}

// -----

func.func @f(%x: tensor<8x16xf32>) -> tensor<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %e = tensor.empty() : tensor<8x8xf32>
  %n = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %e) -> (tensor<8x8xf32>) {
    %j = affine.apply affine_map<(d0) -> (d0 * 2)>(%i)
    // expected-error @below {{cannot stream: offset 1 of the slice advances by 8 where another offset advances by 4}}
    %t = tensor.extract_slice %x[%i, %j] [4, 8] [1, 1] : tensor<8x16xf32> to tensor<4x8xf32>
    %w = tensor.insert_slice %t into %o[%i, 0] [4, 8] [1, 1] : tensor<4x8xf32> into tensor<8x8xf32>
    scf.yield %w : tensor<8x8xf32>
  } {st.task = "t"}
  return %n : tensor<8x8xf32>
}

// -----

func.func @f(%x: tensor<8x16xf32>) -> tensor<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %e = tensor.empty() : tensor<8x8xf32>
  %n = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %e) -> (tensor<8x8xf32>) {
    // expected-error @below {{cannot stream: the slice must have unit strides}}
    %t = tensor.extract_slice %x[%i, 0] [4, 8] [1, 2] : tensor<8x16xf32> to tensor<4x8xf32>
    %w = tensor.insert_slice %t into %o[%i, 0] [4, 8] [1, 1] : tensor<4x8xf32> into tensor<8x8xf32>
    scf.yield %w : tensor<8x8xf32>
  } {st.task = "t"}
  return %n : tensor<8x8xf32>
}

// -----

func.func @f(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %e = tensor.empty() : tensor<8x8xf32>
  %n = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %e) -> (tensor<8x8xf32>) {
    %t = tensor.extract_slice %x[%i, 0] [4, 8] [1, 1] : tensor<8x8xf32> to tensor<4x8xf32>
    %s = affine.min affine_map<(d0) -> (8 - d0, 4)>(%i)
    // expected-error @below {{cannot stream: the slice must have static sizes}}
    %u = tensor.extract_slice %x[%i, 0] [%s, 8] [1, 1] : tensor<8x8xf32> to tensor<?x8xf32>
    %w = tensor.insert_slice %t into %o[%i, 0] [4, 8] [1, 1] : tensor<4x8xf32> into tensor<8x8xf32>
    scf.yield %w : tensor<8x8xf32>
  } {st.task = "t"}
  return %n : tensor<8x8xf32>
}

// -----

func.func @f(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %e = tensor.empty() : tensor<8x8xf32>
  %e12 = tensor.empty() : tensor<12x8xf32>
  %n = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %e12) -> (tensor<12x8xf32>) {
    %t = tensor.extract_slice %x[%i, 0] [4, 8] [1, 1] : tensor<8x8xf32> to tensor<4x8xf32>
    // expected-error @below {{cannot stream: slices overlap along data dimension 0: iteration dimension 0 advances by 4, but 8 elements are already written there}}
    %w = tensor.insert_slice %x into %o[%i, 0] [8, 8] [1, 1] : tensor<8x8xf32> into tensor<12x8xf32>
    scf.yield %w : tensor<12x8xf32>
  } {st.task = "t"}
  %r = tensor.extract_slice %n[0, 0] [8, 8] [1, 1] {st.tile_padding} : tensor<12x8xf32> to tensor<8x8xf32>
  return %r : tensor<8x8xf32>
}

// -----

func.func @f(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %e = tensor.empty() : tensor<8x8xf32>
  %n = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %e) -> (tensor<8x8xf32>) {
    %t = tensor.extract_slice %x[%i, 0] [4, 8] [1, 1] : tensor<8x8xf32> to tensor<4x8xf32>
    // expected-note @below {{also written here}}
    %v = tensor.insert_slice %t into %o[%i, 0] [4, 8] [1, 1] : tensor<4x8xf32> into tensor<8x8xf32>
    // expected-error @below {{cannot stream: result 0 of its nest is written at more than one place}}
    %w = tensor.insert_slice %t into %v[%i, 0] [4, 8] [1, 1] : tensor<4x8xf32> into tensor<8x8xf32>
    scf.yield %w : tensor<8x8xf32>
  } {st.task = "t"}
  return %n : tensor<8x8xf32>
}

// -----

func.func @f(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %e = tensor.empty() : tensor<8x8xf32>
  // expected-error @below {{cannot stream: result 0 is not written slice by slice}}
  %n = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %e) -> (tensor<8x8xf32>) {
    %t = tensor.extract_slice %x[%i, 0] [4, 8] [1, 1] : tensor<8x8xf32> to tensor<4x8xf32>
    scf.yield %o : tensor<8x8xf32>
  } {st.task = "t"}
  return %n : tensor<8x8xf32>
}

// -----

func.func @f(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %e = tensor.empty() : tensor<8x8xf32>
  %n = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %e) -> (tensor<8x8xf32>) {
    %t = tensor.extract_slice %x[%i, 0] [4, 8] [1, 1] : tensor<8x8xf32> to tensor<4x8xf32>
    // expected-error @below {{cannot stream: uses the result tensor of its nest as a value}}
    %z = arith.negf %o : tensor<8x8xf32>
    %w = tensor.insert_slice %t into %o[%i, 0] [4, 8] [1, 1] : tensor<4x8xf32> into tensor<8x8xf32>
    scf.yield %w : tensor<8x8xf32>
  } {st.task = "t"}
  return %n : tensor<8x8xf32>
}

// -----

func.func @f(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %e = tensor.empty() : tensor<8x8xf32>
  %n = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %e) -> (tensor<8x8xf32>) {
    %t = tensor.extract_slice %o[%i, 0] [4, 8] [1, 1] : tensor<8x8xf32> to tensor<4x8xf32>
    // expected-error @below {{cannot stream: reads what its nest has already written}}
    %z = arith.negf %t : tensor<4x8xf32>
    %w = tensor.insert_slice %z into %o[%i, 0] [4, 8] [1, 1] : tensor<4x8xf32> into tensor<8x8xf32>
    scf.yield %w : tensor<8x8xf32>
  } {st.task = "t"}
  return %n : tensor<8x8xf32>
}

// -----

func.func @f(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %e = tensor.empty() : tensor<8x8xf32>
  // expected-error @below {{cannot stream: users take result 0 with and without its padding}}
  %n = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %e) -> (tensor<8x8xf32>) {
    %t = tensor.extract_slice %x[%i, 0] [4, 8] [1, 1] : tensor<8x8xf32> to tensor<4x8xf32>
    %w = tensor.insert_slice %t into %o[%i, 0] [4, 8] [1, 1] : tensor<4x8xf32> into tensor<8x8xf32>
    scf.yield %w : tensor<8x8xf32>
  } {st.task = "t"}
  %u = tensor.extract_slice %n[0, 0] [6, 8] [1, 1] {st.tile_padding} : tensor<8x8xf32> to tensor<6x8xf32>
  %p = tensor.expand_shape %n [[0, 1], [2]] output_shape [2, 4, 8] : tensor<8x8xf32> into tensor<2x4x8xf32>
  return %x : tensor<8x8xf32>
}

// -----

func.func @f(%x: tensor<4x8xf32>) -> tensor<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %e = tensor.empty() : tensor<8x8xf32>
  %zero = arith.constant 0.0 : f32
  // expected-note @below {{padded here}}
  %p = tensor.pad %x low[4, 0] high[0, 0] {
  ^bb0(%a: index, %b: index):
    tensor.yield %zero : f32
  } {st.tile_padding} : tensor<4x8xf32> to tensor<8x8xf32>
  %n = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %e) -> (tensor<8x8xf32>) {
    // expected-error @below {{cannot stream: its operand is padded at the low side}}
    %t = tensor.extract_slice %p[%i, 0] [4, 8] [1, 1] : tensor<8x8xf32> to tensor<4x8xf32>
    %w = tensor.insert_slice %t into %o[%i, 0] [4, 8] [1, 1] : tensor<4x8xf32> into tensor<8x8xf32>
    scf.yield %w : tensor<8x8xf32>
  } {st.task = "t"}
  return %n : tensor<8x8xf32>
}

// -----

func.func @f(%x: tensor<8x8xf32>, %d: f32) -> tensor<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %e = tensor.empty() : tensor<8x8xf32>
  %n = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %e) -> (tensor<8x8xf32>) {
    %t = tensor.extract_slice %x[%i, 0] [4, 8] [1, 1] : tensor<8x8xf32> to tensor<4x8xf32>
    // expected-error @below {{cannot stream: uses a value from outside of its nest that is neither a tensor nor a constant}}
    %z = tensor.insert %d into %t[%c0, %c0] : tensor<4x8xf32>
    %w = tensor.insert_slice %z into %o[%i, 0] [4, 8] [1, 1] : tensor<4x8xf32> into tensor<8x8xf32>
    scf.yield %w : tensor<8x8xf32>
  } {st.task = "t"}
  return %n : tensor<8x8xf32>
}

// -----

func.func @f(%x: tensor<8x8xf32>, %d: index) -> tensor<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %e = tensor.empty() : tensor<8x8xf32>
  %n = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %e) -> (tensor<8x8xf32>) {
    // expected-note @below {{this loop}}
    %q = scf.for %j = %c0 to %d step %c4 iter_args(%o1 = %o) -> (tensor<8x8xf32>) {
    // expected-error @below {{cannot stream: the bounds of an enclosing loop must be constants or sums of sizes, and it must be able to run}}
    %w = tensor.insert_slice %x into %o1[%i, 0] [8, 8] [1, 1] : tensor<8x8xf32> into tensor<8x8xf32>
    scf.yield %w : tensor<8x8xf32>
    }
    scf.yield %q : tensor<8x8xf32>
  } {st.task = "t"}
  return %n : tensor<8x8xf32>
}

// -----

func.func @f(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %e = tensor.empty() : tensor<8x8xf32>
  %n = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %e) -> (tensor<8x8xf32>) {
    %b = arith.cmpi eq, %i, %c0 : index
    %t = scf.if %b -> (tensor<4x8xf32>) {
    // expected-error @below {{cannot stream: takes a slice inside of an operation that is no loop}}
      %s = tensor.extract_slice %x[%i, 0] [4, 8] [1, 1] : tensor<8x8xf32> to tensor<4x8xf32>
      scf.yield %s : tensor<4x8xf32>
    } else {
      %s = tensor.empty() : tensor<4x8xf32>
      scf.yield %s : tensor<4x8xf32>
    }
    %w = tensor.insert_slice %t into %o[%i, 0] [4, 8] [1, 1] : tensor<4x8xf32> into tensor<8x8xf32>
    scf.yield %w : tensor<8x8xf32>
  } {st.task = "t"}
  return %n : tensor<8x8xf32>
}
