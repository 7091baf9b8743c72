/* SPDX-License-Identifier: Apache-2.0 */
#include "prop_engine.h"

#include <prop.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static jmp_buf discard;

/* The sanitizers' run time has it; the symbol is missing without them. */
extern void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

bool prop_once(void)
{
    if (setjmp(discard) != 0) {
        return false;
    }
    prop_run();
    return true;
}

void prop_discard(void)
{
    longjmp(discard, 1);
}

static void report_once(void)
{
    static bool done;

    if (!done) {
        done = true;
        prop_report();
        fflush(NULL);
    }
}

/* Called by UBSan's run time, which knows no callback of the other sanitizers. */
void __ubsan_on_report(void);

void __ubsan_on_report(void)
{
    report_once();
}

static void on_signal(int number)
{
    signal(number, SIG_DFL);
    report_once();
    raise(number);
}

void prop_watch(void)
{
    signal(SIGABRT, on_signal);
    if (__sanitizer_set_death_callback) {
        __sanitizer_set_death_callback(report_once);
    }
}

void prop_fail(const char *condition, const char *file, int line)
{
    printf("%s:%d: does not hold: %s\n", file, line, condition);
    report_once();
    abort();
}

static const char *find(int argc, char **argv, const char *name)
{
    size_t length = strlen(name);

    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) == 0 && strncmp(argv[i] + 2, name, length) == 0) {
            return argv[i] + 2 + length;
        }
    }
    return NULL;
}

uint64_t prop_option(int argc, char **argv, const char *name, uint64_t fallback)
{
    const char *value = find(argc, argv, name);

    return value && *value == '=' ? strtoull(value + 1, NULL, 0) : fallback;
}

bool prop_flag(int argc, char **argv, const char *name)
{
    const char *rest = find(argc, argv, name);

    return rest && *rest == '\0';
}
