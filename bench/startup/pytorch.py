# Imports PyTorch and multiplies two matrices, in a process of its own; also how large the installed package is.
import json
import os
import time

start = time.perf_counter()
import torch

loaded = time.perf_counter()
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
total = (x @ x).sum().item()
done = time.perf_counter()
assert total == 54, total
with open("/proc/self/statm") as statm:
    resident = int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
folder = os.path.dirname(torch.__file__)
size = sum(os.lstat(os.path.join(at, name)).st_size for at, _, names in os.walk(folder) for name in names)
print(json.dumps({"import": loaded - start, "first": done - loaded, "resident": resident, "size": size}))
