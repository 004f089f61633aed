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
        DcdConvolution.Options options = new DcdConvolution.Options(
                new Window(kernel, stride),
                DynamicBranch.of(pooling, 6, LinearInitialization.NORMAL),
                LatentSpace.of(5));
        DcdConvolution layer = new DcdConvolution(inputs, outputs, options);
        Graph graph = Lowering.ofLayer("layer", layer, new Shape(height, width, inputs));
        check(graph, (layers, x) -> layers.dcdConvolution("layer", x, stride, pooling));
    }

    @ParameterizedTest
    @CsvSource({
        "true, false, 1, REFERENCE, 1, 1",
        "true, false, 1, REFERENCE, 3, 2",
        "false, true, 1, REFERENCE, 3, 2",
        "true, true, 1, PLAIN, 3, 2",
        "false, true, 1, PLAIN, 1, 1",
        "true, true, 2, REFERENCE, 3, 2",
        "true, true, 2, REFERENCE, 1, 1",
        "false, true, 4, REFERENCE, 1, 1",
        "true, true, 4, PLAIN, 3, 1",
        "true, true, 8, REFERENCE, 1, 2",
    })
    void everyFormOfTheResidual(
            boolean attention, boolean fusion, int blocks, LatentForm form, int kernel, int stride) {
        DynamicBranch branch = new DynamicBranch(2, 5, attention, fusion, LinearInitialization.NORMAL);
        DcdConvolution convolution = new DcdConvolution(
                8,
                16,
                new DcdConvolution.Options(new Window(kernel, stride), branch, new LatentSpace(8, blocks, form)));
        check(
                Lowering.ofLayer("layer", convolution, new Shape(7, 6, 8)),
                (layers, x) -> layers.dcdConvolution("layer", x, stride, 2));
    }

    @ParameterizedTest
    @CsvSource({"true, true, REFERENCE", "true, false, REFERENCE", "false, true, REFERENCE", "true, true, PLAIN"})
    void dense(boolean attention, boolean fusion, LatentForm form) {
        DynamicBranch branch = new DynamicBranch(1, 5, attention, fusion, LinearInitialization.NORMAL);
        DcdDense layer = new DcdDense(13, 7, new DcdDense.Options(branch, new LatentSpace(6, 1, form)));
        check(Lowering.ofLayer("layer", layer, Shape.vector(13)), (layers, x) -> layers.dcdDense("layer", x));
    }

    /** Equation 8: every sample's kernel formed. */
    @ParameterizedTest
    @CsvSource({
        // channels, kernel, stride, pooling, L_k, attention, fusion
        "6, 3, 1, 1, 4, true, true",
        "7, 3, 2, 1, 4, true, true",
        "5, 5, 2, 2, 12, true, true",
        "17, 3, 1, 1, 9, false, true",
        "6, 3, 2, 2, 1, false, true",
        "6, 3, 2, 1, 4, true, false",
    })
    void depthwise(int channels, int kernel, int stride, int pooling, int latent, boolean attention, boolean fusion) {
        DynamicBranch branch = new DynamicBranch(pooling, 5, attention, fusion, LinearInitialization.NORMAL);
        DcdDepthwiseConvolution layer = new DcdDepthwiseConvolution(
                channels, new DcdDepthwiseConvolution.Options(new Window(kernel, stride), branch, latent));
        check(
                Lowering.ofLayer("layer", layer, new Shape(7, 6, channels)),
                (layers, x) -> layers.dcdDepthwise("layer", x, stride, pooling));
    }

    /** Equation 9: every sample's kernel formed. */
    @ParameterizedTest
    @CsvSource({
        // in, out, kernel, stride, pooling, L, L_k, attention
        "6, 9, 3, 1, 2, 2, 4, true",
        "5, 4, 3, 2, 2, 3, 2, true",
        "4, 6, 5, 2, 1, 2, 3, false",
        "7, 5, 3, 2, 1, 3, 1, true",
    })
    void joint(
            int inputs, int outputs, int kernel, int stride, int pooling, int latent, int elements, boolean attention) {
        check(
                joint(inputs, outputs, kernel, stride, pooling, latent, elements, attention, LatentForm.PLAIN),
                (layers, x) -> layers.dcdJointFormed("layer", x, stride, pooling));
        check(
                joint(inputs, outputs, kernel, stride, pooling, latent, elements, attention, LatentForm.REFERENCE),
                (layers, x) -> layers.dcdJoint("layer", x, stride, pooling));
    }

    private static Graph joint(
            int inputs,
            int outputs,
            int kernel,
            int stride,
            int pooling,
            int latent,
            int elements,
            boolean attention,
            LatentForm form) {
        DynamicBranch branch = new DynamicBranch(pooling, 5, attention, true, LinearInitialization.NORMAL);
        DcdJointConvolution.Options options = new DcdJointConvolution.Options(
                new Window(kernel, stride), branch, new LatentSpace(latent, 1, form), elements);
        return Lowering.ofLayer("layer", new DcdJointConvolution(inputs, outputs, options), new Shape(7, 6, inputs));
    }

    @Test
    void convolutionAgainstFiniteDifferences() {
        DynamicBranch branch = DynamicBranch.of(2, 4, LinearInitialization.UNIFORM);
        DcdConvolution layer =
                new DcdConvolution(3, 4, new DcdConvolution.Options(new Window(3, 2), branch, LatentSpace.of(3)));
        FiniteDifferences.check(Lowering.ofLayer("layer", layer, new Shape(5, 4, 3)), 3);
    }

    @Test
    void impossibleOptionsAreRefused() {
        DynamicBranch branch = DynamicBranch.of(2, 4, LinearInitialization.UNIFORM);
        LatentSpace latent = LatentSpace.of(3);
        assertThatThrownBy(() -> new Window(2, 1)).hasMessage("the kernel k must be odd, got 2");
        assertThatThrownBy(() -> new Window(3, 0)).hasMessage("the stride must be at least 1, got 0");
        assertThatThrownBy(() -> new DcdDense.Options(branch, latent)).hasMessage("a vector cannot be pooled to 2×2");
        assertThatThrownBy(() -> LatentSpace.of(0)).hasMessage("the latent dimension L must be at least 1, got 0");
        assertThatThrownBy(() -> new LatentSpace(6, 4, LatentForm.PLAIN))
                .hasMessage("the blocks B must divide L = 6, got 4");
        assertThatThrownBy(() -> new DcdConvolution(
                        6,
                        9,
                        new DcdConvolution.Options(new Window(1, 1), branch, new LatentSpace(4, 2, LatentForm.PLAIN))))
                .hasMessage("the blocks B must divide C_in = 6 and C_out = 9, got 2");
        assertThatThrownBy(() -> new DynamicBranch(1, 4, false, false, LinearInitialization.NORMAL))
                .hasMessage("a dynamic layer needs Λ or Φ, got neither");
        assertThatThrownBy(() -> new DcdDepthwiseConvolution.Options(new Window(3, 1), branch, 10))
                .hasMessage("the latent kernel elements L_k must lie in 1 … k² = 9, got 10");
        assertThatThrownBy(() -> new DcdJointConvolution.Options(new Window(3, 1), branch, latent, 0))
                .hasMessage("the latent kernel elements L_k must lie in 1 … k² = 9, got 0");
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
