# What app/run and tests/run share: packages, configuration and build. To be sourced with `root`
# set to the project's folder; prints what it does on standard error.

say() {
    printf '%s\n' "$*" >&2
}

# The package names of the given lists, without comments.
listed_packages() {
    sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$@"
}

# Those of the given packages that dpkg does not know as installed.
missing_packages() {
    for package in "$@"; do
        status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=
        [ "$status" = installed ] || printf '%s ' "$package"
    done
}

# Installs what the given lists name and this machine lacks. Without root it prints the one line
# that does so and ends; on another distribution it leaves the check to the build.
install_packages() {
    command -v dpkg-query >/dev/null 2>&1 || return 0
    missing=$(missing_packages $(listed_packages "$@"))
    missing=${missing% }
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        say "Some packages are missing. Run this line, then try again:"
        line="apt-get update && apt-get install -y --no-install-recommends $missing"
        if command -v sudo >/dev/null 2>&1; then
            say "sudo sh -c '$line'"
        else
            say "su -c '$line'"
        fi
        exit 1
    fi
    say "Installing $missing"
    log=$(mktemp)
    if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends $missing; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        say "The packages could not be installed; the lines above say why."
        exit 1
    fi
    rm -f "$log"
}

# configure FOLDER OPTION…: makes the build folder, or brings it to the given options (each
# -Dname=value). A folder that was made for another place of the project is made anew.
configure() {
    folder=$1
    shift
    if [ -f "$folder/build.ninja" ]; then
        if ! grep -q "\"source\": \"$root\"" "$folder/meson-info/meson-info.json" 2>/dev/null; then
            rm -rf "$folder"
        fi
    fi
    if [ ! -f "$folder/build.ninja" ]; then
        quietly meson setup "$folder" "$root" "$@"
        return
    fi
    for option in "$@"; do
        name=${option#-D}
        if ! grep -qx "${name%%=*} = ${name#*=}" "$folder/meson-private/cmd_line.txt"; then
            quietly meson configure "$folder" "$@"
            return
        fi
    done
}

# Runs a command and shows what it printed only where it failed.
quietly() {
    log=$(mktemp)
    if "$@" >"$log" 2>&1; then
        rm -f "$log"
        return 0
    fi
    cat "$log" >&2
    rm -f "$log"
    say "This failed: $*"
    exit 1
}

# compile FOLDER [TARGET…]: builds; what comes out is what the compiler complains about.
compile() {
    folder=$1
    shift
    say "Building in ${folder#"$root"/}/"
    log=$(mktemp)
    status=0
    ninja -C "$folder" --quiet "$@" >"$log" 2>&1 || status=$?
    grep -v -e '^ninja: ' -e '^Cleaning\.\.\.' "$log" >&2 || :
    rm -f "$log"
    if [ "$status" -ne 0 ]; then
        say "The build failed; the lines above say why."
        exit 1
    fi
}
