/* SPDX-License-Identifier: Apache-2.0 */
/* Mistakes that clang's thread safety analysis must refuse, by CASE; 0 is right. */
#include <hyp/mm/pages.h>
#include <hyp/vm/vm.h>

uint64_t use(struct page_pool *pool, struct vcpu *vcpu)
{
    uint64_t count = 0;
    if (CASE != 1) {
        spinlock_lock(&pool->lock);
        count = pool->free_count;
        spinlock_unlock(&pool->lock);
    }
#if CASE == 1 /* A member without its lock. */
    count = pool->free_count;
#elif CASE == 2 /* A lock that stays taken. */
    spinlock_lock(&pool->lock);
#elif CASE == 3 /* A lock that is released twice. */
    spinlock_unlock(&pool->lock);
#elif CASE == 4 /* A function without the lock that it requires. */
    vcpu_set_external(vcpu, true);
#elif CASE == 5 /* Another VM's lock. */
    spinlock_lock(&vcpu->vm->vcpus[0]->vm->lock);
    vcpu_set_external(vcpu, true);
    spinlock_unlock(&vcpu->vm->vcpus[0]->vm->lock);
#endif
    spinlock_lock(&vcpu->vm->lock);
    vcpu_set_external(vcpu, false);
    spinlock_unlock(&vcpu->vm->lock);
    return count;
}
