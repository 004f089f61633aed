package io.dcd.train.checkpoint;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;

/**
 * The file {@code manifest.json} of a checkpoint: plain data, no type names. It is written last.
 *
 * @param format always {@link #FORMAT}
 * @param version version of the format, {@link #VERSION}
 * @param network the network's name
 * @param classes the number of classes
 * @param settings the settings that decide the network, by key
 * @param settingsSha256 of those settings, one {@code key=value} a line in the order of the keys
 * @param dataFingerprint SHA-256 of the prepared data's manifest
 * @param progress the run's counters
 * @param tensors the files beside the manifest
 */
record CheckpointManifest(
        String format,
        int version,
        String network,
        int classes,
        Map<String, String> settings,
        String settingsSha256,
        String dataFingerprint,
        Progress progress,
        List<TensorFile> tensors) {
    static final String FORMAT = "dcd-checkpoint";
    static final int VERSION = 1;
    static final String FILE_NAME = "manifest.json";

    static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    /** A raw little-endian float32 vector. */
    record TensorFile(String name, String file, long elements, String sha256) {}

    /** @throws CheckpointException if there is no such tensor */
    TensorFile tensor(String name, String checkpoint) {
        return tensors.stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new CheckpointException(checkpoint + " lists no tensor " + name));
    }
}
