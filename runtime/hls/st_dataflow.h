//===- st_dataflow.h - How a dataflow region calls its tasks ----------------------------------------*- C++ -*-===//
//
//   void top(...) {
//   #pragma HLS dataflow
//     hls::stream<ap_uint<512>, 32> a_to_b("a_to_b");
//     ST_DATAFLOW_REGION;
//     ST_TASK(a(..., a_to_b));
//     ST_TASK(b(a_to_b, ...));
//   }
//
// With AMD's tools ST_DATAFLOW_REGION vanishes and ST_TASK is the plain call, which leaves a canonical dataflow region.
// With this project's hls_stream.h, ST_TASK starts a thread (-DST_CONCURRENT) that the end of the function waits for,
// or notes the task's name for messages and calls it.
//
// ST_DATAFLOW_REGION stands after the streams, so that the tasks end before the streams are destroyed.
//
// ST_FEEDBACK(stream) marks a stream that is read by a task called before the one that writes it: what is repeated
// loops back through it. Tasks that are called one after the other cannot run such a region, and the sequential
// simulation says so.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_DATAFLOW_H
#define ST_DATAFLOW_H

#include "hls_stream.h"

#if !defined(ST_HLS_SIMULATION) || defined(__SYNTHESIS__)

#define ST_DATAFLOW_REGION
#define ST_FEEDBACK(stream)
#define ST_TASK(...) __VA_ARGS__

#elif defined(ST_CONCURRENT)

#define ST_DATAFLOW_REGION ::st::simulation::region st_dataflow_region
#define ST_FEEDBACK(stream)
#define ST_TASK(...) st_dataflow_region.start(#__VA_ARGS__, [&] { __VA_ARGS__; })

#else

#define ST_DATAFLOW_REGION ::st::simulation::running_task().clear()
#define ST_FEEDBACK(stream) ::st::simulation::fail_feedback(#stream)
#define ST_TASK(...)                                                                                                   \
  do {                                                                                                                 \
    const ::std::string st_call(#__VA_ARGS__);                                                                         \
    ::st::simulation::running_task() = st_call.substr(0, st_call.find_first_of("(<"));                                 \
    __VA_ARGS__;                                                                                                       \
  } while (false)

#endif

#endif // ST_DATAFLOW_H
