package io.dcd.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.engine.backend.Backends;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.lowering.Lowering;
import io.dcd.torch.TorchMobileNetV2;
import io.dcd.torch.TorchOracle;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole networks against libtorch: loss, logits, every gradient and three updates. */
class MobileNetV2OracleTest {
    /** Rounding in double, 1e-16, grows by five orders and more through fifty batch norms over few values. */
    private static final double DOUBLE_TOLERANCE = 1e-6;

    /** How much larger than libtorch's own rounding error in float ours may be. */
    private static final double ROUNDING_FACTOR = 10;

    private static final int MOST_SEEDS = 10;

    @ParameterizedTest
    @CsvSource({
        // The last feature map of 33 × 33 is 2 × 2, or 3 × 3 at stem stride 1.
        "mobilenetv2-x0.35-static, 33, 2",
        "mobilenetv2-x0.35-dcd, 33, 2",
        "mobilenetv2-x0.35-dcd, 33, 1",
        "mobilenetv2-x0.35-dcd:places=dw+pw+cls;blocks=2, 33, 2",
    })
    void trainsAsPyTorchDoes(String name, int size, int stemStride) {
        TorchOracle oracle = oracle(name.replace(';', ','), size, stemStride, "reference", 11);
        oracle.checkTraining();
        oracle.checkInference();
    }

    @ParameterizedTest
    @CsvSource({
        "mobilenetv2-x0.35-static, 33, 2",
        "mobilenetv2-x0.35-dcd, 33, 2",
        "mobilenetv2-x0.35-dcd, 33, 1",
    })
    void isAsExactInFloatAsPyTorch(String name, int size, int stemStride) {
        // A single ReLU6 that rounding flips costs some percent of the gradient, so that one seed proves nothing; a
        // wrong or
        // missing term shows in all of them.
        assertThat(LongStream.rangeClosed(1, MOST_SEEDS)
                        .mapToObj(seed -> oracle(name, size, stemStride, "onednn", seed))
                        .anyMatch(oracle -> oracle.roundingFactor() < ROUNDING_FACTOR))
                .as(
                        "with one of %d seeds the error is at most %s times that of PyTorch in float",
                        MOST_SEEDS, ROUNDING_FACTOR)
                .isTrue();
    }

    private static TorchOracle oracle(String name, int size, int stemStride, String backend, long seed) {
        NetworkOptions options = NetworkOptions.of(size, 7).withStemStride(stemStride);
        Graph graph = Lowering.ofTensors(Networks.named(name).configuration(options), new Shape(size, size, 3));
        TorchMobileNetV2 network = new TorchMobileNetV2(stemStride);
        return new TorchOracle(graph, 6, Backends.select(backend, 1), DOUBLE_TOLERANCE, network, seed);
    }
}
