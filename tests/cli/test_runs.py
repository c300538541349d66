"""mantissa-cli runs from outside: what the store holds, compared, changed, moved and checked.

    test_runs.py MANTISSA-CLI
"""
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from command import BFP, FOLDER, SMALL, cli, mnist, path, refused, train, wrong_usage  # noqa: E402
import tap  # noqa: E402


# ---- differences -----------------------------------------------------------------------------

def a_diff_names_the_lane_the_steps_and_the_cycles():
    db = path('diff.db')
    one = train(*SMALL, *BFP, '--name', 'One', db=db).json()
    two = train(*SMALL, '--schedule', '*: bfp4; *.G: bfp4:sr8; fc1.W: bfp2 @3it..7it', db=db).json()
    diff = cli('runs', 'diff', '1', '2', '--db', db, '--json').json()
    tap.equal([diff[side]['cycles'] for side in 'ab'], [one['cycles'], two['cycles']])
    tap.equal(len(diff['cells']), 1)
    cell = diff['cells'][0]
    tap.equal((cell['layer'], cell['lane'], cell['from'], cell['to'], cell['a'], cell['b']),
              ('fc1', 'W', 3, 7, 'bfp4', 'bfp2'))
    tap.equal(cell['cycles_b'] - cell['cycles_a'], two['cycles'] - one['cycles'])
    assert cell['cycles_b'] < cell['cycles_a'], cell
    tap.equal((diff['rest_cycles'], diff['settings']), (0, []))
    points = 100 * (two['best_test_accuracy'] - one['best_test_accuracy'])
    sign = '\u2212' if points < -0.05 else '+' if points > 0.05 else '±'
    tap.equal(diff['sentence'].split(', ')[1], f'{sign}{abs(points):.1f} points')
    plain = cli('runs', 'diff', '1', '2', '--db', db)
    tap.equal((plain.status, plain.err), (0, ''))
    tap.has(plain.out, diff['sentence'])
    tap.has(plain.out, 'run 1: One')
    assert re.search(r'^fc1 +W +3\.\.7 +bfp4 +bfp2 ', plain.out, re.MULTILINE), plain.out


def a_diff_counts_what_adaptive_lanes_really_chose():
    db = path('diff-adaptive.db')
    words = ['--schedule', '*: adaptive(bfp2, bfp4, interval=2)']
    runs = [train(*SMALL, *words, '--seed', str(seed), db=db).json() for seed in (1, 2)]
    diff = cli('runs', 'diff', '1', '2', '--db', db, '--json').json()
    tap.equal([diff[side]['cycles'] for side in 'ab'], [run['cycles'] for run in runs])
    tap.equal(diff['cells'], [], 'planned alike')
    tap.equal(diff['rest_cycles'], runs[1]['cycles'] - runs[0]['cycles'])
    tap.equal({item['key']: (item['a'], item['b']) for item in diff['settings']},
              {f'seeds.{name}': ('1', '2') for name in ('weights', 'data', 'noise')})
    other = cli('runs', 'diff', '1', '2', '--db', db, '--json', '--hardware', 'rows=8').json()
    assert other['a']['cycles'] != diff['a']['cycles'], 'another array'
    refused(cli('runs', 'diff', '1', '2', '--db', db, '--hardware', 'wings=2'), 'wings')
    refused(cli('runs', 'diff', '1', '9', '--db', db), '9')
    wrong_usage(cli('runs', 'diff', '1'), 'A B')
    wrong_usage(cli('runs', 'diff', '1', 'two'), '"two"')


def runs_are_compared_where_their_data_are_not():
    db, folder = path('gone.db'), mnist('gone')
    for bits in '24':
        train('--data', 'idx:' + folder, '--model', 'mlp:8', '--batch', '10', '--epochs', '1',
              '--schedule', f'*: bfp{bits}', db=db).json()
    shutil.rmtree(folder)
    diff = cli('runs', 'diff', '1', '2', '--db', db, '--json').json()
    tap.equal(len(diff['cells']), 6)


try:
    tap.run([
        a_diff_names_the_lane_the_steps_and_the_cycles,
        a_diff_counts_what_adaptive_lanes_really_chose,
        runs_are_compared_where_their_data_are_not])
finally:
    shutil.rmtree(FOLDER, ignore_errors=True)
