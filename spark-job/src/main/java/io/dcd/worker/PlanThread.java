package io.dcd.worker;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The one thread on which everything about a plan happens: native libraries keep pools and workspaces for each calling thread, and Spark
 * gives every task another.
 */
final class PlanThread {
    private final ExecutorService executor;
    private volatile Thread thread;

    PlanThread(String name) {
        executor = Executors.newSingleThreadExecutor(task -> {
            thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Runs {@code work} and waits for its end. A caller that is interrupted interrupts the work, and still waits. */
    <T> T call(Callable<T> work) throws InterruptedException {
        CompletableFuture<T> result = new CompletableFuture<>();
        executor.execute(() -> {
            try {
                result.complete(work.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            } finally {
                Thread.interrupted(); // meant for this work, not for the next
            }
        });
        boolean interrupted = false;
        while (true) {
            try {
                T value = result.get();
                if (interrupted) {
                    throw new InterruptedException();
                }
                return value;
            } catch (InterruptedException e) {
                if (result.isDone()) {
                    throw e;
                }
                interrupted = true;
                thread.interrupt();
            } catch (ExecutionException e) {
                throw rethrown(e.getCause());
            }
        }
    }

    /** Runs {@code last} when the work before is done, then ends the thread; does not wait. */
    void end(Runnable last) {
        executor.execute(last);
        executor.shutdown();
    }

    private static RuntimeException rethrown(Throwable cause) throws InterruptedException {
        if (cause instanceof Error error) {
            throw error;
        } else if (cause instanceof InterruptedException interruption) {
            throw interruption;
        }
        return cause instanceof RuntimeException runtime ? runtime : new IllegalStateException(cause);
    }
}
