/* Which instruction sets this machine has, and which table follows from that. */
#include "kernels/kernels_isa.h"
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

typedef struct IsaName {
    const char *name;
    EngIsa isa;
} IsaName;

static const IsaName isa_names[] = {
    {"auto", ENG_ISA_AUTO},
    {"c", ENG_ISA_C},
    {"avx2", ENG_ISA_AVX2},
    {"avx512", ENG_ISA_AVX512},
    {"neon", ENG_ISA_NEON},
};
#define ISA_NAMES (sizeof isa_names / sizeof isa_names[0])

EngStatus eng_isa_parse(const char *text, EngIsa *out, EngError *err)
{
    for (size_t i = 0; i < ISA_NAMES; i++) {
        if (strcmp(text, isa_names[i].name) == 0) {
            *out = isa_names[i].isa;
            return ENG_OK;
        }
    }
    return eng_error(err, ENG_ERR_PARSE,
        "\"%.32s\" is no instruction set; auto, c, avx2, avx512 and neon are.", text);
}

#if defined(__x86_64__)
/* What the operating system saves on a task switch: without these bits a register's upper part
 * would be lost, whatever CPUID promises. */
#define XCR0_AVX 0x06u    /* SSE and AVX state */
#define XCR0_AVX512 0xe6u /* those, mask registers and both halves of ZMM */

#define LEAF1_ECX (bit_FMA | bit_OSXSAVE | bit_AVX | bit_F16C)
#define LEAF7_EBX_512 (bit_AVX512F | bit_AVX512DQ | bit_AVX512BW | bit_AVX512VL)

static unsigned saved_states(void)
{
    unsigned low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

static bool cpu_has(EngIsa isa)
{
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & LEAF1_ECX) != LEAF1_ECX)
        return false;
    const unsigned saved = saved_states();
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & bit_AVX2))
        return false;
    if (isa == ENG_ISA_AVX2)
        return (saved & XCR0_AVX) == XCR0_AVX;
    return isa == ENG_ISA_AVX512 && (saved & XCR0_AVX512) == XCR0_AVX512 &&
        (b & LEAF7_EBX_512) == LEAF7_EBX_512 && (c & bit_AVX512VNNI);
}

static const EngKernels *const isa_tables[] = {
    &eng_kernels_avx512, &eng_kernels_avx2, &eng_kernels_c};
#elif defined(__aarch64__)
static bool cpu_has(EngIsa isa)
{
    return isa == ENG_ISA_NEON && (getauxval(AT_HWCAP) & HWCAP_ASIMDDP);
}

static const EngKernels *const isa_tables[] = {&eng_kernels_neon, &eng_kernels_c};
#else
static bool cpu_has(EngIsa isa)
{
    (void)isa;
    return false;
}

static const EngKernels *const isa_tables[] = {&eng_kernels_c};
#endif
#define ISA_TABLES (sizeof isa_tables / sizeof isa_tables[0])

/* True where ENG_CPU_MASK lists `name`. */
static bool masked(const char *name)
{
    const char *at = getenv("ENG_CPU_MASK");
    const size_t n = strlen(name);
    while (at && *at) {
        const size_t word = strcspn(at, ",");
        if (word == n && memcmp(at, name, n) == 0)
            return true;
        at += word + (at[word] == ',');
    }
    return false;
}

static bool usable(const EngKernels *table)
{
    return table->isa == ENG_ISA_C || (cpu_has(table->isa) && !masked(table->name));
}

EngStatus eng_kernels(EngIsa isa, const EngKernels **out, EngError *err)
{
    for (size_t i = 0; i < ISA_TABLES; i++) {
        if ((isa == ENG_ISA_AUTO || isa == isa_tables[i]->isa) && usable(isa_tables[i])) {
            *out = isa_tables[i];
            return ENG_OK;
        }
    }
    const char *name = "unknown";
    for (size_t i = 0; i < ISA_NAMES; i++) {
        if (isa_names[i].isa == isa)
            name = isa_names[i].name;
    }
    return eng_error(err, ENG_ERR_UNSUPPORTED,
        "The instruction set %s was asked for, but this machine has it not or ENG_CPU_MASK took "
        "it away.",
        name);
}
