"""mantissa-cli from outside: every option, exit statuses, sentences, JSON, the way to the store
and back.

    test_cli.py MANTISSA-CLI
"""
import gzip
import json
import os
import re
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from command import (BFP, CLI, DATA, FOLDER, HERE, KEYS, SMALL, cli, idx, mnist, path,  # noqa: E402
                     refused, train, wrong_usage, written)
import tap  # noqa: E402


# ---- help and usage --------------------------------------------------------------------------

COMMANDS = [['train'], ['runs', 'list'], ['runs', 'show'], ['runs', 'diff'], ['runs', 'export'], ['estimate'], ['rivals'],
            ['presets'], ['cycles'], ['fmac'], ['bench', 'gemm'], ['bench', 'quantize'], ['bench', 'step'],
            ['check-vectors']]


def help_is_there_for_every_command():
    whole = cli('--help')
    tap.equal(whole.status, 0)
    tap.equal(whole.err, '')
    for words in COMMANDS:
        tap.has(whole.out, words[0])
        done = cli(*words, '--help')
        tap.equal(done.status, 0)
        tap.equal(done.err, '')
        tap.has(done.out, 'Usage: mantissa-cli ' + ' '.join(words))
    tap.has(cli('runs', '--help').out, 'export')
    tap.has(cli('bench', '--help').out, 'step')
    tap.has(cli('--version').out, 'mantissa-cli ')


def help_names_every_option_of_the_specification():
    text = cli('train', '--help').out
    for name in ('data model schedule epochs batch lr momentum seed seed-weights seed-data '
                 'seed-noise limit threads isa db name json experiment').split():
        assert re.search(rf'^  --{name}\b', text, re.MULTILINE), f'--{name} is not in the help'
    longest = max(len(line) for line in text.splitlines())
    assert longest <= 100, f'a line of {longest} characters'


def every_option_in_the_help_is_taken():
    for words in COMMANDS:
        names = re.findall(r'^  (--?[a-zA-Z-]+)( [A-Z|@]\S*)?', cli(*words, '--help').out,
                           re.MULTILINE)
        assert names, words
        for name, value in names:
            done = cli(*words, name, *(['1'] if value else []), '--help')
            tap.equal((done.status, done.err), (0, ''), f'{words} {name}')


def wrong_usage_has_a_status_of_its_own():
    wrong_usage(cli())
    wrong_usage(cli('fly'), 'no command "fly"')
    wrong_usage(cli('runs'))
    wrong_usage(cli('runs', 'fly'))
    wrong_usage(cli('bench'))
    wrong_usage(cli('cycles', '-M', '3', '-N', '3'), '-K')
    wrong_usage(cli('cycles', '-M', '-3'), '-M is "-3"')
    wrong_usage(cli('cycles', '-step'), '-step')
    wrong_usage(cli('fmac', '--x', '1,2'), '--y')
    wrong_usage(cli('fmac', '--x', '1', '--y', '1', '--sx', '2147483648'), '--sx')
    wrong_usage(cli('estimate', '--model', 'mlp:8'), '--input')
    wrong_usage(cli('bench', 'step', '--input', '3x32'), '"3x32"')
    wrong_usage(cli('train'), '--data')
    wrong_usage(cli('train', '--data', 'digits'), '--model')
    wrong_usage(train(*DATA, '--wings', '2'), '--wings')
    wrong_usage(train(*DATA, '-e', '2'), '-e')
    wrong_usage(train(*DATA, 'extra'), '"extra"')
    wrong_usage(train(*DATA, '--epochs', 'two'), '--epochs is "two"', 'a whole number')
    wrong_usage(train(*DATA, '--epochs', '-1'), '--epochs is "-1"')
    wrong_usage(train(*DATA, '--epochs', '4294967296'), '4294967295')
    wrong_usage(train(*DATA, '--lr', '0,1'), '--lr is "0,1"', 'a number')
    wrong_usage(train(*DATA, '--lr', 'nan'), '--lr is "nan"')
    wrong_usage(train(*DATA, '--seed', '18446744073709551616'), '--seed is')
    wrong_usage(train(*DATA, '--json=yes'), '--json')
    wrong_usage(train(*DATA, '--progress', 'loud'), '"loud"', 'lines')
    wrong_usage(cli('train', *DATA, '--epochs'), '--epochs lacks its value')
    wrong_usage(cli('runs', 'show'), 'RUN')
    wrong_usage(cli('runs', 'show', 'one'), '"one"')
    wrong_usage(cli('runs', 'export', '-1'))


# ---- training --------------------------------------------------------------------------------

def json_has_the_named_keys():
    run = train(*SMALL, *BFP).json()
    tap.equal(list(run), KEYS)
    tap.equal((run['run'], run['status'], run['steps']), (None, 'finished', 12))
    assert re.fullmatch('[0-9a-f]{16}', run['loss_hash']), run['loss_hash']
    assert 0 <= run['test_accuracy'] <= run['best_test_accuracy'] <= 1
    assert run['train_loss'] > 0 and run['test_loss'] > 0 and run['wall_seconds'] > 0
    assert isinstance(run['cycles'], int) and run['cycles'] > 0
    assert run['simulated_seconds'] > 0 and run['energy_joules'] > 0


def the_plain_summary_says_the_same():
    run = train(*SMALL, *BFP).json()
    done = cli('train', *SMALL, *BFP, '--db', 'none')
    tap.equal((done.status, done.err), (0, ''))
    tap.has(done.out, 'finished: 12 of 12 steps')
    tap.has(done.out, run['loss_hash'])
    tap.has(done.out, f'{run["cycles"]} cycles')
    assert 'kept' not in done.out, done.out


def numbers_are_written_either_way():
    spaced = train(*SMALL, '--seed', '3').json()['loss_hash']
    joined = train(*SMALL, '--seed=3').json()['loss_hash']
    tap.equal(joined, spaced)


def hashes(*variants):
    return [train(*SMALL, *BFP, *words).json()['loss_hash'] for words in variants]


def the_same_command_gives_the_same_bits():
    first, second = hashes([], [])
    tap.equal(first, second)


def threads_change_no_bit():
    one, two, three = hashes(['--threads', '1'], ['--threads', '2'], ['--threads', '3'])
    tap.equal((two, three), (one, one))


def instruction_sets_change_no_bit():
    wanted = hashes(['--isa', 'c'])[0]
    ran = ['c']
    for isa in ('avx2', 'avx512', 'neon', 'auto'):
        done = train(*SMALL, *BFP, '--isa', isa)
        if done.status == 1:
            refused(done, isa)
            continue
        ran.append(isa)
        tap.equal(done.json()['loss_hash'], wanted, isa)
    print('# instruction sets: ' + ' '.join(ran))
    assert 'auto' in ran


def wide_formats_keep_the_promise_too():
    words = DATA + ['--epochs', '1', '--schedule', '*.W: bfp11; *.A: bfp9/g32/e5:even; *.G: fp32']
    tap.equal(train(*words, '--isa', 'c', '--threads', '1').json()['loss_hash'],
              train(*words, '--threads', '2').json()['loss_hash'])


def every_seed_and_setting_counts():
    variants = [['--seed', '1'], ['--seed', '2'], ['--seed-weights', '2'], ['--seed-data', '2'],
                ['--seed-noise', '2'], ['--batch', '30'], ['--lr', '0.05'], ['--momentum', '0.9'],
                ['--limit', '200'], ['--epochs', '3'], ['--model', 'mlp:17'],
                ['--schedule', '*: fp32'], ['--data', 'spirals'], ['--optimiser', 'adam'],
                ['--nesterov'], ['--weight-decay', '0.01'], ['--clip', '0.5'],
                ['--label-smoothing', '0.1'], ['--rate', 'cosine'], ['--warm-up', '1'],
                ['--rate', 'step', '--rate-every', '1'],
                ['--rate', 'step', '--rate-every', '0.5', '--rate-factor', '0.5']]
    found = hashes(*variants)
    tap.equal(len(set(found)), len(variants), 'different traces')


def one_seed_sets_all_three():
    together, apart, order = hashes(
        ['--seed', '5'], ['--seed-weights', '5', '--seed-data', '5', '--seed-noise', '5'],
        ['--seed-noise', '7', '--seed', '5', '--seed-weights', '7', '--seed-data', '7'])
    tap.equal(apart, together)
    tap.equal(order, hashes(['--seed', '7', '--seed-noise', '7'])[0],
              'a seed of its own wins wherever it stands')


def the_noise_seed_moves_only_noise():
    """Without stochastic rounding the noise seed changes nothing."""
    plain = ['--schedule', '*: bfp4; *.G: bfp4:nearest']
    tap.equal(train(*SMALL, *plain, '--seed-noise', '1').json()['loss_hash'],
              train(*SMALL, *plain, '--seed-noise', '2').json()['loss_hash'])


def a_schedule_may_stand_in_a_file():
    file = written('schedule.txt', '*: bfp4\n*.G: bfp4:sr8\n')
    tap.equal(train(*SMALL, '--schedule', '@' + file).json()['loss_hash'], hashes([])[0])


def a_preset_is_the_text_it_stands_for():
    wanted = train(*SMALL, '--schedule', '*: bfp2').json()
    db = path('preset.db')
    run = train(*SMALL, '--schedule', 'preset:fast-low', db=db).json()
    tap.equal(run['loss_hash'], wanted['loss_hash'])
    tap.equal(train(*SMALL, '--schedule', 'preset:constant-2').json()['loss_hash'],
              wanted['loss_hash'])
    ends = train(*SMALL, '--schedule', 'preset:layer-wise', db=db).json()
    tap.equal(ends['status'], 'finished')
    tap.equal(cli('runs', 'show', '1', '--db', db, '--json').json()['schedule'], ['*: bfp2'])
    tap.equal(cli('runs', 'show', '2', '--db', db, '--json').json()['schedule'],
              ['fc1: bfp2', 'fc2: bfp3'])
    guess = cli('estimate', *SMALL[:8], '--schedule', 'preset:fast-low', '--json').json()
    tap.equal(guess['cycles'], wanted['cycles'])
    refused(train(*SMALL, '--schedule', 'preset:fast-lower'), '"fast-lower"', 'fast-low,')
    refused(train(*SMALL, '--schedule', 'preset:'), 'preset ""')


def presets_are_listed_with_their_sources():
    presets = cli('presets', '--json').json()
    names = [preset['name'] for preset in presets]
    for name in ('fast-adaptive', 'fast-low', 'fast-mid', 'fast-high', 'low-to-high', 'high-to-low',
                 'layer-wise', 'hbfp', 'booster', 'cyclic', 'late-raise', 'ends-high'):
        assert name in names, name
    plain = cli('presets')
    tap.equal((plain.status, plain.err), (0, ''))
    for preset in presets:
        tap.equal(list(preset), ['name', 'title', 'sentence', 'source'])
        for text in preset.values():
            tap.has(' '.join(plain.out.split()), text)
        tap.equal(train(*SMALL[:4], '--epochs', '1', '--limit', '64', '--schedule',
                        'preset:' + preset['name']).json()['status'], 'finished', preset['name'])
    longest = max(len(line) for line in plain.out.splitlines())
    assert longest <= 100, f'a line of {longest} characters'
    wrong_usage(cli('presets', 'all'), '"all"')


def an_experiment_file_is_the_same_as_its_options():
    file = written('run.json', json.dumps({
        'version': 1, 'name': 'From a file', 'data': 'digits:300', 'model': 'mlp:16',
        'training': {'epochs': 2, 'batch': 50, 'learning_rate': 0.1, 'momentum': 0.5},
        'seeds': {'weights': 4, 'data': '4', 'noise': 4},
        'schedule': ['*: bfp4', '*.G: bfp4:sr8']}))
    wanted = hashes(['--seed', '4'])[0]
    tap.equal(train('--experiment', file).json()['loss_hash'], wanted)
    other = train('--experiment', file, '--seed-noise', '9').json()['loss_hash']
    tap.equal(other, hashes(['--seed', '4', '--seed-noise', '9'])[0], 'an option wins')


def unknown_keys_are_told_and_left_out():
    file = written('more.json', '{"version": 1, "data": "digits:300", "model": "mlp:8", '
                                '"colour": "red", "training": {"epochs": 1}}')
    done = train('--experiment', file)
    tap.equal(done.json()['status'], 'finished')
    tap.has(done.err, 'colour')


def a_comma_locale_changes_nothing():
    run = train(*SMALL, *BFP, env={'LC_ALL': 'de_DE.UTF-8'}).json()
    tap.equal(run['loss_hash'], hashes([])[0])


def evaluations_are_as_many_as_asked_for():
    db = path('evals.db')
    train(*SMALL, '--evals', '3', db=db).json()
    shown = cli('runs', 'show', '1', '--db', db, '--json').json()
    tap.equal([row['step'] for row in shown['evals']], [2, 4, 6, 8, 10, 12])


def progress_goes_to_standard_error():
    done = cli('train', *SMALL, '--db', 'none', '--json', '--progress', 'lines')
    tap.equal(json.loads(done.out)['status'], 'finished')
    tap.equal(done.err.count('\n'), 2, 'a line per evaluation')
    tap.has(done.err, 'test accuracy')
    bar = cli('train', *SMALL, '--db', 'none', '--progress', 'bar').err
    tap.has(bar, '12/12')
    tap.has(bar, 'it/s')


def a_diverged_run_fails_and_says_where():
    words = ['--data', 'digits:300', '--model', 'fc-16, fc-10', '--lr', '100', '--epochs', '100']
    done = train(*words, '--schedule', '*: bfp4', db=path('diverged.db'))
    tap.equal(done.status, 1)
    run = json.loads(done.out)
    tap.equal(run['status'], 'diverged')
    tap.equal(done.err.count('\n'), 1, done.err)
    tap.has(run['message'], 'fc')
    tap.has(done.err, run['message'])
    shown = cli('runs', 'show', '1', '--db', path('diverged.db'), '--json').json()
    tap.equal((shown['status'], shown['message']), ('diverged', run['message']))
    assert 0 < shown['steps'] < shown['steps_total']


# ---- the store -------------------------------------------------------------------------------

def a_run_comes_back_from_the_store():
    db = path('store.db')
    run = train(*SMALL, *BFP, '--seed', '18446744073709551615', '--name', 'Größe "eins"',
                db=db).json()
    tap.equal(run['run'], 1)
    listed = cli('runs', 'list', '--db', db, '--json').json()
    tap.equal(len(listed), 1)
    shown = cli('runs', 'show', '1', '--db', db, '--json').json()
    for key in ('status', 'steps', 'train_loss', 'test_loss', 'test_accuracy', 'loss_hash',
                'best_test_accuracy', 'cycles'):
        tap.equal(shown[key], run[key], key)
        tap.equal(listed[0][key], run[key], key)
    tap.equal(shown['name'], 'Größe "eins"')
    tap.equal(shown['schedule'], ['*: bfp4', '*.G: bfp4:sr8'])
    tap.equal(shown['seeds'], {name: '18446744073709551615' for name in ('weights', 'data',
                                                                        'noise')})
    tap.equal((shown['data'], shown['model'], shown['steps_total']), ('digits:300', 'mlp:16', 12))
    tap.equal([row['step'] for row in shown['evals']], [6, 12])
    again = written('again.json', json.dumps(shown['experiment']))
    tap.equal(train('--experiment', again).json()['loss_hash'], run['loss_hash'],
              'the stored experiment, run again')
    plain = cli('runs', 'show', '1', '--db', db)
    tap.equal((plain.status, plain.err), (0, ''))
    tap.has(plain.out, run['loss_hash'])
    tap.has(cli('runs', 'list', '--db', db).out, 'Größe "eins"')


def fnv(values):
    result = 0xcbf29ce484222325
    for value in values:
        for byte in struct.pack('<f', value):
            result = (result ^ byte) * 0x100000001b3 % 2**64
    return f'{result:016x}'


def exports_hold_every_step():
    db = path('export.db')
    run = train(*SMALL, *BFP, db=db).json()
    csv = cli('runs', 'export', '1', '--db', db)
    tap.equal((csv.status, csv.err), (0, ''))
    lines = csv.out.splitlines()
    tap.equal(lines[0], 'step,loss,accuracy,cycles,femtojoules,wall_seconds,test_loss,'
                        'test_accuracy')
    rows = [line.split(',') for line in lines[1:]]
    tap.equal([int(row[0]) for row in rows], list(range(12)))
    tap.equal(fnv(float(row[1]) for row in rows), run['loss_hash'], 'hash of the losses')
    tap.equal(int(rows[-1][3]), run['cycles'])
    tap.equal([row[7] != '' for row in rows], [i in (5, 11) for i in range(12)])
    tap.equal(float(rows[-1][7]), run['test_accuracy'])
    whole = cli('runs', 'export', '1', '--db', db, '--json').json()
    tap.equal(fnv(row['loss'] for row in whole['metrics']), run['loss_hash'])
    tap.equal(len(whole['evals']), 2)
    tap.equal([(event['step'], event['kind'], json.loads(event['detail']))
               for event in whole['events']],
              [(0, 'shape', {'y': 28, 'x': 28, 'c': 1, 'classes': 10})])
    tap.equal(whole['experiment']['version'], 1)
    done = cli('runs', 'export', '1', '--db', db, '--output', path('out.csv'))
    tap.equal((done.status, done.out, done.err), (0, '', ''))
    with open(path('out.csv'), encoding='utf-8') as file:
        tap.equal(file.read(), csv.out)


def the_default_store_is_made_on_first_use():
    env = {'XDG_DATA_HOME': path('new/share')}
    empty = cli('runs', 'list', '--json', env=env)
    tap.equal(empty.json(), [])
    assert not os.path.exists(path('new')), 'listing made a folder'
    tap.equal(cli('train', *SMALL, '--json', env=env).json()['run'], 1)
    tap.equal(cli('train', *SMALL, '--json', env=env).json()['run'], 2)
    tap.equal([run['run'] for run in cli('runs', 'list', '--json', env=env).json()], [2, 1])
    assert os.path.exists(path('new/share/mantissa/runs.db'))


def adaptive_choices_are_kept():
    db = path('adaptive.db')
    run = train(*SMALL, '--schedule', '*: adaptive(bfp2, bfp4, interval=4)', db=db).json()
    tap.equal(run['status'], 'finished')
    events = cli('runs', 'export', '1', '--db', db, '--json').json()['events']
    choices = [json.loads(event['detail']) for event in events if event['kind'] == 'choice']
    tap.equal(len(choices), 3 * 2 * 3, 'three decisions of two layers for three roles')
    tap.equal({(c['layer'], c['role']) for c in choices},
              {(layer, role) for layer in ('fc1', 'fc2') for role in 'WAG'})
    for choice in choices:
        tap.equal(choice['precision'], 'high' if choice['r'] > choice['epsilon'] else 'low')


def a_missing_run_is_told():
    db = path('store.db')
    for what in ('show', 'export'):
        refused(cli('runs', what, '99', '--db', db), '99')
        refused(cli('runs', what, '1', '--db', path('nowhere.db')), path('nowhere.db'))
    refused(cli('runs', 'list', '--db', path('nowhere.db')), path('nowhere.db'))


def an_interrupt_keeps_what_was_done():
    db = path('stopped.db')
    with subprocess.Popen([CLI, 'train', *DATA, '--epochs', '100000', '--db', db, '--json',
                           '--progress', 'lines'], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as process:
        process.stderr.readline()  # the first evaluation: the run is under way
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    tap.equal(process.returncode, 1)
    run = json.loads(out)
    tap.equal(run['status'], 'stopped')
    assert run['steps'] > 0
    tap.has(err.splitlines()[-1], 'stopped after')
    whole = cli('runs', 'export', '1', '--db', db, '--json').json()
    tap.equal((whole['status'], whole['steps']), ('stopped', run['steps']))
    tap.equal([row['step'] for row in whole['metrics']], list(range(run['steps'])))
    tap.equal(fnv(row['loss'] for row in whole['metrics']), run['loss_hash'])


# ---- the accelerator -------------------------------------------------------------------------

def an_estimate_is_what_the_run_counts():
    for words in ([], ['--hardware', 'rows=16', '--hardware', 'columns=8', '--hardware',
                       'wgrad=ws'], ['--limit', '200', '--schedule', '*: fp32']):
        words = DATA + ['--epochs', '2', '--batch', '50', *BFP, *words]
        run = train(*words).json()
        guess = cli('estimate', *words, '--json').json()
        for key in ('steps', 'cycles', 'simulated_seconds', 'energy_joules'):
            tap.equal(guess[key], run[key], key)
        parts = [layer[kind]['cycles'] for layer in guess['layers']
                 for kind in ('forward', 'dgrad', 'wgrad')]
        tap.equal(sum(parts), run['cycles'])
        tap.equal(guess['layers'][0]['dgrad']['cycles'], 0, 'the first layer needs none')


def shapes_may_stand_for_data():
    words = ['--model', 'mlp:16', '--epochs', '2', '--batch', '50', *BFP, '--json']
    data = cli('estimate', '--data', 'digits:300', *words).json()
    shape = cli('estimate', '--input', '1x28x28', '--samples', '300', *words).json()
    tap.equal(shape, data)
    refused(cli('estimate', '--input', '784', '--samples', '0', *words), '--samples')
    refused(cli('estimate', '--input', '784x', '--samples', '9', *words), '784x')
    plain = cli('estimate', '--input', '784', '--model', 'mlp:16', '--epochs', '1')
    tap.equal((plain.status, plain.err), (0, ''))
    tap.has(plain.out, 'fc1')


def closed(dataflow, R, C, M, N, K, g, p):
    kg, up = -(-K // g), lambda a, b: -(-a // b)
    if dataflow == 'ws':
        return up(kg, R) * up(N, C) * (2 * R + C + M * p - 2) - 1
    if dataflow == 'is':
        return up(kg, R) * up(M, C) * (2 * R + C + N * p - 2) - 1
    return up(M, R) * up(N, C) * (R + C + kg * p - 2) - 1


def cycles_are_counted_both_ways():
    for case in [('ws', 3, 4, 5, 6, 40, 16, 1), ('os', 2, 5, 7, 3, 33, 8, 4),
                 ('is', 4, 2, 6, 9, 20, 4, 6), ('ws', 8, 8, 1, 1, 1, 1, 16),
                 ('os', 3, 3, 4, 4, 64, 32, 49)]:
        words = [word for pair in zip(('--dataflow', '--rows', '--cols', '-M', '-N', '-K',
                                       '--group', '--passes'), map(str, case)) for word in pair]
        wanted = closed(*case)
        tap.equal(cli('cycles', *words).out, f'{wanted}\n', str(case))
        tap.equal(cli('cycles', *words, '--step', '--json').json(),
                  {'cycles': wanted, 'stepped_cycles': wanted}, str(case))
    size = ['-M', '3', '-N', '3', '-K', '3']
    for words, part in [(['--rows', '0'], 'rows'), (['--cols', '1025'], 'columns'),
                        (['--dataflow', 'up'], 'up'), (['--group', '0'], 'group'),
                        (['--passes', '0'], 'passes'), (['--passes', '11', '--step'], '11')]:
        refused(cli('cycles', *size, *words), part)


def simulated_cycles_are_those_of_other_simulators():
    file = os.path.join(HERE, '..', '..', '..', 'shared', 'golden', 'scalesim_compute_cycles.csv')
    if not os.path.exists(file):
        raise tap.Skip('no shared vectors beside this project')
    with open(file, encoding='ascii') as rows:
        for row in rows.read().split()[1:]:
            R, C, dataflow, M, N, K, cycles = row.split(',')
            done = cli('cycles', '--rows', R, '--cols', C, '--dataflow', dataflow, '-M', M, '-N', N,
                       '-K', K, '--group', '1', '--passes', '1')
            tap.equal(done.out, cycles + '\n', row)


def an_fmac_shows_every_beat():
    x, y = [6, 47, -16, -60], [12, 7, -9, -2]
    words = ['fmac', '--x', ','.join(map(str, x)), '--mx', '6', '--y', ','.join(map(str, y)),
             '--my', '4', '--sx', '-3', '--sy', '1', '--before', '0.5']
    whole = cli(*words, '--json').json()
    dot = sum(a * b for a, b in zip(x, y))
    tap.equal((whole['dot'], whole['passes'], whole['exponent']), (dot, 6, -2))
    tap.equal(whole['after'], 0.5 + dot / 4)
    tap.equal(len(whole['beats']), 6)
    accumulator = 0
    for beat in whole['beats']:
        tap.equal(beat['products'], [a * b for a, b in zip(beat['x'], beat['y'])])
        tap.equal(beat['sum'], sum(beat['products']))
        tap.equal(beat['shifted'], beat['sum'] << beat['shift'])
        tap.equal((beat['before'], beat['after']), (accumulator, accumulator + beat['shifted']))
        accumulator = beat['after']
    tap.equal(accumulator, dot)
    tap.has(cli(*words).out, f'dot product {dot} in 6 beats')
    refused(cli('fmac', '--x', '1,2', '--y', '1'), '--x', '--y')
    refused(cli('fmac', '--x', '1,z', '--y', '1,2'), '1,z')
    refused(cli('fmac', '--x', '16', '--y', '1', '--mx', '4'), '16')
    refused(cli('fmac', '--x', '1', '--y', '1', '--mx', '17'), '17')


def benchmarks_report_what_was_asked_for():
    gemm = cli('bench', 'gemm', '--m', '33', '--n', '17', '--k', '65', '--format', 'bfp4',
               '--seconds', '0.01', '--threads', '1', '--isa', 'c', '--json').json()
    tap.equal((gemm['isa'], gemm['threads'], gemm['packing']), ('c', 1, 'int8'))
    assert gemm['product_ms'] > 0 and gemm['gmacs'] > 0
    quantize = cli('bench', 'quantize', '--rows', '33', '--length', '65', '--seconds', '0.01',
                   '--json').json()
    assert quantize['along_ms'] > 0 and quantize['across_ms'] > 0
    step = cli('bench', 'step', '--model', 'mlp:8', '--input', '20', '--classes', '3', '--batch',
               '16', '--schedule', '*: bfp4; *.G: bfp4:sr8', '--threads', '2', '--steps', '5',
               '--json').json()
    tap.equal((step['steps'], step['threads']), (5, 2))
    assert 0 < step['min_ms'] <= step['median_ms'] <= step['max_ms']
    refused(cli('bench', 'step', '--steps', '0'), '--steps')
    refused(cli('bench', 'step', '--model', 'mlp:x'), 'x')
    refused(cli('bench', 'gemm', '--format', 'bfp99'), 'bfp99')
    refused(cli('bench', 'gemm', '--m', '0', '--seconds', '0.01'), 'at least 1')


# ---- bad input -------------------------------------------------------------------------------

def idx_folders_are_read():
    words = ['--model', 'mlp:8', '--batch', '10', '--epochs', '1']
    plain = train('--data', 'idx:' + mnist('good'), *words).json()
    folder = mnist('packed')
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), 'rb') as file:
            content = file.read()
        os.unlink(os.path.join(folder, name))
        written(os.path.join('packed', name + '.gz'), gzip.compress(content))
    tap.equal(train('--data', 'idx:' + folder, *words).json()['loss_hash'], plain['loss_hash'])


def damaged_idx_files_are_named():
    words = ['--model', 'mlp:8', '--batch', '10', '--epochs', '1']
    image = 'train_images_idx3_ubyte'
    for name, changes in [
            ('missing', {image: None}), ('short', {image: idx(3, 40, 4, 4)[:-1]}),
            ('header', {image: b'\0\0\x08'}), ('label', {image: idx(1, 640)}),
            ('kind', {image: idx(3, 40, 4, 4, magic=0x0d00)}),
            ('more', {'train_labels_idx1_ubyte': idx(1, 41)}),
            ('huge', {image: idx(3, 2**32 - 1, 2**16, 2**16, body=b'')})]:
        folder = mnist(name, **changes)
        db = path(name + '.db')
        refused(train('--data', 'idx:' + folder, *words, db=db), folder)
        assert not os.path.exists(db), f'{name}: a store was made'
    refused(train('--data', 'idx:' + path('no-such-folder'), *words), path('no-such-folder'))


def wrong_words_are_named():
    db = path('words.db')
    for words, parts in [
            (['--schedule', '*: bfp99'], ['bfp99']), (['--schedule', '*: bf4'], ['bf4']),
            (['--schedule', '*: bfp4:up'], ['up']), (['--schedule', '*: bfp4 @50%..20%'], ['50%']),
            (['--schedule', '*: bfp4 @1..2xy'], ['xy']), (['--schedule', 'fc7: bfp4'], ['fc7']),
            (['--schedule', '*.Q: bfp4'], ['Q']), (['--schedule', 'bfp4'], ['bfp4']),
            (['--schedule', '@' + path('none.txt')], [path('none.txt')]),
            (['--schedule', '@' + written('bad.txt', '*: bfp4\n*.G: bfp0\n')],
             [path('bad.txt'), '2', 'bfp0']),
            (['--schedule', '@' + written('nul.txt', '*: bfp4\0')], [path('nul.txt'), 'byte 7']),
            (['--model', 'mlp:0'], ['fc1', '0']), (['--model', 'tower:3'], ['tower']),
            (['--data', 'moon'], ['moon', 'digits']), (['--data', 'digits:5'], ['digits:5']),
            (['--epochs', '0'], ['0']), (['--batch', '301'], ['301', '300']),
            (['--lr', '0'], ['0']), (['--momentum', '1'], ['1']), (['--threads', '257'], ['257']),
            (['--isa', 'z80'], ['z80', 'avx2']), (['--optimiser', 'fast'], ['fast', 'adam']),
            (['--rate', 'down'], ['down', 'cosine']), (['--clip', '-1'], ['-1']),
            (['--hardware', 'rows=0'], ['rows', '0']), (['--hardware', 'rows'], ['rows']),
            (['--hardware', 'wings=2'], ['wings', 'columns']),
            (['--hardware', 'wgrad=up'], ['up', 'ws'])]:
        refused(train(*SMALL, *words, db=db), *parts)
        assert not os.path.exists(db), f'{words}: a store was made'


def wrong_experiment_files_are_named():
    for name, content, parts in [
            ('cut.json', '{"version": 1,', ['line 1']), ('word.json', 'mantissa', ['line 1']),
            ('new.json', '{"version": 9}', ['version is 9', 'newer']),
            ('type.json', '{"version": 1, "data": 3, "model": "mlp:8"}', ['data is 3', 'a text']),
            ('schedule.json', '{"version": 1, "data": "digits", "model": "mlp:8", '
                              '"schedule": ["*: bfp4", "*.G: bfp77"]}', ['schedule', 'bfp77'])]:
        refused(train('--experiment', written(name, content)), path(name), *parts)
    refused(train('--experiment', path('absent.json')), path('absent.json'))


def unchanged(file, *words):
    with open(file, 'rb') as handle:
        before = handle.read()
    done = cli(*words)
    with open(file, 'rb') as handle:
        assert handle.read() == before, f'{file} was changed'
    assert not os.path.exists(file + '-wal') and not os.path.exists(file + '-journal')
    return done


def foreign_and_newer_stores_are_left_alone():
    foreign, newer = path('foreign.db'), path('newer.db')
    with sqlite3.connect(foreign) as other:
        other.execute('CREATE TABLE things (x)')
    other.close()
    train(*SMALL, db=newer).json()
    with sqlite3.connect(newer) as ours:
        ours.execute('PRAGMA user_version = 999')
    ours.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    ours.execute('PRAGMA journal_mode = DELETE')
    ours.close()
    text = written('text.db', 'no database at all\n' * 100)
    for file, part in [(foreign, 'another program'), (newer, 'newer'), (text, 'not an SQLite')]:
        refused(unchanged(file, 'train', *SMALL, '--db', file), file, part)
        refused(unchanged(file, 'runs', 'list', '--db', file), file, part)
        refused(unchanged(file, 'runs', 'show', '1', '--db', file), file, part)
    refused(cli('train', *SMALL, '--db', path('no/folder/x.db')), 'no/folder')


def a_store_that_cannot_be_written_is_told_before_training():
    if os.geteuid() == 0:
        raise tap.Skip('root may write everywhere')
    folder = path('locked')
    os.makedirs(folder)
    os.chmod(folder, 0o500)
    try:
        refused(cli('train', *SMALL, '--db', os.path.join(folder, 'x.db')), folder)
    finally:
        os.chmod(folder, 0o700)


def a_closed_pipe_or_full_disk_is_a_failure():
    if not os.path.exists('/dev/full'):
        raise tap.Skip('no /dev/full')
    with open('/dev/full', 'w', encoding='ascii') as full:
        done = subprocess.run([CLI, 'train', *SMALL, '--db', 'none', '--json'], stdout=full,
                              stderr=subprocess.PIPE, text=True, check=False)
    tap.equal(done.returncode, 1)
    tap.has(done.stderr, 'standard output')


# ---- test vectors ----------------------------------------------------------------------------

def vectors_are_counted():
    cycles = {'op': 'cycles', 'dataflow': 'ws', 'R': 256, 'C': 4, 'M': 2052, 'N': 2241, 'K': 2829,
              'g': 16, 'passes': 4, 'cycles': 4893041}
    good = written('good.jsonl', json.dumps(cycles) + '\n')
    done = cli('check-vectors', good, good)
    tap.equal((done.status, done.out, done.err), (0, '2 passed, 0 failed\n', ''))
    wrong = [json.dumps({**cycles, 'cycles': 4893042}), json.dumps({**cycles, 'op': 'dance'}),
             json.dumps({**cycles, 'R': 0}), json.dumps({**cycles, 'K': 'x'}), '{', '[]',
             json.dumps({'op': 'quantize', 'rows': 2**24, 'cols': 2**24, 'm': 4, 'g': 16})]
    bad = written('bad.jsonl', '\n'.join([json.dumps(cycles)] + wrong) + '\n')
    done = cli('check-vectors', bad)
    tap.equal((done.status, done.out), (1, '1 passed, 7 failed\n'))
    tap.equal(done.err.count('\n'), 7)
    tap.has(done.err, bad + ':2: cycles: cycles is 4893041, expected 4893042')
    tap.has(done.err, '"dance"')
    tap.equal(cli('check-vectors', '--quiet', bad).err, '')
    tap.equal(cli('check-vectors', path('none.jsonl')).status, 1)
    tap.equal(cli('check-vectors', written('empty.jsonl', '')).status, 1)


def shared_vectors(name, *ops):
    """A whole file of vectors from beside this project, where it and the ops are there."""
    file = os.path.join(HERE, '..', '..', '..', 'shared', 'golden', name)
    if not os.path.exists(file):
        raise tap.Skip('no shared vectors beside this project')
    listed = re.search('^Ops: (.*)[.] ', cli('check-vectors', '--help').out, re.MULTILINE).group(1)
    for op in ops:
        if op not in listed.split(', '):
            raise tap.Skip(f'this version knows no op {op}')
    for isa in ('c', 'auto'):
        done = cli('check-vectors', '--isa', isa, '--threads', '2', file)
        tap.equal(done.status, 0, done.out + done.err[:3000])
        tap.has(done.out, ', 0 failed')


def shared_arithmetic_agrees():
    shared_vectors('arithmetic.jsonl', 'quantize', 'gemm', 'relative_improvement', 'fmac', 'cycles')


def shared_formats_agree():
    shared_vectors('mx_formats.jsonl', 'mx', 'cast')


def shared_training_agrees():
    shared_vectors('training.jsonl', 'train')


try:
    tap.run([
        help_is_there_for_every_command, help_names_every_option_of_the_specification,
        every_option_in_the_help_is_taken, wrong_usage_has_a_status_of_its_own,
        json_has_the_named_keys, the_plain_summary_says_the_same, numbers_are_written_either_way,
        the_same_command_gives_the_same_bits, threads_change_no_bit,
        instruction_sets_change_no_bit, wide_formats_keep_the_promise_too,
        every_seed_and_setting_counts, one_seed_sets_all_three, the_noise_seed_moves_only_noise,
        a_preset_is_the_text_it_stands_for, presets_are_listed_with_their_sources,
        a_schedule_may_stand_in_a_file, an_experiment_file_is_the_same_as_its_options,
        unknown_keys_are_told_and_left_out, a_comma_locale_changes_nothing,
        evaluations_are_as_many_as_asked_for, progress_goes_to_standard_error, a_diverged_run_fails_and_says_where,
        a_run_comes_back_from_the_store, exports_hold_every_step,
        the_default_store_is_made_on_first_use, adaptive_choices_are_kept, a_missing_run_is_told,
        an_interrupt_keeps_what_was_done, an_estimate_is_what_the_run_counts,
        shapes_may_stand_for_data, cycles_are_counted_both_ways,
        simulated_cycles_are_those_of_other_simulators, an_fmac_shows_every_beat, benchmarks_report_what_was_asked_for, idx_folders_are_read, damaged_idx_files_are_named,
        wrong_words_are_named, wrong_experiment_files_are_named,
        foreign_and_newer_stores_are_left_alone,
        a_store_that_cannot_be_written_is_told_before_training,
        a_closed_pipe_or_full_disk_is_a_failure, vectors_are_counted, shared_arithmetic_agrees,
        shared_formats_agree, shared_training_agrees])
finally:
    shutil.rmtree(FOLDER, ignore_errors=True)
