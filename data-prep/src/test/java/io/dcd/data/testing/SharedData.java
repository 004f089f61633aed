package io.dcd.data.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the real images that lie beside the repository on some machines. */
public final class SharedData {
    private SharedData() {}

    /** A folder of {@code shared/data}; without it the calling test is skipped, saying so. */
    public static Path folder(String name) {
        for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
            Path candidate = up.resolve("shared").resolve("data").resolve(name);
            if (Files.isDirectory(candidate)) {
                return candidate;
            }
        }
        assumeTrue(false, "skipped: shared/data/" + name + " is not to be found beside the repository");
        throw new IllegalStateException("unreachable");
    }
}
