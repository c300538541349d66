#!/bin/sh
# Runs a program that opens windows in an environment that is the same everywhere: its own X
# server without window manager, accelerator or message bus, fresh folders for settings and data,
# one font, no animations.
#
#   GDK_SCALE     1 or 2, pixels per point (default 1)
#   XRUN_SCREEN   the screen's size in points (default 1600x1000)
#   XRUN_LOCALE   the program's locale (default C.UTF-8)
#   XRUN_A11Y     GTK_A11Y of the program (default test; atspi needs a bus, which is then made)
set -eu

if [ $# -eq 0 ]; then
    echo "Usage: tests/xrun.sh PROGRAM [ARGUMENT…]" >&2
    exit 2
fi

scale=${GDK_SCALE:-1}
screen=${XRUN_SCREEN:-1600x1000}
case $scale$screen in
*[!0-9x]* | x* | *x)
    echo "tests/xrun.sh: GDK_SCALE is \"$scale\" and XRUN_SCREEN \"$screen\"; expected like 2 and 1600x1000" >&2
    exit 2
    ;;
esac
# The window is cut to the screen, so the screen grows with the scale.
pixels=$((${screen%x*} * scale))x$((${screen#*x} * scale))

home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir -p "$home/config/gtk-4.0" "$home/data" "$home/cache" "$home/state"
mkdir -m 700 "$home/run"
cat >"$home/config/gtk-4.0/settings.ini" <<'EOF'
[Settings]
gtk-font-name=Cantarell 11
gtk-enable-animations=false
gtk-cursor-blink=false
gtk-xft-antialias=1
gtk-xft-hinting=1
gtk-xft-hintstyle=hintslight
gtk-xft-rgba=none
EOF

export GDK_BACKEND=x11 GSK_RENDERER=cairo GDK_DEBUG=gl-disable GDK_SCALE="$scale"
export LC_ALL="${XRUN_LOCALE:-C.UTF-8}" TZ=UTC
export GSETTINGS_BACKEND=memory ADW_DISABLE_PORTAL=1 GTK_USE_PORTAL=0 GIO_USE_VFS=local
export HOME="$home" XDG_CONFIG_HOME="$home/config" XDG_DATA_HOME="$home/data"
export XDG_CACHE_HOME="$home/cache" XDG_STATE_HOME="$home/state" XDG_RUNTIME_DIR="$home/run"
unset WAYLAND_DISPLAY GTK_THEME LANGUAGE 2>/dev/null || :

if [ "${XRUN_A11Y:-test}" = atspi ]; then
    # With a bus the accessibility tree is served; GTK_A11Y unset means AT-SPI.
    unset GTK_A11Y DBUS_SESSION_BUS_ADDRESS
    set -- dbus-run-session -- "$@"
else
    export GTK_A11Y="${XRUN_A11Y:-test}" DBUS_SESSION_BUS_ADDRESS=disabled:
fi

status=0
xvfb-run -a -s "-screen 0 ${pixels}x24 -nolisten tcp" "$@" || status=$?
exit "$status"
