package io.dcd.engine.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads among which a plan divides its batch: the caller's, and daemons that wait between jobs. A job comes every
 * few hundred microseconds while a plan runs, so that they spin for a while before they sleep.
 */
final class SliceThreads implements AutoCloseable {
    /** About a millisecond: longer than the caller needs between two jobs of one step. */
    private static final int SPINS = 20_000;

    private final List<Thread> daemons = new ArrayList<>();
    private final AtomicInteger unfinished = new AtomicInteger();
    private volatile Job job;
    private volatile int generation;
    private volatile boolean closed;
    private volatile Throwable failure;

    /** What every thread does, told its number. */
    interface Job {
        void run(int thread);
    }

    SliceThreads(int threads) {
        for (int i = 1; i < threads; i++) {
            int number = i;
            Thread thread = new Thread(() -> work(number), "slices-" + number);
            thread.setDaemon(true);
            thread.start();
            daemons.add(thread);
        }
    }

    /** Runs {@code work} on every thread, as thread 0 on the caller's, and returns when all have finished. */
    void run(Job work) {
        if (daemons.isEmpty()) {
            work.run(0);
            return;
        }
        failure = null;
        job = work;
        unfinished.set(daemons.size());
        generation++;
        daemons.forEach(LockSupport::unpark);
        try {
            work.run(0);
        } finally {
            int spins = 0;
            while (unfinished.get() > 0) {
                if (++spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield(); // where other processes want the processor, the threads waited for may lack one
                }
            }
        }
        if (failure != null) {
            throw new IllegalStateException("a thread of the plan failed: " + failure.getMessage(), failure);
        }
    }

    private void work(int number) {
        int seen = 0;
        while (true) {
            int spins = 0;
            while (generation == seen && !closed) {
                if (++spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            if (closed) {
                return;
            }
            seen = generation;
            try {
                job.run(number);
            } catch (RuntimeException | Error e) {
                failure = e;
            } finally {
                unfinished.decrementAndGet();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        daemons.forEach(LockSupport::unpark);
    }
}
