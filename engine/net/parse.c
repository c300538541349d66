/* From one line of text to a network: the named families and the layer-by-layer form. */
#include "base/text.h"
#include "net/families.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* One item of a comma-separated list, without blanks around it. */
typedef struct Item {
    const char *text;
    size_t length;
} Item;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Takes the next item off *rest; false at the end of the text. */
static bool next_item(const char **rest, Item *item)
{
    if (!*rest)
        return false;
    const char *begin = *rest, *end = strchr(begin, ',');
    *rest = end ? end + 1 : NULL;
    if (!end)
        end = begin + strlen(begin);
    while (begin < end && is_blank(*begin))
        begin++;
    while (end > begin && is_blank(end[-1]))
        end--;
    *item = (Item){begin, (size_t)(end - begin)};
    return true;
}

static bool item_is(Item item, const char *word)
{
    return item.length == strlen(word) && memcmp(item.text, word, item.length) == 0;
}

/* Reads a number of at most six digits at *p, which moves behind it. */
static bool take_number(const char **p, const char *end, unsigned *value)
{
    const char *start = *p;
    unsigned sum = 0;
    while (*p < end && **p >= '0' && **p <= '9' && *p - start < 6)
        sum = sum * 10 + (unsigned)(*(*p)++ - '0');
    *value = sum;
    return *p > start;
}

static bool take_text(const char **p, const char *end, const char *text)
{
    const size_t n = strlen(text);
    if ((size_t)(end - *p) < n || memcmp(*p, text, n) != 0)
        return false;
    *p += n;
    return true;
}

/* The item is `prefix` followed by one number and nothing else. */
static bool item_number(Item item, const char *prefix, unsigned *value)
{
    const char *p = item.text, *end = item.text + item.length;
    return take_text(&p, end, prefix) && take_number(&p, end, value) && p == end;
}

/* `RxR`, both the same number. */
static bool take_square(const char **p, const char *end, unsigned *side)
{
    unsigned second;
    return take_number(p, end, side) && take_text(p, end, "x") && take_number(p, end, &second) &&
        second == *side;
}

/* `/S`, or the end. */
static bool take_stride(const char **p, const char *end, unsigned *stride)
{
    *stride = 1;
    if (*p < end && (!take_text(p, end, "/") || !take_number(p, end, stride)))
        return false;
    return *p == end;
}

/* `convRxR-K` or `convRxR-K/S`, K followed by `b` for a bias. */
static bool item_conv(Item item, unsigned *kernel, unsigned *channels, bool *bias, unsigned *stride)
{
    const char *p = item.text, *end = item.text + item.length;
    if (!take_text(&p, end, "conv") || !take_square(&p, end, kernel) || !take_text(&p, end, "-") ||
        !take_number(&p, end, channels))
        return false;
    *bias = take_text(&p, end, "b");
    return take_stride(&p, end, stride);
}

/* `dwRxR` or `dwRxR/S`. */
static bool item_depthwise(Item item, unsigned *kernel, unsigned *stride)
{
    const char *p = item.text, *end = item.text + item.length;
    return take_text(&p, end, "dw") && take_square(&p, end, kernel) && take_stride(&p, end, stride);
}

/* `drop-P` */
static bool item_dropout(Item item, double *rate)
{
    const char *p = item.text, *end = item.text + item.length;
    return take_text(&p, end, "drop-") && eng_text_read_double(p, &p, rate) && p == end;
}

static EngStatus refuse(EngBuilder *b, Item item, const char *expected)
{
    return eng_error(b->err, ENG_ERR_PARSE, "Network \"%.80s\": \"%.*s\" is not known here; %s.",
        b->net->text, (int)(item.length < 40 ? item.length : 40), item.text, expected);
}

/* Hidden widths, ReLU between, a last layer to the classes. */
static EngStatus build_mlp(EngBuilder *b, const char *rest)
{
    Item item;
    while (next_item(&rest, &item)) {
        unsigned width;
        if (!item_number(item, "", &width))
            return refuse(b, item, "mlp: takes hidden widths such as mlp:256,128");
        EngStatus status = eng_builder_linear(b, width);
        if (status == ENG_OK)
            status = eng_builder_relu(b);
        if (status != ENG_OK)
            return status;
    }
    return eng_builder_linear(b, b->net->classes);
}

static EngStatus build_conv_block(EngBuilder *b, unsigned channels)
{
    EngStatus status = eng_builder_conv(b, channels, 3, 1, false);
    if (status == ENG_OK)
        status = eng_builder_batch_norm(b);
    return status == ENG_OK ? eng_builder_relu(b) : status;
}

/* Channel counts, `p` for pooling, `gap`; a last layer to the classes. */
static EngStatus build_cnn(EngBuilder *b, const char *rest)
{
    Item item;
    while (next_item(&rest, &item)) {
        unsigned channels;
        EngStatus status;
        if (item_is(item, "p"))
            status = eng_builder_max_pool(b, 2);
        else if (item_is(item, "gap"))
            status = eng_builder_global_pool(b);
        else if (item_number(item, "", &channels))
            status = build_conv_block(b, channels);
        else
            status = refuse(b, item, "cnn: takes channels, p and gap, such as cnn:32,32,p,64,gap");
        if (status != ENG_OK)
            return status;
    }
    return eng_builder_linear(b, b->net->classes);
}

/* The layers that are one word. */
static const struct {
    const char *word;
    EngStatus (*build)(EngBuilder *b);
} plain_layers[] = {
    {"relu", eng_builder_relu},
    {"gelu", eng_builder_gelu},
    {"bn", eng_builder_batch_norm},
    {"ln", eng_builder_layer_norm},
    {"gap", eng_builder_global_pool},
    {"save", eng_builder_save},
    {"add", eng_builder_restore},
};

/* Those that are a word and a number. */
static const struct {
    const char *prefix;
    EngStatus (*build)(EngBuilder *b, unsigned n);
} sized_layers[] = {
    {"fc-", eng_builder_linear},
    {"pool", eng_builder_max_pool},
    {"avg", eng_builder_average_pool},
    {"embed-", eng_builder_embedding},
    {"attn-", eng_builder_attention},
};

static EngStatus build_layer(EngBuilder *b, Item item)
{
    unsigned n, kernel, stride;
    bool bias;
    double rate;
    for (size_t i = 0; i < sizeof plain_layers / sizeof *plain_layers; i++) {
        if (item_is(item, plain_layers[i].word))
            return plain_layers[i].build(b);
    }
    for (size_t i = 0; i < sizeof sized_layers / sizeof *sized_layers; i++) {
        if (item_number(item, sized_layers[i].prefix, &n))
            return sized_layers[i].build(b, n);
    }
    if (item_conv(item, &kernel, &n, &bias, &stride))
        return eng_builder_conv(b, n, kernel, stride, bias);
    if (item_depthwise(item, &kernel, &stride))
        return eng_builder_depthwise(b, kernel, stride);
    if (item_dropout(item, &rate))
        return eng_builder_dropout(b, rate);
    char expected[320];
    snprintf(expected, sizeof expected,
        "expected %s, mlp:…, cnn:…, or layers such as conv3x3-16, conv3x3-16/2, dw3x3, bn, ln, "
        "relu, gelu, pool2, avg2, gap, drop-0.1, embed-64, attn-4, save, add, fc-10",
        eng_family_names());
    return refuse(b, item, expected);
}

static EngStatus build_layers(EngBuilder *b, const char *rest)
{
    Item item;
    while (next_item(&rest, &item)) {
        const EngStatus status = build_layer(b, item);
        if (status != ENG_OK)
            return status;
    }
    return ENG_OK;
}

EngStatus eng_network_parse(
    const char *text, EngShape input, unsigned classes, EngNetwork **out, EngError *err)
{
    EngBuilder b;
    EngStatus status = eng_builder_init(&b, text, input, classes, err);
    if (status == ENG_OK) {
        while (is_blank(*text))
            text++;
        if (strncmp(text, "mlp:", 4) == 0)
            status = build_mlp(&b, text + 4);
        else if (strncmp(text, "cnn:", 4) == 0)
            status = build_cnn(&b, text + 4);
        else if (!eng_family_build(&b, text, &status))
            status = build_layers(&b, text);
    }
    if (status == ENG_OK)
        status = eng_builder_finish(&b, out);
    if (status != ENG_OK)
        eng_builder_drop(&b);
    return status;
}
