package io.dcd.engine.backend.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.engine.BackendComparison;
import io.dcd.engine.ParameterLayout;
import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Activation;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How exact long sums are, and how they are divided. */
class LongSumsTest {
    private static final int INPUTS = 1024;
    private static final int OUTPUTS = 40;
    private static final int BATCH = 6;

    /** One run of additions errs by 6.4e-7, parts by 1.7e-7. */
    private static final double PRODUCT_TOLERANCE = 3e-7;

    /** One run of additions errs by 9.8e-7, parts by 1.3e-7. */
    private static final double AVERAGE_TOLERANCE = 3e-7;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void longSumsAreNearlyAsExactAsShortOnes(boolean biased) {
        GraphBuilder builder = new GraphBuilder();
        ParameterLayout parameters = new ParameterLayout();
        Tensor x = builder.input("x", Shape.vector(INPUTS));
        Tensor y = builder.matrixProduct(
                "y",
                x,
                parameters.weight("W", OUTPUTS, INPUTS),
                biased ? Optional.of(parameters.bias("b", OUTPUTS)) : Optional.empty());
        Graph graph = builder.build(y, parameters.all());
        assertThat(error(graph)).isLessThan(PRODUCT_TOLERANCE);
    }

    @Test
    void averagesOverLargeMapsAreNearlyAsExactAsOverSmallOnes() {
        GraphBuilder builder = new GraphBuilder();
        Tensor map = builder.activate("map", builder.input("x", new Shape(112, 112, 9)), Activation.RELU);
        Graph graph = builder.build(builder.averagePooling("average", map, 1, 1), List.of());
        assertThat(error(graph)).isLessThan(AVERAGE_TOLERANCE);
    }

    @ParameterizedTest
    @CsvSource({"1024, 64", "960, 64", "1000, 50", "255, 255", "536, 536"})
    void partsAreDivisorsNearTheLongest(int inputs, int part) {
        assertThat(LongProduct.partLength(inputs, 64)).isEqualTo(part);
    }

    /** The Euclidean distance of the output from the reference, relative to that. */
    private static double error(Graph graph) {
        double[] expected = output(new ReferenceBackend(), graph);
        double[] actual = output(new OneDnnBackend(1), graph);
        double squares = 0;
        double errors = 0;
        for (int i = 0; i < expected.length; i++) {
            squares += expected[i] * expected[i];
            errors += (actual[i] - expected[i]) * (actual[i] - expected[i]);
        }
        return Math.sqrt(errors / squares);
    }

    private static double[] output(Backend backend, Graph graph) {
        return BackendComparison.train(backend, graph, BATCH).get("output in training");
    }
}
