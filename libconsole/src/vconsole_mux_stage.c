/* SPDX-License-Identifier: Apache-2.0 */
/* The multiplexer's stage: a short text, a tag or a reset that the device gets next. */
#include "vconsole_mux_priv.h"

/*
 * CAN ends an open sequence. Then UTF-8, G0 as the character set in use, ASCII in it, no
 * attributes: outside UTF-8, well-formed text of another VM would have C1 controls in it.
 */
#define RESET_LINE "\030\033%G\017\033(B\033[0m"
_Static_assert(sizeof(RESET_LINE) == VCONSOLE_MUX_RESET_LINE_SIZE, "room in the stage");

void vconsole_mux_stage_put(struct vconsole_mux *mux, uint8_t byte)
{
    mux->stage[mux->stage_count] = byte;
    mux->stage_count++;
}

void vconsole_mux_stage_text(struct vconsole_mux *mux, const char *text, unsigned max)
{
    for (unsigned i = 0; i < max && text[i] != '\0'; i++) {
        vconsole_mux_stage_put(mux, (uint8_t)text[i]);
    }
}

void vconsole_mux_stage_string(struct vconsole_mux *mux, const char *text)
{
    vconsole_mux_stage_text(mux, text, sizeof(mux->stage));
}

void vconsole_mux_stage_tag(struct vconsole_mux *mux, const struct vconsole *vc)
{
    if (vc->name != NULL) {
        vconsole_mux_stage_put(mux, '[');
        vconsole_mux_stage_text(mux, vc->name, VCONSOLE_NAME_MAX);
        vconsole_mux_stage_string(mux, "] ");
    }
}

void vconsole_mux_stage_reset(struct vconsole_mux *mux)
{
    if (mux->line_has_esc) {
        mux->line_has_esc = false;
        vconsole_mux_stage_string(mux, RESET_LINE);
    }
}
