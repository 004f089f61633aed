package io.dcd.worker;

import io.dcd.data.DataException;
import io.dcd.data.Sample;
import io.dcd.data.image.ImageTransform;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Threads that decode the images of a sequence ahead of the one thread that uses them, into a ring of batches. Which thread decodes an
 * image changes nothing about it. Threads, native buffers and batches stay from sequence to sequence.
 */
final class BatchFeed implements AutoCloseable {
    private final int batchSize;
    private final List<Batch> ring = new ArrayList<>();
    private final List<ImageTransform> transforms = new ArrayList<>();
    private final List<Future<?>> decoding = new ArrayList<>();
    private final ExecutorService threads;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition batchFree = lock.newCondition();
    private final Condition batchReady = lock.newCondition();

    // Guarded by the lock.
    private SampleSequence sequence;
    private long epoch;
    private long nextPosition;
    private long released;
    private boolean stopped = true;
    private Throwable failure;

    // Used by one thread at a time: who begins, then who consumes.
    private long taken;

    /**
     * @param ringSize batches, the one in use included
     * @param transformOfThread makes the transform of each decoding thread
     */
    BatchFeed(int decodeThreads, int ringSize, int batchSize, Supplier<ImageTransform> transformOfThread) {
        this.batchSize = batchSize;
        for (int i = 0; i < decodeThreads; i++) {
            transforms.add(transformOfThread.get());
        }
        for (int i = 0; i < ringSize; i++) {
            ring.add(new Batch(batchSize, transforms.get(0).bytes()));
        }
        threads = Executors.newFixedThreadPool(decodeThreads, task -> {
            Thread thread = new Thread(task, "dcd-decode");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Begins to decode; {@link #end} must follow. */
    void begin(SampleSequence samples, long epochOfSamples) {
        lock.lock();
        try {
            sequence = samples;
            epoch = epochOfSamples;
            nextPosition = 0;
            released = 0;
            taken = 0;
            stopped = false;
            failure = null;
            for (int i = 0; i < ring.size(); i++) {
                ring.get(i).reset(sizeOf(i));
            }
        } finally {
            lock.unlock();
        }
        transforms.forEach(transform -> decoding.add(threads.submit(() -> decode(transform))));
    }

    /**
     * Waits for the next batch; the one before it is given back.
     *
     * @throws DataException if an image of it, or of a later one, cannot be read
     */
    Batch next() throws InterruptedException {
        lock.lock();
        try {
            if (taken > 0) {
                release(taken - 1);
            }
            Batch batch = ring.get((int) (taken % ring.size()));
            while (!batch.complete() && failure == null) {
                batchReady.await();
            }
            if (failure != null) {
                throw rethrown();
            }
            taken++;
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** Stops decoding and waits until no thread touches a batch any more. */
    void end() {
        lock.lock();
        try {
            stopped = true;
            batchFree.signalAll();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        for (Future<?> each : decoding) {
            boolean done = false;
            while (!done) {
                try {
                    each.get();
                    done = true;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw new IllegalStateException("a decoding thread failed", e.getCause());
                }
            }
        }
        decoding.clear();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        threads.shutdown();
        transforms.forEach(ImageTransform::close);
    }

    private RuntimeException rethrown() {
        if (failure instanceof Error error) {
            throw error;
        }
        return (RuntimeException) failure;
    }

    private void release(long number) {
        ring.get((int) (number % ring.size())).reset(sizeOf(number + ring.size()));
        released = number + 1;
        batchFree.signalAll();
    }

    /** The images of batch {@code number}; the last may have fewer, those behind it none. */
    private int sizeOf(long number) {
        return (int) Math.max(0, Math.min(batchSize, sequence.size() - number * batchSize));
    }

    private void decode(ImageTransform transform) {
        long position = claim();
        while (position >= 0) {
            Batch batch = ring.get((int) (position / batchSize % ring.size()));
            try {
                decode(transform, position, batch);
            } catch (RuntimeException | Error e) {
                fail(e);
                return;
            }
            lock.lock();
            try {
                if (batch.decodedOne()) {
                    batchReady.signalAll();
                }
            } finally {
                lock.unlock();
            }
            position = claim();
        }
    }

    private void decode(ImageTransform transform, long position, Batch batch) {
        Sample sample = sequence.get(position);
        int row = (int) (position % batchSize);
        try {
            transform.apply(sample.image(), epoch, sample.row(), batch.pixels(), row * transform.bytes());
        } catch (DataException e) {
            throw new DataException("%s (row %d): %s".formatted(sample.name(), sample.row(), e.getMessage()), e);
        }
        batch.labels()[row] = sample.label();
    }

    /** The next position to decode, once its batch is free; −1 if there is none. */
    private long claim() {
        lock.lock();
        try {
            while (!stopped && failure == null && nextPosition < sequence.size() && ringIsFull()) {
                batchFree.awaitUninterruptibly();
            }
            boolean over = stopped || failure != null || nextPosition >= sequence.size();
            return over ? -1 : nextPosition++;
        } finally {
            lock.unlock();
        }
    }

    private boolean ringIsFull() {
        return nextPosition / batchSize >= released + ring.size();
    }

    private void fail(Throwable cause) {
        lock.lock();
        try {
            if (failure == null) {
                failure = cause;
            }
            batchReady.signalAll();
            batchFree.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
