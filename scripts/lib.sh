# Shared by the scripts: where things are, and how to build.
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
preset="${ST_PRESET:-dev}"
build="$root/build/$preset"
# A precompiled header and ccache agree only when ccache may trust what the compiler already checks.
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime

# Configures on first use, then builds the given targets.
build_targets() {
  [ -f "$build/build.ninja" ] || (cd "$root" && cmake --preset "$preset")
  ninja -C "$build" "$@"
}
