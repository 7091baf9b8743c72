/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The multiplexer: all VMs share one UART; it is drained by one console hart.
 *
 * Output: each line begins with `[name] `. A line begun is finished before another source's is
 * begun. A part of a line (a prompt, an echo) is shown at once. Of the sources with a complete
 * line, the one that has shown least is next, so that all get the same share of the bytes.
 * Line feeds get a carriage return if they lack one; a carriage return within a line is followed by
 * the tag.
 *
 * An open line that is not complete is broken when another source waits and the owner has been
 * silent for a patience, or the wait has lasted 8 patiences. Where a complete line waits, it is
 * held for at most one patience; then, for 4 times as long as it was held, an open line gives way
 * to a complete one at once, and none is begun before one. Each line is broken after 512 more
 * bytes. So in any time t complete lines wait for lines held open for no longer than
 *
 *   patience + t / 5         whatever the others do, and however many they are
 *
 * and besides that each line of n bytes waits for at most n + 512 bytes of each other source.
 *
 * Text: characters of UTF-8 are shown as they are and never divided. Shown as text, `\xNN` for
 * each byte, are C0 but TAB, LF and CR; DEL; U+0080 to U+009F; U+2028 and U+2029; and what is not
 * UTF-8. The source with the focus may send BS, BEL and ESC as well. If it has sent ESC, then at
 * the end of that line an open sequence is cancelled (CAN), and attributes and character set are
 * reset; when the focus moves, also scroll region, screen, cursor, wrapping, insertion, and what
 * the terminal reports by itself. Other modes of the terminal stay as that VM has set them.
 *
 * Input goes to the VM with the focus; while no source has an rx ring the device is not read. The
 * switch key passes the focus on to the next source with an rx ring and shows `hyp: console=NAME`.
 * A byte that finds no room is dropped and counted. The log key is told to the caller. An answer
 * of the terminal (answer.h) that begins within 10 patiences of a change of focus, or that the
 * change divides, is dropped: it was for the VM that had the focus. So is a function key then.
 *
 * Pace: vconsole_mux_set_paced() names the sources that belong to other VMs than the hart's. Their
 * bytes, and input for them, are moved in at most one step a period: at most `budget` bytes from
 * their rings and to the device, and as many from it, of all of them together. Between two such
 * steps no source sends an IPI and the device does not interrupt for them.
 *
 *   state      what the console hart does
 *   SLEEP      nothing; a kick or a device interrupt calls for the next step
 *   UNTIL      the same, and a step at `deadline` ticks
 *   TX_WAIT    nothing; the device interrupts when it has room
 *   AGAIN      there is more to do and nothing will call: a step soon (timer or self-IPI)
 *
 * If `polled`, the device has no receive interrupt: a step is due every few milliseconds besides.
 *
 * Cost    A step puts at most `budget` bytes, takes as many from the rings and reads as many
 *         from the device. It looks at each of at most 62 sources once, and once per line begun.
 *         On RV64, 16 letters of an open line are some 1 100 instructions, the trap around them
 *         included; controls and the starts of lines at most some 2 300.
 * Locks   None. All functions are the console hart's.
 * Context Console hart, which no real-time VM owns; interrupts off. Never waits.
 */
#pragma once

#include <hyp/base/status.h>
#include <hyp/console/answer.h>
#include <hyp/console/bell.h>
#include <hyp/console/console_dev.h>
#include <hyp/console/vconsole.h>

#define VCONSOLE_MUX_SOURCE_MAX BELL_SOURCE_MAX
#define VCONSOLE_MUX_BUDGET 16u
#define VCONSOLE_MUX_LINE_MAX 512u
#define VCONSOLE_NAME_MAX 31u /* Of a name, so much is shown. */

struct vconsole_mux_config {
    struct console_dev dev;
    uint64_t patience;  /* Ticks of whatever clock `now` is; about 10 ms. */
    uint64_t period;    /* Ticks; between two steps for paced sources: about 1 ms. */
    uint8_t switch_key; /* 0x1d, Ctrl-], where Ctrl-A belongs to the terminal. */
    uint8_t log_key;    /* 0x1e, Ctrl-^: the embedder's own; it is nobody's input. */
};

enum vconsole_mux_state {
    VCONSOLE_MUX_SLEEP,
    VCONSOLE_MUX_UNTIL,
    VCONSOLE_MUX_TX_WAIT,
    VCONSOLE_MUX_AGAIN,
};

struct vconsole_mux_result {
    enum vconsole_mux_state state;
    bool polled;
    bool log_asked;    /* The log key was pressed. */
    uint64_t deadline; /* UNTIL: tick of the next step. */
    uint64_t wake;     /* Sources whose VM must call vuart_update(): input, or room again. */
};

struct vconsole_mux {
    struct vconsole_mux_config config;
    struct vconsole *source[VCONSOLE_MUX_SOURCE_MAX];
    uint8_t source_count;
    uint8_t focus; /* A source, or source_count: none. */
    uint8_t owner; /* Of the open line, or VCONSOLE_MUX_SOURCE_MAX: no line is open. */
    bool announce; /* The focus has changed and must be shown. */
    bool polled;
    bool rx_irq;     /* The device's is enabled. */
    bool escaped;    /* The open line is the focus', with ESC in it. */
    bool altered;    /* The source with the focus has sent ESC since it has it. */
    bool waiting;    /* A source waits for the open line to end, since wait_start. */
    bool held;       /* A complete line waits for one that is not, since hold_start. */
    bool paced_step; /* This step has moved bytes of paced sources. */
    bool stage_paced;
    struct answer answer;
    uint64_t now;     /* Of this step. */
    uint64_t active;  /* Sources that may have bytes. */
    uint64_t touched; /* Sources from which this step took bytes. */
    uint64_t paced;   /* Sources of other VMs. */
    uint64_t pace_next;
    uint64_t turn;      /* Least turn of a source that had bytes when a line was begun. */
    uint64_t last_byte; /* Tick of the owner's last byte. */
    uint64_t wait_start;
    uint64_t hold_start;
    uint64_t hold_next; /* Before this tick no line is held while a complete one waits. */
    uint64_t last_input;
    uint64_t answers_end; /* Until this tick an answer is for the VM that had the focus. */
    uint32_t wait_bytes;  /* Shown of the owner since wait_start. */
    uint32_t budget;      /* What is left of this step's. */
    uint8_t stage_first, stage_count;
    uint8_t stage[208]; /* Bytes for the device: a tag, a line break, a character. */
    struct bell bell;   /* Written by all producers. */
};

/*
 * HYP_OK, or HYP_E_PARAM: no device.
 */
HYP_MUST_USE enum hyp_status vconsole_mux_init(struct vconsole_mux *mux,
                                               const struct vconsole_mux_config *config);

/*
 * Adds a source, before its producer runs; the first with an rx ring gets the focus, and the
 * device's receive interrupt is enabled. What the source holds already is shown. Its number is
 * vc->source.
 * HYP_OK, HYP_E_EXIST: it is in a mux already, HYP_E_NOMEM: there are 62.
 */
HYP_MUST_USE enum hyp_status vconsole_mux_add(struct vconsole_mux *mux, struct vconsole *vc);

/*
 * Bit i: source i belongs to a VM that does not own the console hart. None is paced at first, nor
 * where the hart is no VM's. While there is one, the mux's own lines are paced, too.
 */
void vconsole_mux_set_paced(struct vconsole_mux *mux, uint64_t sources);

/* One bounded piece of work; see the table above. `now` never goes backwards. */
struct vconsole_mux_result vconsole_mux_step(struct vconsole_mux *mux, uint64_t now,
                                             uint32_t budget);

/* Does a source call for a step? For a hart whose interrupt may have another cause. */
bool vconsole_mux_is_called(const struct vconsole_mux *mux);

bool vconsole_mux_is_valid(const struct vconsole_mux *mux);
