package io.dcd.model.layer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.onednn.OneDnnBackend;
import io.dcd.engine.backend.reference.FiniteDifferences;
import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.lowering.Lowering;
import io.dcd.torch.TorchNetwork;
import io.dcd.torch.TorchOracle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The DCD layers against libtorch and against finite differences. */
class DcdLayersTest {
    /** Both sides compute in double; sums of up to some thousand values differ in their order. */
    private static final double DOUBLE_TOLERANCE = 1e-12;

    /** Float against double: 24 bits, and two batch norms over a hundred values that amplify their loss. */
    private static final double FLOAT_TOLERANCE = 1e-4;

    @ParameterizedTest
    @CsvSource({
        // in, out, kernel, stride, pooling, height, width
        "8, 24, 1, 1, 2, 7, 7",
        "24, 8, 1, 1, 1, 5, 6",
        "6, 9, 3, 1, 2, 7, 5",
        "6, 6, 3, 2, 2, 7, 5",
        "4, 6, 5, 2, 1, 8, 9",
        "4, 4, 1, 2, 2, 5, 5",
    })
    void convolution(int inputs, int outputs, int kernel, int stride, int pooling, int height, int width) {
        DynamicBranch branch = DynamicBranch.of(pooling, 5, 6, LinearInitialization.NORMAL);
        DcdConvolution layer = new DcdConvolution(inputs, outputs, new DcdConvolution.Options(kernel, stride, branch));
        Graph graph = Lowering.ofLayer("layer", layer, new Shape(height, width, inputs));
        check(graph, (layers, x) -> layers.dcdConvolution("layer", x, stride, pooling));
    }

    @ParameterizedTest
    @CsvSource({
        "true, false, 1, REFERENCE",
        "false, true, 1, REFERENCE",
        "true, true, 1, PLAIN",
        "false, true, 1, PLAIN",
        "true, true, 2, REFERENCE",
        "false, true, 3, REFERENCE",
        "true, true, 6, PLAIN",
    })
    void everyFormOfTheResidual(boolean attention, boolean fusion, int blocks, LatentForm form) {
        DynamicBranch branch = new DynamicBranch(2, 6, 5, attention, fusion, blocks, form, LinearInitialization.NORMAL);
        DcdConvolution convolution = new DcdConvolution(7, 5, new DcdConvolution.Options(3, 2, branch));
        check(
                Lowering.ofLayer("layer", convolution, new Shape(7, 6, 7)),
                (layers, x) -> layers.dcdConvolution("layer", x, 2, 2));

        DynamicBranch vector = new DynamicBranch(1, 6, 5, attention, fusion, blocks, form, LinearInitialization.NORMAL);
        DcdDense dense = new DcdDense(7, 5, new DcdDense.Options(vector));
        check(Lowering.ofLayer("layer", dense, Shape.vector(7)), (layers, x) -> layers.dcdDense("layer", x));
    }

    @Test
    void dense() {
        DynamicBranch branch = DynamicBranch.of(1, 4, 5, LinearInitialization.NORMAL);
        Graph graph = Lowering.ofLayer("layer", new DcdDense(13, 7, new DcdDense.Options(branch)), Shape.vector(13));
        check(graph, (layers, x) -> layers.dcdDense("layer", x));
    }

    @Test
    void convolutionAgainstFiniteDifferences() {
        DynamicBranch branch = DynamicBranch.of(2, 3, 4, LinearInitialization.UNIFORM);
        DcdConvolution layer = new DcdConvolution(3, 4, new DcdConvolution.Options(3, 2, branch));
        FiniteDifferences.check(Lowering.ofLayer("layer", layer, new Shape(5, 4, 3)), 3);
    }

    @Test
    void impossibleOptionsAreRefused() {
        DynamicBranch branch = DynamicBranch.of(2, 3, 4, LinearInitialization.UNIFORM);
        assertThatThrownBy(() -> new DcdConvolution.Options(2, 1, branch))
                .hasMessage("the kernel k must be odd, got 2");
        assertThatThrownBy(() -> new DcdDense.Options(branch)).hasMessage("a vector cannot be pooled to 2×2");
        assertThatThrownBy(() -> DynamicBranch.of(2, 0, 4, LinearInitialization.UNIFORM))
                .hasMessage("the latent dimension L must be at least 1, got 0");
        assertThatThrownBy(
                        () -> new DynamicBranch(1, 6, 4, true, true, 4, LatentForm.PLAIN, LinearInitialization.NORMAL))
                .hasMessage("the blocks B must divide L = 6, got 4");
        assertThatThrownBy(() ->
                        new DynamicBranch(1, 6, 4, false, false, 1, LatentForm.PLAIN, LinearInitialization.NORMAL))
                .hasMessage("a dynamic layer needs Λ or Φ, got neither");
    }

    private static void check(Graph graph, TorchNetwork network) {
        check(graph, new ReferenceBackend(), DOUBLE_TOLERANCE, network);
        check(graph, new OneDnnBackend(1), FLOAT_TOLERANCE, network);
    }

    private static void check(Graph graph, Backend backend, double tolerance, TorchNetwork network) {
        TorchOracle oracle = new TorchOracle(graph, 4, backend, tolerance, network, 1);
        oracle.checkPass();
        oracle.checkInference();
    }
}
