package io.dcd.engine.bench;

/**
 * How long a step takes here and in a peer, the two taking turns.
 *
 * @param stepMilliseconds the median step
 * @param peerStepMilliseconds the peer's median step
 */
public record Comparison(double stepMilliseconds, double peerStepMilliseconds) {
    /** Steps that each side runs before it is the other's turn: threads that spin after a step end before the next but one. */
    private static final int TURN = 3;

    /** How many times faster this engine is. */
    public double ratio() {
        return peerStepMilliseconds / stepMilliseconds;
    }

    /** Warms both sides up and measures {@code repeats} steps of each. */
    public static Comparison of(Benchmark benchmark, PeerProcess peer, WarmUp warmUp, int repeats) {
        warmUp.run(() -> {
            benchmark.step();
            peer.step();
        });
        double[] times = new double[repeats];
        double[] peerTimes = new double[repeats];
        for (int begin = 0; begin < repeats; begin += TURN) {
            int end = Math.min(repeats, begin + TURN);
            for (int i = begin; i < end; i++) {
                times[i] = benchmark.step();
            }
            for (int i = begin; i < end; i++) {
                peerTimes[i] = peer.step();
            }
        }
        return new Comparison(Benchmark.median(times), Benchmark.median(peerTimes));
    }
}
