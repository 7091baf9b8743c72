/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attributes of clang's thread safety analysis, named as in clang's documentation ("Thread Safety
 * Analysis"). `bazel build --config=layering //...` checks them; under GCC they are empty.
 *
 * A struct member is guarded by another member of its struct: GUARDED_BY(&lock). C needs the `&`,
 * and the lock must be declared first. clang compares locks by their expression, so a function
 * that takes vcpu->vm->lock cannot call one that requires vm->lock, even if vm == vcpu->vm.
 */
#pragma once

#if defined(__clang__)
#define HYP_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define HYP_THREAD_ATTRIBUTE(x)
#endif

/* A struct whose objects are locks. */
#define CAPABILITY(name) HYP_THREAD_ATTRIBUTE(capability(name))
/* A member that is read or written with the lock held; PT: what it points to. */
#define GUARDED_BY(x) HYP_THREAD_ATTRIBUTE(guarded_by(x))
#define PT_GUARDED_BY(x) HYP_THREAD_ATTRIBUTE(pt_guarded_by(x))
/* The caller holds these locks, and still does afterwards. */
#define REQUIRES(...) HYP_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
/* The caller does not hold these locks. */
#define EXCLUDES(...) HYP_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) HYP_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define RELEASE(...) HYP_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
/* From here on clang takes the lock as held. */
#define ASSERT_CAPABILITY(x) HYP_THREAD_ATTRIBUTE(assert_capability(x))
/* The body is not checked: one hart boots, or one thread tests. */
#define NO_THREAD_SAFETY_ANALYSIS HYP_THREAD_ATTRIBUTE(no_thread_safety_analysis)
