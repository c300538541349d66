#!/bin/sh
# Builds the kernels and their test for AArch64 and runs them in an emulator: NEON is held to the
# reference on machines that have none. Says "1..0 # SKIP" where the tools are missing.
#   cross.sh SOURCE_FOLDER BUILD_FOLDER
set -eu
cc=aarch64-linux-gnu-gcc
skip() {
    echo "1..0 # SKIP $1 is not installed"
    exit 0
}
command -v "$cc" >/dev/null || skip "$cc"
run=$(command -v qemu-aarch64 || command -v qemu-aarch64-static) || skip qemu-user
source=$1
out=$2/cross-aarch64
mkdir -p "$out"
flags="-std=c17 -O2 -D_GNU_SOURCE -ffp-contract=off -fno-math-errno -I$source/engine -I$source/tests"
objects=
for file in "$source"/engine/base/*.c "$source"/engine/number/*.c "$source"/engine/kernels/*.c \
    "$source"/engine/hardware/multiplier.c; do
    name=$(basename "$file" .c)
    case $name in
    kernels_avx*) continue ;;
    kernels_neon) isa=-march=armv8.2-a+dotprod ;;
    *) isa= ;;
    esac
    $cc $flags $isa -c "$file" -o "$out/$name.o"
    objects="$objects $out/$name.o"
done
$cc $flags "$source/tests/kernels/test_kernels.c" $objects -lm -lpthread -static -o "$out/test_kernels"
QEMU_CPU=max exec "$run" "$out/test_kernels"
