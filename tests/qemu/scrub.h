/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and sizes of scrub.c for its guest. */
#pragma once

#define SCRUB_RAM 0x80000000
#define SCRUB_LEFT_SIZE 0x400000
#define SCRUB_RIGHT_SIZE 0x205000
#define SCRUB_ROM 0x90000000 /* Read-only. */
#define SCRUB_ROM_SIZE 0x203000
#define SCRUB_CODE 0x98000000 /* Not writable, but executable. */
#define SCRUB_CODE_SIZE 0x3000
#define SCRUB_KEPT 0xa0000000
#define SCRUB_KEPT_SIZE 0x11000
#define SCRUB_KEPT_ROM 0xa8000000 /* Kept and read-only. */
#define SCRUB_KEPT_ROM_SIZE 0x1000
#define SCRUB_ROOM 0x100000  /* A kernel's max_size. */
#define SCRUB_FILE_SIZE 5003 /* It is no multiple of a page, of 64 or of 8. */
