package io.dcd.engine.backend.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.engine.BackendComparison;
import io.dcd.engine.ParameterLayout;
import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.fusion.PointwiseFusion;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Activation;
import io.dcd.engine.operation.NormalizedPointwise;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pointwise convolutions with folded batch normalisation against the literal operations of the reference backend. */
class NormalizedPointwiseTest {
    private final GraphBuilder builder = new GraphBuilder();
    private final ParameterLayout parameters = new ParameterLayout();

    @ParameterizedTest
    @CsvSource({
        "false,false,RELU6,6,5,8,48",
        "true,false,RELU6,6,5,8,48",
        "false,true,RELU,5,5,7,33",
        "true,true,RELU6,6,5,8,48",
        "true,true,RELU,3,3,16,20",
        "true,true,IDENTITY,4,7,15,16",
        "true,true,RELU6,2,1,3,5"
    })
    void agreesWithTheReference(
            boolean attention,
            boolean residual,
            Activation activation,
            int height,
            int width,
            int inputs,
            int outputs) {
        Shape shape = new Shape(height, width, inputs);
        Tensor x = builder.add("x", builder.input("a", shape), builder.input("b", shape));
        Tensor sum = builder.convolution("fixed", x, parameters.weight("W", outputs, inputs, 1, 1), 1, 0);
        if (attention) {
            Tensor factors = builder.matrixProduct("l", x, parameters.weight("L", outputs, shape.elements()));
            sum = builder.scale("attended", sum, factors);
        }
        if (residual) {
            Tensor u = builder.convolution("u", x, parameters.weight("Q", 4, inputs, 1, 1), 1, 0);
            sum = builder.add(
                    "sum", sum, builder.convolution("residual", u, parameters.weight("P", outputs, 4, 1, 1), 1, 0));
        }
        Tensor y = builder.batchNormalization("y", sum, parameters.normalization("bn", outputs), activation);
        Tensor z = builder.convolution("z", y, parameters.weight("Z", inputs, outputs, 1, 1), 1, 0);
        Graph graph = builder.build(builder.add("out", z, x), parameters.all());
        Graph fused = PointwiseFusion.apply(graph, operation -> true);
        assertThat(fused.operations()).hasAtLeastOneElementOfType(NormalizedPointwise.class);
        for (int batch : new int[] {2, 5}) {
            BackendComparison.assertAgrees(new OneDnnBackend(0, false), fused, batch);
            BackendComparison.assertAgrees(new OneDnnBackend(0), graph, batch);
            BackendComparison.assertAgree(
                    BackendComparison.train(new ReferenceBackend(), fused, batch),
                    BackendComparison.train(new ReferenceBackend(), graph, batch));
        }
    }
}
