/* Speed of the kernels on one core: products against what a bare loop of the instruction reaches,
 * and what a quantised element costs. Prints figures, passes no verdict.
 *
 *   bench_kernels [isa] [seconds per figure] */
#include "kernels/bench.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

static EngFormat format_of(const char *text, EngRole role)
{
    EngFormat f;
    EngError err;
    if (eng_format_parse(text, strlen(text), &f, &err) != ENG_OK) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    return eng_format_for_role(&f, role);
}

#if defined(__x86_64__)
#include <immintrin.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Twelve sums keep both multipliers busy. The empty asm makes each of them a value of its own that
 * the compiler can neither merge with another nor compute ahead. */
#define HIDE(s)                                                                                    \
    __asm__ volatile(""                                                                            \
                     : "+v"(s[0]), "+v"(s[1]), "+v"(s[2]), "+v"(s[3]), "+v"(s[4]), "+v"(s[5]),     \
                     "+v"(s[6]), "+v"(s[7]), "+v"(s[8]), "+v"(s[9]), "+v"(s[10]), "+v"(s[11]))
#define ROUNDS 200000

__attribute__((target("avx512f,avx512vnni"))) static double bare_dot(void)
{
    const __m512i a = _mm512_set1_epi32(3), b = _mm512_set1_epi32(5);
    __m512i s[12] = {a, b, a, b, a, b, a, b, a, b, a, b};
    const double start = now();
    for (int i = 0; i < ROUNDS; i++) {
        _Pragma("GCC unroll 12") for (int j = 0; j < 12; j++) s[j] =
            _mm512_dpbusd_epi32(s[j], a, b);
        HIDE(s);
    }
    return ROUNDS * 12 * 64 / (now() - start);
}

__attribute__((target("avx512f"))) static double bare_fma(void)
{
    const __m512 a = _mm512_set1_ps(1e-9f), b = _mm512_set1_ps(1);
    __m512 s[12] = {a, b, a, b, a, b, a, b, a, b, a, b};
    const double start = now();
    for (int i = 0; i < ROUNDS; i++) {
        _Pragma("GCC unroll 12") for (int j = 0; j < 12; j++) s[j] = _mm512_fmadd_ps(a, b, s[j]);
        HIDE(s);
    }
    return ROUNDS * 12 * 16 / (now() - start);
}

static double best_of(double (*bare)(void))
{
    double best = 0;
    for (int i = 0; i < 20; i++) {
        const double rate = bare();
        best = rate > best ? rate : best;
    }
    return best;
}

static void bench_bare(const EngKernels *k)
{
    if (k->isa != ENG_ISA_AVX512)
        return;
    printf("bare loop of vpdpbusd    %7.1f GMAC/s\n", best_of(bare_dot) * 1e-9);
    printf("bare loop of vfmadd ps   %7.1f GMAC/s\n", best_of(bare_fma) * 1e-9);
}
#else
static void bench_bare(const EngKernels *k)
{
    (void)k;
}
#endif

static void bench_products(const EngKernels *k, double seconds)
{
    static const char *const formats[] = {"bfp4", "bfp4/g4", "bfp4/g8", "bfp4/g32", "bfp4/g64",
        "bfp7", "bfp8", "bfp11", "bfp16", "fp32"};
    static const size_t shapes[][3] = {{128, 1024, 1024}, {1024, 1024, 128}, {128, 10, 1024}};
    for (size_t i = 0; i < N(formats); i++) {
        const EngFormat f = format_of(formats[i], ENG_ROLE_A);
        printf("%-10s", formats[i]);
        for (size_t s = 0; s < N(shapes); s++) {
            EngBenchProduct r;
            EngError err;
            if (eng_bench_product(k, NULL, shapes[s][0], shapes[s][1], shapes[s][2], &f, &f,
                    seconds, &r, &err) != ENG_OK) {
                printf(" %s\n", err.text);
                return;
            }
            printf("  %zux%zux%zu %6.1f GMAC/s", shapes[s][0], shapes[s][1], shapes[s][2],
                r.macs / r.product * 1e-9);
        }
        printf("\n");
    }
}

static void bench_quantize(const EngKernels *k, double seconds)
{
    static const char *const formats[] = {
        "bfp4", "bfp4:sr8", "bfp4:sr16", "bfp4:even", "bfp4/g64", "bfp4/g4:sr8", "bfp8", "fp32"};
    static const EngPacking packing[] = {ENG_PACK_I8, ENG_PACK_I8, ENG_PACK_I8, ENG_PACK_I8,
        ENG_PACK_I8, ENG_PACK_I8, ENG_PACK_WIDE, ENG_PACK_F32};
    printf("ns per element, 1024 x 1024: panels along, across; rows along, across\n");
    for (size_t i = 0; i < N(formats); i++) {
        const EngFormat f = format_of(formats[i], ENG_ROLE_A);
        printf("%-12s", formats[i]);
        for (int panels = 1; panels >= 0; panels--) {
            EngBenchQuantize r;
            EngError err;
            if (eng_bench_quantize(
                    k, NULL, 1024, 1024, &f, packing[i], panels, seconds, &r, &err) != ENG_OK) {
                printf(" %s\n", err.text);
                return;
            }
            printf("  %6.3f %6.3f", r.along / r.values * 1e9, r.across / r.values * 1e9);
        }
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    EngIsa isa = ENG_ISA_AUTO;
    const EngKernels *k;
    EngError err;
    if ((argc > 1 && eng_isa_parse(argv[1], &isa, &err) != ENG_OK) ||
        eng_kernels(isa, &k, &err) != ENG_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    const double seconds = argc > 2 ? atof(argv[2]) : 0.05;
    printf("%s, one core\n", k->name);
    bench_bare(k);
    bench_products(k, seconds);
    bench_quantize(k, seconds);
    return 0;
}
