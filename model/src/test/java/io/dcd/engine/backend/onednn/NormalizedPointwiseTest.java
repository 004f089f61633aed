package io.dcd.engine.backend.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.engine.BackendComparison;
import io.dcd.engine.ParameterLayout;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Activation;
import io.dcd.engine.operation.NormalizedPointwise;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Dynamic pointwise convolutions with folded batch normalisation against the separate operations of the reference. */
class NormalizedPointwiseTest {
    private final GraphBuilder builder = new GraphBuilder();
    private final ParameterLayout parameters = new ParameterLayout();

    @ParameterizedTest
    @CsvSource({
        "false,RELU6,6,5,8,48",
        "false,IDENTITY,4,4,3,7",
        "true,RELU6,6,5,8,48",
        "true,RELU,3,3,16,20",
        "true,IDENTITY,4,7,15,16",
        "true,RELU6,2,1,3,5"
    })
    void agreesWithTheReference(
            boolean residual, Activation activation, int height, int width, int inputs, int outputs) {
        Shape shape = new Shape(height, width, inputs);
        Tensor x = builder.add("x", builder.input("a", shape), builder.input("b", shape));
        Tensor fixed = builder.convolution("fixed", x, parameters.weight("W", outputs, inputs, 1, 1), 1, 0);
        Tensor factors = builder.matrixProduct("l", x, parameters.weight("L", outputs, shape.elements()));
        Tensor sum = builder.scale("attended", fixed, factors);
        if (residual) {
            Tensor u = builder.convolution("u", x, parameters.weight("Q", 4, inputs, 1, 1), 1, 0);
            sum = builder.add(
                    "sum", sum, builder.convolution("residual", u, parameters.weight("P", outputs, 4, 1, 1), 1, 0));
        }
        Tensor y = builder.batchNormalization("y", sum, parameters.normalization("bn", outputs), activation);
        Tensor z = builder.convolution("z", y, parameters.weight("Z", inputs, outputs, 1, 1), 1, 0);
        // x and the factors have a second reader, so that gradients must be added to what is there.
        Tensor w = builder.add("w", z, x);
        Tensor v = builder.matrixProduct("v", factors, parameters.weight("V", inputs, outputs));
        Graph graph = builder.build(builder.scale("out", w, v), parameters.all());
        for (int threads : new int[] {1, 2}) {
            OneDnnBackend backend = new OneDnnBackend(threads, NormalizedPointwiseKernel::fits);
            assertThat(backend.rewrite(graph).operations()).hasAtLeastOneElementOfType(NormalizedPointwise.class);
            for (int batch : new int[] {2, 5}) {
                BackendComparison.assertAgrees(backend, graph, batch);
            }
        }
    }
}
