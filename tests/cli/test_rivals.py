"""mantissa-cli rivals, against cost.h's formulas worked out here for a network of one layer, and
what approximate multipliers and sparse weights do to a run from the command line.

    test_rivals.py MANTISSA_CLI
"""
import json
import math
import os
import shutil
import struct
from fractions import Fraction

from command import (BFP, DATA, FOLDER, SMALL, cli, path, refused, tap, train, written,
                     wrong_usage)


# ---- one layer by hand ------------------------------------------------------------------------
#
# fc-10 on 784 values, 50 samples a step, a plan of bfp4: forward (50 x 10 over 784) and the weight
# gradient (784 x 10 over 50). Figures of M. Horowitz, ISSCC 2014, as in hardware.h.

BATCH, INPUTS, OUTPUTS = 50, 784, 10
HALF = 4 * 524288  # half of an SRAM buffer in bits
INT8_ADD, INT8_MULTIPLY, FP16_ADD, FP16_MULTIPLY, FP32_ADD, FP32_MULTIPLY = (
    30, 200, 400, 1100, 900, 3700)
SRAM_WORD, DRAM_WORD = 10000, 1300000


def up(a, b):
    return -(-a // b)


def tree(n, bits):
    """Bits of the adders over n numbers: pairs first, an odd one waits, each as wide as its sum."""
    total = 0
    while n > 1:
        bits += 1
        total += n // 2 * bits
        n -= n // 2
    return total


def chunked(chunks, bits):
    """A pair of groups of 16 in chunks of `bits`: beats and femtojoules."""
    beats = chunks * chunks
    adders = beats * (tree(16, 2 * bits + 1) + 2 * bits * chunks + 4 + 1) + 9
    return beats, Fraction(beats * bits * bits * 16 * INT8_MULTIPLY, 64) + Fraction(
        adders * INT8_ADD, 8) + FP32_ADD


def by_element(element):
    return lambda length: (length * element, 1 if element < 32 else 0, 16)


def in_groups(element):
    """Bits of a row with an 8-bit exponent for every 16 elements, and how it is converted."""
    return lambda length: (length * element + 8 * up(length, 16), 1, 16)


# cell: elements of a pair, (beats, femtojoules) of a pair, a row's storage
CELLS = {
    'fmac': (16, chunked(2, 2), in_groups(6)),   # 3 bits for each 2-bit chunk
    'fp32': (1, (1, FP32_MULTIPLY + FP32_ADD), by_element(32)),
    'bf16': (1, (1, Fraction(64 * FP16_MULTIPLY, 121) + FP32_ADD), by_element(16)),
    'fp16': (1, (1, FP16_MULTIPLY + FP32_ADD), by_element(16)),
    'int8': (1, (1, INT8_MULTIPLY + Fraction(32 * INT8_ADD, 8)), by_element(8)),
    'msfp12': (16, chunked(1, 3), in_groups(4)),
    'hfp8': (1, (1, Fraction(16 * FP16_MULTIPLY, 121) + FP16_ADD), by_element(8)),
    'flex': (16, chunked(1, 4), in_groups(5)),
}


def product(cell, rows, columns, M, N, K, dataflow):
    """Cycles and femtojoules of C[M,N] = A[M,K] B[K,N], quantised along K."""
    group, (beats, pair), row = CELLS[cell]
    kg = up(K, group)
    pair = math.floor(pair + Fraction(1, 2))
    (line, converts, slices) = row(K)
    a_bits, b_bits = M * line, N * line
    convert = up((M + N) * up(K, slices), columns) if converts else 0
    if dataflow == 'ws':
        compute = up(kg, rows) * up(N, columns) * (2 * rows + columns + M * beats - 2) - 1
        folds, tiles = up(kg, rows), up(N, columns)
        held = M if folds == 1 else min(M, max(1, 524288 // 2 // (4 * min(N, columns))))
        a_reads = 1 if up(a_bits, M) * held <= HALF else tiles
        b_reads = 1 if b_bits <= HALF else up(M, held)
        fill = min(kg, rows) * (min(N, columns) * up(line, kg) + up(line, kg))
        sram = M * line * tiles + N * line + 32 * M * N * (2 * folds - 1)
    else:
        compute = up(M, rows) * up(N, columns) * (rows + columns + kg * beats - 2) - 1
        a_reads = 1 if up(a_bits, M) * min(M, rows) <= HALF else up(N, columns)
        b_reads = 1 if b_bits <= HALF else up(M, rows)
        fill = min(M, rows) * up(line, kg) + min(N, columns) * up(line, kg)
        sram = M * line * up(N, columns) + N * line * up(M, rows) + 32 * M * N
    dram = a_bits * a_reads + b_bits * b_reads + 32 * M * N
    cycles = max(compute, convert, up(up(dram, 8), 128)) + up(up(fill, 8), 128)
    joules = (M * N * kg * pair + ((M + N) * K * 4 * INT8_ADD if converts else 0) +
              up(sram + dram, 64) * SRAM_WORD + up(up(dram, 8), 8) * DRAM_WORD)
    return cycles, joules


def step(cell, rows, columns):
    forward = product(cell, rows, columns, BATCH, OUTPUTS, INPUTS, 'ws')
    gradient = product(cell, rows, columns, INPUTS, OUTPUTS, BATCH, 'os')
    return forward[0] + gradient[0], forward[1] + gradient[1]


def side(cell):
    """Rows and columns of a cell's array on the silicon of 64 x 64 fMAC cells."""
    def parts(adder_bits=0, cells=0, fp16_cells=0, fp16_adds=0, multiplies=0, adds=0):
        return math.floor(Fraction(cells * 282 * 10**6, 64)) + math.floor(
            Fraction(adder_bits * 36 * 10**6, 8)) + math.floor(
            Fraction(fp16_cells * 1640 * 10**6, 121)) + (
            fp16_adds * 1360 + multiplies * 7700 + adds * 4184) * 10**6
    area = {
        'fmac': parts(tree(16, 5) + 41 + 9, 16 * 4, adds=1),
        'fp32': parts(multiplies=1, adds=1),
        'bf16': parts(fp16_cells=64, adds=1),
        'fp16': parts(fp16_cells=121, adds=1),
        'int8': parts(32, 64),
        'msfp12': parts(tree(16, 7) + 6 + 9 + 9, 16 * 9, adds=1),
        'hfp8': parts(fp16_cells=16, fp16_adds=1),
        'flex': parts(tree(16, 9) + 41 + 9, 16 * 16, adds=1),
    }
    whole = 4096 * area['fmac']
    rows = min(1024, math.isqrt(whole // area[cell]))
    return rows, min(1024, whole // area[cell] // rows)


ONE = ['--data', 'digits:300', '--model', 'fc-10', '--epochs', '2', '--batch', '50', '--schedule',
       '*: bfp4']


def a_saved_run_costs_what_the_formulas_say_on_every_array():
    db = path('rivals.db')
    run = train(*ONE, db=db).json()
    table = cli('rivals', str(run['run']), '--db', db, '--json').json()
    tap.equal((table['steps'], table['batch']), (run['steps'], BATCH))
    tap.equal([line['cell'] for line in table['arrays']], list(CELLS))
    for line in table['arrays']:
        cell = line['cell']
        tap.equal((line['rows'], line['columns']), side(cell), cell)
        cycles, joules = step(cell, line['rows'], line['columns'])
        tap.equal(line['cycles'], run['steps'] * cycles, cell + ', cycles')
        tap.equal(line['simulated_seconds'], run['steps'] * cycles / 500e6, cell + ', seconds')
        tap.equal(line['energy_joules'], run['steps'] * joules / 1e15, cell + ', joules')
    own = table['arrays'][0]
    for key in ('cycles', 'simulated_seconds', 'energy_joules'):
        tap.equal(own[key], run[key], f'{key} of the run itself')


def the_table_says_the_same():
    db = path('rivals.db')
    lines = cli('rivals', '1', '--db', db).out.splitlines()
    arrays = cli('rivals', '1', '--db', db, '--json').json()['arrays']
    tap.equal(len(lines), 3 + len(arrays))
    for line, array in zip(lines[3:], arrays):
        tap.has(line, f" {array['cell']} ")
        tap.has(line, f" {array['cycles']} ")


def an_experiment_needs_no_run():
    saved = cli('rivals', '1', '--db', path('rivals.db'), '--json').json()
    tap.equal(cli('rivals', *ONE, '--json').json(), saved)
    words = [word for word in ONE if word not in ('--data', 'digits:300')]
    tap.equal(cli('rivals', *words, '--input', '1x28x28', '--samples', '300', '--json').json(),
              saved)
    small = cli('rivals', '1', '--db', path('rivals.db'), '--hardware', 'rows=16', '--json').json()
    tap.equal(small, cli('rivals', *ONE, '--hardware', 'rows=16', '--json').json())
    assert small != saved


def wrong_words_are_named():
    db = path('rivals.db')
    refused(cli('rivals', '7', '--db', db), 'run 7')
    refused(cli('rivals', 'x', '--db', db), 'x')
    refused(cli('rivals', '1', '--db', db, '--hardware', 'rows=0'), 'rows')
    refused(cli('rivals', *ONE, '--high-share', '2'), '--high-share')
    wrong_usage(cli('rivals'), '--experiment')
    wrong_usage(cli('rivals', '1', '--db', db, '--model', 'fc-10'), '--model')


# ---- multipliers and sparse weights --------------------------------------------------------------

def settings(*words):
    return [part for word in words for part in ('--hardware', word)]


def table(name, product, bits=4):
    side_of = range(2 ** bits)
    products = [product(x, y) for x in side_of for y in side_of]
    return written(name, struct.pack(f'<{len(products)}I', *products))


def tables_do_what_they_say():
    words = SMALL + BFP
    exact = train(*words).json()
    # What the table says of zeros is not used.
    same = train(*words, *settings(
        'multiplier=table',
        'multiplier_table=' + table('exact.bin', lambda x, y: x * y if x * y else 9))).json()
    for key in ('loss_hash', 'cycles', 'test_accuracy', 'energy_joules'):
        tap.equal(same[key], exact[key], key)
    # Without the lowest column: the products of two odd magnitudes lose 1.
    cut = train(*words, *settings('multiplier=truncated', 'multiplier_cut=1')).json()
    same = train(*words, *settings(
        'multiplier=table',
        'multiplier_table=' + table('cut.bin', lambda x, y: x * y - x * y % 2))).json()
    tap.equal(same['loss_hash'], cut['loss_hash'])
    assert cut['loss_hash'] != exact['loss_hash']


def a_run_under_them_is_what_was_estimated():
    hashes = set()
    for words in ([], settings('multiplier=mitchell'), settings('multiplier=truncated'),
                  settings('sparse_keep=2', 'sparse_of=4'),
                  settings('sparse_keep=2', 'sparse_of=8', 'multiplier=mitchell')):
        words = SMALL + BFP + words
        run = train(*words).json()
        guess = cli('estimate', *[word for word in words if word not in
                                  ('--lr', '0.1', '--momentum', '0.5')], '--json').json()
        for key in ('cycles', 'simulated_seconds', 'energy_joules'):
            tap.equal(guess[key], run[key], key)
        hashes.add(run['loss_hash'])
        tap.equal(train(*words, '--threads', '3', '--isa', 'c').json()['loss_hash'],
                  run['loss_hash'])
    tap.equal(len(hashes), 5)


def the_experiment_file_names_the_table():
    db = path('tables.db')
    words = settings('multiplier=table', 'multiplier_table=' + path('cut.bin'))
    run = train(*SMALL, *BFP, *words, db=db).json()
    stored = cli('runs', 'show', str(run['run']), '--db', db, '--json').json()['experiment']
    tap.equal(stored['hardware']['multiplier_table'], path('cut.bin'))
    again = train('--experiment', written('again.json', json.dumps(stored))).json()
    tap.equal(again['loss_hash'], run['loss_hash'])


def bad_tables_and_sparsities_are_named():
    db = path('none.db')
    short = written('short.bin', b'\0' * 1023)
    big = table('big.bin', lambda x, y: 256)
    for words, parts in [
            (['multiplier=table'], ['multiplier_table=FILE']),
            (['multiplier=table', 'multiplier_table=' + short], [short, '1023 bytes', '4 x 4^m']),
            (['multiplier=table', 'multiplier_table=' + written('empty.bin', '')], ['0 bytes']),
            (['multiplier=table', 'multiplier_table=' + path('missing.bin')], [path('missing.bin')]),
            (['multiplier=table', 'multiplier_table=' + big], [big, '256', 'byte 0']),
            (['sparse_keep=4', 'sparse_of=2'], ['sparse_keep is 4', 'sparse_of', '2']),
            (['sparse_keep=2'], ['sparse_keep is 2', 'sparse_of', '1']),
            (['sparse_of=17'], ['sparse_of', '17']), (['rows=0'], ['rows is 0']),
            (['columns=1000000000'], ['columns']), (['multiplier=best'], ['best', 'mitchell'])]:
        refused(train(*SMALL, *BFP, *settings(*words), db=db), *parts)
        refused(cli('estimate', *DATA, *settings(*words)), *parts)
        refused(cli('estimate', '--input', '784', '--model', 'mlp:16', *settings(*words)), *parts)
        refused(cli('rivals', *ONE, *settings(*words)), *parts)
    narrow = table('narrow.bin', lambda x, y: x * y, bits=3)
    refused(train(*SMALL, *BFP, *settings('multiplier=table', 'multiplier_table=' + narrow), db=db),
            'fc1', '3 and 3 bits', 'have 4 and 4')
    assert not os.path.exists(db), 'a store was made'


try:
    tap.run([
        a_saved_run_costs_what_the_formulas_say_on_every_array,
        the_table_says_the_same,
        an_experiment_needs_no_run,
        wrong_words_are_named,
        tables_do_what_they_say,
        a_run_under_them_is_what_was_estimated,
        the_experiment_file_names_the_table,
        bad_tables_and_sparsities_are_named])
finally:
    shutil.rmtree(FOLDER, ignore_errors=True)
