package io.dcd.engine.bench;

import java.util.List;

/**
 * What a {@link Benchmark} measured.
 *
 * @param stepMilliseconds the median step
 * @param arenaBytes the memory that values and gradients share
 * @param profile the operations in the order in which they run; empty unless asked for
 */
public record BenchmarkResult(double stepMilliseconds, long arenaBytes, List<OperationCost> profile) {
    public BenchmarkResult {
        profile = List.copyOf(profile);
    }
}
