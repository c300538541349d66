"""mantissa-cli as a test calls it, a folder of its own, and what every refusal looks like.

The first argument of the test is the program's path.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import tap  # noqa: E402

CLI = os.path.abspath(sys.argv[1])
FOLDER = tempfile.mkdtemp(prefix='mantissa-cli-')
DATA = ['--data', 'digits:300', '--model', 'mlp:16']
SMALL = DATA + ['--epochs', '2', '--batch', '50', '--lr', '0.1', '--momentum', '0.5']
BFP = ['--schedule', '*: bfp4; *.G: bfp4:sr8']
KEYS = ['run', 'status', 'steps', 'train_loss', 'test_loss', 'test_accuracy', 'best_test_accuracy',
        'loss_hash', 'cycles', 'simulated_seconds', 'energy_joules', 'wall_seconds']


class Done:
    """What a call printed and how it ended."""

    def __init__(self, process):
        self.status, self.out, self.err = process.returncode, process.stdout, process.stderr

    def json(self):
        tap.equal(self.status, 0, 'status of ' + self.err)
        return json.loads(self.out)


def cli(*words, env=None, **more):
    surroundings = {**os.environ, 'XDG_DATA_HOME': os.path.join(FOLDER, 'share'), **(env or {})}
    return Done(subprocess.run([CLI, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, env=surroundings, timeout=300, check=False, **more))


def train(*words, db='none', **more):
    return cli('train', *words, '--db', db, '--json', **more)


def path(name):
    return os.path.join(FOLDER, name)


def written(name, content):
    with open(path(name), 'wb') as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    return path(name)


def refused(done, *parts, status=1):
    """One sentence on standard error, nothing on standard output, the right status."""
    tap.equal(done.status, status, f'status with "{done.err}"')
    tap.equal(done.out, '', 'standard output')
    tap.equal(done.err.count('\n'), 1, f'lines of "{done.err}"')
    for part in parts:
        tap.has(done.err, part)


def wrong_usage(done, *parts):
    tap.equal(done.status, 2, f'status with "{done.err}"')
    tap.equal(done.out, '', 'standard output')
    for part in parts:
        tap.has(done.err, part)


def idx(kind, *sizes, magic=0x0800, body=None):
    count = 1
    for size in sizes:
        count *= size
    return (struct.pack('>I', magic | kind) + b''.join(struct.pack('>I', s) for s in sizes) +
            (bytes(i % 10 for i in range(count)) if body is None else body))


def mnist(name, **changes):
    """A folder with a tiny, valid set in MNIST's names; `changes` replaces files, None leaves out."""
    folder = path(name)
    os.makedirs(folder)
    files = {'train-images-idx3-ubyte': idx(3, 40, 4, 4), 'train-labels-idx1-ubyte': idx(1, 40),
             't10k-images-idx3-ubyte': idx(3, 20, 4, 4), 't10k-labels-idx1-ubyte': idx(1, 20)}
    for file, content in {**files, **{k.replace('_', '-'): v for k, v in changes.items()}}.items():
        if content is not None:
            written(os.path.join(name, file), content)
    return folder
