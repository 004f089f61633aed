package io.dcd.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dcd.train.RunDirectory;
import io.dcd.train.checkpoint.CheckpointException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run directory tells about its run, finished or not.
 *
 * @param name the directory's name
 * @param settings its settings as HOCON
 * @param rounds the lines of its rounds, in order
 * @param evaluations the lines of its evaluations, in order
 */
public record RunRecord(String name, String settings, List<JsonNode> rounds, List<JsonNode> evaluations) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** @throws CheckpointException if there is no run */
    public static RunRecord of(RunDirectory directory) {
        String settings = directory
                .configuration()
                .orElseThrow(() -> new CheckpointException("there is no run in " + directory.path()));
        List<JsonNode> rounds = new ArrayList<>();
        List<JsonNode> evaluations = new ArrayList<>();
        for (String line : directory.ledger().lines().toList()) {
            try {
                JsonNode node = JSON.readTree(line);
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

    /** A reading of every round over the step. */
    Series rounds(String reading) {
        return series(name, rounds, reading);
    }

    /** A reading of every evaluation over the step. */
    Series evaluations(String reading) {
        return series(name, evaluations, reading);
    }

    static Series series(String name, List<JsonNode> lines, String reading) {
        double[] x =
                lines.stream().mapToDouble(line -> line.path("step").asDouble()).toArray();
        double[] y = lines.stream()
                .mapToDouble(line -> line.path(reading).asDouble())
                .toArray();
        return new Series(name, x, y);
    }
}
