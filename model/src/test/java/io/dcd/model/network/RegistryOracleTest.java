package io.dcd.model.network;

import io.dcd.engine.backend.onednn.OneDnnBackend;
import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.lowering.Lowering;
import io.dcd.torch.Point;
import io.dcd.torch.TorchNetworks;
import io.dcd.torch.TorchOracle;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The networks of the registry against libtorch, from random parameters and images: loss, logits, every gradient and
 * running statistic, three updates, and the result at inference. Every network has odd feature maps here, and one of 2 × 2.
 * The largest differences are published as the tests' report entries.
 */
class RegistryOracleTest {
    /**
     * Rounding in double, 1e-16, grows by orders through up to fifty batch norms over few values, to 1e-12 in most networks,
     * and more through the branches of DCD, which multiply what they read: in ResNet-50 to 3e-10 in one pass, where libtorch
     * differs from itself by 1e-10 when the images come in another order, and to 1e-8 in three steps.
     */
    private static final double DOUBLE_TOLERANCE = 1e-6;

    /** Any: where every image switches a unit of a branch off, the oracle says that there is no gradient to compare. */
    private static final long SEED = 3;

    private static final int CLASSES = 7;
    private static final int STEM_STRIDE = 2;
    private static final int SIZE = 33;

    /** With fewer images, so that the last map's 3 × 3 positions give batch norms as many values. */
    private static final int LARGER_SIZE = 65;

    /** From so many parameters on fewer images are compared: every sample has kernels of its own. */
    private static final int HUGE = 40_000_000;

    static List<String> networks() {
        return Networks.names().stream().filter(RegistryOracleTest::isSmall).toList();
    }

    static List<String> largeNetworks() {
        return Networks.names().stream()
                .filter(name -> !isSmall(name))
                .sorted(Comparator.comparingInt(name -> graph(name, SIZE).parameterElements()))
                .toList();
    }

    private static boolean isSmall(String name) {
        return name.matches("mobilenetv2-x0.35-.*|resnet10-(static|se|dcd)");
    }

    @ParameterizedTest
    @MethodSource("networks")
    void agreesWithPyTorch(String name, TestReporter reporter) {
        check(name, reporter);
    }

    /**
     * The same layers as in the others, more often and wider. Both sides hold parameters, gradients, velocities and every
     * sample's kernels in double: 128 million parameters need {@code -Dtest.heap=6g}, and 10 GB of memory in all.
     */
    @Tag("long")
    @ParameterizedTest
    @MethodSource("largeNetworks")
    void agreesWithPyTorchToo(String name, TestReporter reporter) {
        check(name, reporter);
    }

    private static void check(String name, TestReporter reporter) {
        // In float first, which needs memory outside the heap: the heap that the reference takes stays the process's.
        double inFloat = checkInFloat(name);
        double inDouble = checkInDouble(name);
        reporter.publishEntry(name, "%.1e in double, %.1e in float".formatted(inDouble, inFloat));
    }

    private static double checkInFloat(String name) {
        boolean huge = isHuge(name);
        // More values than in double, since a batch norm over the 24 of 2 × 2 positions of 6 images amplifies rounding.
        TorchOracle oracle = new TorchOracle(
                graph(name, huge ? LARGER_SIZE : SIZE),
                huge ? 8 : 16,
                new OneDnnBackend(2),
                TorchOracle.FLOAT_TOLERANCE,
                TorchNetworks.named(name, STEM_STRIDE),
                Point.AWAY_FROM_KINKS,
                SEED);
        oracle.checkTrainingInFloat();
        oracle.checkInference();
        return oracle.largestDifference();
    }

    private static double checkInDouble(String name) {
        TorchOracle oracle = new TorchOracle(
                graph(name, SIZE),
                isHuge(name) ? 4 : 6,
                new ReferenceBackend(),
                DOUBLE_TOLERANCE,
                TorchNetworks.named(name, STEM_STRIDE),
                Point.RANDOM,
                SEED);
        oracle.checkTraining();
        oracle.checkInference();
        return oracle.largestDifference();
    }

    private static boolean isHuge(String name) {
        return graph(name, SIZE).parameterElements() > HUGE;
    }

    private static Graph graph(String name, int size) {
        NetworkOptions options = NetworkOptions.of(size, CLASSES).withStemStride(STEM_STRIDE);
        return Lowering.ofTensors(Networks.named(name).configuration(options), new Shape(size, size, 3));
    }
}
