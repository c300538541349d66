/* What a product, a training step and a whole experiment cost on the simulated accelerator.
 *
 * cost = f(shapes, formats used per slot and step range, hardware). Live counters, estimates and
 * comparisons all call these. Everything is counted in integers (cycles, bytes, femtojoules) that
 * saturate at UINT64_MAX, so that a sum over steps equals a sum over spans exactly. Pure; any
 * thread.
 *
 * How a product C[M,N] = A[M,K] B[K,N] is counted, so that it can be done by hand. All divisions
 * that are written ceil(…) round up; `pair` is eng_pair_work(hw, a, b); R, C are hw->rows, columns.
 *
 * groups     kg = eng_product_groups(shape, pair.group). With N:M sparsity (forward and dgrad) the
 *            length of a segment counts as ceil(length / sparse_of) sparse_keep first (at most
 *            length), whether groups start anew at each segment or run on. Attention's products
 *            multiply no weights and are dense.
 * compute    eng_array_cycles(dataflow, R, C, M, N, kg, pair.beats)
 *
 * tensors    Operand A is quantised as rows along K: a_elements / length rows of `length`, or,
 *            where its format's groups run on through K, M rows of K (patches stand in memory one
 *            by one). B the same, with N. a_bits = eng_storage_bits(rows, row length); of a sparse B only the
 *            kept elements, each with ceil(log2 sparse_of) bits that say which it is.
 * a row      a_row = the bits of one row of A along all of K (segments by segment, or K at once);
 *            b_row the same.
 * convert    ceil(converted / converters) cycles, where an operand that is fp32 converts nothing,
 *            any other rows ceil(row length / g) ceil(g / cell_width); g is the format's group
 *            (cell_width where it has none); converters = C where hw->converters is 0.
 *
 * reads      half = 4 sram_bytes is half a buffer in bits (the other half is being filled).
 *            ws: held = max(1, (sram_bytes/2) / (4 min(N,C))) rows of partial sums find room, so M
 *                is cut into blocks = ceil(M/held), 1 where ceil(kg/R) = 1 leaves no partial sums.
 *                A is read once where a block of it, ceil(a_bits/M) min(M,held), fits half, else
 *                ceil(N/C) times. B is read once where b_bits fits half, else `blocks` times.
 *            is: the same with A and B, M and N changing places.
 *            os: A is read once where ceil(a_bits/M) min(M,R) fits half, else ceil(N/C) times;
 *                B once where b_bits fits half, else ceil(M/R) times.
 * dram       a_bits a_reads + b_bits b_reads + 32 M N bits; dram_bytes = ceil(that / 8)
 * memory     ceil(dram_bytes / (dram_bytes_per_s / clock_hz)) cycles
 * fill       the memory cycles of what the array needs before its first beat; a group of A takes
 *            ceil(a_row/kg) bits, of B ceil(b_row/kg):
 *            ws: min(kg,R) (min(N,C) groups of B + 1 of A)   is: the same with A and B, M and N
 *            os: min(M,R) groups of A + min(N,C) of B
 * cycles     max(compute, convert, memory) + fill
 *
 * energy     pairs    M N kg pair.femtojoules
 *            convert  per element of an operand that is converted one 8-bit compare and one 24-bit
 *                     rounding add: 4 int8_add
 *            sram     ceil(bits / 64) sram_word: what goes to and from DRAM, and at the array
 *                     ws: M a_row ceil(N/C) + N b_row + 32 M N (2 ceil(kg/R) - 1)
 *                     os: M a_row ceil(N/C) + N b_row ceil(M/R) + 32 M N
 *                     is: M a_row + N b_row ceil(M/C) + 32 M N (2 ceil(kg/R) - 1)
 *            dram     ceil(dram_bytes / 8) dram_word
 *
 * The input gradient of a convolution with a stride is counted as it is defined: every pixel of
 * the input sees all taps, those that meet no output included. */
#ifndef ENG_HARDWARE_COST_H
#define ENG_HARDWARE_COST_H

#include "base/error.h"
#include "hardware/hardware.h"
#include "net/network.h"
#include "schedule/schedule.h"

typedef enum EngProductKind {
    ENG_PRODUCT_FORWARD,
    ENG_PRODUCT_DGRAD,
    ENG_PRODUCT_WGRAD
} EngProductKind;

/* Slots of the product's left and right operand: 2 kind and 2 kind + 1. */
#define ENG_PRODUCT_SLOT_A(kind) ((EngSlot)(2 * (kind)))
#define ENG_PRODUCT_SLOT_B(kind) ((EngSlot)(2 * (kind) + 1))
#define ENG_PRODUCT_KINDS 3

/* "forward" "dgrad" "wgrad". */
const char *eng_product_name(EngProductKind kind);

/* Where a product's time goes. */
typedef struct EngCost {
    uint64_t cycles;         /* all of it: max(compute, convert, memory) + fill */
    uint64_t compute_cycles; /* the array's, by the closed form */
    uint64_t convert_cycles; /* what the converters alone would take */
    uint64_t memory_cycles;  /* what DRAM alone would take */
    uint64_t dram_bytes;
    uint64_t femtojoules;
} EngCost;

/* What binds a product: the largest of the three, the earlier one where two are equal. */
typedef enum EngBound { ENG_BOUND_COMPUTE, ENG_BOUND_CONVERT, ENG_BOUND_MEMORY } EngBound;
EngBound eng_cost_bound(const EngCost *cost);

/* "compute" "convert" "memory". */
const char *eng_bound_name(EngBound bound);

/* *sum += times * cost, saturating. */
void eng_cost_add(EngCost *sum, const EngCost *cost, uint64_t times);

/* Shape of one of a layer's three products, b samples (T positions of d values a head; a sequence's
 * linear layer takes each position as a sample):
 *
 *              M              N       segments   length   products, one after the other
 *   linear     forward  b     out     1          in       1
 *              dgrad    b     in      1          out      1
 *              wgrad    in    out     1          b        1
 *   conv       forward  b oy ox       out.c      kernel^2  in.c    1
 *              dgrad    b iy ix       in.c       kernel^2  out.c   1
 *              wgrad    kernel^2 in.c out.c      oy ox     b       1  (segments_apart)
 *   depthwise  forward  b oy ox       1          kernel^2  1       channels
 *              dgrad    b iy ix       1          kernel^2  1       channels
 *              wgrad    kernel^2      1          oy ox     b       channels  (segments_apart)
 *   scores     forward  T     T       1          d        b heads  (Q K^T)
 *              dgrad    T     d       1          T        b heads  (of Q)
 *              wgrad    d     T       1          T        b heads  (of K, which stands in W's place)
 *   mix        forward  T     d       1          T        b heads  (P V)
 *              dgrad    T     T       1          d        b heads  (of P)
 *              wgrad    T     d       1          T        b heads  (of V, which stands in W's place)
 *
 * K = segments * length; where a segment holds at least a group of elements each segment starts a
 * new group, else groups run on through K (weight gradients always start anew at each pixel). */
typedef struct EngProductShape {
    uint64_t M, N;
    uint64_t segments, length;
    bool segments_apart; /* weight gradient: each segment starts a new group whatever its length */
    uint64_t a_elements, b_elements; /* of the tensors that are quantised and read, one product's */
    uint64_t products;               /* how many such products; 0 counts as 1. Their costs add up */
    bool no_weights;                 /* attention: B is no weights, sparsity leaves it alone */
} EngProductShape;

/* Groups of g along the product's K. */
uint64_t eng_product_groups(const EngProductShape *shape, unsigned g);

/* The shape of `kind` for the layer `op` (which must hold a product) with `batch` samples. */
EngProductShape eng_product_shape(const EngOp *op, EngProductKind kind, uint64_t batch);

/* One product with the formats of its two operands (slots 0,1 / 2,3 / 4,5; roundings settled). */
EngCost eng_product_cost(const EngProductShape *shape, EngProductKind kind, const EngFormat *a,
    const EngFormat *b, const EngHardware *hw);

/* The same with every number on the way, by the names of the formulas above. */
typedef struct EngProductDetail {
    EngDataflow dataflow;
    uint64_t M, N, kg;
    unsigned group;                /* elements of K a pair covers */
    uint64_t beats, pair_fj;       /* of one pair */
    uint64_t a_bits, b_bits;       /* operands in memory */
    uint64_t a_row, b_row;         /* bits of one row along K */
    uint64_t a_groups, b_groups;   /* groups to convert, in slices of cell_width */
    uint64_t blocks;               /* ws, is: blocks of the streaming side; os: 1 */
    uint64_t a_reads, b_reads;     /* times an operand is read from DRAM */
    uint64_t dram_bits, sram_bits; /* all that moves */
    uint64_t fill_bits, fill_cycles;
    uint64_t pairs_fj, convert_fj, sram_fj, dram_fj;
    EngCost one;       /* everything above is of one product */
    uint64_t products; /* made one after the other */
    EngCost cost;      /* of all of them */
} EngProductDetail;

EngProductDetail eng_product_detail(const EngProductShape *shape, EngProductKind kind,
    const EngFormat *a, const EngFormat *b, const EngHardware *hw);

/* One training step of one layer; formats[6] by slot. A layer whose input depends on nothing that
 * is trained (op->input_gradient false: the first one as a rule) has no input gradient. */
EngCost eng_layer_step_cost(const EngNetwork *net, size_t layer, uint64_t batch,
    const EngFormat formats[ENG_SLOTS], const EngHardware *hw);

/* A whole run of `plan`: every layer, span and product. `batch` samples a step.
 *
 * Between two edges of a product's two slots the formats stay, so its cost there is steps times the
 * cost of a step. Where a slot is adaptive, the first floor(high_share n + 1/2) of such a stretch's
 * n steps are taken at the high format, the others at the low one: the assumption for what is not
 * decided yet. high_share 0..1. */
EngCost eng_plan_cost(const EngNetwork *net, const EngPlan *plan, uint64_t batch,
    const EngHardware *hw, double high_share);

/* What one product of one layer costs over the whole run; an input gradient that
 * nobody needs costs nothing. The
 * plan's cost is the sum of these, so that after an edit only the products of the slots that
 * changed need counting again. */
EngCost eng_plan_product_cost(const EngNetwork *net, const EngPlan *plan, size_t layer,
    EngProductKind kind, uint64_t batch, const EngHardware *hw, double high_share);

/* The same with every slot in `format` for all steps: the ghosts (fp32, bf16) of the charts. */
EngCost eng_constant_cost(const EngNetwork *net, const EngFormat *format, EngClock clock,
    uint64_t batch, const EngHardware *hw);

/* Cumulated cost of steps [0, step[i]) for ascending step[i] <= clock.steps: the estimate's
 * curve. `cycles[n]`. */
void eng_plan_cycles(const EngNetwork *net, const EngPlan *plan, uint64_t batch,
    const EngHardware *hw, double high_share, const uint32_t *step, size_t n, uint64_t *cycles);

/* cycles / clock in seconds; femtojoules in joules. */
double eng_cost_seconds(const EngCost *cost, const EngHardware *hw);
double eng_cost_joules(const EngCost *cost);

#endif
