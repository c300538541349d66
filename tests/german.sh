#!/bin/sh
# Runs a program where the locale de_DE.UTF-8, which writes 0,5 for a half, can be set: it is made
# in a folder of its own where the machine has the sources (Debian's locales package).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if localedef --no-archive -i de_DE -f UTF-8 "$folder/de_DE.UTF-8" >/dev/null 2>&1 ||
    [ -d "$folder/de_DE.UTF-8" ]; then
    export LOCPATH="$folder"
fi
status=0
"$@" || status=$?
exit "$status"
