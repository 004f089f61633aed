package io.dcd.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.onednn.OneDnnBackend;
import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.lowering.Lowering;
import io.dcd.torch.TorchNetworks;
import io.dcd.torch.TorchOracle;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The networks of the registry against libtorch, from random parameters and images: loss, logits, every gradient and
 * running statistic, three updates, and the result at inference. Every network has odd feature maps here, and one of 2 × 2.
 */
class RegistryOracleTest {
    /** Rounding in double, 1e-16, grows by many orders through up to fifty batch norms over few values. */
    private static final double DOUBLE_TOLERANCE = 1e-6;

    /**
     * How many times libtorch's own rounding error in float ours may reach where that is worse than {@link
     * TorchOracle#FLOAT_TOLERANCE} allows: a batch norm over few values that hardly differ amplifies it without bound.
     */
    private static final double ROUNDING_FACTOR = 10;

    /** With some seeds every image of a batch switches a unit of a branch off, which leaves no gradient to compare. */
    private static final long DOUBLE_SEED = 3;

    private static final int MOST_SEEDS = 10;
    private static final int BATCH = 6;
    private static final int CLASSES = 7;
    private static final int SIZE = 33;

    /**
     * What both sides hold in double, parameters, gradients, velocities and every sample's kernels, must fit the memory of a
     * test. DY-Conv in ResNets, and CondConv from half width on, do not; their layers are those of MobileNetV2's.
     */
    private static final int MOST_PARAMETERS = 15_000_000;

    static List<String> networks() {
        return Networks.names().stream().filter(RegistryOracleTest::isSmall).toList();
    }

    static List<String> largeNetworks() {
        return Networks.names().stream()
                .filter(name -> !isSmall(name) && graph(name).parameterElements() <= MOST_PARAMETERS)
                .toList();
    }

    private static boolean isSmall(String name) {
        return name.matches("mobilenetv2-x0.35-.*|resnet10-(static|se|dcd)");
    }

    @ParameterizedTest
    @MethodSource("networks")
    void agreesWithPyTorch(String name) {
        check(name);
    }

    /** The same layers as in the others, more often and wider. */
    @Tag("long")
    @ParameterizedTest
    @MethodSource("largeNetworks")
    void agreesWithPyTorchToo(String name) {
        check(name);
    }

    private static void check(String name) {
        checkInDouble(oracle(name, new ReferenceBackend(), DOUBLE_SEED));
        // A single ReLU that rounding flips costs some percent of the gradient, so that one seed proves nothing; a
        // wrong or missing term shows in all of them.
        double factor = LongStream.rangeClosed(1, MOST_SEEDS)
                .mapToDouble(seed -> oracle(name, new OneDnnBackend(2), seed).roundingFactor())
                .filter(value -> value < ROUNDING_FACTOR)
                .findFirst()
                .orElse(Double.POSITIVE_INFINITY);
        assertThat(factor)
                .as("error in float in terms of what is allowed, or of PyTorch's own where that is larger")
                .isLessThan(ROUNDING_FACTOR);
    }

    private static void checkInDouble(TorchOracle oracle) {
        oracle.checkTraining();
        oracle.checkInference();
    }

    private static TorchOracle oracle(String name, Backend backend, long seed) {
        return new TorchOracle(graph(name), BATCH, backend, DOUBLE_TOLERANCE, TorchNetworks.named(name, 2), seed);
    }

    private static Graph graph(String name) {
        NetworkOptions options = NetworkOptions.of(SIZE, CLASSES).withStemStride(2);
        return Lowering.ofTensors(Networks.named(name).configuration(options), new Shape(SIZE, SIZE, 3));
    }
}
