"""Thread limits, quiet-machine timing and the one-line report of the peer benchmarks.

Import this before any framework: the limits are environment variables that they read once.
"""
import json
import os
import resource
import statistics
import time

THREADS = int(os.environ.get("PEER_THREADS", len(os.sched_getaffinity(0))))
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS",
             "TF_NUM_INTEROP_THREADS"):
    os.environ.setdefault(name, str(THREADS))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
if THREADS == 1:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

QUIET_LIMIT = 0.06  # part of a core that other work may take
STEADY_EPOCHS = 3  # quiet epochs needed for a median worth quoting


def process_age_s():
    """Seconds since this process was started, imports included."""
    fields = open("/proc/self/stat").read().rsplit(")", 1)[1].split()
    started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return float(open("/proc/uptime").read().split()[0]) - started


class Stopwatch:
    """Measures wall time and how much of a core other processes took from this one meanwhile."""

    def __init__(self):
        self.wall, self.own = time.perf_counter(), time.process_time()
        self.busy, self.waited = self.machine_busy_s(), self.waited_for_core_s()

    @staticmethod
    def machine_busy_s():
        ticks = [int(v) for v in open("/proc/stat").readline().split()[1:9]]
        return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")

    @staticmethod
    def waited_for_core_s():
        total_ns = 0
        for task in os.listdir("/proc/self/task"):
            try:
                total_ns += int(open(f"/proc/self/task/{task}/schedstat").read().split()[1])
            except OSError:
                pass  # the thread has ended
        return total_ns / 1e9

    def stop(self):
        """Returns (wall seconds, part of a core taken by others)."""
        wall = time.perf_counter() - self.wall
        others = max(0.0, self.machine_busy_s() - self.busy - (time.process_time() - self.own)) / wall
        # Both must agree: the first also counts work on cores that we did not want.
        return wall, min(others, (self.waited_for_core_s() - self.waited) / wall)


def steady(samples):
    """Returns (median seconds, is it quiet): of the quiet samples, or else of the quietest ones."""
    quiet = [wall for wall, taken in samples if taken < QUIET_LIMIT]
    if len(quiet) >= STEADY_EPOCHS:
        return statistics.median(quiet), True
    best = sorted(samples, key=lambda s: s[1])[:STEADY_EPOCHS]
    return statistics.median(wall for wall, _ in best), False


def report(workload, framework, version, setup_s, epochs, steps, **figures):
    """Prints the result as one JSON line. epochs: what Stopwatch.stop() gave for each epoch."""
    later = epochs[1:] or epochs  # the first epoch also traces, compiles and warms up
    median, quiet = steady(later)
    line = {
        "workload": workload, "framework": framework, "version": version, "threads": THREADS,
        "setup_s": setup_s, "first_epoch_s": epochs[0][0], "fit_s": sum(wall for wall, _ in epochs),
        "ms_per_step": median / steps * 1e3,
        "mean_ms_per_step": statistics.fmean(wall for wall, _ in later) / steps * 1e3,
        "epochs": len(epochs), "steps": steps, "quiet": quiet, **figures, "process_s": process_age_s(),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps({k: round(v, 4) if isinstance(v, float) else v for k, v in line.items()}), flush=True)


def report_steps(call, seconds, steps=1, returns=None, **figures):
    """Repeats a call of `steps` steps for a while, after three that warm up, and prints the median time of a step as one JSON line.

    `returns`: the name of the figure that the call returns, if it is one.
    """
    for _ in range(3):
        call()
    times, start = [], time.perf_counter()
    while len(times) < 5 or time.perf_counter() - start < seconds:
        begin = time.perf_counter()
        last = call()
        times.append((time.perf_counter() - begin) / steps * 1e3)
    if returns is not None:
        figures[returns] = last
    print(json.dumps({**figures, "ms_per_step": statistics.median(times), "lowest_ms": min(times)}), flush=True)
