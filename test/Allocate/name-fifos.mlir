// RUN: streamtensor-opt %S/Inputs/residual.mlir -st-name-fifos | FileCheck %s
// RUN: sed -e 's|%in = %qr : !c, %direct|%in = %qlong : !c, %direct|' \
// RUN:     -e '/BEGIN ROW/,/END ROW/d' %S/Inputs/residual.mlir | streamtensor-opt -st-name-fifos | FileCheck %s --check-prefix=TWICE

// CHECK-DAG: st.itensor_instance {st.name = "dma_x_to_fork_0"}
// CHECK-DAG: st.itensor_instance {st.name = "fork_0_to_row_1"}
// CHECK-DAG: st.itensor_instance {st.name = "fork_0_to_add_2"}
// CHECK-DAG: st.itensor_instance {st.name = "row_1_to_add_2"}
// CHECK-DAG: st.itensor_instance {st.name = "add_2_to_dma_y"}

// Two FIFOs between the same tasks.
// TWICE-DAG: st.itensor_instance {st.name = "fork_0_to_add_2"}
// TWICE-DAG: st.itensor_instance {st.name = "fork_0_to_add_2_2"}
