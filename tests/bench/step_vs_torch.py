#!/usr/bin/python3
"""One training step, here and in PyTorch, on the same processor in one run.

    /usr/bin/python3 tests/bench/step_vs_torch.py [--cli build/app/mantissa-cli] [--threads 2]

Measures forward, backward and SGD with momentum on random data: PyTorch's FP32 (python3-torch,
with OpenBLAS when libopenblas0-pthread is installed; for convolutions the faster of its two memory
layouts), the engine's fp32 and the engine's bfp4 with stochastic gradients. The three are measured
in turns, several rounds, and the median round counts, so that a busy moment of the machine harms
all of them alike. Prints a table of milliseconds and ratios; it passes no verdict.
"""
import argparse
import json
import statistics
import subprocess
import time

MODELS = {
    "mlp:1024,1024": {"input": "784", "batch": 128},
    "cnn:32,32,p,64,64,p,128,128,gap": {"input": "3x32x32", "batch": 64},
}
SCHEDULES = {"fp32": "*: fp32", "bfp4": "*: bfp4; *.G: bfp4:sr8"}


def torch_network(model, torch):
    nn = torch.nn
    kind, items = model.split(":")
    layers, width = [], 784 if kind == "mlp" else 3
    for item in items.split(","):
        if kind == "mlp":
            layers += [nn.Linear(width, int(item)), nn.ReLU()]
            width = int(item)
        elif item == "p":
            layers.append(nn.MaxPool2d(2))
        elif item == "gap":
            layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        else:
            layers += [nn.Conv2d(width, int(item), 3, padding=1, bias=False),
                       nn.BatchNorm2d(int(item)), nn.ReLU()]
            width = int(item)
    return nn.Sequential(*layers, nn.Linear(width, 10))


def torch_stepper(model, threads, channels_last):
    """A function that makes one step and returns its milliseconds."""
    import torch
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    setting = MODELS[model]
    shape = [int(n) for n in setting["input"].split("x")]
    net = torch_network(model, torch).train()
    x = torch.randn(setting["batch"], *shape)
    if channels_last:
        net, x = (t.to(memory_format=torch.channels_last) for t in (net, x))
    label = torch.randint(0, 10, (setting["batch"],))
    optimiser = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    criterion = torch.nn.CrossEntropyLoss()

    def step():
        begin = time.perf_counter()
        optimiser.zero_grad(set_to_none=True)
        criterion(net(x), label).backward()
        optimiser.step()
        return 1e3 * (time.perf_counter() - begin)

    return step


def measure_torch(step, steps):
    for _ in range(3):
        step()
    return statistics.median(step() for _ in range(steps))


def measure_engine(cli, model, schedule, threads, steps):
    setting = MODELS[model]
    out = subprocess.run(
        [cli, "bench", "step", "--model", model, "--input", setting["input"], "--classes", "10",
         "--batch", str(setting["batch"]), "--schedule", schedule, "--threads", str(threads),
         "--steps", str(steps), "--json"], check=True, capture_output=True, text=True).stdout
    return json.loads(out)["median_ms"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cli", default="build/app/mantissa-cli")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=20)
    args = parser.parse_args()
    print(f"{'model':34} {'torch fp32':>11} {'fp32':>9} {'bfp4':>9} {'fp32/torch':>11} "
          f"{'torch/bfp4':>11}")
    for model in MODELS:
        layouts = [False] if model.startswith("mlp") else [False, True]
        steppers = [torch_stepper(model, args.threads, layout) for layout in layouts]
        rounds = []
        for _ in range(args.rounds):
            torch_ms = min(measure_torch(step, args.steps) for step in steppers)
            engine = [measure_engine(args.cli, model, text, args.threads, args.steps)
                      for text in SCHEDULES.values()]
            rounds.append((torch_ms, *engine))
        torch_ms, fp32, bfp4 = (statistics.median(column) for column in zip(*rounds))
        print(f"{model:34} {torch_ms:9.2f}ms {fp32:7.2f}ms {bfp4:7.2f}ms {fp32 / torch_ms:11.2f} "
              f"{torch_ms / bfp4:11.2f}")


if __name__ == "__main__":
    main()
