"""The Python side of tests/check.h: TAP on standard output, and a test that can fail."""
import sys
import traceback


class Skip(Exception):
    """Raised by a test that cannot run here; its text says why."""


def run(tests):
    """Runs the functions in order and ends the program; a test fails by raising."""
    failed = 0
    for number, test in enumerate(tests, 1):
        name = test.__name__
        try:
            test()
            print(f'ok {number} - {name}')
        except Skip as why:
            print(f'ok {number} - {name} # SKIP {why}')
        except Exception as error:  # pylint: disable=broad-except
            failed += 1
            text = traceback.format_exc() if not isinstance(error, AssertionError) or not str(
                error) else str(error)
            for line in text.rstrip().splitlines():
                print(f'# {line}')
            where = traceback.extract_tb(error.__traceback__)[-1]
            print(f'# {where.filename}:{where.lineno}')
            print(f'not ok {number} - {name}')
        sys.stdout.flush()
    print(f'1..{len(tests)}')
    sys.exit(1 if failed else 0)


def equal(got, wanted, what=''):
    """Fails with both values where they differ."""
    if got != wanted:
        raise AssertionError(f'{what or "value"} is {got!r}, expected {wanted!r}')


def has(text, part):
    """Fails where `part` does not occur in `text`."""
    if part not in text:
        raise AssertionError(f'{text!r} lacks {part!r}')
