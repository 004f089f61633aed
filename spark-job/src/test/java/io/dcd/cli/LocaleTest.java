package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is printed does not depend on the machine's language: a program that reads it would stumble over 1.968.680. */
class LocaleTest {
    @TempDir
    private Path directory;

    @Test
    void numbersAreTheSameInGermanyAndTurkey() throws Exception {
        String german = describe("de", "DE");
        assertThat(german).containsPattern("total +1,968,680 +[0-9]+\\.[0-9]{3} ");
        assertThat(describe("tr", "TR")).isEqualTo(german);
    }

    private String describe(String language, String country) throws Exception {
        Path out = directory.resolve(language);
        Process process = new ProcessBuilder(List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Duser.language=" + language,
                        "-Duser.country=" + country,
                        "--add-modules=jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Dcd.class.getName(),
                        "describe",
                        "mobilenetv2-x0.5-static"))
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.waitFor()).isEqualTo(0);
        return Files.readString(out, StandardCharsets.UTF_8);
    }
}
