package io.dcd.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.dcd.train.RunDirectory;
import io.dcd.train.RunJson;
import io.dcd.train.checkpoint.CheckpointException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run directory tells about its run, finished or not.
 *
 * @param name what a reader knows it by; the directory's name at first
 * @param settings its settings as HOCON
 * @param rounds the lines of its rounds, in order
 * @param evaluations the lines of its evaluations, in order
 */
public record RunRecord(String name, String settings, List<JsonNode> rounds, List<JsonNode> evaluations) {
    /** @throws CheckpointException if there is no run */
    public static RunRecord of(RunDirectory directory) {
        String settings = directory
                .configuration()
                .orElseThrow(() -> new CheckpointException("there is no run in " + directory.path()));
        List<JsonNode> rounds = new ArrayList<>();
        List<JsonNode> evaluations = new ArrayList<>();
        for (String line : directory.ledger().lines().toList()) {
            try {
                JsonNode node = RunJson.MAPPER.readTree(line);
                switch (node.path("type").asText()) {
                    case "round" -> rounds.add(node);
                    case "evaluation" -> evaluations.add(node);
                    default -> {} // of a kind that this page does not show
                }
            } catch (JsonProcessingException e) {
                // The last line of a run that is going on, half written.
                break;
            }
        }
        return new RunRecord(directory.path().getName(), settings, rounds, evaluations);
    }

    /** The same by another name. */
    public RunRecord named(String other) {
        return new RunRecord(other, settings, rounds, evaluations);
    }

    /** A reading of every round over the step. */
    Series rounds(String reading) {
        return series(name, rounds, reading);
    }

    /** A reading of every evaluation over the step. */
    Series evaluations(String reading) {
        return series(name, evaluations, reading);
    }

    static Series series(String name, List<JsonNode> lines, String reading) {
        return new Series(name, values(lines, "step"), values(lines, reading));
    }

    /** What is not there is no number, and no point of a curve. */
    private static double[] values(List<JsonNode> lines, String reading) {
        return lines.stream()
                .mapToDouble(line -> line.path(reading).asDouble(Double.NaN))
                .toArray();
    }
}
