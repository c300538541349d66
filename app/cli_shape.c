#include "cli_shape.h"
#include "base/text.h"

bool cli_shape(const char *text, EngShape *out)
{
    uint64_t side[3] = {0};
    size_t count = 0;
    const char *at = text;
    do {
        if (count == 3 || !eng_text_read_u64(at, &at, &side[count]) || side[count] < 1 ||
            side[count] > 65536)
            return false;
        count++;
    } while (*at++ == 'x');
    if (at[-1] != '\0' || count == 2)
        return false;
    *out = count == 1 ? (EngShape){1, 1, (uint32_t)side[0]}
                      : (EngShape){(uint32_t)side[1], (uint32_t)side[2], (uint32_t)side[0]};
    return true;
}
