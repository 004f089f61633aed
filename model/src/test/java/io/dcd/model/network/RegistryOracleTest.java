package io.dcd.model.network;

import io.dcd.engine.backend.onednn.OneDnnBackend;
import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.lowering.Lowering;
import io.dcd.torch.TorchNetwork;
import io.dcd.torch.TorchNetworks;
import io.dcd.torch.TorchOracle;
import io.dcd.torch.TorchOracle.Point;
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
     * Rounding in double, 1e-16, grows by orders through up to fifty batch norms over few values: to 1e-12 in most networks,
     * to 1.2e-6 in wide ones with DCD, whose branches multiply what they read.
     */
    private static final double DOUBLE_TOLERANCE = 1e-5;

    /** With some seeds every image of a batch switches a unit of a branch off, which leaves no gradient to compare. */
    private static final long SEED = 3;

    private static final int CLASSES = 7;
    private static final int SIZE = 33;

    static List<String> networks() {
        return Networks.names().stream().filter(RegistryOracleTest::isSmall).toList();
    }

    static List<String> largeNetworks() {
        return Networks.names().stream()
                .filter(name -> !isSmall(name))
                .sorted(Comparator.comparingInt(name -> graph(name).parameterElements()))
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
     * sample's kernels in double: up to 128 million parameters need a large heap, {@code -Dtest.heap=8g} or more.
     */
    @Tag("long")
    @ParameterizedTest
    @MethodSource("largeNetworks")
    void agreesWithPyTorchToo(String name, TestReporter reporter) {
        check(name, reporter);
    }

    private static void check(String name, TestReporter reporter) {
        Graph graph = graph(name);
        TorchNetwork network = TorchNetworks.named(name, 2);
        TorchOracle inDouble =
                new TorchOracle(graph, 6, new ReferenceBackend(), DOUBLE_TOLERANCE, network, Point.RANDOM, SEED);
        inDouble.checkTraining();
        inDouble.checkInference();
        // More images, since a batch norm over the 24 values of 2 × 2 positions of 6 amplifies rounding.
        TorchOracle inFloat = new TorchOracle(
                graph, 16, new OneDnnBackend(2), TorchOracle.FLOAT_TOLERANCE, network, Point.AWAY_FROM_KINKS, SEED);
        inFloat.checkTrainingInFloat();
        inFloat.checkInference();
        reporter.publishEntry(
                name,
                "%.1e in double, %.1e in float".formatted(inDouble.largestDifference(), inFloat.largestDifference()));
    }

    private static Graph graph(String name) {
        NetworkOptions options = NetworkOptions.of(SIZE, CLASSES).withStemStride(2);
        return Lowering.ofTensors(Networks.named(name).configuration(options), new Shape(SIZE, SIZE, 3));
    }
}
