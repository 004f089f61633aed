"""Writes the PyTorch files beside it. Needs PyTorch (made with 1.13.1) and is run by hand: python3 make_fixtures.py

The lists of names, NETWORK.txt, are the names, types and shapes of the state dictionaries of DCD's published PyTorch code,
one tensor a line; they are data here.
"""

import collections
import gzip
import io
import math
import os

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
SPARK_JOB = os.path.join(HERE, *[".."] * 8, "spark-job", "src", "test", "resources", "io", "dcd", "cli")

# The list of the small network is of ten classes; the images of the tests have four.
LISTED_CLASSES = 10
CLASSES = 4


def values(count, start=0):
    """Numbers that every floating type here holds exactly."""
    return torch.tensor([((i * 37 + start) % 64 - 32) / 16 for i in range(count)], dtype=torch.float32)


def toy():
    """Every type, a view with an offset, a transposed view, a parameter, a counter."""
    storage = values(100)
    state = collections.OrderedDict()
    state["float32"] = values(6).reshape(2, 3)
    state["float64"] = values(6).double().reshape(2, 3)
    state["float16"] = values(6).half().reshape(2, 3)
    state["bfloat16"] = values(6).bfloat16().reshape(2, 3)
    state["view"] = storage[10:22].reshape(3, 4)
    state["transposed"] = storage[10:22].reshape(3, 4).t()
    state["parameter"] = torch.nn.Parameter(values(4, start=5))
    state["counter"] = torch.tensor(1234567890123)
    state["half.extremes"] = torch.tensor([65504.0, 6e-8, -0.0, 2.0**-14], dtype=torch.float16)
    state._metadata = collections.OrderedDict([("", {"version": 1})])
    return state


def checkpoint():
    """As training scripts save it: the state dictionary of a wrapped module among other things."""
    model = torch.nn.DataParallel(torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2)))
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)
    model(values(12).reshape(4, 3)).sum().backward()
    optimizer.step()
    with torch.no_grad():
        for tensor in model.state_dict().values():
            if tensor.is_floating_point():
                tensor.copy_(values(tensor.numel()).reshape(tensor.shape))
    return {
        "epoch": 7,
        "arch": "toy",
        "state_dict": model.state_dict(),
        "best_prec1": torch.tensor(65.4),
        "optimizer": optimizer.state_dict(),
    }


def network(name):
    """The state dictionary of a whole network, with values that repeat, so that it compresses."""
    state = collections.OrderedDict()
    with open(os.path.join(HERE, name + ".txt"), encoding="ascii") as lines:
        for line in lines:
            key, kind, shape = line.rstrip("\n").split(" ")
            extents = [int(extent) for extent in shape.split("x") if extent]
            if key.startswith("classifier") and extents and extents[0] == LISTED_CLASSES:
                extents[0] = CLASSES
            if kind == "int64":
                state["module." + key] = torch.tensor(100)
                continue
            count = 1
            for extent in extents:
                count *= extent
            tensor = values(count)
            if key.endswith("running_var"):
                tensor = tensor.abs() + 0.5
            elif len(extents) > 1:
                # So that activations keep their size.
                tensor *= 2.0 ** -math.ceil(math.log2(count / extents[0]) / 2 + 1)
            state["module." + key] = tensor.reshape(extents)
    return {"epoch": 300, "state_dict": state}


if __name__ == "__main__":
    torch.manual_seed(1)
    for protocol in range(2, 6):
        torch.save(toy(), os.path.join(HERE, "toy-protocol%d.pth" % protocol), pickle_protocol=protocol)
    torch.save(checkpoint(), os.path.join(HERE, "checkpoint.pth"))
    torch.save(checkpoint(), os.path.join(HERE, "checkpoint.pth.tar"), _use_new_zipfile_serialization=False)
    torch.jit.script(torch.nn.Linear(2, 1)).save(os.path.join(HERE, "torchscript.pt"))
    whole = io.BytesIO()
    torch.save(network("mobilenetv2-x0.05-dcd"), whole, _use_new_zipfile_serialization=False)
    # For the test of the command.
    with open(os.path.join(SPARK_JOB, "mobilenetv2-x0.05-dcd.pth.tar.gz"), "wb") as file:
        file.write(gzip.compress(whole.getvalue(), 9, mtime=0))
