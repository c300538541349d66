#!/usr/bin/env python3
"""Writes vectors.txt: block floating point worked out in rational numbers, one rule per line.

Knows nothing of the engine. Floats are given as the hexadecimal integers of their bits.
    python3 make_vectors.py > vectors.txt
"""
import random
import struct
from fractions import Fraction


def bits_of(x):
    return struct.unpack('<I', struct.pack('<f', x))[0]


def value_of(bits):
    """The exact value of a float32; subnormals count as zero."""
    exponent = bits >> 23 & 0xFF
    if exponent == 0:
        return Fraction(0)
    value = Fraction((bits & 0x7FFFFF) | 0x800000) * Fraction(2) ** (exponent - 150)
    return -value if bits >> 31 else value


def philox(counter, key):
    x, k = list(counter), [key & 0xFFFFFFFF, key >> 32]
    for _ in range(10):
        p, q = 0xD2511F53 * x[0], 0xCD9E8D57 * x[2]
        x = [q >> 32 ^ x[1] ^ k[0], q & 0xFFFFFFFF, p >> 32 ^ x[3] ^ k[1], p & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return x


def noise(seed, tensor, step, row, length, pos, bits):
    """Byte pos % 16 of the call for its chunk of 16; a second plane above eight bits."""
    r = 0
    for plane in range(2 if bits > 8 else 1):
        words = philox((row * -(-length // 16) + pos // 16, tensor, step, plane), seed)
        r |= (words[pos % 16 // 4] >> 8 * (pos % 4) & 0xFF) << 8 * plane
    return r & ((1 << bits) - 1)


def floor_log2(x):
    e = x.numerator.bit_length() - x.denominator.bit_length()
    return e if Fraction(2) ** e <= x else e - 1


def round_half_even(q):
    whole, rest = divmod(q, 1)
    return int(whole) + (rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1))


def quantize(c):
    """c: dictionary of the case. Returns k per element and s per group."""
    rows, cols, m, g = c['rows'], c['cols'], c['m'], c['g']
    x = [[value_of(b) for b in c['x'][r * cols:(r + 1) * cols]] for r in range(rows)]
    largest = max(abs(v) for row in x for v in row)
    lowest = m - 63
    if c['e'] < 8 and largest:
        lowest = max(lowest, floor_log2(largest) - (2 ** c['e'] - 1))
    ks, ss = [], []
    for r in range(rows):
        for start in range(0, cols, g):
            group = x[r][start:start + g]
            top = max(abs(v) for v in group)
            s = max(floor_log2(top) if top else lowest, lowest) - m + 1
            ss.append(s)
            for i, v in enumerate(group):
                q = abs(v) / Fraction(2) ** s
                if c['rounding'] == 'truncate':
                    k = int(q)
                elif c['rounding'] == 'nearest':
                    k = int(q + Fraction(1, 2))
                elif c['rounding'] == 'even':
                    k = round_half_even(q)
                else:
                    b = c['bits']
                    r_noise = noise(c['seed'], c['tensor'], c['step'], r, cols, start + i, b)
                    k = (int(q * 2 ** b) + r_noise) >> b
                k = min(k, 2 ** m - 1)
                ks.append(-k if v < 0 else k)
    return ks, ss


def draw(rnd, kind):
    if kind == 'tie':
        return bits_of(rnd.randrange(-63, 64) / 8)
    if kind == 'wide':
        return rnd.getrandbits(1) << 31 | rnd.randrange(0, 189 << 23)
    return bits_of(rnd.gauss(0, 1))


def main():
    rnd = random.Random(1)
    print('# Made by make_vectors.py. Each case: quantize m g e rounding noise-bits seed tensor step'
          ' rows cols, then x, k, s.')
    for number in range(48):
        rounding = ('nearest', 'truncate', 'even', 'stochastic')[number % 4]
        c = {'m': rnd.randint(1, 16), 'g': 4 << rnd.randrange(7), 'e': rnd.choice((2, 3, 5, 8, 8)),
             'rounding': rounding, 'bits': rnd.randint(1, 16) if rounding == 'stochastic' else 0,
             'seed': rnd.getrandbits(64), 'tensor': rnd.getrandbits(12), 'step': rnd.getrandbits(20),
             'rows': rnd.randint(1, 3), 'cols': rnd.choice((1, 3, 4, 15, 16, 17, 33, 40))}
        kind = rnd.choice(('tie', 'wide', 'normal'))
        c['x'] = [draw(rnd, kind) for _ in range(c['rows'] * c['cols'])]
        k, s = quantize(c)
        print('quantize', *(c[name] for name in ('m', 'g', 'e', 'rounding', 'bits', 'seed', 'tensor',
                                                 'step', 'rows', 'cols')))
        print('x', *('%08x' % b for b in c['x']))
        print('k', *k)
        print('s', *s)


if __name__ == '__main__':
    main()
