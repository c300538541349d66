#!/bin/sh
# Writes a C file that holds the text of the given .sql files: `embed.sh schema-1.sql …` makes
# `const char *const db_schema_sql[]`, in the order of the arguments.
set -eu
echo '/* Made by embed.sh from the .sql files of this folder. */'
echo '#include "db_schema.h"'
echo 'const char *const db_schema_sql[] = {'
for file in "$@"; do
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/    "/' -e 's/$/\\n"/' "$file"
    echo '    ,'
done
echo '};'
