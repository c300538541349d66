"""Formatting and loose ends of every file of the project."""
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.dirname(HERE))
import tap  # noqa: E402

FOLDERS = ['app', 'engine', 'db', 'ui', 'assets', 'tests', '.ci']
TEXT = ('.c', '.h', '.py', '.sh', '.md', '.css', '.ui', '.xml', '.json', '.build', '.txt')
# Spelled in halves, so that this file does not find itself.
LOOSE_ENDS = re.compile('|'.join(a + b for a, b in [
    (r'\bTO', r'DO\b'), (r'\bFIX', r'ME\b'), (r'\bXX', r'X\b'), (r'\bHA', r'CK\b')]))


def files():
    """Every file of the project's own folders, in order."""
    found = [name for name in os.listdir(ROOT) if name.endswith(TEXT)]
    for folder in FOLDERS:
        for path, folders, names in os.walk(os.path.join(ROOT, folder)):
            folders[:] = [name for name in folders if name != '__pycache__']
            found += [os.path.relpath(os.path.join(path, name), ROOT) for name in names]
    return sorted(found)


def is_script(name):
    with open(os.path.join(ROOT, name), 'rb') as file:
        return file.read(9) == b'#!/bin/sh'


def formatter():
    """clang-format 14, whose opinion counts; other versions differ in details."""
    if shutil.which('clang-format-14'):
        return 'clang-format-14'
    plain = shutil.which('clang-format')
    if plain:
        version = subprocess.run([plain, '--version'], stdout=subprocess.PIPE, text=True,
                                 check=True).stdout
        if ' 14.' in version:
            return plain
    raise tap.Skip('clang-format 14 is not installed')


def every_c_file_is_formatted():
    sources = [name for name in files() if name.endswith(('.c', '.h'))]
    assert sources, 'there are no C files'
    done = subprocess.run([formatter(), '--dry-run', '-Werror'] + sources, cwd=ROOT,
                          stderr=subprocess.PIPE, text=True, check=False)
    wrong = sorted(set(re.findall(r'^(\S+?):\d+:\d+: error', done.stderr, re.MULTILINE)))
    assert done.returncode == 0, 'clang-format -i ' + ' '.join(wrong) + '\n' + done.stderr[:2000]


def the_formatter_finds_a_fault():
    done = subprocess.run([formatter(), '--dry-run', '-Werror', '--assume-filename=x.c'], cwd=ROOT,
                          input='int f( void ){return 1 ;}\n', stderr=subprocess.PIPE, text=True,
                          check=False)
    assert done.returncode != 0, 'a badly formatted line went through'


def scripts_are_read_by_the_shell():
    scripts = [name for name in files() if name.endswith('.sh') or is_script(name)]
    assert scripts, 'there are no scripts'
    for name in scripts:
        done = subprocess.run(['sh', '-n', name], cwd=ROOT, stderr=subprocess.PIPE, text=True,
                              check=False)
        assert done.returncode == 0, done.stderr


def no_loose_ends():
    found = []
    for name in files():
        if not name.endswith(TEXT) and not is_script(name):
            continue
        with open(os.path.join(ROOT, name), encoding='utf-8') as file:
            for number, line in enumerate(file, 1):
                if LOOSE_ENDS.search(line):
                    found.append(f'{name}:{number}: {line.strip()}')
                if line.rstrip('\n') != line.rstrip('\n').rstrip():
                    found.append(f'{name}:{number}: blanks at the end')
    assert not found, '\n'.join(found)


tap.run([every_c_file_is_formatted, the_formatter_finds_a_fault, scripts_are_read_by_the_shell,
         no_loose_ends])
