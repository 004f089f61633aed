package io.dcd.model.network;

import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.lowering.Lowering;
import io.dcd.torch.TorchNetwork;
import io.dcd.torch.TorchOracle;
import io.dcd.torch.TorchResNet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ResNets against libtorch. The number of layers of each kind does not matter, so the smallest of each kind is enough. */
class ResNetOracleTest {
    /** Odd at every stage; the last feature map is 2 × 2. */
    private static final int SIZE = 33;

    /** Both sides compute in double; rounding grows by many orders through fifty batch norms over few values. */
    private static final double TOLERANCE = 1e-6;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resnet10-static",
                "resnet10-dcd",
                "resnet10-dcd:places=pw+cls",
                "resnet10-dcd:joint=true",
                "resnet10-condconv:experts=2,blocks=2"
            })
    void basicBlocks(String name) {
        TorchOracle oracle = oracle(name, 3, new TorchResNet(2, false, 1, 1, 1, 1));
        oracle.checkPass();
        oracle.checkInference();
    }

    @Test
    void bottlenecks() {
        TorchOracle oracle = oracle("resnet50-dcd", 6, new TorchResNet(2, true, 3, 4, 6, 3));
        oracle.checkPass();
        oracle.checkInference();
    }

    private static TorchOracle oracle(String name, int batch, TorchNetwork network) {
        NetworkOptions options = NetworkOptions.of(SIZE, 5).withStemStride(2);
        Graph graph = Lowering.ofTensors(Networks.named(name).configuration(options), new Shape(SIZE, SIZE, 3));
        return new TorchOracle(graph, batch, new ReferenceBackend(), TOLERANCE, network, 1);
    }
}
