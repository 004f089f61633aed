package io.dcd.model.network;

import io.dcd.engine.backend.onednn.OneDnnBackend;
import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.lowering.Lowering;
import io.dcd.torch.Point;
import io.dcd.torch.TorchMobileNetV2;
import io.dcd.torch.TorchOracle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@link RegistryOracleTest} leaves out: the stem of the CIFAR recipes, and networks dynamic in every place. */
class MobileNetV2OracleTest {
    /** As in {@link RegistryOracleTest}. */
    private static final double DOUBLE_TOLERANCE = 1e-6;

    private static final long SEED = 11;

    private static final int SIZE = 33;

    @ParameterizedTest
    @CsvSource({
        // The last feature map is 2 × 2, or 3 × 3 at stem stride 1.
        "mobilenetv2-x0.35-dcd, 1",
        "mobilenetv2-x0.35-dcd:places=dw+pw+cls;blocks=2, 2",
    })
    void trainsAsPyTorchDoes(String nameWithSemicolons, int stemStride) {
        String name = nameWithSemicolons.replace(';', ',');
        NetworkOptions options = NetworkOptions.of(SIZE, 7).withStemStride(stemStride);
        Graph graph = Lowering.ofTensors(Networks.named(name).configuration(options), new Shape(SIZE, SIZE, 3));
        TorchMobileNetV2 network = new TorchMobileNetV2(stemStride);
        TorchOracle inDouble =
                new TorchOracle(graph, 6, new ReferenceBackend(), DOUBLE_TOLERANCE, network, Point.RANDOM, SEED);
        inDouble.checkTraining();
        inDouble.checkInference();
        TorchOracle inFloat = new TorchOracle(
                graph, 16, new OneDnnBackend(2), TorchOracle.FLOAT_TOLERANCE, network, Point.AWAY_FROM_KINKS, SEED);
        inFloat.checkTrainingInFloat();
        inFloat.checkInference();
    }
}
