#!/usr/bin/python3
"""What the engine shows on real data: precision schedules side by side, several seeds each.

    tests/bench/experiments.py mnist|rounding|cifar|text [--cli build/app/mantissa-cli]
        [--data ../shared/data] [--seeds 3] [--threads 2] [--epochs N]

Prints a line a run as it ends, then a table: test accuracy (mean and range over the seeds), loss, and
the simulated cycles as a share of the first schedule's. It passes no verdict. The optional data
folder holds mnist, cifar-10-batches-bin (two training batches are enough) and tinyshakespeare.
"""
import argparse
import json
import statistics
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOW, HIGH = "bfp2", "bfp4"
EARLY, LATE = ("conv1", "conv2", "conv3", "conv4", "conv5"), ("conv6", "conv7", "conv8", "conv9", "fc1")


def layers(names, text):
    return "; ".join(f"{name}: {text}" for name in names)


SGD = ["--batch", "64", "--rate", "cosine"]
EXPERIMENTS = {
    "mnist": {
        "data": "idx:{data}/mnist", "model": "lenet", "epochs": 2, "options": SGD + ["--lr", "0.02"],
        "schedules": {
            "fp32": "*: fp32",
            "bfp4, G sr8": "*: bfp4; *.G: bfp4:sr8",
            "adaptive": f"*: adaptive({LOW}, {HIGH})",
        }},
    "rounding": {
        "data": "idx:{data}/mnist", "model": "lenet", "epochs": 2, "options": SGD + ["--lr", "0.02"],
        "schedules": {
            "bfp2, G sr8": "*: bfp2; *.G: bfp2:sr8",
            "bfp2, G nearest": "*: bfp2; *.G: bfp2:nearest",
            "bfp2, G truncate": "*: bfp2; *.G: bfp2:truncate",
        }},
    "cifar": {
        "data": "cifar10:{data}/cifar-10-batches-bin", "model": "resnet-8", "epochs": 8,
        "options": SGD + ["--lr", "0.1", "--weight-decay", "0.0005", "--warm-up", "0.5"],
        "schedules": {
            "fp32": "*: fp32",
            "bfp4": "*: bfp4",
            "bfp2": "*: bfp2",
            "adaptive": f"*: adaptive({LOW}, {HIGH})",
            "low to high": f"*: {LOW} @0..50%, {HIGH} @50%..",
            "high to low": f"*: {HIGH} @0..50%, {LOW} @50%..",
            "early layers low": f"{layers(EARLY, LOW)}; {layers(LATE, HIGH)}",
            "late layers low": f"{layers(EARLY, HIGH)}; {layers(LATE, LOW)}",
        }},
    "text": {
        "data": "text:{data}/tinyshakespeare/input.txt,context=64", "model": "transformer-s",
        "epochs": 3, "options": ["--batch", "16", "--optimiser", "adam", "--lr", "0.001", "--rate",
                                 "cosine", "--warm-up", "0.1", "--clip", "1"],
        "schedules": {"fp32": "*: fp32", "bfp4": "*: bfp4; *.G: bfp4:sr8"}},
}


def run(args, experiment, schedule, seed):
    command = [args.cli, "train", "--data", experiment["data"].format(data=args.data), "--model",
               experiment["model"], "--epochs", str(args.epochs or experiment["epochs"]),
               "--schedule", schedule, "--seed", str(seed), "--threads", str(args.threads), "--db",
               "none", "--progress", "none", "--json", *experiment["options"]]
    done = subprocess.run(command, capture_output=True, text=True)
    if not done.stdout:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def report(name, runs, cycles):
    accuracy = [100 * run["test_accuracy"] for run in runs if run["test_accuracy"] is not None]
    losses = [run["test_loss"] for run in runs if run["test_loss"] is not None]
    if len(accuracy) < len(runs):
        return f"{name:20} {len(runs) - len(accuracy)} of {len(runs)} runs diverged"
    return (f"{name:20} {statistics.mean(accuracy):6.2f} %  ({min(accuracy):.2f} … {max(accuracy):.2f})"
            f"  loss {statistics.mean(losses):.4f}"
            f"  cycles {100 * statistics.mean(r['cycles'] for r in runs) / cycles:6.1f} %")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("experiment", choices=EXPERIMENTS)
    parser.add_argument("--cli", default=str(ROOT / "build/app/mantissa-cli"))
    parser.add_argument("--data", default=str(ROOT.parent / "shared/data"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=int)
    args = parser.parse_args()
    experiment = EXPERIMENTS[args.experiment]
    lines, cycles = [], None
    for name, schedule in experiment["schedules"].items():
        runs = []
        for seed in range(1, args.seeds + 1):
            runs.append(run(args, experiment, schedule, seed))
            one = runs[-1]
            print(f"  {name}, seed {seed}: {one['status']}, accuracy {one['test_accuracy']}, "
                  f"loss {one['test_loss']}, {one['wall_seconds']:.0f} s, trace {one['loss_hash']}",
                  flush=True)
        cycles = cycles or statistics.mean(one["cycles"] for one in runs)
        lines.append(report(name, runs, cycles))
    print(f"{experiment['model']} on {experiment['data'].format(data='…')}")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
