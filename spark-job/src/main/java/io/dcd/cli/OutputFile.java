package io.dcd.cli;

import io.dcd.data.file.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * A file that a command writes on this machine.
 *
 * @param option the option that names it, for messages
 */
record OutputFile(String option, Path path) {
    /**
     * To be asked before the work whose result is to be written.
     *
     * @throws UsageException if no file can be there
     */
    void requirePossible() {
        Path directory = path.toAbsolutePath().getParent();
        if (directory == null || Files.isDirectory(path)) {
            throw new UsageException("%s %s: that is a directory; name a file".formatted(option, path));
        }
        if (!Files.isDirectory(directory)) {
            throw new UsageException("%s %s: there is no directory %s".formatted(option, path, directory));
        }
    }

    /**
     * Writes the file, whole or not at all, in place of an older one. What is no ordinary file, as {@code /dev/stdout}, is written to.
     *
     * @throws IOException that names the file
     */
    void write(byte[] bytes) throws IOException {
        try {
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                Files.write(path, bytes);
            } else {
                replace(bytes);
            }
        } catch (IOException e) {
            throw new IOException("%s %s cannot be written: %s".formatted(option, path, Reason.of(e)), e);
        }
    }

    private void replace(byte[] bytes) throws IOException {
        Path unfinished = path.resolveSibling("_unfinished-" + UUID.randomUUID());
        try {
            Files.write(unfinished, bytes);
            Files.move(unfinished, path, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }
}
