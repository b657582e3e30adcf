// RUN: streamtensor-opt %s -st-lower-linalg-to-loops -canonicalize -cse | FileCheck %s

#row = affine_map<(d0, d1, d2) -> (d0, d2)>
#col = affine_map<(d0, d1, d2) -> (d2, d1)>
#out = affine_map<(d0, d1, d2) -> (d0, d1)>
#id = affine_map<(d0, d1) -> (d0, d1)>

func.func @main() {
  st.kernel @k () {
    // The reduction goes outermost; the lanes innermost.
    // CHECK-LABEL: st.task @product
    // CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
    // CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
    // CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
    // CHECK-DAG:     %[[C8:.*]] = arith.constant 8 : index
    // CHECK-DAG:     %[[C16:.*]] = arith.constant 16 : index
    // CHECK:         scf.for %[[K:.*]] = %[[C0]] to %[[C4]] step %[[C1]] {
    // CHECK-NEXT:      scf.for %[[I:.*]] = %[[C0]] to %[[C8]] step %[[C1]] {
    // CHECK-NEXT:        scf.for %[[J:.*]] = %[[C0]] to %[[C16]] step %[[C1]] {
    // CHECK-NEXT:          %[[A:.*]] = memref.load %{{.*}}[%[[I]], %[[K]]]
    // CHECK-NEXT:          %[[B:.*]] = memref.load %{{.*}}[%[[K]], %[[J]]]
    // CHECK-NEXT:          %[[C:.*]] = memref.load %[[ACC:.*]][%[[I]], %[[J]]]
    // CHECK-NEXT:          %[[P:.*]] = arith.mulf %[[A]], %[[B]]
    // CHECK-NEXT:          %[[Q:.*]] = arith.addf %[[C]], %[[P]]
    // CHECK-NEXT:          memref.store %[[Q]], %[[ACC]][%[[I]], %[[J]]]
    // CHECK-NEXT:        } {st.unroll}
    // CHECK-NEXT:      } {st.pipeline = 2 : i64}
    // CHECK-NEXT:    }
    // CHECK-NEXT:  }
    st.task @product {
      %a = st.buffer @a : memref<8x4xf32>
      %b = st.buffer @b : memref<4x16xf32>
      %c = st.buffer @c : memref<8x16xf32>
      linalg.generic {indexing_maps = [#row, #col, #out], iterator_types = ["parallel", "parallel", "reduction"]}
          ins(%a, %b : memref<8x4xf32>, memref<4x16xf32>) outs(%c : memref<8x16xf32>)
          attrs = {st.unroll = array<i64: 1, 16, 1>, st.ii = 2} {
      ^bb0(%u: f32, %v: f32, %o: f32):
        %p = arith.mulf %u, %v : f32
        %q = arith.addf %o, %p : f32
        linalg.yield %q : f32
      }
    }
    // A partial factor splits the loop; the index is that of the element; an output that is not read is not loaded.
    // CHECK-LABEL: st.task @partial
    // CHECK:         scf.for %[[I:.*]] = %c0 to %c8 step %c1 {
    // CHECK-NEXT:      scf.for %[[J:.*]] = %c0 to %c16 step %c4 {
    // CHECK-NEXT:        scf.for %[[U:.*]] = %c0 to %c4 step %c1 {
    // CHECK-NEXT:          %[[JU:.*]] = affine.apply #{{.*}}(%[[J]], %[[U]])
    // CHECK-NEXT:          %[[X:.*]] = arith.index_cast %[[JU]] : index to i32
    // CHECK-NEXT:          memref.store %[[X]], %{{.*}}[%[[I]], %[[JU]]]
    // CHECK-NEXT:        } {st.unroll}
    // CHECK-NEXT:      } {st.pipeline = 1 : i64}
    st.task @partial {
      %c = st.buffer @c : memref<8x16xi32>
      linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
          outs(%c : memref<8x16xi32>) attrs = {st.unroll = array<i64: 1, 4>} {
      ^bb0(%o: i32):
        %j = linalg.index 1 : index
        %x = arith.index_cast %j : index to i32
        linalg.yield %x : i32
      }
    }
    // Fills go as wide as the buffer lets them; a loop that runs once is none.
    // CHECK-LABEL: st.task @fill
    // CHECK:         scf.for %[[J:.*]] = %c0 to %c16 step %c8 {
    // CHECK-NEXT:      scf.for %[[U:.*]] = %c0 to %c8 step %c1 {
    // CHECK-NEXT:        %[[JU:.*]] = affine.apply #{{.*}}(%[[J]], %[[U]])
    // CHECK-NEXT:        memref.store %{{.*}}, %{{.*}}[%c0, %[[JU]]] : memref<1x16xf32>
    // CHECK-NEXT:      } {st.unroll}
    // CHECK-NEXT:    } {st.pipeline = 1 : i64}
    st.task @fill {
      %zero = arith.constant 0.0 : f32
      %c = st.buffer @c {partition = array<i64: 1, 8>} : memref<1x16xf32>
      linalg.fill ins(%zero : f32) outs(%c : memref<1x16xf32>)
    }
    st.yield
  }
  return
}
