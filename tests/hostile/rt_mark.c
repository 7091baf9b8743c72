/* SPDX-License-Identifier: Apache-2.0 */
/* The real-time guest, with a mark for the instruction counter at each beat (linked with --wrap).
 */
#include "../bench/guest/mark.h"
#include <hyp/guest/guest.h>

void __real_guest_put(const char *s);
void __wrap_guest_put(const char *s);

void __wrap_guest_put(const char *s)
{
    if (s[0] == 'b' && s[1] == 'e' && s[4] == ' ' && s[5] == 0) {
        HYP_MARK(HYP_MARK_BEAT, 7);
    }
    __real_guest_put(s);
}
