"""The suite's counter: what it counts, and that nothing slips through."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import report  # noqa: E402
import tap  # noqa: E402


def counts(text):
    count = report.count_tap(text)
    return count.passed, count.failed, count.skipped


def program(**entry):
    count = report.count_program({'name': 'x', 'result': 'OK', 'returncode': 0, **entry})
    return count.passed, count.failed, count.skipped


def subtests_are_counted():
    tap.equal(counts('ok 1 - a\n# note\nok 2 - b\n1..2\n'), (2, 0, 0))
    tap.equal(counts('TAP version 13\n1..3\nok 1 /a\nnot ok 2 /b\nok 3 /c # SKIP no screen\n'),
              (1, 1, 1))
    tap.equal(counts('1..0 # SKIP no data\n'), (0, 0, 1))


def a_name_may_hold_a_directive_word():
    tap.equal(counts('ok 1 - skip of the first batch\nok 2 - todo list\n1..2\n'), (2, 0, 0))


def a_broken_plan_fails():
    tap.equal(counts('1..3\nok 1 - a\n'), (1, 1, 0))
    tap.equal(counts('ok 1 - a\n'), (1, 1, 0), 'no plan')
    tap.equal(counts(''), (0, 1, 0), 'no output')
    tap.equal(counts('1..1\nBail out! no memory\nok 1 - a\n'), (1, 1, 0))


def a_crash_fails():
    tap.equal(program(stdout='ok 1 - a\n1..1\n', result='ERROR', returncode=-11), (1, 1, 0))
    tap.equal(program(stdout='ok 1 - a\n', result='TIMEOUT', returncode=-15), (1, 1, 0))
    tap.equal(program(stdout='ok 1 - a\n1..1\n', result='TIMEOUT', returncode=-15), (1, 1, 0))
    tap.equal(program(stdout='ok 1 - a\n1..1\n', returncode=1, result='ERROR'), (1, 1, 0))


def a_failure_is_counted_once():
    tap.equal(program(stdout='ok 1 - a\nnot ok 2 - b\n1..2\n', returncode=1, result='ERROR'),
              (1, 1, 0))


def a_test_put_off_fails():
    tap.equal(counts('not ok 1 - a # TO' 'DO later\n1..1\n'), (0, 1, 0))


def the_reason_is_told():
    count = report.count_tap('# f.c:3: x is 1, expected 2\nnot ok 1 - a\n1..1\n')
    tap.has(count.reasons[0], 'x is 1, expected 2')


tap.run([subtests_are_counted, a_name_may_hold_a_directive_word, a_broken_plan_fails, a_crash_fails,
         a_failure_is_counted_once, a_test_put_off_fails, the_reason_is_told])
