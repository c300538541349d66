"""Runs the tests of a build folder and counts what every program says in TAP.

    report.py BUILD [PART…]     PART: a folder of tests/, or a test's name; nothing runs all.
                                pictures: the window's tests, which must leave some
    report.py BUILD --list

The last line is `N passed, N failed`. A program that crashed, ran out of time or broke off its
plan counts as one more failure, however many of its tests had passed.
"""
import json
import os
import re
import subprocess
import sys

TEST_LINE = re.compile(r'^(not )?ok\b(?:\s+\d+)?(?:\s+-)?\s*([^#]*)(?:#\s*(\w+)(.*))?')
PLAN_LINE = re.compile(r'^1\.\.(\d+)(?:\s*#\s*(SKIP\b.*))?', re.IGNORECASE)


class Count:
    """Passed, failed and skipped tests of one or many programs, and why those failed."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.reasons = []

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def fail(self, reason):
        self.failed += 1
        self.reasons.append(reason)


def count_tap(text):
    """The counts of one program's TAP; a plan that was not kept to is a failure."""
    count, plan, ran, notes = Count(), None, 0, []
    for line in text.splitlines():
        match = PLAN_LINE.match(line)
        if match:
            plan = int(match.group(1))
            if plan == 0 and match.group(2):
                count.skipped += 1
            continue
        if line.startswith('Bail out!'):
            count.fail(line)
            continue
        match = TEST_LINE.match(line)
        if not match:
            notes.append(line)
            continue
        ran += 1
        bad, name, directive = match.group(1), match.group(2).strip(), (match.group(3) or '').upper()
        if directive == 'SKIP':
            count.skipped += 1
        elif directive == 'TO' 'DO':
            count.fail(f'{name}: a test may not be put off')
        elif bad:
            count.fail('\n'.join(['not ok ' + name] + notes[-20:]))
        else:
            count.passed += 1
        notes = []
    if plan is None:
        count.fail('no plan: the program broke off')
    elif plan != ran:
        count.fail(f'{ran} tests ran of {plan} that were planned')
    return count


def count_program(entry):
    """The counts of one line of meson's log."""
    status, result = entry.get('returncode'), entry['result']
    if result == 'SKIP' and not entry.get('stdout'):
        count = Count()
        count.skipped = 1
        return count
    count = count_tap(entry.get('stdout') or '')
    why = {'TIMEOUT': 'the program ran out of time', 'INTERRUPT': 'the program was interrupted'}
    if result in why:
        count.reasons.append(why[result])
    if not count.failed and (status or result not in ('OK', 'SKIP')):
        count.fail(f'the program ended with status {status}, meson says {result}')
    said = (entry.get('stderr') or '').strip().splitlines()
    said = [line for line in said if line and not line.startswith('(test program exited')]
    if count.failed and said:
        count.reasons += ['standard error:'] + said[-40:]
    return count


def tests_of(build):
    """(name, folder below tests/) of every test; the folder is the one its files lie in."""
    out = subprocess.run(['meson', 'introspect', '--tests', build], check=True,
                         stdout=subprocess.PIPE, text=True).stdout
    source = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    roots = [os.path.join(os.path.abspath(build), 'tests') + os.sep,
             os.path.join(source, 'tests') + os.sep]
    for test in json.loads(out):
        folder = ''
        for word in test['cmd']:
            for root in roots:
                inside = os.path.abspath(word)[len(root):] if word.startswith(root) else ''
                if os.sep in inside:
                    folder = folder or inside.split(os.sep)[0]
        yield test['name'], folder


def choose(tests, parts):
    """The names to run, or None for all; ends the program where a part is unknown."""
    if not parts:
        return None
    chosen = []
    for part in parts:
        wanted = 'window' if part == 'pictures' else part
        found = [name for name, folder in tests if wanted in (name, folder)]
        if not found:
            known = sorted({folder for _, folder in tests if folder} | {n for n, _ in tests})
            sys.exit(f'tests/run: there is no part "{part}"; there are {", ".join(known)}')
        chosen += [name for name in found if name not in chosen]
    return chosen


def run_meson(build, names):
    """Runs the tests; returns the lines of meson's log and whether meson was content."""
    log = os.path.join(build, 'meson-logs', 'testlog.json')
    if os.path.exists(log):
        os.unlink(log)
    command = ['meson', 'test', '-C', build, '--no-rebuild']
    if os.path.basename(build.rstrip(os.sep)) == 'build-asan':
        command += ['--timeout-multiplier', '6']
    status = subprocess.run(command + (names or [])).returncode
    if not os.path.exists(log):
        return [], False
    with open(log, encoding='utf-8') as lines:
        return [json.loads(line) for line in lines], status == 0


def count_pictures(total):
    """The window's tests write what they show; none at all is a failure."""
    folder = os.environ.get('MANTISSA_PICTURES', '')
    names = [name for _, _, names in os.walk(folder) for name in names if name.endswith('.png')]
    print(f'{len(names)} pictures in {folder}')
    if not names:
        total.failed += 1


def main():
    build, parts = sys.argv[1], sys.argv[2:]
    tests = list(tests_of(build))
    if parts == ['--list']:
        print('\n'.join(f'{folder}: {name}' if folder else name for name, folder in tests))
        return 0
    names = choose(tests, parts)
    entries, content = run_meson(build, names)
    total = Count()
    for entry in entries:
        count = count_program(entry)
        total.add(count)
        for reason in count.reasons:
            print(f'{entry["name"]}: {reason}')
    if not content and not total.failed:
        print('meson test failed; its lines above say why')
        total.failed += 1
    if 'pictures' in parts:
        count_pictures(total)
    sys.stdout.flush()
    skipped = f', {total.skipped} skipped' if total.skipped else ''
    print(f'{total.passed} passed, {total.failed} failed{skipped}')
    return 0 if total.passed and not total.failed else 1


if __name__ == '__main__':
    sys.exit(main())
