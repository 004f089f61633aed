package io.dcd.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dcd.evaluate.EvaluationReport;
import io.dcd.events.EventRecord;
import io.dcd.train.checkpoint.CheckpointException;
import io.dcd.train.checkpoint.Progress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FSDataOutputStream;

/**
 * The run's ledger: a line of JSON for each round and each evaluation, in order and without gaps; and the same readings as an event file
 * for TensorBoard, which follows from the ledger.
 */
final class Metrics implements AutoCloseable {
    /** What tells where a line belongs and is no reading. */
    private static final Set<String> PLACE = Set.of("type", "time", "step", "epoch", "epochs", "round", "images");

    private static final String EVALUATION = "evaluation";

    private static final double MILLISECONDS = 1e3;

    private final FSDataOutputStream ledger;
    private final FSDataOutputStream events;

    Metrics(FSDataOutputStream ledger, FSDataOutputStream events) {
        this.ledger = ledger;
        this.events = events;
    }

    /** An event file of the same readings as {@code text}, lines of the ledger. */
    static byte[] events(String text) throws IOException {
        ByteArrayOutputStream events = new ByteArrayOutputStream();
        events.write(EventRecord.begin());
        for (String line : text.lines().toList()) {
            events.write(event(RunJson.MAPPER.readTree(line)));
        }
        return events.toByteArray();
    }

    private static byte[] event(JsonNode line) {
        boolean validation = line.path("type").asText().equals(EVALUATION);
        Map<String, Double> readings = new LinkedHashMap<>();
        line.fields().forEachRemaining(field -> {
            if (field.getValue().isNumber() && !PLACE.contains(field.getKey())) {
                String group = validation ? "validation/" : field.getKey().contains("second") ? "round/" : "training/";
                readings.put(group + field.getKey(), field.getValue().asDouble());
            }
        });
        return EventRecord.scalars(
                line.path("time").asDouble(), line.path("step").asLong(), readings);
    }

    /**
     * The lines of {@code text} that belong to a run at {@code progress}; half a line, left by a driver that was killed, is no line. A
     * return to a checkpoint belongs to what came after it, although it has the checkpoint's step.
     */
    static String upTo(Progress progress, String text) {
        return lines(
                        text,
                        line -> line.get("step").asLong() <= progress.step()
                                && line.path("rollbacks").asInt() <= progress.rollbacks())
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    /** Whether {@code text} has an evaluation after so many steps. */
    static boolean isEvaluated(long step, String text) {
        return lines(
                        text,
                        line -> line.path("type").asText().equals(EVALUATION)
                                && line.get("step").asLong() == step)
                .findAny()
                .isPresent();
    }

    private static Stream<String> lines(String text, Predicate<JsonNode> wanted) {
        return text.lines().filter(line -> {
            try {
                JsonNode node = RunJson.MAPPER.readTree(line);
                return node.hasNonNull("step") && wanted.test(node);
            } catch (JsonProcessingException e) {
                return false;
            }
        });
    }

    void append(RoundReport report) {
        ObjectNode line = RunJson.MAPPER.createObjectNode().put("type", "round");
        line.setAll((ObjectNode) RunJson.MAPPER.valueToTree(report));
        append(line.put("images_per_second", report.imagesPerSecond()));
    }

    /** @param epochs the epochs trained so far */
    void append(int epochs, long step, EvaluationReport report) {
        append(RunJson.MAPPER
                .createObjectNode()
                .put("type", EVALUATION)
                .put("epochs", epochs)
                .put("step", step)
                .put("top1", report.top1())
                .put("top5", report.top5())
                .put("loss", report.loss())
                .put("images", report.counts().images())
                .put("seconds", report.seconds()));
    }

    /** A return to {@code progress}. */
    void append(Progress progress, DivergedException reason) {
        append(RunJson.MAPPER
                .createObjectNode()
                .put("type", "rollback")
                .put("step", progress.step())
                .put("rollbacks", progress.rollbacks())
                .put("rate_factor", progress.rateFactor())
                .put("reason", reason.getMessage()));
    }

    private void append(ObjectNode line) {
        line.put("time", System.currentTimeMillis() / MILLISECONDS);
        try {
            ledger.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            ledger.hflush();
            events.write(event(line));
            events.hflush();
        } catch (IOException e) {
            throw new CheckpointException("cannot write the run's metrics: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try (ledger;
                events) {
            ledger.hflush();
        } catch (IOException e) {
            throw new CheckpointException("cannot write the run's metrics: " + e.getMessage(), e);
        }
    }
}
