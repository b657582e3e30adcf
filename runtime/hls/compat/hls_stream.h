//===- hls_stream.h - FIFOs, for simulation with a plain C++ compiler -------------------------------*- C++ -*-===//
//
// Stands in for AMD's header of the same name, in two simulations:
//
//   default            sequential and unbounded: the semantics of AMD's C simulation. Tasks run one after the other.
//   -DST_CONCURRENT    every task in a thread of its own, every FIFO holds exactly the tokens of its depth. A wrong
//                      depth deadlocks here and is reported (simulation.h).
//
// As in AMD's header, `stream<T, DEPTH>` derives from `stream<T>`, which is what functions take by reference.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_HLS_COMPAT_HLS_STREAM_H
#define ST_HLS_COMPAT_HLS_STREAM_H

/// Tells st_dataflow.h that these headers, not AMD's, are in use.
#define ST_HLS_SIMULATION 1

#ifdef ST_CONCURRENT
#include "bounded_fifo.h"
#else
#include "unbounded_fifo.h"
#endif

namespace hls {

/// Depth that AMD's tools give a stream whose depth is not stated.
constexpr int default_stream_depth = 2;

template <typename T, int DEPTH = 0> class stream;

template <typename T> class stream<T, 0> {
public:
  explicit stream(const char *name = "stream") : stream(name, default_stream_depth) {}
  stream(const stream &) = delete;
  stream &operator=(const stream &) = delete;

  T read() { return fifo_.pop(); }
  void read(T &value) { value = fifo_.pop(); }
  void operator>>(T &value) { value = fifo_.pop(); }
  void write(const T &value) { fifo_.push(value); }
  void operator<<(const T &value) { fifo_.push(value); }

  bool empty() { return fifo_.empty(); }
  bool full() { return fifo_.full(); }
  unsigned size() { return static_cast<unsigned>(fifo_.size()); }
  unsigned capacity() { return static_cast<unsigned>(fifo_.capacity()); }
  bool read_nb(T &value) {
    if (fifo_.empty())
      return false;
    value = fifo_.pop();
    return true;
  }
  bool write_nb(const T &value) {
    if (fifo_.full())
      return false;
    fifo_.push(value);
    return true;
  }

protected:
  stream(const char *name, int depth) : fifo_(name, depth) {}

private:
  st::simulation::fifo<T> fifo_;
};

template <typename T, int DEPTH> class stream : public stream<T, 0> {
  static_assert(DEPTH > 0, "a FIFO holds at least one token");

public:
  explicit stream(const char *name = "stream") : stream<T, 0>(name, DEPTH) {}
};

} // namespace hls

#endif // ST_HLS_COMPAT_HLS_STREAM_H
