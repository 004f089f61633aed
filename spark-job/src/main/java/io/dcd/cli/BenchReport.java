package io.dcd.cli;

import io.dcd.engine.bench.OperationCost;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;

/**
 * What {@code dcd bench} found; its components are the names in JSON.
 *
 * @param peer null unless it was measured
 * @param peakResidentMegabytes null where the system does not tell
 * @param profile empty unless it was asked for
 */
record BenchReport(
        String network,
        String mode,
        int batch,
        int imageSize,
        int stemStride,
        String backend,
        int threads,
        double stepMilliseconds,
        double imagesPerSecond,
        double arenaMegabytes,
        Double peakResidentMegabytes,
        Peer peer,
        List<OperationCost> profile) {
    private static final int LINES_OF_PROFILE = 40;

    /** What the peer took, how many times faster this engine is, and which part of the peer's memory it takes. */
    record Peer(
            String name,
            double stepMilliseconds,
            double imagesPerSecond,
            double ratio,
            Double peakResidentMegabytes,
            Double memoryRatio) {
        private void print(PrintWriter out) {
            out.printf(
                    "%s: step %.1f ms, %.1f images/s; taking turns this engine is %.2f times faster%n",
                    name, stepMilliseconds, imagesPerSecond, ratio);
            if (memoryRatio != null) {
                out.printf(
                        "%s: peak resident memory %.0f MB; this engine takes %.2f of it%n",
                        name, peakResidentMegabytes, memoryRatio);
            }
        }
    }

    /** Prints it for people. */
    void print(PrintWriter out) {
        out.printf(
                "%s, %s, batch %d at %d × %d, stem stride %d, %s on %d threads%n",
                network, mode, batch, imageSize, imageSize, stemStride, backend, threads);
        out.printf(
                "step %.1f ms, %.1f images/s, values and gradients %.0f MB",
                stepMilliseconds, imagesPerSecond, arenaMegabytes);
        if (peakResidentMegabytes != null) {
            out.printf(", peak resident memory %.0f MB", peakResidentMegabytes);
        }
        out.println();
        if (peer != null) {
            peer.print(out);
        }
        if (!profile.isEmpty()) {
            printProfile(out);
        }
        out.flush();
    }

    private void printProfile(PrintWriter out) {
        out.printf("%nThe first thread's fastest pass, milliseconds; megabytes that a forward pass must move%n");
        out.printf("%-40s %-22s %-14s %9s %9s %9s%n", "writes", "operation", "shape", "forward", "backward", "MB");
        profile.stream()
                .sorted(Comparator.comparingDouble(
                        (OperationCost cost) -> -cost.forwardMilliseconds() - cost.backwardMilliseconds()))
                .limit(LINES_OF_PROFILE)
                .forEach(cost -> out.printf(
                        "%-40s %-22s %-14s %9.2f %9.2f %9.1f%n",
                        cost.output(),
                        cost.kind(),
                        cost.shape(),
                        cost.forwardMilliseconds(),
                        cost.backwardMilliseconds(),
                        cost.forwardBytes() / 1e6));
    }
}
