// RUN: streamtensor-opt %s -st-name-fifos -split-input-file -verify-diagnostics

!v = !st.itensor<4xf32, iter_space = [4] * [4], iter_map = (d0) -> (d0)>

func.func @no_reader() {
  st.kernel @k () {
    // expected-error@+1 {{needs exactly one reader, which must be a task, but has 0 uses}}
    %f = st.itensor_instance : !v
    %r = st.task @producer inits(%o = %f : !v) {
      st.yield %o : !v
    }
  }
  return
}

// -----

!v = !st.itensor<4xf32, iter_space = [4] * [4], iter_map = (d0) -> (d0)>

func.func @two_readers() {
  st.kernel @k () {
    // expected-error@+1 {{needs exactly one reader, which must be a task, but has 2 uses}}
    %f = st.itensor_instance : !v
    %r = st.task @producer inits(%o = %f : !v) {
      st.yield %o : !v
    }
    // expected-note@+1 {{used here}}
    st.task @first reads(%i = %r : !v) {
    }
    // expected-note@+1 {{used here}}
    st.task @second reads(%i = %r : !v) {
    }
  }
  return
}
