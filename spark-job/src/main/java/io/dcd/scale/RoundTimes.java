package io.dcd.scale;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.Config;
import io.dcd.report.RunRecord;
import io.dcd.settings.PlainHocon;
import io.dcd.settings.SettingsException;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What the full rounds of a run took, in the middle: medians, which neither warm-up nor a stutter of the machine moves.
 *
 * @param run its name
 * @param workers the logical workers W
 * @param stepsPerRound the steps of each
 * @param batch the images of a step
 * @param sentBytes that every executor receives: parameters and velocity
 * @param returnedBytes that a worker sends back, as encoded
 * @param workerSeconds the mean of the workers' time for computing and waiting for images
 * @param waves how many workers the busiest slot ran one after the other
 * @param slackSeconds what the slowest worker took longer than the mean
 * @param exchangeSeconds what the round took beyond its busiest slot
 * @param rounds how many rounds these are
 */
public record RoundTimes(
        String run,
        int workers,
        int stepsPerRound,
        int batch,
        long sentBytes,
        long returnedBytes,
        double workerSeconds,
        int waves,
        double slackSeconds,
        double exchangeSeconds,
        int rounds) {
    /** Rounds at the beginning of a run that compile and load what the others find warm. */
    private static final int WARM_UP = 2;

    /**
     * The times of a run.
     *
     * @throws SettingsException if it has too few rounds to tell
     */
    public static RoundTimes of(RunRecord run) {
        Config config = PlainHocon.parse(run.settings(), "the settings of " + run.name());
        int workers = config.getInt("training.workers");
        int batch = config.getInt("training.batch");
        int steps = config.getInt("training.steps-per-round");
        List<JsonNode> full = run.rounds().stream()
                .skip(WARM_UP)
                .filter(round -> round.path("returned_bytes").asLong() > 0)
                .filter(round -> round.path("samples").asLong() == (long) workers * batch * steps)
                .toList();
        if (full.isEmpty()) {
            throw new SettingsException("%s has no full round of %d steps after its first %d; give a longer run"
                    .formatted(run.name(), steps, WARM_UP));
        }
        double worker = median(full, RoundTimes::workerSeconds);
        double busiest = median(full, round -> seconds(round, "seconds") - seconds(round, "exchange_seconds"));
        long returned = full.get(0).path("returned_bytes").asLong() / workers;
        int waves = Math.max(1, (int) Math.round(busiest / worker));
        return new RoundTimes(
                run.name(),
                workers,
                steps,
                batch,
                config.getString("averaging.encoding").equals("bfloat16") ? 2 * returned : returned,
                returned,
                worker,
                waves,
                Math.max(0, busiest / waves - worker),
                median(full, round -> seconds(round, "exchange_seconds")),
                full.size());
    }

    /** The bytes that all workers together send back. */
    double bytesOfAll() {
        return (double) workers * returnedBytes;
    }

    private static double workerSeconds(JsonNode round) {
        return seconds(round, "compute_seconds") + seconds(round, "wait_seconds");
    }

    private static double seconds(JsonNode round, String reading) {
        return round.path(reading).asDouble();
    }

    private static double median(List<JsonNode> rounds, ToDoubleFunction<JsonNode> reading) {
        double[] values = rounds.stream().mapToDouble(reading).sorted().toArray();
        return (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
    }
}
