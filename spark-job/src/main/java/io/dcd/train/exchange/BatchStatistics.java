package io.dcd.train.exchange;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.operation.BatchNormalization;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Where the running statistics of batch normalisation lie in a flat vector. Workers see different samples, so the variance of all their
 * activations is that of a mixture: the mean of their variances plus the variance of their means,
 * Var[x] = E[Var[x | w]] + Var[E[x | w]].
 */
final class BatchStatistics {
    static final BatchStatistics NONE = new BatchStatistics(List.of());

    private final int[] means;
    private final int[] variances;

    private BatchStatistics(List<BatchNormalization> normalizations) {
        means = positions(normalizations.stream().map(BatchNormalization::runningMean));
        variances = positions(normalizations.stream().map(BatchNormalization::runningVariance));
    }

    static BatchStatistics of(Graph graph) {
        return new BatchStatistics(graph.operations().stream()
                .flatMap(operation -> operation instanceof BatchNormalization each ? Stream.of(each) : Stream.empty())
                .sorted(Comparator.comparingLong(each -> each.runningMean().offset()))
                .toList());
    }

    /** The positions of all running means, in order. */
    int[] means() {
        return means.clone();
    }

    /**
     * Makes means of variances the variances of the mixture.
     *
     * @param parameters the flat vector of means, changed in place
     * @param spreads the variance among the workers of each running mean
     */
    void mix(float[] parameters, double[] spreads) {
        for (int i = 0; i < variances.length; i++) {
            parameters[variances[i]] = (float) (parameters[variances[i]] + spreads[i]);
        }
    }

    private static int[] positions(Stream<Parameter> parameters) {
        return parameters
                .flatMapToInt(parameter ->
                        IntStream.range(0, parameter.elements()).map(i -> Math.toIntExact(parameter.offset() + i)))
                .toArray();
    }
}
