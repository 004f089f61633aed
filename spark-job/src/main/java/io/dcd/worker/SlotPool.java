package io.dcd.worker;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;

/**
 * What tasks of this process borrow, one at a time, and leave warm for the next: plans, native threads, decoding threads. There are never
 * more than tasks have run at once. Slots for another specification are closed as soon as one for a new specification is asked for.
 */
final class SlotPool<K, S extends SlotPool.Slot> {
    private final Function<K, S> factory;
    private final Deque<S> idle = new ArrayDeque<>();
    private K current;

    SlotPool(Function<K, S> factory) {
        this.factory = factory;
    }

    /** What a pool holds. */
    interface Slot extends AutoCloseable {
        @Override
        void close();
    }

    /** Something done with a slot. */
    interface Work<S, T> {
        T with(S slot) throws InterruptedException;
    }

    /** Runs {@code work} with a slot for {@code key}. A slot whose work failed is closed, not used again. */
    <T> T run(K key, Work<S, T> work) throws InterruptedException {
        S slot = borrow(key);
        boolean done = false;
        try {
            T result = work.with(slot);
            done = true;
            return result;
        } finally {
            giveBack(key, slot, done);
        }
    }

    private synchronized S borrow(K key) {
        if (!key.equals(current)) {
            idle.forEach(Slot::close);
            idle.clear();
            current = key;
        }
        S slot = idle.poll();
        return slot == null ? factory.apply(key) : slot;
    }

    private synchronized void giveBack(K key, S slot, boolean intact) {
        if (intact && key.equals(current)) {
            idle.push(slot);
        } else {
            slot.close();
        }
    }
}
