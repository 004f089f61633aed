package io.dcd.train.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.vector.WeightedMean;
import io.dcd.worker.NetworkSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchStatisticsTest {
    private static final Graph GRAPH = new NetworkSpec("mobilenetv2-x0.35-dcd", 32, 4, 1, 0).graph();

    @Test
    void everyStatisticOfANetworkIsCovered() {
        long statistics = GRAPH.parameters().stream()
                .filter(parameter -> !parameter.kind().trainable())
                .mapToLong(Parameter::elements)
                .sum();
        assertThat(2L * BatchStatistics.of(GRAPH).means().length)
                .as("means and variances")
                .isEqualTo(statistics)
                .isPositive();
        assertThat(BatchStatistics.of(GRAPH).means()).isSorted();
    }

    /** Workers with unequal numbers of samples of unequal distributions, against the moments of all samples together. */
    @Test
    void mixtureHasTheVarianceOfAllSamplesTogether() {
        Random random = new Random(8);
        int[] counts = {10, 30, 7};
        List<Parameter> normalization = GRAPH.parameters().stream()
                .filter(parameter -> !parameter.kind().trainable())
                .limit(2)
                .toList();
        int mean = (int) normalization.get(0).offset();
        int variance = (int) normalization.get(1).offset();
        BatchStatistics statistics = BatchStatistics.of(GRAPH);
        WeightedMean average = new WeightedMean(GRAPH.parameterElements(), statistics.means());
        double[] all = new double[47];
        int seen = 0;
        for (int worker = 0; worker < counts.length; worker++) {
            double[] samples = new double[counts[worker]];
            for (int i = 0; i < samples.length; i++) {
                samples[i] = 5 * worker + (worker + 1) * random.nextGaussian();
            }
            System.arraycopy(samples, 0, all, seen, samples.length);
            seen += samples.length;
            double[] vector = new double[GRAPH.parameterElements()];
            vector[mean] = mean(samples);
            vector[variance] = variance(samples);
            average.add(vector, samples.length);
        }
        float[] mixed = average.mean();
        float unmixed = mixed[variance];
        statistics.mix(mixed, average.variances());
        assertThat(mixed[mean]).isCloseTo((float) mean(all), within(1e-5f));
        assertThat(mixed[variance]).isCloseTo((float) variance(all), within(1e-5f));
        assertThat(unmixed).as("the mean of the variances alone").isLessThan(mixed[variance] / 2);
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static double variance(double[] values) {
        double mean = mean(values);
        return Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow();
    }
}
