package io.dcd.model.layer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.engine.backend.onednn.OneDnnBackend;
import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.lowering.Lowering;
import io.dcd.torch.TorchNetwork;
import io.dcd.torch.TorchOracle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The layers that the paper compares with, against libtorch with every sample's kernel formed. */
class BaselineLayersTest {
    /** Both sides compute in double; sums of up to some hundred values differ in their order. */
    private static final double DOUBLE_TOLERANCE = 1e-12;

    /** Float against double. */
    private static final double FLOAT_TOLERANCE = 1e-4;

    @ParameterizedTest
    @CsvSource({
        // in, out, kernel, stride, depthwise, K, routing
        "6, 9, 1, 1, false, 4, SOFTMAX",
        "6, 5, 3, 2, false, 3, SOFTMAX",
        "6, 9, 1, 2, false, 4, SOFTMAX",
        "6, 6, 3, 2, true, 4, SOFTMAX",
        "6, 9, 1, 1, false, 8, SIGMOID",
        "5, 5, 3, 1, true, 2, SIGMOID",
        "4, 6, 1, 1, false, 1, SIGMOID",
    })
    void convolution(int inputs, int outputs, int kernel, int stride, boolean depthwise, int kernels, Routing routing) {
        KernelMixture mixture = new KernelMixture(kernels, routing, 3, LinearInitialization.NORMAL);
        DynamicConvolution layer = new DynamicConvolution(
                inputs, outputs, new DynamicConvolution.Options(new Window(kernel, stride), depthwise, mixture));
        check(
                Lowering.ofLayer("layer", layer, new Shape(7, 6, inputs)),
                (layers, x) -> layers.mixture("layer", x, stride));
    }

    @ParameterizedTest
    @CsvSource({"SOFTMAX", "SIGMOID"})
    void dense(Routing routing) {
        KernelMixture mixture = new KernelMixture(4, routing, 3, LinearInitialization.NORMAL);
        DynamicDense layer = new DynamicDense(7, 5, new DynamicDense.Options(mixture));
        check(Lowering.ofLayer("layer", layer, Shape.vector(7)), (layers, x) -> layers.mixtureDense("layer", x));
    }

    @Test
    void squeezeExcitation() {
        SqueezeExcitation layer =
                new SqueezeExcitation(7, new SqueezeExcitation.Options(3, LinearInitialization.UNIFORM));
        check(
                Lowering.ofLayer("layer", layer, new Shape(5, 6, 7)),
                (layers, x) -> layers.squeezeExcitation("layer", x));
    }

    @Test
    void impossibleOptionsAreRefused() {
        KernelMixture mixture = new KernelMixture(4, Routing.SOFTMAX, 3, LinearInitialization.NORMAL);
        assertThatThrownBy(() -> new KernelMixture(0, Routing.SIGMOID, 1, LinearInitialization.NORMAL))
                .hasMessage("at least 1 kernel K is needed, got 0");
        assertThatThrownBy(() ->
                        new DynamicConvolution(4, 6, new DynamicConvolution.Options(new Window(3, 1), true, mixture)))
                .hasMessage("a depthwise layer has as many outputs as inputs, got 4 → 6");
    }

    private static void check(Graph graph, TorchNetwork network) {
        new TorchOracle(graph, 4, new ReferenceBackend(), DOUBLE_TOLERANCE, network, 1).checkPass();
        new TorchOracle(graph, 4, new OneDnnBackend(2), FLOAT_TOLERANCE, network, 1).checkPass();
    }
}
