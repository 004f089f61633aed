package io.dcd.engine.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** The resident memory of this process, where the system tells it. */
public final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final double KIBIBYTE = 1024;
    private static final double MEGABYTE = 1e6;

    private ProcessMemory() {}

    /** Its high-water mark in megabytes. */
    public static OptionalDouble peakMegabytes() {
        return megabytes("VmHWM:");
    }

    /** What is resident now, in megabytes. */
    public static OptionalDouble megabytes() {
        return megabytes("VmRSS:");
    }

    private static OptionalDouble megabytes(String key) {
        if (!Files.isReadable(STATUS)) {
            return OptionalDouble.empty();
        }
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(key))
                    .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIBIBYTE / MEGABYTE)
                    .findFirst();
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }
}
