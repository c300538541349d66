/* FNV-1a, 64 bit (Fowler, Noll, Vo): the identity of a loss trace. Pure; any thread. */
#ifndef ENG_BASE_HASH_H
#define ENG_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define ENG_HASH_START UINT64_C(0xcbf29ce484222325)

/* The hash continued over `size` bytes; start with ENG_HASH_START. */
uint64_t eng_hash_bytes(uint64_t hash, const void *bytes, size_t size);

/* The hash continued over a float's four bytes, little-endian on every machine. */
uint64_t eng_hash_float(uint64_t hash, float value);

#endif
