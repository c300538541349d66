/* Weights in and out: what is written reads back, in PyTorch's order; and a sentence for every file
 * that lies. */
#include "base/philox.h"
#include "check.h"
#include "net/safetensors.h"
#include "net/weights.h"
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64], path[96];

static EngModel *model_of(EngNetwork **net, const char *text, EngShape input, uint64_t seed)
{
    EngError err = {0};
    EngModel *model = NULL;
    const EngKernels *kernels = NULL;
    CHECK_INT(eng_kernels(ENG_ISA_C, &kernels, &err), ENG_OK);
    CHECK_INT(eng_network_parse(text, input, 4, net, &err), ENG_OK);
    CHECK_INT(eng_model_new(*net, 2, seed, kernels, NULL, &model, &err), ENG_OK);
    return model;
}

static bool same_weights(EngModel *a, EngModel *b)
{
    size_t count;
    const EngTensor *x = eng_model_tensors(a, &count), *y = eng_model_tensors(b, &count);
    bool same = true;
    for (size_t i = 0; i < count; i++)
        same = same &&
            (x[i].kind == ENG_TENSOR_OPTIMISER ||
                memcmp(x[i].data, y[i].data, x[i].size * sizeof(float)) == 0);
    return same;
}

static void check_round_trip(const char *text, EngShape input)
{
    EngNetwork *net[2];
    EngError err = {0};
    EngModel *a = model_of(&net[0], text, input, 1), *b = model_of(&net[1], text, input, 2);
    CHECK(!same_weights(a, b));
    CHECK_INT(eng_model_save_weights(a, path, &err), ENG_OK);
    CHECK_INT(eng_model_load_weights(b, path, &err), ENG_OK);
    CHECK(same_weights(a, b));
    eng_model_free(a);
    eng_model_free(b);
    eng_network_free(net[0]);
    eng_network_free(net[1]);
}

static void test_round_trips(void)
{
    check_round_trip("fc-7, relu, fc-4", (EngShape){1, 1, 5});
    check_round_trip("conv3x3-5, bn, relu, dw3x3, pool2, fc-4", (EngShape){6, 4, 3});
    check_round_trip("embed-6, save, ln, attn-2, add, fc-4", (EngShape){5, 1, 1});
}

/* Element (k, c, r, s) of the file is (k, r, s, c) of the model; a column of a linear layer behind
 * an image is (c, y, x) there and (y, x, c) here. */
static void test_order(void)
{
    EngNetwork *net;
    EngError err = {0};
    EngModel *model = model_of(&net, "conv3x3-5, fc-4", (EngShape){2, 3, 2}, 1);
    CHECK_INT(eng_model_save_weights(model, path, &err), ENG_OK);
    EngSafetensors file;
    CHECK_INT(eng_safetensors_read(path, &file, &err), ENG_OK);
    CHECK_INT(file.count, 3);
    const EngSafetensor *conv = eng_safetensors_find(&file, "conv1.weight");
    const EngSafetensor *fc = eng_safetensors_find(&file, "fc1.weight");
    float w[5 * 2 * 9], v[4 * 5 * 6];
    CHECK(conv->rank == 4 && conv->shape[0] == 5 && conv->shape[1] == 2 && conv->shape[3] == 3);
    CHECK(fc->rank == 2 && fc->shape[0] == 4 && fc->shape[1] == 30);
    CHECK_INT(eng_safetensor_floats(&file, conv, w, &err), ENG_OK);
    CHECK_INT(eng_safetensor_floats(&file, fc, v, &err), ENG_OK);
    size_t count;
    const EngParam *p = eng_model_params(model, &count);
    for (size_t k = 0; k < 5; k++)
        for (size_t c = 0; c < 2; c++)
            for (size_t tap = 0; tap < 9; tap++)
                CHECK(w[(k * 2 + c) * 9 + tap] == p[0].value[(k * 9 + tap) * 2 + c]);
    for (size_t k = 0; k < 4; k++)
        for (size_t c = 0; c < 5; c++)
            for (size_t pixel = 0; pixel < 6; pixel++)
                CHECK(v[k * 30 + c * 6 + pixel] == p[1].value[k * 30 + pixel * 5 + c]);
    eng_safetensors_clear(&file);
    eng_model_free(model);
    eng_network_free(net);
}

/* ---- the container ----------------------------------------------------------------------------- */

static EngSafetensors parsed(const char *header, const void *data, size_t size, EngError *err)
{
    uint8_t bytes[1024] = {0};
    const size_t length = strlen(header);
    EngSafetensors file;
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)length >> (8 * i));
    memcpy(bytes + 8, header, length);
    if (size)
        memcpy(bytes + 8 + length, data, size);
    eng_safetensors_parse("w", bytes, 8 + length + size, &file, err);
    return file;
}

/* 1, -2.5, the smallest subnormal and infinity as halves; 1.5 and -0 as bfloat16. */
static void test_types(void)
{
    static const uint8_t data[] = {0x00, 0x3c, 0x00, 0xc1, 0x01, 0x00, 0x00, 0x7c, 0xc0, 0x3f, 0x00,
        0x80, 0, 0, 0, 0, 0, 0, 0xf0, 0xbf};
    EngError err = {0};
    EngSafetensors file =
        parsed(" { \"h\" : {\"dtype\":\"F16\",\"shape\":[2, 2],\"data_offsets\":[0,8]},"
               "\"__metadata__\":{\"a\":\"b\"},"
               "\"d\":{\"shape\":[1],\"data_offsets\":[12,20],\"dtype\":\"F64\"},"
               "\"b\":{\"data_offsets\":[8,12],\"dtype\":\"BF16\",\"shape\":[2]}}  ",
            data, sizeof data, &err);
    CHECK_STR(err.text, "");
    CHECK_INT(file.count, 3);
    float v[4];
    CHECK_INT(eng_safetensor_floats(&file, eng_safetensors_find(&file, "h"), v, &err), ENG_OK);
    CHECK(v[0] == 1.0f && v[1] == -2.5f && v[2] == 0x1p-24f && v[3] == INFINITY);
    CHECK_INT(eng_safetensor_floats(&file, eng_safetensors_find(&file, "b"), v, &err), ENG_OK);
    CHECK(v[0] == 1.5f && v[1] == 0.0f && signbit(v[1]));
    CHECK_INT(eng_safetensor_floats(&file, eng_safetensors_find(&file, "d"), v, &err), ENG_OK);
    CHECK(v[0] == -1.0f);
    CHECK(eng_safetensors_find(&file, "x") == NULL);
    eng_safetensors_clear(&file);
}

static void refused(const char *header, size_t data, const char *part)
{
    static const uint8_t zeros[64];
    EngError err = {0};
    EngSafetensors file = parsed(header, zeros, data, &err);
    CHECK_INT(err.code, ENG_ERR_FORMAT);
    CHECK_HAS(err.text, "w: offset ");
    CHECK_HAS(err.text, part);
    CHECK(file.tensor == NULL && file.bytes == NULL);
}

#define ENTRY(name, shape, from, to)                                                               \
    "\"" name "\":{\"dtype\":\"F32\",\"shape\":[" shape "],\"data_offsets\":[" from "," to "]}"

static void test_files_that_lie(void)
{
    EngError err = {0};
    EngSafetensors file;
    static const uint8_t lying[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, '{', '}'};
    CHECK_INT(eng_safetensors_parse("w", lying, sizeof lying, &file, &err), ENG_ERR_FORMAT);
    CHECK_HAS(
        err.text, "offset 0: a header of 9223372036854775807 bytes is claimed, 2 bytes follow");
    CHECK_INT(eng_safetensors_parse("w", lying, 3, &file, &err), ENG_ERR_FORMAT);
    CHECK_HAS(err.text, "offset 3: expected the eight bytes");
    refused("", 0, "offset 8: expected a header that begins with {");
    refused("[]", 0, "begins with {");
    refused("{} x", 0, "offset 11: expected nothing but blanks");
    refused("{" ENTRY("a", "2", "0", "8") "", 8, "header's end");
    refused("{" ENTRY("a", "2", "0", "16") "}", 8, "\"a\" lies from 0 to 16 in data of 8 bytes");
    refused("{" ENTRY("a", "2", "8", "0") "}", 8, "lies from 8 to 0");
    refused("{" ENTRY("a", "3", "0", "8") "}", 8, "shape and type do not fill");
    refused("{" ENTRY("a", "4611686018427387904, 4", "0", "8") "}", 8, "do not fill");
    refused("{" ENTRY("a", "99999999999999999999", "0", "8") "}", 8, "below 2^64");
    refused("{" ENTRY("a", "-1", "0", "8") "}", 8, "a whole number");
    refused("{" ENTRY("a", "2.0", "0", "8") "}", 8, "comma or the list's end");
    refused("{" ENTRY("a", "1,1,1,1,1,1,1,1,2", "0", "8") "}", 8, "a shorter list");
    refused("{" ENTRY("a", "2", "0", "8") "," ENTRY("b", "2", "4", "12") "}", 12,
        "\"b\" begins at 4 of the data, where 8 is");
    refused("{" ENTRY("a", "1", "0", "4") "," ENTRY("b", "1", "8", "12") "}", 12,
        "\"b\" begins at 8 of the data, where 4 is");
    refused("{" ENTRY("a", "1", "0", "4") "}", 8, "end after 4 of 8 bytes");
    refused(
        "{" ENTRY("a", "1", "0", "4") "," ENTRY("a", "1", "4", "8") "}", 8, "two tensors \"a\"");
    refused("{\"a\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "\"F31\"");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "dtype, shape and data_offsets of");
    refused("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4,
        "each once");
    refused("{\"a\":{\"what\":\"F32\"}}", 4, "each once");
    refused("{\"a\":{\"data_offsets\":[0]}}", 4, "two offsets");
    refused("{\"a\\u0041\":{}}", 0, "no other escape");
    refused("{\"a\n\":{}}", 0, "no control character");
    refused("{\"__metadata__\":{\"a\":1}}", 0, "expected a string");
}

static void not_taken(EngModel *model, const char *header, size_t data, const char *part)
{
    static const uint8_t zeros[256];
    EngError err = {0};
    uint8_t length[8] = {(uint8_t)strlen(header), (uint8_t)(strlen(header) >> 8)};
    FILE *file = fopen(path, "wb");
    CHECK(file && fwrite(length, 1, 8, file) == 8 &&
        fwrite(header, 1, strlen(header), file) == strlen(header) &&
        fwrite(zeros, 1, data, file) == data && fclose(file) == 0);
    CHECK(eng_model_load_weights(model, path, &err) != ENG_OK);
    CHECK_HAS(err.text, path);
    CHECK_HAS(err.text, part);
}

static void test_weights_of_another_network(void)
{
    EngNetwork *net;
    EngError err = {0};
    EngModel *model = model_of(&net, "fc-4", (EngShape){1, 1, 3}, 1);
    size_t count;
    const EngParam *p = eng_model_params(model, &count);
    const float before = p[0].value[0];
    not_taken(
        model, "{" ENTRY("fc1.weight", "4,3", "0", "48") "}", 48, "\"fc1.bias\", which is not");
    not_taken(model,
        "{" ENTRY("fc1.weight", "3,4", "0", "48") "," ENTRY("fc1.bias", "4", "48", "64") "}", 64,
        "the shape (3, 4); expected (4, 3)");
    not_taken(model,
        "{" ENTRY("fc1.weight", "4,3", "0", "48") "," ENTRY("fc1.bias", "4", "48", "64") "," ENTRY(
            "fc2.bias", "1", "64", "68") "}",
        68, "\"fc2.bias\" belongs to no layer of \"fc-4\"");
    not_taken(model,
        "{" ENTRY("fc1.weight", "4,3", "0", "48") ",\"fc1.bias\":{\"dtype\":\"I32\",\"shape\":[4],"
                                                  "\"data_offsets\":[48,64]}}",
        64, "holds I32");
    CHECK(p[0].value[0] == before);
    CHECK_INT(eng_model_load_weights(model, folder, &err), ENG_ERR_IO);
    CHECK_HAS(err.text, folder);
    char nowhere[128];
    snprintf(nowhere, sizeof nowhere, "%s/no/such/folder", folder);
    CHECK_INT(eng_model_save_weights(model, nowhere, &err), ENG_ERR_IO);
    CHECK_HAS(err.text, nowhere);
    eng_model_free(model);
    eng_network_free(net);
}

int main(void)
{
    snprintf(folder, sizeof folder, "/tmp/mantissa-weights-XXXXXX");
    if (!mkdtemp(folder)) {
        printf("Bail out! no temporary folder\n");
        return 1;
    }
    snprintf(path, sizeof path, "%s/w.safetensors", folder);
    RUN(test_round_trips);
    RUN(test_order);
    RUN(test_types);
    RUN(test_files_that_lie);
    RUN(test_weights_of_another_network);
    remove(path);
    rmdir(folder);
    return check_done();
}
