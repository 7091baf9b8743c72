/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The multiplexer: all VMs share one UART, which one console hart drains. Each vconsole is plugged
 * into a port.
 *
 * Output: each line begins with `[name] `. A line of another port begins after this one has ended.
 * A piece of a line (a prompt, an echo) is shown at once. If several ports have a complete line,
 * the one that has shown the fewest bytes is next, so that all get the same share. A line feed
 * without a carriage return gets one; a carriage return within a line is followed by the tag.
 *
 * An open line that is not complete is broken when another port waits and the owner has been
 * silent for line_timeout, or the wait has lasted 8 line_timeout. If a complete line waits, the
 * open line blocks it for at most one line_timeout; then, for 4 times as long as it blocked, an
 * open line gives way to a complete one at once, and none begins before one. Each line is broken
 * after 512 more bytes. So in any time t complete lines wait for open lines for no longer than
 *
 *   line_timeout + t / 5     whatever the others do, and however many they are
 *
 * and besides that each line of n bytes waits for at most n + 512 bytes of each other port.
 *
 * Text: characters of UTF-8 are shown as they are and never divided. Shown as text, `\xNN` for
 * each byte, are C0 but TAB, LF and CR; DEL; U+0080 to U+009F; U+2028 and U+2029; and bytes that
 * are not UTF-8. The port with the focus may send BS, BEL and ESC as well. If it has sent ESC, then
 * at the end of that line an open sequence is cancelled (CAN), and attributes and character set are
 * reset; when the focus moves, also scroll region, screen, cursor, wrapping, insertion, and all
 * reports that the terminal sends unasked. Other modes of the terminal stay as that VM has set
 * them.
 *
 * Input goes to the VM with the focus; while no port has an rx ring the device is not read. The
 * switch key passes the focus on to the next port with an rx ring whose VM has not stopped, and
 * shows `hyp: console=NAME`. While the rx ring is full the device is not read, and its receive
 * interrupt is disabled: the VM's reads ring the bell once half of the ring is free. If that VM has
 * read nothing for input_timeout, or has stopped, the device is read, so that keys work: what finds
 * no room is lost, and `hyp: vm=NAME input_lost=N` counts it, one line an input_timeout. The log
 * key is reported to the caller. An answer of the terminal (answer.h) that begins within 10
 * line_timeout after a change of focus, or that the change divides, is dropped: it was for the VM
 * that had the focus. So is a function key in that time.
 *
 * Redraw: if the open line of the port with the focus was broken after something was typed, its
 * text is shown again as soon as no port has bytes, or before its next byte. The mux keeps the last
 * VCONSOLE_MUX_KEPT bytes of that text without colours. It follows BS, CR and the sequences by
 * which a line is edited (cursor left and right, erase, delete); after others nothing is kept.
 *
 * Whole terminal: the terminal key gives the terminal to the VM with the focus and shows
 * `hyp: terminal=NAME`. Then its bytes are shown as they are, without tags. The terminal key, the
 * switch key and the VM's stop end that: the terminal is reset (CAN, attributes, character set, the
 * modes above, cursor to the last row) and `hyp: terminal=shared` is shown. Meanwhile other VMs'
 * bytes wait in their rings; a ring that is more than half full loses its oldest lines, so that no
 * VM waits for the terminal, and `hyp: vm=NAME held=N` counts them afterwards. The log's
 * lines, which no VM writes, are never dropped here.
 *
 * Pace: vconsole_mux_set_paced() names the ports that belong to other VMs than the hart's. Their
 * bytes, and input for them, are moved in at most one step a period: at most `budget` bytes from
 * their rings and to the device, and as many from it, of all of them together. Between two such
 * steps no port sends an IPI and the device does not interrupt for them.
 *
 *   state      what the console hart does
 *   SLEEP      nothing; an IPI or a device interrupt asks for the next step
 *   UNTIL      the same, and a step at `deadline` ticks
 *   TX_WAIT    nothing; the device interrupts when it has room
 *   AGAIN      there is more to do and no interrupt will come: a step soon (timer or self-IPI)
 *
 * If `polled`, the device has no receive interrupt: a step is due every few milliseconds besides.
 *
 *   vconsole_mux.c         a step: bytes from rings to the device, and what the hart waits for
 *   vconsole_mux_line.c    which port's line is next, and when an open line must end
 *   vconsole_mux_text.c    the characters of a line, and the line that shows the focus
 *   vconsole_mux_stage.c   short texts, tags and resets, staged for the device
 *   vconsole_mux_input.c   the keys, the focus, and input for the VM that has it
 *   vconsole_mux_redraw.c  the text of the focus' open line, and how it is shown again
 *   vconsole_mux_whole.c   the VM that has the terminal alone, and the bytes of the others
 *
 * Cost    A step puts at most `budget` bytes, takes as many from the rings and reads as many
 *         from the device. It looks at each of at most 62 ports once, and once per line begun.
 * Locks   None. All functions are the console hart's.
 * Context Console hart, which no real-time VM owns; interrupts off. Never waits.
 */
#pragma once

#include <hyp/base/status.h>
#include <hyp/console/answer.h>
#include <hyp/console/bell.h>
#include <hyp/console/console_dev.h>
#include <hyp/console/vconsole.h>

#define VCONSOLE_MUX_PORT_MAX BELL_PRODUCER_MAX
#define VCONSOLE_MUX_BUDGET 16u
#define VCONSOLE_MUX_LINE_MAX 512u
#define VCONSOLE_NAME_MAX 31u  /* Characters of a name that are shown. */
#define VCONSOLE_MUX_KEPT 256u /* Bytes of the focus' open line that can be shown again. */

struct vconsole_mux_config {
    struct console_dev dev;
    uint64_t line_timeout;  /* Ticks of the clock that `now` reads; about 10 ms. */
    uint64_t period;        /* Ticks; between two steps for paced ports: about 1 ms. */
    uint64_t input_timeout; /* Ticks; a VM that reads nothing for so long loses input: about 1 s. */
    uint8_t switch_key;     /* Moves the focus; no VM gets it as input. */
    uint8_t log_key;        /* Sets log_key_pressed; no VM gets it as input. */
    uint8_t terminal_key;   /* Gives and takes the whole terminal; no VM gets it as input. */
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
    bool log_key_pressed;
    uint64_t deadline; /* UNTIL: tick of the next step. */
    uint64_t wake;     /* Ports whose VM must call vuart_update(): input, or room again. */
};

struct vconsole_mux {
    struct vconsole_mux_config config;
    struct vconsole *port[VCONSOLE_MUX_PORT_MAX];
    uint8_t port_count;
    uint8_t focus;      /* A port, or port_count: none. */
    uint8_t owner;      /* The open line's port; VCONSOLE_MUX_PORT_MAX: no line is open. */
    bool focus_changed; /* A line must show who has the focus, or the whole terminal. */
    bool focus_moved;   /* It is for another VM. */
    bool polled;
    bool rx_irq;        /* The device's receive interrupt is enabled. */
    bool rx_waits;      /* The focus' rx ring is full, and its VM reads. */
    bool rx_taken;      /* This step has read bytes. */
    bool whole;         /* The port with the focus has the whole terminal. */
    bool whole_next;    /* It gets it, or keeps it, when the next line about the focus is shown. */
    bool line_has_esc;  /* The open line is of the port with the focus, and has ESC in it. */
    bool modes_changed; /* The port with the focus has sent ESC since it got the focus. */
    bool waiting;       /* A port waits for the open line to end, since wait_start. */
    bool blocking;    /* The open line is incomplete and a complete one waits since block_start. */
    bool paced_step;  /* This step has moved bytes of paced ports. */
    bool stage_paced; /* The staged bytes are of paced ports. */
    bool redrawing;   /* The open line is the kept text, whose byte redraw_at is next. */
    struct answer answer;
    struct {
        bool typed;  /* The VM was given input since the line began. */
        bool broken; /* The text is not on the terminal's last line. */
        uint16_t at, end;
        struct answer sequence; /* Finds control sequences in the text. */
        uint8_t sequence_count;
        uint8_t sequence_byte[16];
        uint8_t text[VCONSOLE_MUX_KEPT]; /* Characters in [0, end); the cursor is before `at`. */
    } kept;
    uint16_t redraw_at;
    uint8_t hold_last; /* The port whose lines were dropped last. */
    uint64_t now;      /* Tick of this step. */
    uint64_t active;   /* Ports that may have bytes. */
    uint64_t drained;  /* Ports from which this step took bytes. */
    uint64_t paced;    /* Ports of other VMs. */
    uint64_t pace_next;
    uint64_t served_min; /* Least `served` of a port that had bytes when a line was begun. */
    uint64_t last_byte;  /* Tick of the owner's last byte. */
    uint64_t wait_start;
    uint64_t block_start;
    uint64_t block_allowed; /* Before this tick no open line blocks a complete one. */
    uint64_t last_input;
    uint64_t rx_full_since; /* The focus' VM has read nothing since this tick. */
    uint64_t rx_lost;       /* Ports with input that was lost and not yet counted in a line. */
    uint64_t rx_lost_next;  /* Tick of the next line about it. */
    uint64_t tx_lost;       /* Ports with lines that were not shown. */
    uint64_t answers_end;   /* Until this tick an answer is for the VM that had the focus. */
    uint32_t rx_tail;       /* rx.tail of the focus at rx_full_since. */
    uint32_t wait_bytes;    /* Bytes of the owner shown since wait_start. */
    uint32_t budget;        /* Bytes that this step may still move. */
    uint8_t stage_first, stage_count;
    uint8_t stage[240]; /* Bytes for the device: a tag, a line break, a character. */
    struct bell bell;   /* Written by all producers. */
};

/* HYP_OK, or HYP_E_PARAM: no device. */
HYP_MUST_USE enum hyp_status vconsole_mux_init(struct vconsole_mux *mux,
                                               const struct vconsole_mux_config *config);

/*
 * Plugs a vconsole into the next port, vc->port, before its producer runs. The first one with an rx
 * ring gets the focus, and the device's receive interrupt is enabled. Bytes that it holds already
 * are shown.
 * HYP_OK, HYP_E_EXIST: it is in a mux already, HYP_E_NOMEM: all 62 ports are taken.
 */
HYP_MUST_USE enum hyp_status vconsole_mux_add(struct vconsole_mux *mux, struct vconsole *vc);

/*
 * Bit i: port i belongs to a VM that does not own the console hart. At first no port is paced. The
 * caller paces none if no VM owns the hart. While a port is paced, the mux's own lines are, too.
 */
void vconsole_mux_set_paced(struct vconsole_mux *mux, uint64_t ports);

/* One bounded piece of work; see the table above. `now` never goes backwards. */
struct vconsole_mux_result vconsole_mux_step(struct vconsole_mux *mux, uint64_t now,
                                             uint32_t budget);

/* True if a port asks for a step: for a hart whose interrupt may have another cause. */
bool vconsole_mux_wakeup_pending(const struct vconsole_mux *mux);

bool vconsole_mux_is_valid(const struct vconsole_mux *mux);
