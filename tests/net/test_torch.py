#!/usr/bin/python3
"""Weights exchanged with PyTorch: the same forward pass, and the same losses step by step in fp32
without shuffling. Skipped where python3-torch is not installed.

    test_torch.py PEER      (tests/net/torch_peer)
"""
import json
import math
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError:
    print("1..0 # SKIP python3-torch is not installed")
    sys.exit(0)

STEPS = 6
# Data, network (layer by layer; K stands for the classes), batch, learning rate.
CASES = [
    ("digits:200", "fc-40, relu, fc-K", 20, 0.05),
    ("digits:200", "conv5x5-6b, relu, pool2, conv5x5-16b, relu, pool2, fc-120, relu, fc-84, relu, fc-K",
     10, 0.05),
    ("digits:200", "conv3x3-8/2, bn, relu, save, conv3x3-8, bn, add, relu, conv1x1-12/2, gap, fc-K",
     10, 0.05),
    ("digits:200", "conv3x3-6/2, bn, relu, dw3x3, bn, relu, conv1x1-9, gelu, avg2, dw5x5/2, ln, fc-K",
     10, 0.02),
    ("tinytext:context=16",
     "embed-24, save, ln, attn-3, add, save, ln, fc-48, gelu, fc-24, add, ln, fc-K", 8, 0.1),
]


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.qkv, self.out, self.heads = nn.Linear(width, 3 * width), nn.Linear(width, width), heads

    def forward(self, x):
        n, t, c = x.shape
        q, k, v = (part.reshape(n, t, self.heads, c // self.heads).transpose(1, 2)
                   for part in self.qkv(x).chunk(3, dim=2))
        scores = q @ k.transpose(2, 3) / math.sqrt(c // self.heads)
        scores = scores.masked_fill(torch.ones(t, t).triu(1).bool(), -math.inf)
        return self.out((scores.softmax(dim=3) @ v).transpose(1, 2).reshape(n, t, c))


class Embedding(nn.Module):
    def __init__(self, classes, width, places):
        super().__init__()
        self.weight = nn.Parameter(0.3 * torch.randn(classes, width))
        self.position = nn.Parameter(0.3 * torch.randn(places, width))

    def forward(self, x):
        return self.weight[x.reshape(len(x), -1).long()] + self.position


class ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels of an image's pixels, or of a vector."""

    def forward(self, x):
        if x.dim() != 4:
            return super().forward(x)
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Net(nn.Module):
    """The layer-by-layer text as modules that are called like the engine's layers."""

    def __init__(self, text, shape, classes):
        super().__init__()
        y, x, c = shape
        self.steps, count = [], {}

        def add(kind, module):
            count[kind] = count.get(kind, 0) + 1
            name = f"{kind}{count[kind]}"
            self.add_module(name, module)
            self.steps.append(getattr(self, name))

        flat, sequence = False, False
        for item in (part.strip() for part in text.replace("K", str(classes)).split(",")):
            word, _, rest = item.partition("-")
            if word == "fc":
                if not flat and not sequence:
                    self.steps.append(nn.Flatten())
                    c, flat = c * y * x, True
                add("fc", nn.Linear(c, int(rest)))
                c = int(rest)
            elif word.startswith(("conv", "dw")):
                depthwise = word.startswith("dw")
                size, _, stride = (word[2:] if depthwise else rest).partition("/")
                kernel = int((word[2:] if depthwise else word[4:]).split("x")[0])
                bias = size.endswith("b")
                out, stride = c if depthwise else int(size.rstrip("b")), int(stride or 1)
                add("dw" if depthwise else "conv",
                    nn.Conv2d(c, out, kernel, stride, (kernel - 1) // 2, bias=bias,
                              groups=c if depthwise else 1))
                c, y, x = out, -(-y // stride), -(-x // stride)
            elif word == "bn":
                add("bn", nn.BatchNorm2d(c))
            elif word == "ln":
                add("ln", ChannelNorm(c))
            elif word == "relu":
                self.steps.append(nn.ReLU())
            elif word == "gelu":
                self.steps.append(nn.GELU(approximate="tanh"))
            elif word.startswith("pool"):
                self.steps.append(nn.MaxPool2d(int(word[4:])))
                y, x = y // int(word[4:]), x // int(word[4:])
            elif word.startswith("avg"):
                self.steps.append(nn.AvgPool2d(int(word[3:])))
                y, x = y // int(word[3:]), x // int(word[3:])
            elif word == "gap":
                self.steps += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
                y = x = 1
                flat = True
            elif word == "embed":
                add("embed", Embedding(classes, int(rest), y))
                c, sequence = int(rest), True
            elif word == "attn":
                add("attn", Attention(c, int(rest)))
            else:
                self.steps.append(word)

    def forward(self, x):
        saved = []
        for step in self.steps:
            if step == "save":
                saved.append(x)
            elif step == "add":
                x = x + saved.pop()
            else:
                x = step(x)
        return x


def save(path, state):
    header, data = {}, b""
    for name, tensor in state.items():
        kind = {torch.float32: "F32", torch.int64: "I64"}[tensor.dtype]
        raw = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {"dtype": kind, "shape": list(tensor.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def load(path):
    raw = path.read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    header, data = json.loads(raw[8:8 + size]), raw[8 + size:]
    header.pop("__metadata__", None)
    return {name: torch.frombuffer(bytearray(data[slice(*entry["data_offsets"])]),
                                   dtype=torch.float32).reshape(entry["shape"])
            for name, entry in header.items()}


def floats(path, kind=torch.float32):
    return torch.frombuffer(bytearray(path.read_bytes()), dtype=kind)


def distance(got, wanted):
    """The largest difference, as a share of the largest value."""
    return float((got - wanted).abs().max() / wanted.abs().max().clamp(min=1e-12))


# A sum of n float32 products in another order differs by some sqrt(n) 2^-24 of its terms' size; n
# is at most about a thousand here, and layers and steps multiply that by a few: 2e-6 times 50.
BOUND = 1e-4


def main():
    peer = sys.argv[1]
    torch.set_num_threads(1)
    print(f"1..{len(CASES)}")
    failed = 0
    for number, (data, text, batch, rate) in enumerate(CASES, 1):
        torch.manual_seed(number)
        with tempfile.TemporaryDirectory() as name:
            problems = compare(peer, data, text, batch, rate, Path(name))
        for problem in problems:
            print("#", problem)
        failed += bool(problems)
        print("not ok" if problems else "ok", number, "-", text)
    return 1 if failed else 0


def compare(peer, data, text, batch, rate, folder):
    y, x, c, classes, targets = map(int, subprocess.run(
        [peer, data, "describe"], check=True, capture_output=True, text=True).stdout.split())
    net = Net(text, (y, x, c), classes)
    save(folder / "in", net.state_dict())
    lines = subprocess.run(
        [peer, data, text.replace("K", str(classes)), str(batch), str(STEPS), str(rate), str(folder / "in"), str(folder / "out"), str(folder)],
        check=True, capture_output=True, text=True).stdout.split()
    samples = floats(folder / "x").reshape(STEPS, batch, y, x, c)
    samples = samples.permute(0, 1, 4, 2, 3)
    labels = floats(folder / "label", torch.int16).long().reshape(STEPS, batch * targets)
    problems = []
    net.eval()
    with torch.no_grad():
        wanted = net(samples[0]).reshape(-1, classes)
    apart = distance(floats(folder / "logits").reshape(-1, classes), wanted)
    print(f"# forward pass: {apart:.1e}")
    if not apart < BOUND:
        problems.append(f"the forward pass differs by {apart}")
    net.train()
    optimiser = torch.optim.SGD(net.parameters(), lr=rate, momentum=0.9)
    for step in range(STEPS):
        optimiser.zero_grad()
        loss = F.cross_entropy(net(samples[step]).reshape(-1, classes), labels[step])
        loss.backward()
        optimiser.step()
        if not abs(float(loss) - float(lines[step])) < BOUND * float(loss):
            problems.append(f"step {step}: loss {lines[step]}, PyTorch has {float(loss)}")
    print("# losses", " ".join(f"{float(line):.5f}" for line in lines))
    got = load(folder / "out")
    for key, tensor in net.state_dict().items():
        if key.endswith("num_batches_tracked"):
            continue
        # Gradients' roundings, step by step; a bias that hardly moved is compared by the step size.
        apart = float((got[key] - tensor).abs().max() / tensor.abs().max().clamp(min=rate))
        if not apart < 10 * BOUND:
            problems.append(f"{key} differs by {apart} after {STEPS} steps")
    return problems


if __name__ == "__main__":
    sys.exit(main())
