"""Who may call whom, read from the symbols of the built libraries and programs.

    test_layering.py BUILD CC…
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import tap  # noqa: E402

BUILD, CC = sys.argv[1], sys.argv[2:]

GLIB = r'(g|gtk|gdk|gsk|adw|pango|cairo)_'
ENGINE_FORBIDDEN = GLIB + r'|sqlite3_|json_|db_|mts_|app_'
# The pure parts may be called by the window's main loop: they open no file and start no thread.
PURE_FORBIDDEN = ENGINE_FORBIDDEN + r'|pthread_create$|thrd_create$|f?open(64|at)?$|gzopen'
DB_FORBIDDEN = GLIB + r'|eng_|json_|mts_|app_'
UI_FORBIDDEN = (r'sqlite3_|db_|app_|eng_trainer_|eng_pool_|eng_dataset_open|json_'
                r'|pthread_create$|thrd_create$')


def command(*words):
    """What a tool says; a tool that fails fails the test."""
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False)
    assert done.returncode == 0, f'{" ".join(words)}: {done.stderr}'
    return done.stdout


def undefined(path):
    """The symbols a library or object asks others for: {symbol: objects that ask}."""
    asked, own = {}, set()
    for line in command('nm', '-A', path).splitlines():
        match = re.match(r'(.*?):\s*[0-9a-f]*\s+([A-Za-z])\s+(\S+)$', line)
        if match and match.group(2) == 'U':
            asked.setdefault(match.group(3), set()).add(match.group(1))
        elif match and match.group(2).isupper():
            own.add(match.group(3))
    return {name: places for name, places in asked.items() if name not in own}


def offences(path, forbidden):
    """A line for each undefined symbol that begins like one of the forbidden ones."""
    pattern = re.compile(f'(?:{forbidden})')
    return [f'{name}, asked for by {sorted(places)[0]}'
            for name, places in sorted(undefined(path).items()) if pattern.match(name)]


def libraries(folder):
    """The static libraries built in a folder and below it."""
    found = sorted(glob.glob(os.path.join(BUILD, folder, '**', '*.a'), recursive=True))
    assert found, f'no library was built in {folder}/'
    return found


def keeps_to(path, forbidden):
    assert re.search(r' [TtDdRr] ', command('nm', path)), f'nm sees nothing defined in {path}'
    found = offences(path, forbidden)
    assert not found, '\n'.join([os.path.basename(path)] + found)


def needed(program):
    """The shared libraries a program names itself."""
    path = os.path.join(BUILD, 'app', program)
    assert os.path.exists(path), f'{path} is not there'
    return re.findall(r'NEEDED.*\[(.*?)\]', command('readelf', '-d', path))


def a_made_up_offender_is_found():
    source = ('int sqlite3_open(void), g_free(void), pthread_create(void), eng_trainer_new(void);\n'
              'int f(void);\nint f(void) { return sqlite3_open() + g_free() + pthread_create() + '
              'eng_trainer_new(); }\n')
    with tempfile.TemporaryDirectory() as folder:
        path, made = os.path.join(folder, 'f.c'), os.path.join(folder, 'f.o')
        with open(path, 'w', encoding='ascii') as file:
            file.write(source)
        command(*CC, '-w', '-fno-builtin', '-c', path, '-o', made)
        for forbidden, count in [(ENGINE_FORBIDDEN, 2), (PURE_FORBIDDEN, 3), (DB_FORBIDDEN, 2),
                                 (UI_FORBIDDEN, 3)]:
            tap.equal(len(offences(made, forbidden)), count, forbidden)


def the_pure_engine_knows_no_library_file_or_thread():
    keeps_to(os.path.join(BUILD, 'engine', 'libengine-pure.a'), PURE_FORBIDDEN)


def the_engine_knows_no_library():
    for path in libraries('engine'):
        keeps_to(path, ENGINE_FORBIDDEN)


def the_store_knows_no_engine():
    for path in libraries('db'):
        keeps_to(path, DB_FORBIDDEN)


def the_window_calls_pure_parts_only():
    if not os.path.isdir(os.path.join(BUILD, 'ui')):
        raise tap.Skip('built without the window')
    for path in libraries('ui'):
        keeps_to(path, UI_FORBIDDEN)


def the_command_line_links_no_gtk():
    names = needed('mantissa-cli')
    assert any(name.startswith('libc.') for name in names), names
    for name in names:
        assert not re.match(r'lib(gtk|adwaita|gdk|glib|gobject|gio|cairo|pango|X11)', name), name


tap.run([a_made_up_offender_is_found, the_pure_engine_knows_no_library_file_or_thread,
         the_engine_knows_no_library, the_store_knows_no_engine, the_window_calls_pure_parts_only,
         the_command_line_links_no_gtk])
