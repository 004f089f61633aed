package io.dcd.data.prepare;

import io.dcd.data.file.BlockHosts;
import io.dcd.data.source.ImageSource.SourceFile;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes the MD5 of the source files while the passes over the images go on, since one file takes one task from its first byte to its
 * last: of ImageNet's training archive that is many minutes, which no other executor should have to wait for.
 */
final class SourceHashes implements AutoCloseable {
    private static final long POLL_MILLIS = 50;

    private final SparkTasks tasks;
    private final Map<String, String> md5 = new HashMap<>();
    private final Thread thread;
    private Throwable failure;

    private SourceHashes(SparkTasks tasks, List<HashTask> work, OutputDirectory output, BlockHosts blocks) {
        this.tasks = tasks;
        this.thread = new Thread(() -> run(work, output, blocks), "dcd-source-hashes");
    }

    /** Begins; results that the staging folder holds already are taken from there. */
    static SourceHashes start(SparkTasks tasks, List<SourceFile> files, OutputDirectory output, BlockHosts blocks) {
        List<HashTask> work = files.stream()
                .sorted(Comparator.comparingLong(SourceFile::bytes).reversed())
                .map(HashTask::new)
                .toList();
        SourceHashes hashes = new SourceHashes(tasks, work, output, blocks);
        hashes.thread.start();
        return hashes;
    }

    private void run(List<HashTask> work, OutputDirectory output, BlockHosts blocks) {
        try {
            tasks.run(
                    "dcd prep: compute the MD5 of the source files",
                    work,
                    task -> task.hosts(blocks),
                    (task, configuration) -> task.runOnce(configuration, output),
                    (task, result) -> md5.put(task.file().name(), result.md5()));
        } catch (Throwable e) { // Scala's checked SparkException among them; an Error must not pass for success
            failure = e;
        }
    }

    /** Whether {@link #await} would return at once. */
    boolean areDone() {
        return !thread.isAlive();
    }

    /**
     * Waits for the last one.
     *
     * @return MD5 in hexadecimal by file name
     */
    Map<String, String> await() {
        join(0);
        if (failure instanceof RuntimeException known) {
            throw known;
        }
        if (failure != null) {
            throw new IllegalStateException("the source files could not be hashed", failure);
        }
        return md5;
    }

    /** Returns when nothing is computed any more; what is not done is given up. */
    @Override
    public void close() {
        while (thread.isAlive()) {
            tasks.cancel();
            join(POLL_MILLIS);
        }
    }

    private void join(long millis) {
        try {
            thread.join(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while hashing the source files", e);
        }
    }
}
