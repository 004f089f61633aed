package io.dcd.data.prepare;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.dcd.data.Json;
import io.dcd.data.file.FileSystems;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** What tasks have found, kept as JSON in the staging folder, so that a preparation that was stopped need not find it again. */
final class StagedResults {
    private StagedResults() {}

    /** The result in a file; empty if it is not there or not whole. */
    static <R> Optional<R> read(Configuration configuration, Path file, Class<R> type) throws IOException {
        try (FSDataInputStream in = FileSystems.of(configuration, file).open(file)) {
            return Optional.of(Json.MAPPER.readValue(in.readAllBytes(), type));
        } catch (FileNotFoundException | JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** Puts a result into a file, whole or not at all; attempts of one task may meet here, with the same result. */
    static void write(Configuration configuration, Path file, Object result) throws IOException {
        FileSystem fileSystem = FileSystems.of(configuration, file);
        Path temporary = file.suffix("." + UUID.randomUUID());
        try (FSDataOutputStream out = FileSystems.create(fileSystem, temporary)) {
            out.write(Json.MAPPER.writeValueAsBytes(result));
        }
        if (!fileSystem.rename(temporary, file)) {
            fileSystem.delete(temporary, false);
        }
    }
}
