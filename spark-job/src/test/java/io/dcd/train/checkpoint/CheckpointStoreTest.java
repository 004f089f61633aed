package io.dcd.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dcd.data.Digests;
import io.dcd.vector.Vectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
    private static final RunIdentity IDENTITY =
            new RunIdentity("ab".repeat(32), 100, Map.of("network.name", "resnet18", "training.batch", "64"));

    private static final Runnable SOLE_WRITER = () -> {};

    @TempDir
    private Path directory;

    private CheckpointStore store;

    @BeforeEach
    void openStore() throws IOException {
        LocalFileSystem fileSystem = FileSystem.getLocal(new Configuration());
        store = new CheckpointStore(fileSystem.getRawFileSystem(), new org.apache.hadoop.fs.Path(directory.toUri()));
    }

    @Test
    void writerThatAnotherTookOverFromLeavesNothing() {
        store.save(checkpoint(1), 1, SOLE_WRITER);
        AtomicBoolean asked = new AtomicBoolean();
        Runnable refusal = () -> {
            asked.set(true);
            store.deleteUnfinished();
            throw new CheckpointException("lost to another");
        };
        assertThatThrownBy(() -> store.save(checkpoint(2), 1, refusal)).hasMessage("lost to another");
        assertThat(asked).as("the fault fired").isTrue();
        assertThat(directory.toFile().list()).containsExactly("step-00000001");
        assertThatThrownBy(() -> store.save(checkpoint(1), 1, refusal)).hasMessage("lost to another");
    }

    @Test
    void whatIsSavedIsLoaded() {
        Checkpoint saved = checkpoint(1234);
        store.save(saved, 3, SOLE_WRITER);
        Checkpoint loaded = store.newest().orElseThrow();
        assertThat(loaded.identity()).isEqualTo(saved.identity());
        assertThat(loaded.progress()).isEqualTo(saved.progress());
        assertThat(loaded.parameters()).isEqualTo(saved.parameters());
        assertThat(loaded.state().velocity()).isEqualTo(saved.state().velocity());
    }

    @Test
    void filesAreAPlainManifestAndRawTensors() throws IOException {
        store.save(checkpoint(1234), 3, SOLE_WRITER);
        Path path = directory.resolve("step-00001234");
        assertThat(names(path)).containsExactlyInAnyOrder("manifest.json", "parameters.f32", "velocity.f32");
        byte[] parameters = Files.readAllBytes(path.resolve("parameters.f32"));
        assertThat(Vectors.toFloats(parameters)).isEqualTo(checkpoint(1234).parameters());
        JsonNode manifest =
                new ObjectMapper().readTree(path.resolve("manifest.json").toFile());
        assertThat(manifest.get("network").asText()).isEqualTo("resnet18");
        assertThat(manifest.get("progress").get("step").asLong()).isEqualTo(1234);
        assertThat(manifest.get("tensors").get(0).get("sha256").asText()).isEqualTo(Digests.sha256(parameters));
        assertThat(manifest.toString()).doesNotContain("@", "java", "io.dcd");
    }

    @Test
    void newestIsTheHighestStepWhateverTheClocksSay() throws IOException {
        for (long step : new long[] {99_999_999, 5, 100_000_000}) {
            store.save(checkpoint(step), 3, SOLE_WRITER);
        }
        Files.setLastModifiedTime(
                directory.resolve("step-00000005"), FileTime.from(Instant.now().plusSeconds(9999)));
        assertThat(store.steps()).containsExactly(5L, 99_999_999L, 100_000_000L);
        assertThat(store.newest().orElseThrow().progress().step()).isEqualTo(100_000_000);
    }

    @Test
    void onlySoManyAreKept() throws IOException {
        for (long step = 1; step <= 5; step++) {
            store.save(checkpoint(step), 2, SOLE_WRITER);
        }
        assertThat(names(directory)).containsExactlyInAnyOrder("step-00000004", "step-00000005");
    }

    @Test
    void unfinishedOnesAreNotSeenAndCanBeTidied() throws IOException {
        store.save(checkpoint(7), 2, SOLE_WRITER);
        Path unfinished = Files.createDirectory(directory.resolve("_unfinished-1"));
        Files.writeString(unfinished.resolve("parameters.f32"), "half");
        assertThat(store.newest().orElseThrow().progress().step()).isEqualTo(7);
        store.deleteUnfinished();
        assertThat(names(directory)).containsExactly("step-00000007");
    }

    @Test
    void withoutADirectoryThereIsNone() throws IOException {
        Files.delete(directory);
        assertThat(store.newest()).isEmpty();
        store.deleteUnfinished();
    }

    @Test
    void flippedBitIsFound() throws IOException {
        store.save(checkpoint(1), 2, SOLE_WRITER);
        Path file = directory.resolve("step-00000001/velocity.f32");
        byte[] bytes = Files.readAllBytes(file);
        bytes[9] ^= 4;
        Files.write(file, bytes);
        assertDamaged("velocity.f32 does not have the SHA-256");
    }

    @Test
    void truncatedTensorIsFound() throws IOException {
        store.save(checkpoint(1), 2, SOLE_WRITER);
        Path file = directory.resolve("step-00000001/parameters.f32");
        Files.write(file, new byte[8]);
        assertDamaged("parameters.f32 has 8 bytes");
    }

    @Test
    void missingFileIsFound() throws IOException {
        store.save(checkpoint(1), 2, SOLE_WRITER);
        Files.delete(directory.resolve("step-00000001/velocity.f32"));
        assertDamaged("a file is missing");
    }

    @Test
    void brokenManifestIsFound() throws IOException {
        store.save(checkpoint(1), 2, SOLE_WRITER);
        Files.writeString(directory.resolve("step-00000001/manifest.json"), "{\"format\":");
        assertDamaged("its manifest cannot be read");
    }

    @Test
    void manifestCannotPointElsewhere() throws IOException {
        edit(manifest -> ((ObjectNode) manifest.get("tensors").get(0)).put("file", "../../secret.f32"));
        assertDamaged("its manifest names the file ../../secret.f32");
    }

    @Test
    void manifestHoldsNoNull() throws IOException {
        edit(manifest -> manifest.putArray("tensors").addNull());
        assertDamaged("its manifest cannot be read: Invalid `null` value");
        edit(manifest -> ((ObjectNode) manifest.get("settings")).putNull("network.name"));
        assertDamaged("its manifest cannot be read: Invalid `null` value");
    }

    @Test
    void vectorsThatNotEveryRunKeepsAreSavedWithThem() {
        ModelState plain = checkpoint(1).state();
        ModelState whole = new ModelState(
                plain.progress(), plain.parameters(), plain.velocity(), new float[] {7, 8, 9}, new float[] {
                    -1, 0, 1e-30f
                });
        store.save(new Checkpoint(IDENTITY, whole), 2, SOLE_WRITER);
        ModelState loaded = store.load(1).state();
        assertThat(loaded.outerStep()).isEqualTo(whole.outerStep());
        assertThat(loaded.movingAverage()).isEqualTo(whole.movingAverage());
        assertThat(loaded.parameters(true)).isEqualTo(whole.movingAverage());
        assertThat(loaded.parameters(false)).isEqualTo(whole.parameters());
        assertThat(plain.parameters(true)).as("no average is kept").isEqualTo(plain.parameters());
    }

    @Test
    void absurdSizesAllocateNothing() throws IOException {
        edit(manifest -> ((ObjectNode) manifest.get("tensors").get(0)).put("elements", Long.MAX_VALUE / 2));
        assertDamaged("its manifest lists");
    }

    @Test
    void versionOfTheFutureIsNamed() throws IOException {
        edit(manifest -> manifest.put("version", 3).put("optimiser", "of the future"));
        assertThatThrownBy(() -> store.newest())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("step-00000001 has version 3")
                .hasMessageContaining("reads up to 2");
    }

    @Test
    void foreignManifestIsNamed() throws IOException {
        edit(manifest -> manifest.put("format", "another-program"));
        assertThatThrownBy(() -> store.newest())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("step-00000001 is no checkpoint of this program");
    }

    @Test
    void versionOneIsReadAsARunWithoutRollbacks() throws IOException {
        edit(manifest -> {
            manifest.put("version", 1);
            ((ObjectNode) manifest.get("progress")).remove(List.of("rollbacks", "rate_factor"));
        });
        Progress progress = store.newest().orElseThrow().progress();
        assertThat(progress).isEqualTo(new Progress(3, 1, 1, 17, 2176, 0, 1));
    }

    @Test
    void anotherRunIsRefusedWithTheDifference() {
        Checkpoint checkpoint = checkpoint(1);
        checkpoint.requireFits(IDENTITY, Set.of());
        RunIdentity network = identity("ab", Map.of("network.name", "resnet50", "training.batch", "64"));
        assertThatThrownBy(() -> checkpoint.requireFits(network, Set.of("network.name")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("network.name = resnet18, this run resnet50");
        assertThatThrownBy(() -> checkpoint.requireFits(identity("cd", IDENTITY.settings()), Set.of()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("other prepared data")
                .hasMessageContaining("abababababab")
                .hasMessageContaining("cdcdcdcdcdcd");
    }

    @Test
    void settingThatIsNewerThanTheCheckpointCountsAsItsDefault() {
        Map<String, String> newer =
                Map.of("network.name", "resnet18", "training.batch", "64", "training.clip-norm", "5");
        checkpoint(1).requireFits(identity("ab", newer), Set.of());
    }

    @Test
    void allowedChangesAreAcceptedWhereTheyMakeSense() {
        RunIdentity rate = identity(
                "ab", Map.of("network.name", "resnet18", "training.batch", "64", "training.learning-rate", "1"));
        Checkpoint inside = checkpoint(1);
        assertThatThrownBy(() -> inside.requireFits(rate, Set.of("training.batch")))
                .isInstanceOf(CheckpointException.class)
                .as("a checkpoint without the setting has its default")
                .hasMessageContaining("training.learning-rate = 0.05, this run 1")
                .hasMessageContaining("--allow-change training.learning-rate");
        inside.requireFits(rate, Set.of("training.learning-rate"));

        RunIdentity batch = identity("cd", Map.of("network.name", "resnet18", "training.batch", "32"));
        Set<String> both = Set.of("training.batch", RunIdentity.DATA);
        assertThatThrownBy(() -> inside.requireFits(batch, both))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("inside an epoch");
        Progress border = new Progress(3, 0, 1, 17, 2176, 0, 1);
        new Checkpoint(IDENTITY, inside.state().at(border)).requireFits(batch, both);
    }

    private static RunIdentity identity(String data, Map<String, String> settings) {
        return new RunIdentity(data.repeat(32), 100, settings);
    }

    private interface Edit {
        void of(ObjectNode manifest);
    }

    private void edit(Edit edit) throws IOException {
        store.save(checkpoint(1), 2, SOLE_WRITER);
        Path file = directory.resolve("step-00000001/manifest.json");
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode manifest = (ObjectNode) mapper.readTree(file.toFile());
        edit.of(manifest);
        mapper.writeValue(file.toFile(), manifest);
    }

    private void assertDamaged(String reason) {
        assertThatThrownBy(() -> store.newest())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("step-00000001 is damaged")
                .hasMessageContaining(reason)
                .hasMessageContaining("delete it");
    }

    private static Checkpoint checkpoint(long step) {
        float[] parameters = {1.5f, -0.25f, step};
        float[] velocity = {0, 1e-38f, -7};
        return new Checkpoint(
                IDENTITY, new ModelState(new Progress(3, 1, step, 17, 2176, 1, 0.5), parameters, velocity));
    }

    private static List<String> names(Path path) throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }
}
