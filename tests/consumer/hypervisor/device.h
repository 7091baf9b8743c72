/* SPDX-License-Identifier: Apache-2.0 */
/* The firmware's device as its guest sees it: a question in, an interrupt, an answer out. */
#pragma once

#define DEVICE_GPA 0x10000000
#define DEVICE_SOURCE 3
#define DEVICE_QUESTION 0 /* Written: 32 bits. The source's level is high until ANSWER is read. */
#define DEVICE_ANSWER 4   /* Read: 7 times the question. */
