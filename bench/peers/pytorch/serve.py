"""PyTorch as a contestant: the same work and the same line protocol as ../../serve.ts. Argument: threads."""

import json
import math
import platform
import sys
import time

import torch

import elementwise
import images
import networks
import sequences

TASKS = {**elementwise.TASKS, **images.TASKS, **networks.TASKS, **sequences.TASKS}
SHORTEST_SAMPLE = 0.004


def say(answer):
    print(json.dumps(answer), flush=True)


def seconds_of(run, count):
    start = time.perf_counter()
    for _ in range(count):
        run()
    return (time.perf_counter() - start) / count


def time_task(run, each, budget):
    """Samples of at least SHORTEST_SAMPLE, for about the budget."""
    seconds_of(run, 1)
    count = max(1, math.ceil(SHORTEST_SAMPLE / each))
    samples, start = [], time.perf_counter()
    while not samples or time.perf_counter() - start < budget:
        samples.append(seconds_of(run, count))
        if samples[-1] * count < SHORTEST_SAMPLE / 2:
            count = math.ceil(SHORTEST_SAMPLE / samples.pop())
    return samples


def main():
    torch.set_num_threads(int(sys.argv[1]))
    say({"hello": {"pytorch": torch.__version__, "python": platform.python_version(), "simd": torch.backends.cpu.get_cpu_capability() if hasattr(torch.backends, "cpu") else ""}})
    run, each = None, 0.0
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "prepare" in request:
                run = None
                workload = request["prepare"]
                if workload["kind"] not in TASKS:
                    say({"skip": "no " + workload["kind"]})
                    continue
                run, check = TASKS[workload["kind"]](**workload["params"])
                figures = check()
                each = seconds_of(run, 1)
                say({"seconds": each, "check": figures})
            else:
                samples = time_task(run, each, request["time"]["seconds"])
                each = sorted(samples)[len(samples) // 2]
                say({"samples": samples})
        except Exception as error:  # any failure is that workload's answer, not the end of the run
            say({"error": f"{type(error).__name__}: {error}".split("\n")[0]})


main()
