package io.dcd.train.checkpoint;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dcd.data.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
    static final int VERSION = 2;
    static final String FILE_NAME = "manifest.json";

    static final ObjectMapper JSON = Json.MAPPER
            .rebuild()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
            .build();

    /** A raw little-endian float32 vector. */
    record TensorFile(String name, String file, long elements, String sha256) {}

    /**
     * Reads a manifest of this version or of an older one.
     *
     * @param checkpoint how messages call it
     * @throws CheckpointException if it is of another program or of a version to come
     * @throws JsonProcessingException if it is not what its version says
     */
    static CheckpointManifest parse(byte[] bytes, String checkpoint) throws IOException {
        // Format and version come first: what else a foreign or future manifest holds is unknown.
        JsonNode tree = JSON.readTree(bytes);
        if (!tree.path("format").asText().equals(FORMAT)) {
            throw new CheckpointException(
                    "%s is no checkpoint of this program: its manifest has no format %s; give another --run"
                            .formatted(checkpoint, FORMAT));
        }
        int version = tree.path("version").asInt();
        if (version > VERSION) {
            throw new CheckpointException(
                    "%s has version %d of the checkpoint format, this program reads up to %d; go on with the newer program that wrote it"
                            .formatted(checkpoint, version, VERSION));
        }
        // Version 1 knew no rollbacks.
        if (version == 1 && tree.path("progress") instanceof ObjectNode progress) {
            progress.put("rollbacks", 0).put("rate_factor", 1.0);
        }
        return JSON.treeToValue(tree, CheckpointManifest.class);
    }

    /** @throws CheckpointException if there is no such tensor */
    TensorFile tensor(String name, String checkpoint) {
        return tensor(name).orElseThrow(() -> new CheckpointException(checkpoint + " lists no tensor " + name));
    }

    /** The tensor of a vector that not every run keeps. */
    Optional<TensorFile> tensor(String name) {
        return tensors.stream().filter(tensor -> tensor.name().equals(name)).findFirst();
    }
}
